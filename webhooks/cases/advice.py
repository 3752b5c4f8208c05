"""Which cases payments are, from their rows: what to do about each (``webhooks.cases``).

Asked for many payments at once, in one statement. Nothing is stored: a case ends by itself when
what was missing has come: ``underpaid`` when the order is paid in full. Only rows that a signed-in
person may see are looked at, so that people's pages can ask it too.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import Connection, text

from webhooks.cases.case import Case
from webhooks.cases.posted import POSTED
from webhooks.cases.unclaimed import UNCLAIMED

CASES: Final[Mapping[str, Case]] = {one.name: one for one in (*POSTED, *UNCLAIMED)}

_FACTS = text(
    """
SELECT p.id, p.kind, p.original, x.rule, x.merchant_id, x.order_code, x.reason,
  e.kind AS entry, e.original_date,
  e.seq IS NOT NULL AND EXISTS (
    SELECT FROM transfer t WHERE t.book_id = e.book_id AND t.seq = e.seq
      AND t.credit = 'Liabilities:Overpaid') AS overpaid,
  o.at >= o.expires_at AS late, o.at >= o.cancelled_at AS after_cancel,
  p.occurred_at < o.created_at - interval '1 minute' AS before_order, o.paid < o.amount
    AND NOT EXISTS (SELECT FROM match k WHERE k.credit_id = p.id) AS underpaid,
  a.closed_at <= p.occurred_at AS closed_account, a.revoked AS revoked_stand
FROM payment p
LEFT JOIN LATERAL (
  SELECT m.seq, m.rule, m.merchant_id, m.order_code,
         m.explanation::json ->> 'reason' AS reason
  FROM match m WHERE m.payment_id = p.id ORDER BY m.seq DESC LIMIT 1) x ON true
LEFT JOIN LATERAL (
  SELECT n.* FROM entry n JOIN book b ON b.id = n.book_id AND b.merchant_id = x.merchant_id
  WHERE n.payment_id = p.id AND n.match_seq = x.seq LIMIT 1) e ON true
LEFT JOIN LATERAL (
  SELECT q.amount, q.created_at, q.expires_at, q.cancelled_at,
    CASE WHEN p.occurred_at BETWEEN q.created_at AND p.kept_at THEN p.occurred_at
         ELSE p.kept_at END AS at,
    (SELECT sum(CASE c.kind WHEN 'credit' THEN c.amount ELSE -c.amount END)
     FROM match y JOIN payment c ON c.id = y.payment_id
     WHERE y.order_code = q.code AND NOT EXISTS (
       SELECT FROM match z WHERE z.payment_id = y.payment_id AND z.seq > y.seq)) AS paid
  FROM "order" q WHERE q.code = x.order_code) o ON true
LEFT JOIN LATERAL (
  SELECT r.closed_at, (
    SELECT bool_and(coalesce(s.revoked_at <= p.occurred_at, false)) FROM stand s
    WHERE s.account_id = r.id AND s.issued_at <= p.occurred_at) AS revoked
  FROM receiving_account r
  WHERE r.merchant_id = x.merchant_id AND p.kind = 'credit' AND x.order_code IS NULL
    AND (r.provider = p.provider AND r.number IN (p.account, p.virtual_account)
      OR p.provider = 'standard' AND r.bin || ':' || r.number IN (p.account, p.virtual_account))
  ORDER BY r.closed_at NULLS FIRST LIMIT 1) a ON true
WHERE p.id = ANY (:ids)
"""
)
# What a person should hear of first; each is a column of _FACTS. Providers tell whole seconds or
# minutes, so a payment up to a minute before its order is none.
_FLAGS: Final = (
    *("after_cancel", "late", "before_order", "underpaid", "revoked_stand", "closed_account"),
)
_OF_ENTRY: Final[Mapping[str, str]] = {
    "refund": "taken_back",
    "debit": "taken_back",
    "reversal": "reversed",
    "withdrawal": "withdrawn",
}
_OF_REASON: Final[Mapping[str, str]] = {"merchant_closed": "closed_merchant"}


def cases(db: Connection, payments: Iterable[int]) -> dict[int, list[Case]]:
    """Return what each payment is, by its number; the most urgent first."""
    rows = db.execute(_FACTS, {"ids": list(payments)})
    return {row.id: [CASES[name] for name in _names(row)] for row in rows}


def of(db: Connection, shown: dict[str, Any]) -> list[Case]:
    """Return what one payment or conflict is, as ``payments.show`` gives it."""
    told = {"conflict": "conflict", "witness": "witness"}.get(shown["rule"])
    return [CASES[told]] if told else cases(db, [shown["id"]])[shown["id"]]


def shape(case: Case) -> dict[str, Any]:
    """Return a case as the commands print it."""
    said = {"means": case.means.en, "means_vi": case.means.vi}
    advised = {"advice": case.do.en, "advice_vi": case.do.vi}
    return {"case": case.name, "state": case.state, "entry": case.entry, **said, **advised}


def _names(row: Any) -> list[str]:  # noqa: ANN401  a row of _FACTS
    if row.rule in {None, "annulled"}:
        return [row.rule or "kept"]
    if row.merchant_id is None:
        return [name for name in [_unclaimed(row)] if name in CASES]
    if row.kind != "credit":
        return [_OF_ENTRY.get(row.entry, "taken_back")]
    found = [name for name in _FLAGS if getattr(row, name)] + _of_book(row)
    return found or [_plain(row)]


def _unclaimed(row: Any) -> str:  # noqa: ANN401  a row of _FACTS
    """Name the case by the reason for suspense, which is the name of most."""
    if row.rule == "returned":
        return "returned"
    if row.reason == "credit_not_known":
        return "before_credit" if row.original else "without_credit"
    return _OF_REASON.get(row.reason, str(row.reason))


def _of_book(row: Any) -> list[str]:  # noqa: ANN401  a row of _FACTS
    """Name what the entry tells: paid beyond the order, and a day that was closed."""
    beyond = "duplicate" if row.entry == "overpayment" else "overpaid"
    return [beyond] * row.overpaid + ["after_close"] * (row.original_date is not None)


def _plain(row: Any) -> str:  # noqa: ANN401  a row of _FACTS
    if row.rule == "assigned":
        return "assigned"
    return "as_asked" if row.order_code else "unasked"
