"""What has come for an order: the payments that are matched to it now, the first kept first.

Whoever sees the order sees them; who paid stands nowhere in them.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, text

_OF_ORDER = text(
    """
SELECT p.id, p.provider, p.provider_txn_id, p.kind, p.amount, x.rule, p.occurred_at,
       p.business_date, p.trust <> 'weak' OR EXISTS (
         SELECT FROM confirmation f WHERE f.payment_id = p.id) AS is_confirmed
FROM match x JOIN payment p ON p.id = x.payment_id
WHERE x.order_code = :code
  AND NOT EXISTS (SELECT FROM match y WHERE y.payment_id = x.payment_id AND y.seq > x.seq)
ORDER BY p.id
"""
)


@dataclass(frozen=True, slots=True)
class OrderPayment:
    """One payment of an order; the amount in đồng, taken back where ``kind`` is not credit."""

    id: int
    provider: str
    provider_txn_id: str
    kind: str
    amount: int
    rule: str
    occurred_at: datetime
    business_date: date
    is_confirmed: bool


def of_order(db: Connection, code: str) -> list[OrderPayment]:
    """Return the payments of an order known to be there."""
    return [OrderPayment(*row) for row in db.execute(_OF_ORDER, {"code": code})]
