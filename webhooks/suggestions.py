"""Whose a payment in suspense may be: up to three merchants, why, and why the ladder left them.

One statement fetches the candidates of a whole list, each by one rule; what SQL finds by halves (a
code or an account number that differs in one sign has a half that is right) is proven here. The
rules are a table, the surest first. A merchant is named once, by the surest rule.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection, Row, text

from cashless.db.batch import rows_json
from cashless.vietqr.reference import LENGTH, squeezed
from webhooks.match import Payment
from webhooks.suggestion_words import RULES, Words

MOST: Final = 3
_HEAD, _TAIL, _PREFIX_LEAST = 6, 5, 6

_CANDIDATES = text(
    """
WITH given AS MATERIALIZED (
  SELECT * FROM json_to_recordset(:payments) AS g (id bigint, provider text, kind text,
    amount bigint, occurred_at timestamptz)),
numbers AS MATERIALIZED (
  SELECT * FROM json_to_recordset(:numbers) AS n (id bigint, provider text, number text)),
heard AS MATERIALIZED (
  SELECT h.*, length(number) AS len, left(number, length(number) / 2) AS head,
         right(number, (length(number) + 1) / 2) AS tail
  FROM heard_account h WHERE h.provider IN (SELECT provider FROM numbers)),
pieces AS MATERIALIZED (
  SELECT * FROM json_to_recordset(:pieces) AS s (id bigint, part text, piece text)),
found (id, rule, merchant_id, order_code, number, until, apart) AS (
  SELECT s.id, 'order_named', o.merchant_id, o.code, NULL, NULL::timestamptz, NULL::interval
  FROM pieces s JOIN "order" o ON o.code = s.piece WHERE s.part = 'whole'
  UNION ALL
  SELECT s.id, 'order_near', o.merchant_id, o.code, NULL, NULL, NULL
  FROM pieces s JOIN "order" o ON left(o.code, 6) = s.piece WHERE s.part = 'head'
  UNION ALL
  SELECT s.id, 'order_near', o.merchant_id, o.code, NULL, NULL, NULL
  FROM pieces s JOIN "order" o ON right(o.code, 5) = s.piece WHERE s.part = 'tail'
  UNION ALL
  SELECT n.id, CASE WHEN h.closed_at IS NULL THEN 'holder' ELSE 'former' END, h.merchant_id, NULL,
         h.number, h.closed_at, NULL
  FROM numbers n JOIN heard h USING (provider, number)
  UNION ALL
  SELECT g.id, 'revoked_stand', k.merchant_id, NULL, a.number, k.revoked_at, NULL
  FROM given g JOIN numbers n USING (id)
  JOIN receiving_account a ON a.provider = n.provider AND a.number = n.number
  JOIN stand k ON k.account_id = a.id AND k.revoked_at < g.occurred_at AND NOT EXISTS
    (SELECT FROM stand live WHERE live.account_id = a.id AND live.revoked_at IS NULL)
  UNION ALL
  SELECT n.id, 'account_near', h.merchant_id, NULL, h.number, NULL, NULL
  FROM numbers n JOIN heard h ON h.provider = n.provider AND h.len = length(n.number)
    AND h.head = left(n.number, length(n.number) / 2)
  WHERE h.closed_at IS NULL AND h.number <> n.number
  UNION ALL
  SELECT n.id, 'account_near', h.merchant_id, NULL, h.number, NULL, NULL
  FROM numbers n JOIN heard h ON h.provider = n.provider AND h.len = length(n.number)
    AND h.tail = right(n.number, (length(n.number) + 1) / 2)
  WHERE h.closed_at IS NULL AND h.number <> n.number
  UNION ALL
  SELECT s.id, 'prefix', h.merchant_id, NULL, h.number, NULL, NULL
  FROM pieces s JOIN given g USING (id)
  JOIN heard h ON h.provider = g.provider AND h.number = s.piece
  WHERE s.part = 'prefix' AND h.closed_at IS NULL
  UNION ALL
  SELECT g.id, 'amount', o.merchant_id, o.code, NULL, NULL, g.occurred_at - o.created_at
  FROM given g JOIN "order" o ON o.amount = g.amount AND g.kind = 'credit'
    AND o.created_at BETWEEN g.occurred_at - interval '2 hours'
                         AND g.occurred_at + interval '5 minutes'
  WHERE o.cancelled_at IS NULL AND NOT EXISTS (
    SELECT FROM match m WHERE m.order_code = o.code AND NOT EXISTS
      (SELECT FROM match y WHERE y.payment_id = m.payment_id AND y.seq > m.seq)))
SELECT DISTINCT f.id, f.rule, m.code AS merchant, m.name, m.status, f.order_code AS order,
       f.number, f.until, abs(extract(epoch FROM f.apart))::bigint AS seconds, held.place, g.kind
FROM found f JOIN given g USING (id) JOIN merchant m ON m.id = f.merchant_id
LEFT JOIN LATERAL (
  SELECT s.place_code AS place FROM tenancy t JOIN stall s ON s.id = t.stall_id
  WHERE t.merchant_id = m.id ORDER BY upper(t.during) DESC NULLS FIRST LIMIT 1) held ON true
ORDER BY f.id, m.code
"""
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A merchant who may be the one, perhaps with an order; ``words`` says why and why not."""

    rule: str
    merchant: str
    name: str
    status: str
    order: str | None
    place: str | None
    words: Words

    def as_json(self) -> dict[str, Any]:
        """Return what the command line and the API show."""
        return {
            "merchant": self.merchant,
            "name": self.name,
            "status": self.status,
            "order": self.order,
            "place": self.place,
            "rule": self.rule,
            "why_vi": self.words.why[0],
            "why_en": self.words.why[1],
            "why_not_vi": self.words.why_not[0],
            "why_not_en": self.words.why_not[1],
        }


Asked = tuple[Payment, Mapping[str, Any]]
"""A payment and what its match explains."""


def suggest(db: Connection, waiting: Sequence[Asked]) -> dict[int, tuple[Suggestion, ...]]:
    """Return the suggestions of each payment that has some, the surest first."""
    if not waiting:
        return {}
    payments = {payment.id: payment for payment, _facts in waiting}
    asked = {
        "payments": rows_json(_given(payment) for payment in payments.values()),
        "numbers": rows_json(
            {"id": payment.id, "provider": provider, "number": number}
            for payment in payments.values()
            for provider, number in payment.account_keys
        ),
        "pieces": rows_json(piece for one in waiting for piece in _pieces(*one)),
    }
    rows = db.execute(_CANDIDATES, asked).all()
    return {
        number: _surest(payments[number], list(found))
        for number, found in groupby(rows, key=lambda row: row.id)
    }


def _given(payment: Payment) -> dict[str, object]:
    names = ("id", "provider", "kind", "amount", "occurred_at")
    return {name: getattr(payment, name) for name in names}


def _pieces(payment: Payment, facts: Mapping[str, Any]) -> Iterator[dict[str, object]]:
    """Cut what is looked up: codes that are named, ends of such as may be meant, prefixes."""
    memo, number = squeezed(payment.memo), payment.virtual_account or ""
    named = {*payment.references, *facts.get("orders", ()), facts.get("order")}
    parts = (
        ("whole", {*named, (payment.order_ref or "").upper()}),
        ("head", {memo[at : at + _HEAD] for at in range(len(memo) - _HEAD + 1)}),
        ("tail", {memo[at : at + _TAIL] for at in range(len(memo) - _TAIL + 1)}),
        ("prefix", {number[:length] for length in range(_PREFIX_LEAST, len(number))}),
    )
    for part, pieces in parts:
        for piece in sorted(filter(None, pieces)):
            yield {"id": payment.id, "part": part, "piece": piece}


def _surest(payment: Payment, rows: Iterable[Row[Any]]) -> tuple[Suggestion, ...]:
    """Name each merchant once, by the surest rule that holds; the nearest in time first."""
    order = {rule: place for place, rule in enumerate(RULES)}
    holding = [row for row in rows if _holds(payment, row)]
    holding.sort(key=lambda row: (order[row.rule], row.seconds or 0, row.merchant))
    first: dict[str, Row[Any]] = {}
    for row in holding:
        first.setdefault(row.merchant, row)
    return tuple(_suggestion(row) for row in list(first.values())[:MOST])


def _holds(payment: Payment, row: Row[Any]) -> bool:
    """Prove what was found by a half."""
    if row.rule == "order_near":
        memo = squeezed(payment.memo)
        return row.order not in payment.references and any(
            is_near(row.order, memo[at : at + length])
            for length in (LENGTH - 1, LENGTH, LENGTH + 1)
            for at in range(len(memo) - length + 1)
        )
    if row.rule == "account_near":
        return any(is_near(row.number, number) for _provider, number in payment.account_keys)
    return True


def is_near(one: str, other: str) -> bool:
    """Tell whether two texts differ by one sign: another, one more, one less, or two swapped."""
    if len(one) > len(other):
        one, other = other, one
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) < len(other):
        return one[at:] == other[at + 1 :]
    swapped = one[at : at + 2] == other[at : at + 2][::-1] and one[at + 2 :] == other[at + 2 :]
    return at < len(one) and (one[at + 1 :] == other[at + 1 :] or swapped)


def _suggestion(row: Row[Any]) -> Suggestion:
    return Suggestion(
        row.rule,
        row.merchant,
        row.name,
        row.status,
        row.order,
        row.place,
        RULES[row.rule](dict(row._mapping)),
    )
