"""The ground the market stands on, and the roof over it.

Here are the things every room needs and no room owns: money, words, the
clock, ids, errors and settings (pure, importing nothing upward), then the
database, the ledger, VietQR codes, access, and the reports and pages on top.

Not here: who sells (``merchants``), how each payment organisation speaks
(``providers``), and the path of a payment (``webhooks``).

A module of the ground may be imported by anybody and imports only the ground.
To add one more, name the file after the one thing it knows.
"""
