"""What access keeps only for a while, and forgets: replies, budgets of calls, failed attempts.

The settle process does it every hour (``cashless.settler``); doing it twice changes nothing.
"""

from sqlalchemy import Connection

from cashless.access import backoff, key_budget, replies


def tidy(db: Connection) -> int:
    """Forget what has been kept long enough; return how many rows."""
    return replies.purge(db) + key_budget.tidy(db) + backoff.tidy(db)
