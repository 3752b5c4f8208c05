"""Rehearse: run a rule set over past payments and say exactly what would be matched otherwise.

Past credits are walked in the order they were kept, 500 at a time, in one read-only snapshot; what
is in memory is one batch, whatever the length of the past. Each is matched by the drafted set with
the candidates it had when it was matched (``history``), and compared with the match it got then. A
difference counts only where the rules of then would still make the match of then; elsewhere it is
``unrepeatable`` (``differing``).

The digest covers both sets, the scope, every difference in order and the counts. It is kept with
them, and a set can only be switched on after it.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, Final

import orjson
from sqlalchemy import Connection, text

from cashless.clock import now
from merchants import places
from webhooks.match import Payment, match
from webhooks.rules import differing, kept
from webhooks.rules.body import FIRST, RuleSet
from webhooks.rules.differing import Difference, Outcome
from webhooks.rules.history import History, history

BATCH: Final = 500
_FIELDS: Final = 14  # of a payment, at the beginning of a row

_SNAPSHOT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
_PAST = text(
    """
SELECT p.id, p.provider, p.provider_txn_id, p.kind, p.amount, p.account, p.virtual_account,
       p.order_ref, p.memo, p.occurred_at, p.business_date, p.original,
       c.id IS NULL OR cardinality(c.accounts) = 0
         OR coalesce(p.account = ANY (c.accounts), false)
         OR coalesce(p.virtual_account = ANY (c.accounts), false) AS is_bound,
       p.trust = 'weak' AS is_weak,
       m.matched_at, m.rule, m.merchant_id, me.code, m.order_code, m.explanation, m.rule_set,
       later.merchant_id AS assigned_id, later.code AS assigned_to
FROM match m JOIN payment p ON p.id = m.payment_id
LEFT JOIN connection c ON c.id = p.connection_id
LEFT JOIN merchant me ON me.id = m.merchant_id
LEFT JOIN LATERAL (
  SELECT x.rule, x.merchant_id, h.code FROM match x LEFT JOIN merchant h ON h.id = x.merchant_id
  WHERE x.payment_id = m.payment_id AND x.seq > 1 ORDER BY x.seq DESC LIMIT 1) later
  ON later.rule = 'assigned'
WHERE m.payment_id > :after AND m.seq = 1 AND p.kind = 'credit'
  AND p.business_date >= coalesce(CAST(:since AS date), p.business_date)
  AND p.business_date <= coalesce(CAST(:until AS date), p.business_date)
ORDER BY m.payment_id LIMIT :most
"""
)
_OF_PLACE = text(
    "SELECT DISTINCT t.merchant_id FROM tenancy t JOIN stall s ON s.id = t.stall_id"
    " WHERE s.place_code = :place"
)
_KEEP = text(
    """
INSERT INTO rule_rehearsal (rule_set, against, since, until, place, payments, last_payment, counts,
                            digest, rehearsed_by, rehearsed_at)
VALUES (:rule_set, :against, :since, :until, :place, :payments, :last_payment, :counts, :digest,
        :who, :at) RETURNING id
"""
)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which payments: by business date, and of merchants who have or had a stall in a place."""

    since: date | None = None
    until: date | None = None
    place: str | None = None


@dataclass(slots=True)
class Rehearsed:
    """What came of it; ``last_payment`` is the newest one that was looked at."""

    number: int
    against: int
    scope: Scope
    payments: int = 0
    last_payment: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    persons: Counter[str] = field(default_factory=Counter)
    digest: bytes = b""

    @property
    def differing(self) -> int:
        """How many payments would be matched otherwise."""
        return sum(self.counts[name] for name in differing.KINDS if name != "unrepeatable")

    @property
    def figures(self) -> dict[str, Any]:
        """The counts by kind of difference, and how persons' assignments stand to the set."""
        return {
            "payments": self.payments,
            "differing": self.differing,
            "differences": {name: self.counts[name] for name in differing.KINDS},
            "persons": {name: self.persons[name] for name in differing.PERSONS},
        }


@dataclass(frozen=True, slots=True)
class Listener:
    """Who hears each difference as it is found, and how many payments were looked at."""

    differs: Callable[[Difference], None] = lambda _found: None
    looked_at: Callable[[int], None] = lambda _payments: None


def rehearse(
    db: Connection, number: int, scope: Scope, listener: Listener, batch: int = BATCH
) -> Rehearsed:
    """Rehearse a set; ``db`` must be at the beginning of its transaction, which only reads.

    Raises ``NotFound("rules_unknown" | "place_unknown")``.
    """
    db.execute(_SNAPSHOT)
    new, before, sets = kept.find(db, number), kept.active(db), kept.every(db)
    walk = _Walk(new, sets, _merchants(db, scope.place))
    told = Rehearsed(number, before.number, scope)
    sealed = hashlib.sha256(_head(new, before, scope))
    for rows in _past(db, scope, batch):
        known = history(db, [Payment(*row[:_FIELDS]) for row in rows])
        told.last_payment = rows[-1].id
        for found in walk.look(rows, known, told):
            sealed.update(_line(found.row))
            listener.differs(found)
        listener.looked_at(told.payments)
    sealed.update(_line(told.figures))
    told.digest = sealed.digest()
    return told


def keep(db: Connection, told: Rehearsed, who: str) -> int:
    """Keep the figures and the digest of a rehearsal; return its number."""
    row = {
        "rule_set": told.number,
        "against": told.against,
        "since": told.scope.since,
        "until": told.scope.until,
        "place": told.scope.place,
        "payments": told.payments,
        "last_payment": told.last_payment,
        "counts": orjson.dumps(told.figures).decode(),
        "digest": told.digest,
        "who": who,
        "at": now(),
    }
    return int(db.execute(_KEEP, row).scalar_one())


@dataclass(frozen=True, slots=True)
class _Walk:
    """The ladder of the drafted set and those of then; ``merchants`` are the place's, if one."""

    new: RuleSet
    sets: Mapping[int, RuleSet]
    merchants: frozenset[int] | None

    def look(self, rows: list[Any], known: History, told: Rehearsed) -> Iterator[Difference]:
        """Match the payments of a batch and give those that differ."""
        for row in rows:
            said, would = _recorded(row), self._walked(row, known, self.new)
            if self._is_elsewhere(said, would, row.assigned_id):
                continue
            told.payments += 1
            person = differing.person(row.assigned_id, would)
            told.persons.update([person] if person else [])
            kind = self._kind(row, known, said, would)
            if kind is not None:
                told.counts[kind] += 1
                yield _difference(row, kind, said, would, person)

    def _kind(self, row: Any, known: History, said: Outcome, would: Outcome) -> str | None:  # noqa: ANN401  a row of _PAST
        kind = differing.kind(said, would)
        if kind is None:
            return None
        then = self.sets.get(row.rule_set or FIRST.number, FIRST)
        return kind if self._walked(row, known, then) == said else "unrepeatable"

    def _walked(self, row: Any, known: History, rules: RuleSet) -> Outcome:  # noqa: ANN401  a row of _PAST
        payment = Payment(*row[:_FIELDS])
        (made,) = match([payment], known.at(payment, row.matched_at), rules)
        return differing.outcome(made)

    def _is_elsewhere(self, said: Outcome, would: Outcome, assigned: int | None) -> bool:
        named = {said.merchant_id, would.merchant_id, assigned}
        return self.merchants is not None and self.merchants.isdisjoint(named)


def _past(db: Connection, scope: Scope, most: int) -> Iterator[list[Any]]:
    after = 0
    while True:
        asked = {"after": after, "since": scope.since, "until": scope.until, "most": most}
        rows = list(db.execute(_PAST, asked))
        if not rows:
            return
        yield rows
        after = rows[-1].id


def _merchants(db: Connection, place: str | None) -> frozenset[int] | None:
    if place is None:
        return None
    code = places.find(db, place).code
    return frozenset(db.execute(_OF_PLACE, {"place": code}).scalars())


@lru_cache(maxsize=1024)
def _reason(explanation: str) -> str | None:
    said = orjson.loads(explanation).get("reason")
    return str(said) if said else None


def _recorded(row: Any) -> Outcome:  # noqa: ANN401  a row of _PAST
    return Outcome(row.rule, row.merchant_id, row.code, row.order_code, _reason(row.explanation))


def _difference(
    row: Any,  # noqa: ANN401  a row of _PAST
    kind: str,
    said: Outcome,
    would: Outcome,
    person: str | None,
) -> Difference:
    about = (row.id, row.provider, row.provider_txn_id, row.business_date, row.amount, kind)
    old = (said.rule, said.merchant, said.order, said.reason)
    new = (would.rule, would.merchant, would.order, would.reason)
    return Difference(*about, *old, *new, row.assigned_to, person)


def _head(new: RuleSet, before: RuleSet, scope: Scope) -> bytes:
    said = [new.body, before.body, scope.since, scope.until, scope.place]
    return orjson.dumps(said) + b"\n"


def _line(row: Mapping[str, object]) -> bytes:
    return orjson.dumps(row, option=orjson.OPT_SORT_KEYS) + b"\n"
