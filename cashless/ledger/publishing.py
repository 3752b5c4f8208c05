"""Publish the root over all books, keep it, and compare the books with every root kept.

Publishing reads where all books stand in one statement and adds a row; the heads are kept beside
it, so that any book can be proven against any root later. The signature is made with a key that is
not in the database: who can write every row of it can still not sign.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, text

from cashless.clock import business_date
from cashless.errors import NotFound
from cashless.ledger import root
from cashless.ledger.root import FIRST, Head, Root

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('published_root'))")
_HEADS = text(
    """
SELECT b.code, b.last_seq, encode(b.head, 'hex') AS head, coalesce(c.number, 0) AS closes,
       encode(c.digest, 'hex') AS close_digest
FROM book b LEFT JOIN LATERAL
  (SELECT number, digest FROM day_close WHERE book_id = b.id ORDER BY number DESC LIMIT 1) c ON true
WHERE b.last_seq > 0 ORDER BY b.code COLLATE "C"
"""
)
_LAST = text("SELECT said, signature FROM published_root ORDER BY number DESC LIMIT 1")
_NEWEST_AT = text("SELECT published_at FROM published_root ORDER BY number DESC LIMIT 1")
_ADD = text(
    "INSERT INTO published_root (number, said, signature, heads, published_at)"
    " VALUES (:number, :said, :signature, :heads, :at)"
)
_ALL = text(
    "SELECT number, said, signature, heads, published_at FROM published_root ORDER BY number"
)
_MOVED = text(
    """
SELECT h.row ->> 0 || '#' || (h.row ->> 1) FROM json_array_elements(CAST(:heads AS json)) AS h (row)
LEFT JOIN book b ON b.code = h.row ->> 0
LEFT JOIN entry e ON e.book_id = b.id AND e.seq = CAST(h.row ->> 1 AS bigint)
WHERE encode(e.hash, 'hex') IS DISTINCT FROM h.row ->> 2 ORDER BY 1
"""
)
_REOPENED = text(
    """
SELECT h.row ->> 0 || ' close ' || (h.row ->> 3)
FROM json_array_elements(CAST(:heads AS json)) AS h (row)
LEFT JOIN book b ON b.code = h.row ->> 0
LEFT JOIN day_close c ON c.book_id = b.id AND c.number = CAST(h.row ->> 3 AS bigint)
WHERE encode(c.digest, 'hex') IS DISTINCT FROM h.row ->> 4 ORDER BY 1
"""
)


def publish(db: Connection, seed: bytes, at: datetime) -> Root:
    """Sign where all books stand and keep it; return the root."""
    db.execute(_LOCK)
    standing = [Head(*row) for row in db.execute(_HEADS)]
    before = db.execute(_LAST).one_or_none()
    last = _root(before) if before else None
    previous = (int(last.told["number"]), last.digest) if last else (0, FIRST)
    made = root.sign(seed, standing, previous, at)
    row = {"number": made.told["number"], "said": made.said, "signature": made.signature, "at": at}
    db.execute(_ADD, {**row, "heads": _written(standing)})
    return made


def publish_daily(db: Connection, seed: bytes, at: datetime) -> Root | None:
    """Publish today's root if there is none of today yet; any number of processes may ask.

    Returns None where it is published already, or no book has an entry.
    """
    db.execute(_LOCK)
    newest = db.execute(_NEWEST_AT).scalar_one_or_none()
    if newest is not None and business_date(newest) >= business_date(at):
        return None
    return publish(db, seed, at) if db.execute(_HEADS).first() else None


def newest(db: Connection) -> Root:
    """Return the last root that was published. Raises ``NotFound("root_missing")``."""
    row = db.execute(_LAST).one_or_none()
    if row is None:
        raise NotFound(
            "root_missing",
            "No root was published yet: `cashless audit root`.",
            "Chưa công bố mã gốc nào: `cashless audit root`.",
        )
    return _root(row)


def faults(db: Connection, trusted: Collection[str]) -> Iterator[str]:
    """Name every root that does not hold, and every book that is not what a root says (I6).

    ``trusted`` are the public keys (hex) that may have signed.
    """
    previous, number = FIRST, 0
    for row in db.execute(_ALL).all():
        kept = _root(row)
        if not _is_sound(row, kept, trusted, (number, previous)):
            yield f"root {row.number}"
        for question in (_MOVED, _REOPENED) if _has_heads(row) else ():
            places = db.execute(question, {"heads": row.heads}).scalars()
            yield from (f"{place} (root {row.number})" for place in places)
        previous, number = kept.digest, row.number


def count(db: Connection) -> int:
    """Count the roots that were published."""
    return len(db.execute(_ALL).all())


def heads(row: Row[Any]) -> list[Head]:
    """Return the heads that are kept beside a root."""
    return [Head(*head) for head in orjson.loads(row.heads)]


def _has_heads(row: Row[Any]) -> bool:
    """Tell whether the heads beside a root can be read at all."""
    try:
        return all(type(one.last_seq) is type(one.closes) is int for one in heads(row))
    except (ValueError, TypeError):
        return False


def _is_sound(
    row: Row[Any], kept: Root, trusted: Collection[str], previous: tuple[int, bytes]
) -> bool:
    """Tell whether a root holds; one that somebody made unreadable does not."""
    try:
        return _is_whole(row, kept, trusted, previous)
    except (ValueError, KeyError, TypeError):
        return False


def _is_whole(
    row: Row[Any], kept: Root, trusted: Collection[str], previous: tuple[int, bytes]
) -> bool:
    told = kept.told
    return (
        root.is_signed(kept)
        and told["key"] in trusted
        and told["number"] == row.number == previous[0] + 1
        and told["previous"] == previous[1].hex()
        and datetime.fromisoformat(told["published_at"]) == row.published_at
        and told["root"] == root.tree(heads(row)).hex()
        and row.heads == _written(heads(row))
    )


def _root(row: Row[Any]) -> Root:
    return Root(row.said, bytes(row.signature))


def _written(heads: list[Head]) -> str:
    return orjson.dumps([head.row for head in heads]).decode()
