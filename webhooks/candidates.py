"""Fetch what a batch of payments may belong to: orders, and holders of accounts and terminals.

A bank that speaks our own dialect names its accounts with its BIN. Holders are looked up key by key
(OFFSET 0), because the planner would read all accounts for the batch of one payment.

Orders are locked in the order of their codes before their paid sums are read, so two settlers never
both take the same order for unpaid. A closed receiving account still names its merchant (late money
is money), unless the same number has been opened again by somebody else. Stands are read only
for rules that look at them.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, text

from cashless.db.batch import rows_json
from webhooks.match import AccountKey, Candidates, Holder, Order, Payment, Stand
from webhooks.rules.body import FIRST, RuleSet

_LOCK_ORDERS = text(
    'SELECT code, merchant_id, amount, expires_at, cancelled_at FROM "order"'
    " WHERE code = ANY (:codes) ORDER BY code FOR NO KEY UPDATE"
)
_PAID = text(
    """
SELECT m.order_code,
       sum(CASE p.kind WHEN 'credit' THEN p.amount ELSE -p.amount END)::bigint AS paid
FROM match m JOIN payment p ON p.id = m.payment_id
WHERE m.order_code = ANY (:codes)
  AND NOT EXISTS (SELECT FROM match y WHERE y.payment_id = m.payment_id AND y.seq > m.seq)
GROUP BY m.order_code
"""
)
_HOLDERS = text(
    """
SELECT r.provider, r.number, m.id, m.code, m.status, r.closed_at
FROM json_to_recordset(:keys) AS k (provider text, number text)
CROSS JOIN LATERAL (SELECT * FROM heard_account h
                    WHERE h.provider = k.provider AND h.number = k.number OFFSET 0) r
JOIN merchant m ON m.id = r.merchant_id
ORDER BY r.closed_at NULLS LAST
"""
)
_STANDS = text(
    """
SELECT k.provider, k.number, s.issued_at, s.revoked_at
FROM json_to_recordset(:keys) AS k (provider text, number text)
CROSS JOIN LATERAL (
  SELECT id FROM receiving_account r WHERE r.provider = k.provider AND r.number = k.number
  UNION ALL SELECT id FROM receiving_account r
  WHERE k.provider = 'standard' AND r.bin || ':' || r.number = k.number) a
JOIN stand s ON s.account_id = a.id ORDER BY s.id
"""
)


def candidates(db: Connection, payments: Sequence[Payment], rules: RuleSet = FIRST) -> Candidates:
    """Return the candidates of a batch, in three statements at most, four where stands matter."""
    watched = stands(db, payments) if rules.watches_stands else {}
    return Candidates(_orders(db, codes(payments)), _holders(db, payments), watched)


def codes(payments: Iterable[Payment]) -> list[str]:
    """Return the codes of orders that the payments may name, by field or in the memo."""
    named = {(payment.order_ref or "").upper() for payment in payments}
    written = {code for payment in payments for code in payment.references}
    return sorted((named | written) - {""})


def _orders(db: Connection, codes: list[str]) -> dict[str, Order]:
    if not codes:
        return {}
    rows = db.execute(_LOCK_ORDERS, {"codes": codes}).all()
    if not rows:
        return {}
    paid = {row.order_code: row.paid for row in db.execute(_PAID, {"codes": codes})}
    return {
        row.code: Order(row.code, row.merchant_id, row.amount, paid.get(row.code, 0), *row[3:])
        for row in rows
    }


def _holders(db: Connection, payments: Iterable[Payment]) -> dict[AccountKey, Holder]:
    """Read the holders; of several rows with one number the last read wins: the open one."""
    asked = keys(payments)
    if not asked:
        return {}
    rows = db.execute(_HOLDERS, {"keys": rows_json(asked)})
    return {(row.provider, row.number): Holder(*row[2:]) for row in rows}


def stands(db: Connection, payments: Iterable[Payment]) -> dict[AccountKey, list[Stand]]:
    """Return when the stands of the accounts that payments name were issued and revoked."""
    found = defaultdict[AccountKey, list[Stand]](list)
    for row in db.execute(_STANDS, {"keys": rows_json(keys(payments))}):
        found[row.provider, row.number].append((row.issued_at, row.revoked_at))
    return found


def keys(payments: Iterable[Payment]) -> list[dict[str, str]]:
    """Return the accounts that payments name, each once, for ``json_to_recordset``."""
    named = {key for payment in payments for key in payment.account_keys}
    return [{"provider": provider, "number": number} for provider, number in sorted(named)]
