"""Fetch what a batch of payments may belong to: orders, and holders of accounts and terminals.

A bank that speaks our own dialect names its accounts with its BIN. Holders are looked up key by key
(OFFSET 0), because the planner would read all accounts for the batch of one payment.

Orders are locked in the order of their codes before their paid sums are read, so two settlers never
both take the same order for unpaid. A closed receiving account still names its merchant (late money
is money), unless the same number has been opened again by somebody else.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, text

from cashless.db.batch import rows_json
from webhooks.match import AccountKey, Candidates, Holder, Order, Payment

_LOCK_ORDERS = text(
    'SELECT code, merchant_id, amount FROM "order"'
    " WHERE code = ANY (:codes) ORDER BY code FOR NO KEY UPDATE"
)
_PAID = text(
    """
SELECT m.order_code, sum(CASE p.kind WHEN 'credit' THEN coalesce(m.amount, p.amount)
                         ELSE -p.amount END)::bigint AS paid
FROM match m JOIN payment p ON p.id = m.payment_id
WHERE m.order_code = ANY (:codes)
  AND NOT EXISTS (SELECT FROM match y WHERE y.payment_id = m.payment_id AND y.seq > m.seq)
GROUP BY m.order_code
"""
)
_HOLDERS = text(
    """
SELECT r.provider, r.number, m.id, m.code, m.status
FROM json_to_recordset(:keys) AS k (provider text, number text)
CROSS JOIN LATERAL (SELECT * FROM heard_account h
                    WHERE h.provider = k.provider AND h.number = k.number OFFSET 0) r
JOIN merchant m ON m.id = r.merchant_id
ORDER BY r.closed_at NULLS LAST
"""
)


def candidates(
    db: Connection, payments: Sequence[Payment], named: Iterable[str] = ()
) -> Candidates:
    """Return the candidates of a batch, in three statements at most; ``named`` are more orders."""
    codes = sorted({*_codes(payments), *named})
    return Candidates(orders_of(db, codes), _holders(db, payments))


def _codes(payments: Iterable[Payment]) -> list[str]:
    named = {(payment.order_ref or "").upper() for payment in payments}
    written = {code for payment in payments for code in payment.references}
    return sorted((named | written) - {""})


def orders_of(db: Connection, codes: list[str]) -> dict[str, Order]:
    """Lock the orders with these codes and return them with what has been paid on each."""
    if not codes:
        return {}
    rows = db.execute(_LOCK_ORDERS, {"codes": codes}).all()
    if not rows:
        return {}
    paid = {row.order_code: row.paid for row in db.execute(_PAID, {"codes": codes})}
    return {
        row.code: Order(row.code, row.merchant_id, row.amount, paid.get(row.code, 0))
        for row in rows
    }


def _holders(db: Connection, payments: Iterable[Payment]) -> dict[AccountKey, Holder]:
    """Read the holders; of several rows with one number the last read wins: the open one."""
    keys = {key for payment in payments for key in payment.account_keys}
    asked = [{"provider": provider, "number": number} for provider, number in sorted(keys)]
    if not asked:
        return {}
    rows = db.execute(_HOLDERS, {"keys": rows_json(asked)})
    return {(row.provider, row.number): Holder(row.id, row.code, row.status) for row in rows}
