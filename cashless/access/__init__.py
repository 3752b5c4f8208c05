"""Who may see what: for now, the seal in the address of a merchant's page.

Here: proofs that somebody was given an address by us. Not here: what the page behind it shows
(``cashless.web``). Who may come in: the pages, the live feeds, and the commands that print an
address. To add a way in: one file named after the thing a person holds.
"""
