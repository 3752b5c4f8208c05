"""What came and whose it is: payments with their match, and conflicts beside them.

The state is derived: ``posted`` with a merchant, ``suspense`` or ``waiting`` by the rule of the
last match, ``returned`` where it went back to its payer, ``waiting`` too while the settle process
has not seen it or until an annulled one is told again, and ``conflict`` for a later telling that
says something else and is not decided. One transfer that several connections tell is listed once; a
witness can be shown and stands as the payment it tells of stands.
"""

from typing import Any

from sqlalchemy import Connection, text

from cashless.errors import NotFound

STATES = ("posted", "suspense", "conflict", "waiting", "returned")

_TOLD = """
WITH told AS (
SELECT p.id, p.provider, p.provider_txn_id, p.kind, coalesce(m.amount, p.amount) AS amount,
       me.code AS merchant,
       m.order_code AS order,
       CASE WHEN w.payment_id IS NULL THEN coalesce(m.rule, 'waiting') ELSE 'witness' END AS rule,
       CASE WHEN m.rule = 'annulled' THEN 'waiting' WHEN m.merchant_id IS NOT NULL THEN 'posted'
            WHEN m.rule IN ('suspense', 'returned') THEN m.rule ELSE 'waiting' END AS state,
       p.occurred_at, p.business_date
FROM payment p
LEFT JOIN witness w ON w.payment_id = p.id
LEFT JOIN LATERAL (SELECT * FROM match x WHERE x.payment_id = coalesce(w.tells_of, p.id)
                   ORDER BY x.seq DESC LIMIT 1) m
  ON true
LEFT JOIN merchant me ON me.id = m.merchant_id
UNION ALL
SELECT c.id, p.provider, p.provider_txn_id, p.kind, c.amount, NULL, NULL, 'conflict',
       CASE WHEN d.conflict_id IS NULL THEN 'conflict' ELSE 'decided' END,
       c.occurred_at, c.business_date
FROM conflict c JOIN payment p ON p.id = c.payment_id
LEFT JOIN conflict_decision d ON d.conflict_id = c.id)
SELECT * FROM told
"""
_LIST = text(
    _TOLD + " WHERE (CAST(:state AS text) IS NULL OR state = :state) AND rule <> 'witness'"
    " AND state <> 'decided'"
    " ORDER BY id DESC LIMIT :most"
)
_WITNESSES = text(
    """
SELECT p.id, p.provider, c.protocol, p.provider_txn_id, p.occurred_at, w.rule, w.noted_at
FROM witness w JOIN payment p ON p.id = w.payment_id JOIN connection c ON c.id = p.connection_id
WHERE w.tells_of = :id ORDER BY p.id
"""
)
_SHOW = text(_TOLD + " WHERE id = :id")


def listing(db: Connection, state: str | None = None, most: int = 100_000) -> list[dict[str, Any]]:
    """Return payments and conflicts, newest first; of one state when it is given."""
    rows = db.execute(_LIST, {"state": state, "most": most})
    return [dict(row._mapping) for row in rows]


def witnesses(db: Connection, payment_id: int) -> list[dict[str, Any]]:
    """Return the other tellings of a payment, by whom and by which rule, oldest first."""
    return [dict(row._mapping) for row in db.execute(_WITNESSES, {"id": payment_id})]


def show(db: Connection, payment_id: int) -> dict[str, Any]:
    """Return one payment or conflict. Raises ``NotFound("payment_unknown")``."""
    row = db.execute(_SHOW, {"id": payment_id}).one_or_none()
    if row is None:
        raise NotFound(
            "payment_unknown",
            f"There is no payment {payment_id}.",
            f"Không có khoản tiền số {payment_id}.",
        )
    return dict(row._mapping)
