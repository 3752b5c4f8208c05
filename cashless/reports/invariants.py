"""The numbered invariants (design §9) and their figures: what ``cashless audit`` prints.

Each is one or two questions that look for what is broken and name the rows. An invariant that the
platform cannot be asked about is not listed rather than shown as kept: I7 needs the vault key, with
which the kept deliveries are proven and read again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, TextClause, text

from cashless.ledger import closing, proof, publishing, tracing
from cashless.reports import continuity, repeated
from webhooks import reread
from webhooks.rules import faults
from webhooks.statements import followed

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
SELECT coalesce(sum(CASE p.kind WHEN 'credit' THEN coalesce(m.amount, p.amount) ELSE -p.amount END),
  0)::bigint AS arrived
FROM payment p JOIN match m ON m.payment_id = p.id AND m.rule <> 'annulled'
  AND NOT EXISTS (SELECT FROM match y WHERE y.payment_id = m.payment_id AND y.seq > m.seq)
"""
)
_BOOKED = text(
    """
SELECT
  coalesce(sum(debits - credits) FILTER (WHERE b.merchant_id IS NOT NULL), 0)::bigint AS posted,
  coalesce(sum(debits - credits) FILTER (WHERE b.merchant_id IS NULL), 0)::bigint AS suspense,
  coalesce(sum(credits - debits) FILTER (WHERE d.account LIKE 'Assets:Returned:%'), 0)::bigint
    AS returned
FROM account_day d JOIN book b ON b.id = d.book_id WHERE d.account LIKE 'Assets:%'
"""
)
# What people post by hand (an opening, a payout's fee, a correction) is no arrival of a payment.
_BY_HAND = text(
    """
SELECT coalesce(sum(CASE WHEN t.debit LIKE 'Assets:%' THEN t.amount ELSE 0 END
                  - CASE WHEN t.credit LIKE 'Assets:%' THEN t.amount ELSE 0 END), 0)::bigint
       AS by_hand
FROM entry e JOIN transfer t USING (book_id, seq) WHERE e.match_seq IS NULL
"""
)
# A payment without match, a match without its entry in its merchant's book, and what still points
# to a payment that is gone.
_UNKEPT = text(
    """
SELECT 'payment ' || p.id || ': no match' AS place FROM payment p
WHERE NOT EXISTS (SELECT FROM match m WHERE m.payment_id = p.id)
  AND NOT EXISTS (SELECT FROM witness w WHERE w.payment_id = p.id)
  AND NOT EXISTS (SELECT FROM arrival a WHERE a.payment_id = p.id)
UNION ALL
SELECT 'payment ' || m.payment_id || ': match ' || m.seq || ' not in its book' FROM match m
WHERE NOT EXISTS (SELECT FROM entry e JOIN book b ON b.id = e.book_id
  WHERE e.payment_id = m.payment_id AND e.match_seq = m.seq
    AND b.merchant_id IS NOT DISTINCT FROM m.merchant_id)
UNION ALL
SELECT 'payment ' || gone.payment_id || ' missing'
FROM (SELECT payment_id FROM match UNION SELECT payment_id FROM arrival) AS gone
WHERE NOT EXISTS (SELECT FROM payment p WHERE p.id = gone.payment_id)
ORDER BY place LIMIT 20
"""
)
_ORPHANS = text(
    """
SELECT 'payment ' || p.id || ': no delivery' FROM payment p WHERE NOT EXISTS
  (SELECT FROM delivery d WHERE d.day = p.delivery_day AND d.id = p.delivery_id)
ORDER BY p.id LIMIT 20
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


_PLACES_MOST = 20


@dataclass(frozen=True, slots=True)
class Keys:
    """What lies outside the database: public keys that may have signed roots, and the vault key.

    Without the vault key the deliveries are not read again.
    """

    roots: frozenset[str]
    vault: bytes | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether an invariant holds, with the figures it was judged by."""

    ok: bool
    figures: Mapping[str, object]


def check(db: Connection, keys: Keys | None = None) -> dict[str, Finding]:
    """Check every invariant, by its number; with the keys also roots and what deliveries say."""
    found = {number: question(db) for number, question in _QUESTIONS.items()}
    if keys is not None:
        found["I6"] = _with_roots(db, found["I6"], keys.roots)
    if keys is not None and keys.vault is not None:
        found["I7"] = _read_again(db, keys.vault)
    return dict(sorted(found.items()))


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
    money = {**_figures(db, _MONEY), **_figures(db, _BOOKED), **_figures(db, _BY_HAND)}
    money["posted"] -= money["by_hand"]
    missing = money["arrived"] - money["posted"] - money["suspense"] - money["returned"]
    told = (*repeated.faults(db), *followed.faults(db), *faults.faults(db))
    where = [*_places(db, _UNKEPT), *told][:_PLACES_MOST]
    ok = figures["lost"] == figures["unposted"] == missing == len(where) == 0
    return Finding(ok, {**figures, **money, "missing": missing, "where": where})


def _never_half(db: Connection) -> Finding:
    figures = {**_figures(db, _HALF), "empty_entries": proof.empty_entries(db)}
    return Finding(not any(figures.values()), {**figures, "where": _places(db, _ORPHANS)})


def _days(db: Connection) -> Finding:
    off = proof.days_off(db)
    return Finding(not off, {"days_off": len(off), "where": off[:_PLACES_MOST]})


def _chains(db: Connection) -> Finding:
    found = (*tracing.broken_links(db), *tracing.foreign_causes(db), *closing.faults(db))
    broken = list(dict.fromkeys(found))
    held = proof.figures(db)
    return Finding(not broken, {"entries": held.entries, "broken": broken[:_PLACES_MOST]})


def _with_roots(db: Connection, chains: Finding, trusted: frozenset[str]) -> Finding:
    """Add to the finding about chains whether the books are what the published roots say."""
    unlike = list(publishing.faults(db, trusted))
    kept = chains.figures["broken"]
    broken = [*(kept if isinstance(kept, list) else []), *unlike][:_PLACES_MOST]
    figures = {**chains.figures, **publishing.standing(db), "broken": broken}
    return Finding(chains.ok and not unlike, figures)


def _read_again(db: Connection, key: bytes) -> Finding:
    unlike = list(reread.faults(db, key))
    figures = {"faults": len(unlike), "where": unlike[:_PLACES_MOST]}
    return Finding(not unlike, figures)


def _orders(db: Connection) -> Finding:
    figures = _figures(db, _ORDERS)
    return Finding(figures["illegal"] == figures["foreign_matches"] == 0, figures)


def _signed(db: Connection) -> Finding:
    figures = _figures(db, _UNSIGNED)
    return Finding(figures["without_connection"] == 0, figures)


def _places(db: Connection, question: TextClause) -> list[str]:
    return [str(place) for place in db.execute(question).scalars()]


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
