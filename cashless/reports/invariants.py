"""The numbered invariants (design §9) and their figures: what ``cashless audit`` prints.

Each is one or two questions that look for what is broken. An invariant that the platform cannot yet
be asked about is not listed rather than shown as kept.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, TextClause, text

from cashless.ledger import proof
from cashless.reports import continuity

_ACKNOWLEDGED = text(
    """
SELECT (SELECT count(*) FROM delivery) AS deliveries,
  (SELECT count(*) FROM payment) AS payments,
  (SELECT count(*) FROM arrival) AS waiting,
  (SELECT count(*) FROM payment p WHERE NOT EXISTS (SELECT FROM match m WHERE m.payment_id = p.id)
     AND NOT EXISTS (SELECT FROM witness w WHERE w.payment_id = p.id)
     AND NOT EXISTS (SELECT FROM arrival a WHERE a.payment_id = p.id)) AS lost,
  (SELECT count(*) FROM match m WHERE NOT EXISTS
     (SELECT FROM entry e WHERE e.payment_id = m.payment_id AND e.match_seq = m.seq)) AS unposted
"""
)
_ONCE = text(
    "SELECT (SELECT count(*) FROM payment)"
    " - (SELECT count(*) FROM (SELECT DISTINCT provider, provider_txn_id, kind FROM payment) AS d)"
)
_HALF = text(
    """
SELECT (SELECT count(*) FROM payment p WHERE NOT EXISTS
     (SELECT FROM delivery d WHERE d.day = p.delivery_day AND d.id = p.delivery_id)) AS orphans,
  (SELECT count(*) FROM delivery WHERE length(digest) <> 32) AS undigested
"""
)
_MONEY = text(
    """
SELECT coalesce(sum(CASE kind WHEN 'credit' THEN amount ELSE -amount END), 0)::bigint AS arrived
FROM payment p WHERE EXISTS (SELECT FROM match m WHERE m.payment_id = p.id)
"""
)
_BOOKED = text(
    """
SELECT
  coalesce(sum(debits - credits) FILTER (WHERE b.merchant_id IS NOT NULL), 0)::bigint AS posted,
  coalesce(sum(debits - credits) FILTER (WHERE b.merchant_id IS NULL), 0)::bigint AS suspense
FROM account_day d JOIN book b ON b.id = d.book_id WHERE d.account LIKE 'Assets:%'
"""
)
_ORDERS = text(
    """
SELECT (SELECT count(*) FROM "order") AS orders,
  (SELECT count(*) FROM "order" WHERE expires_at <= created_at) AS illegal,
  (SELECT count(*) FROM match m JOIN "order" o ON o.code = m.order_code
   WHERE m.merchant_id IS DISTINCT FROM o.merchant_id) AS foreign_matches
"""
)
_UNSIGNED = text(
    """
SELECT (SELECT count(*) FROM payment p WHERE trust = 'weak'
     AND NOT EXISTS (SELECT FROM confirmation c WHERE c.payment_id = p.id)) AS weak,
  (SELECT count(*) FROM payment p WHERE NOT EXISTS
     (SELECT FROM connection c WHERE c.id = p.connection_id)) AS without_connection,
  (SELECT coalesce(sum(count), 0)::bigint FROM refusal) AS refused
"""
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether an invariant holds, with the figures it was judged by."""

    ok: bool
    figures: Mapping[str, object]


def check(db: Connection) -> dict[str, Finding]:
    """Check every invariant, by its number."""
    return {number: question(db) for number, question in _QUESTIONS.items()}


def _balanced(db: Connection) -> Finding:
    held = proof.figures(db)
    unbalanced = proof.unbalanced_books(db)
    figures = {"books": held.books, "transfers": held.transfers, "unbalanced": unbalanced}
    return Finding(unbalanced == 0, figures)


def _once(db: Connection) -> Finding:
    doubled = int(db.execute(_ONCE).scalar_one())
    twice = proof.posted_twice(db)
    return Finding(doubled == twice == 0, {"doubled": doubled, "posted_twice": twice})


def _kept(db: Connection) -> Finding:
    figures = _figures(db, _ACKNOWLEDGED)
    money = {**_figures(db, _MONEY), **_figures(db, _BOOKED)}
    missing = money["arrived"] - money["posted"] - money["suspense"]
    ok = figures["lost"] == figures["unposted"] == missing == 0
    return Finding(ok, {**figures, **money, "missing": missing})


def _never_half(db: Connection) -> Finding:
    figures = {**_figures(db, _HALF), "empty_entries": proof.empty_entries(db)}
    return Finding(not any(figures.values()), figures)


def _days(db: Connection) -> Finding:
    off = proof.days_off(db)
    return Finding(off == 0, {"days_off": off})


def _chains(db: Connection) -> Finding:
    broken = list(proof.broken_links(db))
    held = proof.figures(db)
    return Finding(not broken, {"entries": held.entries, "broken": broken[:20]})


def _orders(db: Connection) -> Finding:
    figures = _figures(db, _ORDERS)
    return Finding(figures["illegal"] == figures["foreign_matches"] == 0, figures)


def _signed(db: Connection) -> Finding:
    figures = _figures(db, _UNSIGNED)
    return Finding(figures["without_connection"] == 0, figures)


def _continuous(db: Connection) -> Finding:
    found = continuity.check(db)
    places = [f"{gap.before.id}-{gap.after.id}" for gap in found.open_gaps]
    figures = {"tellings": found.tellings, "chains": found.chains, "gaps": len(found.gaps)}
    return Finding(not places, {**figures, "unfilled": places[:20]})


def _figures(db: Connection, question: TextClause) -> dict[str, int]:
    row = db.execute(question).one()
    return {name: int(value) for name, value in row._mapping.items()}


_QUESTIONS: Mapping[str, Callable[[Connection], Finding]] = {
    "I1": _balanced,
    "I2": _once,
    "I3": _kept,
    "I4": _never_half,
    "I5": _days,
    "I6": _chains,
    "I8": _orders,
    "I9": _signed,
    "I12": _continuous,
}
