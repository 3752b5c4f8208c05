"""Post every entry once more in another database, and compare the hashes.

Entries come in the order and at the moment they had, and days are closed where they were closed.
The entry of a payment is drafted anew from the replayed payment and its match; what people posted
by hand is no delivery and is taken as it was written. Because the moment is the same, not only the
contents but the hashes must be the same.

Whose a payment is, is a decision and is kept. The ladder is walked again beside it, and what it
would decide otherwise today (an account that changed hands, a new rule) is told and is no fault.
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
from webhooks.candidates import candidates
from webhooks.match import Candidates, Holder, Match, Payment, match
from webhooks.post import drafts, release
from webhooks.settle import write_matches

PLACES_MOST = 20

_ENTRIES = text(
    """
SELECT b.code AS book, e.seq, e.kind, e.cause, e.business_date, e.original_date, e.posted_at,
       e.reverses, e.hash, e.match_seq, m.order_code, m.rule, m.explanation, m.merchant_id,
       h.code AS holder, h.status, p.provider, p.provider_txn_id, p.kind AS payment_kind,
       t.debits, t.credits, t.amounts
FROM entry e JOIN book b ON b.id = e.book_id
LEFT JOIN payment p ON p.id = e.payment_id
LEFT JOIN match m ON m.payment_id = e.payment_id AND m.seq = e.match_seq
LEFT JOIN merchant h ON h.id = m.merchant_id
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
       p.order_ref, p.memo, p.occurred_at, p.business_date
FROM json_to_recordset(:keys) AS k (provider text, provider_txn_id text, kind text)
JOIN payment p USING (provider, provider_txn_id, kind) ORDER BY p.id
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
    """What came of it: counts, places where hashes differ, matches the ladder would make anew."""

    entries: int = 0
    by_people: int = 0
    closes: int = 0
    different: int = 0
    where: list[str] = field(default_factory=list)
    otherwise: list[str] = field(default_factory=list)

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
    found = Reposted()
    pending = _closes(source)
    rows = source.execute(_ENTRIES.execution_options(yield_per=5000))
    for moment, group in groupby(rows, key=lambda row: row.posted_at):
        entries = list(group)
        _close_before(target, entries, pending, found)
        _post_group(target, entries, moment, found)
    for left in pending.values():
        _close(target, left, found)
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
    payments = _payments(target, entries)
    known = candidates(target, list(payments.values()))
    matches = {_match_key(row): _match(row, payments, known) for row in entries}
    made = {key: one for key, one in matches.items() if key is not None and one is not None}
    _walk_again(made, known, found)
    write_matches(target, made.values(), "replay")
    target.execute(_SETTLED, {"ids": [one.id for one in payments.values()]})
    told = [_draft(row, matches[_match_key(row)], payments) for row in entries]
    for row, posted in zip(entries, post(target, told, moment), strict=True):
        _compare(row, posted, found)


def _compare(row: _Row, posted: Posted, found: Reposted) -> None:
    found.entries += 1
    found.by_people += row.match_seq is None
    if (posted.seq, posted.hash) != (row.seq, bytes(row.hash)):
        found.differs(f"{row.book}#{row.seq}")


def _payments(target: Connection, entries: Iterable[_Row]) -> dict[Key, Payment]:
    keys = {_key(row): None for row in entries if row.provider is not None}
    asked = [dict(zip(("provider", "provider_txn_id", "kind"), key, strict=True)) for key in keys]
    rows = target.execute(_PAYMENTS, {"keys": rows_json(asked)})
    return {(row.provider, row.provider_txn_id, row.kind): Payment(*row) for row in rows}


def _key(row: _Row) -> Key:
    return row.provider, row.provider_txn_id, row.payment_kind


def _match_key(row: _Row) -> tuple[Key, int] | None:
    return None if row.match_seq is None else (_key(row), row.match_seq)


def _match(row: _Row, payments: Mapping[Key, Payment], known: Candidates) -> Match | None:
    """Return the match of an entry over the replayed payment; None if no delivery tells of it."""
    payment = payments.get(_key(row))
    if row.match_seq is None or row.rule is None or payment is None:
        return None
    holder = row.holder and Holder(row.merchant_id, row.holder, row.status)
    order = known.orders.get(row.order_code)
    told = orjson.loads(row.explanation)
    return Match(payment, row.match_seq, row.rule, told, holder, order)


def _draft(row: _Row, said: Match | None, payments: Mapping[Key, Payment]) -> Draft:
    """Draft an entry: from its match, or as it stands where there is none."""
    if said is None:
        return _as_written(row, payments.get(_key(row)))
    return release(said) if row.kind == "release" else drafts([said])[0]


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


def _walk_again(made: Mapping[tuple[Key, int], Match], known: Candidates, found: Reposted) -> None:
    """Walk the ladder for what was settled by it, and note what it would decide otherwise."""
    first = [one for (_key_, seq), one in made.items() if seq == 1]
    again = match([one.payment for one in first], known)
    for one, new in zip(first, again, strict=True):
        if _decided(one) != _decided(new):
            found.otherwise += [one.payment.cause][: PLACES_MOST - len(found.otherwise)]


def _decided(one: Match) -> tuple[object, ...]:
    return one.rule, one.holder and one.holder.merchant_id, one.order and one.order.code
