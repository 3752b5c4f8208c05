"""What payments might have belonged to when they were matched, as far as rows still tell.

They tell which receiving accounts and terminals were open, which orders existed, when an order
expired or was cancelled, when stands were issued and revoked, and what a connection may speak of.
They do not tell what a merchant's status was, nor which accounts a connection named, at an earlier
time: here the present is taken. Where the rules a match was made under would not make it again from
this, the history is not enough, and the rehearsal says so instead of blaming the new rules.

Nothing is locked and nothing written.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from cashless.db.batch import rows_json
from webhooks.candidates import codes, keys, stands
from webhooks.match import AccountKey, Candidates, Holder, Order, Payment, Stand

_ORDERS = text(
    'SELECT created_at, code, merchant_id, amount, 0 AS paid, expires_at, cancelled_at FROM "order"'
    " WHERE code = ANY (:codes)"
)
_HOLDERS = text(
    """
SELECT k.provider, k.number, a.opened_at, m.id, m.code, m.status, a.closed_at
FROM json_to_recordset(:keys) AS k (provider text, number text)
CROSS JOIN LATERAL (
  SELECT merchant_id, opened_at, closed_at FROM receiving_account r
  WHERE r.provider = k.provider AND r.number = k.number
  UNION ALL SELECT merchant_id, opened_at, closed_at FROM terminal t
  WHERE t.provider = k.provider AND t.number = k.number
  UNION ALL SELECT merchant_id, opened_at, closed_at FROM receiving_account r
  WHERE k.provider = 'standard' AND r.bin || ':' || r.number = k.number OFFSET 0) a
JOIN merchant m ON m.id = a.merchant_id
"""
)


@dataclass(frozen=True, slots=True)
class History:
    """The rows of a batch, from which the candidates at any time follow."""

    orders: Mapping[str, Sequence[Any]]
    holders: Mapping[AccountKey, Sequence[tuple[datetime, Holder]]]
    stands: Mapping[AccountKey, Sequence[Stand]]

    def at(self, payment: Payment, moment: datetime) -> Candidates:
        """Return what the payment might have belonged to at that moment."""
        held = {key: self._holder(key, moment) for key in payment.account_keys}
        named = {code: self.orders[code] for code in codes([payment]) if code in self.orders}
        return Candidates(
            {code: Order(*row[1:]) for code, row in named.items() if row[0] <= moment},
            {key: holder for key, holder in held.items() if holder is not None},
            self.stands,
        )

    def _holder(self, key: AccountKey, moment: datetime) -> Holder | None:
        """Choose the one whose account was open then, else the one whose was closed last."""
        known = [holder for opened, holder in self.holders.get(key, ()) if opened <= moment]
        return max(known, key=lambda one: _open_until(one, moment), default=None)


def _open_until(holder: Holder, moment: datetime) -> tuple[bool, float]:
    closed = holder.closed_at
    if closed is None or closed > moment:
        return True, 0
    return False, closed.timestamp()


def history(db: Connection, payments: Sequence[Payment]) -> History:
    """Read what the payments of a batch may belong to, in three statements."""
    held = defaultdict[AccountKey, list[tuple[datetime, Holder]]](list)
    for row in db.execute(_HOLDERS, {"keys": rows_json(keys(payments))}):
        held[row.provider, row.number].append((row.opened_at, Holder(*row[3:])))
    return History(_orders(db, payments), held, stands(db, payments))


def _orders(db: Connection, payments: Iterable[Payment]) -> dict[str, Sequence[Any]]:
    rows = db.execute(_ORDERS, {"codes": codes(payments)})
    return {row.code: tuple(row) for row in rows}
