"""Post every entry once more in another database, and compare the hashes.

Entries come in the order and at the moment they had, and days are closed where they were closed.
The entry of a payment is drafted anew from the replayed payment and its match; what people posted
by hand is no delivery and is taken as it was written. Because the moment is the same, not only the
contents but the hashes must be the same.

Whose a payment is, is a decision and is kept. The ladder is walked again beside it, with the rule
set the match was made under, and what it would decide otherwise today (an account that changed
hands) is told and is no fault.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any

import orjson
from sqlalchemy import Connection, Row, text

from cashless.db.batch import rows_json
from cashless.errors import Problem
from cashless.ledger import closing
from cashless.ledger.closing import Wish
from cashless.ledger.entry import Draft, Posted, Transfer
from cashless.ledger.post import post
from webhooks import corrected
from webhooks.candidates import candidates
from webhooks.match import Holder, Match, Payment, match
from webhooks.matches import write
from webhooks.redrafting import redraft
from webhooks.rules import kept
from webhooks.rules.body import FIRST, RuleSet

PLACES_MOST = 20

_ENTRIES = text(
    """
SELECT b.code AS book, e.seq, e.kind, e.cause, e.business_date, e.original_date, e.posted_at,
       e.reverses, e.hash, e.match_seq, m.order_code, m.rule, m.explanation, m.merchant_id,
       m.rule_set,
       h.code AS holder, h.status, p.provider, p.provider_txn_id, p.kind AS payment_kind,
       c.provider AS credit_provider, c.provider_txn_id AS credit_txn_id,
       t.debits, t.credits, t.amounts
FROM entry e JOIN book b ON b.id = e.book_id
LEFT JOIN payment p ON p.id = e.payment_id
LEFT JOIN match m ON m.payment_id = e.payment_id AND m.seq = e.match_seq
LEFT JOIN merchant h ON h.id = m.merchant_id
LEFT JOIN payment c ON c.id = m.credit_id
LEFT JOIN (SELECT book_id, seq, array_agg(debit ORDER BY line) AS debits,
                  array_agg(credit ORDER BY line) AS credits,
                  array_agg(amount ORDER BY line) AS amounts
           FROM transfer GROUP BY book_id, seq) AS t
  ON t.book_id = e.book_id AND t.seq = e.seq
ORDER BY e.posted_at, e.book_id, e.seq
"""
)
_PAYMENTS = text(
    """
SELECT p.id, p.provider, p.provider_txn_id, p.kind, p.amount, p.account, p.virtual_account,
       p.order_ref, p.memo, p.occurred_at, p.business_date, p.original,
       c.id IS NULL OR cardinality(c.accounts) = 0
         OR coalesce(p.account = ANY (c.accounts), false)
         OR coalesce(p.virtual_account = ANY (c.accounts), false) AS is_bound,
       p.trust = 'weak' AS is_weak
FROM json_to_recordset(:keys) AS k (provider text, provider_txn_id text, kind text)
JOIN payment p USING (provider, provider_txn_id, kind)
LEFT JOIN connection c ON c.id = p.connection_id ORDER BY p.id
"""
)
_CLOSES = text(
    "SELECT b.code AS book, c.number, c.last_seq, c.said, c.digest FROM day_close c"
    " JOIN book b ON b.id = c.book_id ORDER BY b.code, c.number"
)
_SETTLED = text("DELETE FROM arrival WHERE payment_id = ANY (:ids)")

Key = tuple[str, str, str]
_Row = Row[Any]


@dataclass(slots=True)
class Reposted:
    """What came of it: counts, places where hashes differ, matches the ladder would make anew.

    ``rules`` are the sets that the matches were made under.
    """

    entries: int = 0
    by_people: int = 0
    closes: int = 0
    different: int = 0
    where: list[str] = field(default_factory=list)
    otherwise: list[str] = field(default_factory=list)
    rules: Mapping[int, RuleSet] = field(default_factory=dict)

    @property
    def is_same(self) -> bool:
        """Tell whether every entry and every close has the hash it had."""
        return self.different == 0

    def differs(self, place: str) -> None:
        """Note a place where the two differ."""
        self.different += 1
        self.where += [place][: PLACES_MOST - len(self.where)]


def repost(source: Connection, target: Connection) -> Reposted:
    """Post the entries of ``source`` again in ``target``, which has the same payments."""
    found = Reposted(rules=kept.every(source))
    pending = _closes(source)
    rows = source.execute(_ENTRIES.execution_options(yield_per=5000))
    for moment, group in groupby(rows, key=lambda row: row.posted_at):
        entries = list(group)
        _close_before(target, entries, pending, found)
        _post_group(target, entries, moment, found)
    for unmade in pending.values():
        _close(target, unmade, found)
    return found


def _closes(source: Connection) -> dict[str, deque[_Row]]:
    pending: dict[str, deque[_Row]] = defaultdict(deque)
    for row in source.execute(_CLOSES):
        pending[row.book].append(row)
    return pending


def _close_before(
    target: Connection,
    entries: Iterable[_Row],
    pending: Mapping[str, deque[_Row]],
    found: Reposted,
) -> None:
    """Make the closes that come before the first of these entries in each book."""
    first: dict[str, int] = {}
    for row in entries:
        first.setdefault(row.book, row.seq)
    for code, seq in first.items():
        due = deque[_Row]()
        waiting = pending.get(code, due)
        while waiting and waiting[0].last_seq < seq:
            due.append(waiting.popleft())
        _close(target, due, found)


def _close(target: Connection, due: Iterable[_Row], found: Reposted) -> None:
    for row in due:
        found.closes += 1
        said = orjson.loads(row.said)
        at = datetime.fromisoformat(said["closed_at"])
        day = date.fromisoformat(said["last_day"])
        wish = Wish(day, said["closed_by"], at, said["market"], said["noted"])
        if _digest(target, row.book, wish) != bytes(row.digest):
            found.differs(f"{row.book} close {row.number}")


def _digest(target: Connection, book: str, wish: Wish) -> bytes | None:
    try:
        return closing.close(target, book, wish).digest
    except Problem:
        return None


def _post_group(
    target: Connection, written: Sequence[_Row], moment: datetime, found: Reposted
) -> None:
    entries = [row for row in written if row.debits is not None]
    for row in written:
        if row.debits is None:
            found.differs(f"{row.book}#{row.seq} (no transfer)")
    named = {row.order_code for row in entries if row.order_code}
    step = _Step(target, _payments(target, entries), found.rules, named)
    told = [step.draft(row) for row in entries]
    step.write()
    _walk_again(step, found)
    target.execute(_SETTLED, {"ids": [one.id for one in step.payments.values()]})
    for row, posted in zip(entries, post(target, told, moment), strict=True):
        _compare(row, posted, found)


class _Step:
    """The entries of one moment, drafted anew; each match is made once."""

    def __init__(
        self,
        target: Connection,
        payments: Mapping[Key, Payment],
        rules: Mapping[int, RuleSet],
        named: Iterable[str],
    ) -> None:
        """Fetch what the payments may belong to, as the settler does, and the orders named."""
        self.target, self.payments = target, payments
        watching = next((one for one in rules.values() if one.watches_stands), FIRST)
        self.known = candidates(target, list(payments.values()), watching, named)
        self.made: dict[tuple[Key, int], tuple[Match, dict[str, Draft]]] = {}
        self.unwritten: list[Match] = []

    def draft(self, row: _Row) -> Draft:
        """Draft an entry from its match, or as it stands where it has none."""
        payment = self.payments.get(_key(row))
        if row.match_seq is None or row.rule is None or payment is None:
            return _as_written(row, payment)
        place = (_key(row), row.match_seq)
        if place not in self.made:
            self.made[place] = self._make(row, payment)
        return self.made[place][1].get(row.book) or _as_written(row, payment)

    def _make(self, row: _Row, payment: Payment) -> tuple[Match, dict[str, Draft]]:
        """Make the match of an entry and the drafts that follow from it, by book."""
        said = self._match(row, payment)
        told = self._drafts(said)
        self.unwritten.append(said)
        return said, {one.book: one for one in told}

    def write(self) -> None:
        """Write the matches made since the last time."""
        write(self.target, self.unwritten, "replay")
        self.unwritten = []

    def _match(self, row: _Row, payment: Payment) -> Match:
        holder = row.holder and Holder(row.merchant_id, row.holder, row.status)
        order = self.known.orders.get(row.order_code)
        told = orjson.loads(row.explanation)
        credit = row.credit_txn_id and self._credit(row)
        is_named = credit and row.cause.endswith(f"/of/{row.credit_txn_id}")
        named = row.credit_txn_id if is_named else None
        told_of = corrected.through(payment, told)
        own = (told_of, row.match_seq, row.rule, told, holder, order, credit, named)
        return Match(*own, row.rule_set)

    def _credit(self, row: _Row) -> int | None:
        key = (row.credit_provider, row.credit_txn_id, "credit")
        found = _payments_of(self.target, [key]).get(key)
        return found.id if found else None

    def _drafts(self, said: Match) -> Sequence[Draft]:
        if said.credit_id is not None:
            self.write()  # what others took from the credit before counts
        return redraft(self.target, said)


def _compare(row: _Row, posted: Posted, found: Reposted) -> None:
    found.entries += 1
    found.by_people += row.match_seq is None
    if (posted.seq, posted.hash) != (row.seq, bytes(row.hash)):
        found.differs(f"{row.book}#{row.seq}")


def _payments(target: Connection, entries: Iterable[_Row]) -> dict[Key, Payment]:
    keys = dict.fromkeys(_key(row) for row in entries if row.provider is not None)
    return _payments_of(target, keys)


def _payments_of(target: Connection, keys: Iterable[Key]) -> dict[Key, Payment]:
    asked = [dict(zip(("provider", "provider_txn_id", "kind"), key, strict=True)) for key in keys]
    rows = target.execute(_PAYMENTS, {"keys": rows_json(asked)})
    return {(row.provider, row.provider_txn_id, row.kind): Payment(*row) for row in rows}


def _key(row: _Row) -> Key:
    return row.provider, row.provider_txn_id, row.payment_kind


def _as_written(row: _Row, payment: Payment | None) -> Draft:
    sides = zip(row.debits or (), row.credits or (), row.amounts or (), strict=True)
    return Draft(
        book=row.book,
        kind=row.kind,
        cause=row.cause,
        business_date=row.original_date or row.business_date,
        transfers=tuple(Transfer(*side) for side in sides),
        payment=payment.id if payment else None,
        reverses=row.reverses,
    )


def _walk_again(step: _Step, found: Reposted) -> None:
    """Walk the ladder for what was settled by it, and note what it would decide otherwise."""
    for said in (said for (_payment, seq), (said, _drafts) in step.made.items() if seq == 1):
        rules = found.rules.get(said.rule_set or FIRST.number, FIRST)
        (new,) = match([said.payment], step.known, rules)
        if _decided(said) != _decided(new):
            found.otherwise += [said.payment.cause][: PLACES_MOST - len(found.otherwise)]


def _decided(one: Match) -> tuple[object, ...]:
    return one.rule, one.holder and one.holder.merchant_id, one.order and one.order.code
