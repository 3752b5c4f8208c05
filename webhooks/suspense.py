"""What is in suspense: each payment with why it is there, how long, and what can be filtered by."""

from typing import Any

from sqlalchemy import Connection, text

_LIST = text(
    """
SELECT p.id, p.provider, p.provider_txn_id, p.kind, coalesce(m.amount, p.amount) AS amount,
       p.account, p.memo, p.occurred_at, p.business_date, m.rule, m.explanation
FROM match m JOIN payment p ON p.id = m.payment_id
WHERE m.merchant_id IS NULL AND m.rule <> 'returned'
  AND NOT EXISTS (SELECT FROM match y WHERE y.payment_id = m.payment_id AND y.seq > m.seq)
ORDER BY p.id
"""
)


def listing(db: Connection) -> list[dict[str, Any]]:
    """Return what is in suspense, oldest first, with the reason."""
    return [dict(row._mapping) for row in db.execute(_LIST)]
