"""Read every chain of hashes from its first entry, and name the rows that do not fit (I6).

A place is ``book#seq``. An entry that was changed is named itself and not its followers: the next
link is tried on the hash that is stored and on the hash that should have been. A number that is
missing is named as missing. Whatever the hash does not cover (row ids of payments, the numbering of
transfers) is compared with what it does cover.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, text

from cashless.ledger.chain import GENESIS, content, link
from cashless.ledger.entry import Draft, Transfer

_GAP_MOST = 20

_CHAIN = text(
    """
SELECT book.code AS book, e.seq, e.kind, e.cause, e.business_date, e.reverses, e.posted_at,
       e.original_date, e.hash, t.debits, t.credits, t.amounts, t.lines
FROM book JOIN entry e ON e.book_id = book.id
LEFT JOIN (SELECT book_id, seq, array_agg(debit ORDER BY line) AS debits,
                  array_agg(credit ORDER BY line) AS credits,
                  array_agg(amount ORDER BY line) AS amounts,
                  array_agg(line ORDER BY line) AS lines
           FROM transfer GROUP BY book_id, seq) AS t
  ON t.book_id = e.book_id AND t.seq = e.seq
ORDER BY book.code, e.seq
"""
)
_HEADS = text("SELECT code, last_seq, head FROM book ORDER BY code")
_STRAYS = text(
    """
SELECT coalesce(b.code, 'book ' || t.book_id) || '#' || t.seq || ' (no entry)' AS place
FROM transfer t LEFT JOIN book b ON b.id = t.book_id
WHERE NOT EXISTS (SELECT FROM entry e WHERE e.book_id = t.book_id AND e.seq = t.seq)
UNION SELECT 'book ' || e.book_id || '#' || e.seq || ' (no book)' FROM entry e
WHERE NOT EXISTS (SELECT FROM book b WHERE b.id = e.book_id)
ORDER BY place
"""
)
# An entry of the path says its payment and match in its cause, and the credit that it takes back
# (older ones did not); one by a person says the payment of which it speaks there, as JSON.
_CAUSES = text(
    r"""
WITH told AS (
  SELECT b.code || '#' || e.seq AS place, e.kind, e.cause, e.payment_id, e.match_seq,
         p.provider || '/' || p.provider_txn_id || '/' || p.kind AS payment,
         '/of/' || c.provider_txn_id AS credit
  FROM entry e JOIN book b ON b.id = e.book_id LEFT JOIN payment p ON p.id = e.payment_id
  LEFT JOIN match m ON m.payment_id = e.payment_id AND m.seq = e.match_seq
  LEFT JOIN payment c ON c.id = m.credit_id)
SELECT place FROM told WHERE NOT coalesce(CASE
  WHEN cause NOT LIKE '[%'
    THEN cause IN (payment || '/' || match_seq, payment || '/' || match_seq || credit)
  WHEN match_seq IS NOT NULL THEN false
  WHEN kind IN ('not_sale', 'sale_again', 'payout') OR payment_id IS NOT NULL
    THEN position(replace(replace(payment, '\', '\\'), '"', '\"') IN cause) > 0
  ELSE true END, false)
ORDER BY place
"""
)


@dataclass(slots=True)
class _Walk:
    """Where one book's chain has been read to; ``hashes`` the two the next link may follow."""

    seq: int = 0
    hashes: tuple[bytes, ...] = (GENESIS,)
    stored: bytes = GENESIS
    faults: list[str] = field(default_factory=list)


def broken_links(connection: Connection) -> Iterator[str]:
    """Name every place where a book's chain does not hold, as ``book#seq`` (I6)."""
    heads = {row.code: (row.last_seq, bytes(row.head)) for row in connection.execute(_HEADS)}
    walked: dict[str, tuple[int, bytes]] = dict.fromkeys(heads, (0, GENESIS))
    rows = connection.execute(_CHAIN.execution_options(yield_per=5000))
    for book, entries in groupby(rows, key=lambda row: row.book):
        walk = _Walk()
        for row in entries:
            yield from _step(walk, row)
        walked[book] = (walk.seq, walk.stored)
    for code, end in walked.items():
        yield from _head_faults(code, end, heads[code])
    yield from (row.place for row in connection.execute(_STRAYS))


def foreign_causes(connection: Connection) -> Iterator[str]:
    """Name the entries whose cause is not the payment and match they point to, as ``book#seq``."""
    return (row.place for row in connection.execute(_CAUSES))


def drafted(row: Row[Any]) -> Draft:
    """Return what an entry says, from its row with its transfers."""
    sides = zip(row.debits, row.credits, row.amounts, strict=True)
    return Draft(
        book=row.book,
        kind=row.kind,
        cause=row.cause,
        business_date=row.business_date,
        transfers=tuple(Transfer(*side) for side in sides),
        reverses=row.reverses,
        original_date=row.original_date,
    )


def expected(row: Row[Any], previous: bytes) -> bytes:
    """Return the hash an entry should have after ``previous``."""
    return link(previous, content(drafted(row), row.seq), row.posted_at)


def _step(walk: _Walk, row: Row[Any]) -> Iterator[str]:
    """Read one entry; after a gap it has no known predecessor and is taken as it stands."""
    missing = range(walk.seq + 1, row.seq)
    yield from (f"{row.book}#{seq} (missing)" for seq in missing[:_GAP_MOST])
    stored = bytes(row.hash)
    should: tuple[bytes, ...] = ()
    if row.debits is None:
        yield f"{row.book}#{row.seq} (no transfer)"
    else:
        should = tuple(expected(row, previous) for previous in walk.hashes)
        if not missing and (stored not in should or not _in_line(row)):
            yield f"{row.book}#{row.seq}"
    walk.seq, walk.stored = row.seq, stored
    walk.hashes = tuple(dict.fromkeys((stored, *should[:1])))


def _in_line(row: Row[Any]) -> bool:
    return list(row.lines) == list(range(1, len(row.lines) + 1))


def _head_faults(code: str, end: tuple[int, bytes], head: tuple[int, bytes]) -> Iterator[str]:
    """Compare where a chain ends with the head; entries missing at the end are named."""
    missing = range(end[0] + 1, head[0] + 1)
    yield from (f"{code}#{seq} (missing)" for seq in missing[:_GAP_MOST])
    if not missing and end != head:
        yield f"{code}#{end[0]} (head)"
