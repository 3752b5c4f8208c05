"""The books: one per merchant, and one of the platform for money nobody has claimed yet.

Here: the chart of accounts, the values an entry is made of, posting, balances, the hash chain.
Not here: what a payment is, whose it is, or who may look (those are ``webhooks`` and the windows).
Who may come in: ``webhooks.post`` and the reports. Tables of the ledger are touched nowhere else.
To add a kind of entry: write the function that drafts it; posting itself knows no kinds.
"""
