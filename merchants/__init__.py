"""Who sells: places, merchants, who holds which stall, receiving accounts, orders.

Here: the registry and what is asked for at a stall. Not here: what was paid (``webhooks``), what
the book says (``cashless.ledger``). Who may come in: ``webhooks`` reads holders and orders by SQL,
the CLI and the pages use the functions. To add a thing of the registry: one file named after it.
"""
