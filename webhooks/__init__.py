"""The path of a payment: receive, verify, keep, acknowledge | match, post, notify (design §5).

Here: one file per step, ``settle`` which joins the steps after the bar, the two forms of the door
(``routes`` for Flask, ``door`` for asyncio), connections, the suspense desk, a payment's story.
Not here: how a provider speaks (``providers``), what an entry looks like (``cashless.ledger``).
Who may come in: the application, the CLI and the reports. Steps do not call one another.
To add a step: give it one verb, a function over a list, and a place in ``settle``.
"""
