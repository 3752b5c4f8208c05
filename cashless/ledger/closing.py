"""Close a day of a book: numbered, chained, in figures and in words.

A close says what a period came to, what every account holds at its end, and that the book takes no
more entries for it. Posting dates what comes late on the first open day (docs/adr/0015), so a close
is never edited: later entries correct it, and the next close tells what came late and for which
days. Closes of a book are numbered from 1, each covers the days since the one before, and each
holds the digest of its predecessor: ``digest = SHA-256(previous digest + said)``, where ``said`` is
canonical JSON.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import groupby
from typing import Any

import orjson
from sqlalchemy import Connection, Row, text

from cashless.errors import Conflict, NotFound
from cashless.ledger import day_cuts
from cashless.ledger.balance import balances
from cashless.ledger.figures import figures

GENESIS = bytes(32)
"""The digest before the first close of every book."""

_LOCK = text(
    "SELECT id, last_seq, head, closed_through FROM book WHERE code = :book FOR NO KEY UPDATE"
)
_FIRST = text("SELECT min(business_date) FROM entry WHERE book_id = :id")
_BUSY = text(
    "SELECT business_date FROM account_day WHERE book_id = :id"
    " AND business_date BETWEEN :first AND :last GROUP BY 1 ORDER BY 1"
)
_LAST = text(
    "SELECT number, digest FROM day_close WHERE book_id = :id ORDER BY number DESC LIMIT 1"
)
_ADD = text(
    """
WITH closed AS (
  INSERT INTO day_close (book_id, number, first_day, last_day, last_seq, said, digest, closed_at)
  VALUES (:id, :number, :first, :last, :seq, :said, :digest, :at))
UPDATE book SET closed_through = :last WHERE id = :id
"""
)
_CLOSES = text(
    "SELECT b.code AS book, c.number, c.first_day, c.last_day, c.last_seq, c.said, c.digest,"
    " c.closed_at FROM day_close c JOIN book b ON b.id = c.book_id"
    " WHERE b.code = :book ORDER BY c.number"
)

_ALL = text(
    """
SELECT b.code AS book, c.number, c.first_day, c.last_day, c.last_seq, c.said, c.digest, c.closed_at,
       e.hash AS head,
       (SELECT coalesce(sum(d.credits - d.debits), 0)::bigint FROM account_day d
        WHERE d.book_id = c.book_id AND d.account IN ('Income:Sales', 'Income:Refunds')
          AND d.business_date BETWEEN c.first_day AND c.last_day) AS revenue
FROM day_close c JOIN book b ON b.id = c.book_id
LEFT JOIN entry e ON e.book_id = c.book_id AND e.seq = c.last_seq
ORDER BY b.code, c.number
"""
)
_MOVED = text(
    """
SELECT b.code AS book, c.number, d.account, sum(d.debits - d.credits)::bigint AS amount
FROM day_close c JOIN book b ON b.id = c.book_id
JOIN account_day d ON d.book_id = c.book_id AND d.business_date BETWEEN c.first_day AND c.last_day
GROUP BY b.code, c.number, d.account
"""
)
# What posting obeys is what the closes say: the last day closed, and no later entry before it.
_UNCLOSED = text(
    """
SELECT b.code || ' closed through ' || coalesce(b.closed_through::text, 'nothing')
FROM book b LEFT JOIN (SELECT book_id, max(last_day) AS last_day FROM day_close GROUP BY 1) c
  ON c.book_id = b.id
WHERE b.closed_through IS DISTINCT FROM c.last_day
ORDER BY 1
"""
)


@dataclass(frozen=True, slots=True)
class Wish:
    """Which day to close, of which kind of market, by whom, and when (UTC)."""

    day: date
    who: str
    at: datetime
    market: str = "day"
    # What the book itself does not know, each told on its own line: money that waits for an owner,
    # conflicts, cash the merchant typed in.
    noted: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Close:
    """A close as it stands: its number, its digest, and what it says."""

    book: str
    number: int
    digest: bytes
    said: Mapping[str, Any]


def close(db: Connection, book: str, wish: Wish) -> Close:
    """Close a book up to and including a day and return the close.

    Raises ``Conflict("day_closed" | "day_not_over" | "days_open" | "nothing_to_close")``.
    """
    held = db.execute(_LOCK, {"book": book}).one()
    first = _first_day(db, held, wish)
    last = db.execute(_LAST, {"id": held.id}).one_or_none()
    number, previous = (last.number + 1, bytes(last.digest)) if last else (1, GENESIS)
    festive = day_cuts.holiday(first, wish.day)
    said = {
        "book": book,
        "number": number,
        "first_day": first,
        "last_day": wish.day,
        "market": wish.market,
        "holiday": festive.name if festive else None,
        "last_seq": held.last_seq,
        "head": bytes(held.head).hex(),
        "previous": previous.hex(),
        "closed_at": wish.at.astimezone(UTC),
        "closed_by": wish.who,
        "figures": figures(db, book, first, wish.day),
        "balances": balances(db, book, at=wish.day),
        "noted": dict(wish.noted),
    }
    written = orjson.dumps(said).decode()
    digest = sha256(previous + written.encode()).digest()
    row = {"id": held.id, "number": number, "first": first, "last": wish.day, "at": wish.at}
    db.execute(_ADD, {**row, "seq": held.last_seq, "said": written, "digest": digest})
    return Close(book, number, digest, orjson.loads(written))


def closes(db: Connection, book: str) -> list[Close]:
    """Return the closes of a book, oldest first."""
    return [_close(row) for row in db.execute(_CLOSES, {"book": book})]


def written(db: Connection, book: str) -> list[dict[str, str]]:
    """Return the closes of a book as they are chained: what each says, and its digest."""
    rows = db.execute(_CLOSES, {"book": book})
    return [{"said": row.said, "digest": bytes(row.digest).hex()} for row in rows]


def find(db: Connection, book: str, day: date) -> Close:
    """Return the close that covers a day. Raises ``NotFound("close_unknown")``."""
    for one in closes(db, book):
        if one.said["first_day"] <= day.isoformat() <= one.said["last_day"]:
            return one
    raise NotFound(
        "close_unknown",
        f"Book {book} has not closed {day:%d/%m/%Y}.",
        f"Sổ {book} chưa chốt ngày {day:%d/%m/%Y}.",
    )


def faults(db: Connection) -> Iterator[str]:
    """Name the closes that do not follow from their predecessors or from their book (I6)."""
    moved: dict[tuple[str, int], dict[str, int]] = defaultdict(dict)
    for row in db.execute(_MOVED):
        moved[row.book, row.number][row.account] = row.amount
    for book, rows in groupby(db.execute(_ALL), key=lambda row: row.book):
        before = _Before()
        for row in rows:
            before.held.update(moved[book, row.number])
            if not _is_whole(row, before):
                yield f"{book} close {row.number}"
            before.digest, before.number = bytes(row.digest), row.number
    yield from db.execute(_UNCLOSED).scalars()


@dataclass(slots=True)
class _Before:
    """Where the closes of a book stand before one of them, and what its accounts hold then."""

    number: int = 0
    digest: bytes = GENESIS
    held: Counter[str] = field(default_factory=Counter)


def _is_whole(row: Row[Any], before: _Before) -> bool:
    """Tell whether a close holds; one that cannot be read does not."""
    try:
        return row.number == before.number + 1 and _holds(row, before)
    except (ValueError, KeyError, TypeError):
        return False


def _holds(row: Row[Any], before: _Before) -> bool:
    """Tell whether a close says what its columns, its entry and the sums of its days say."""
    said = orjson.loads(row.said)
    kept = (row.number, row.first_day, row.last_day, row.last_seq, row.closed_at, row.revenue)
    days = (date.fromisoformat(said[name]) for name in ("first_day", "last_day"))
    at = datetime.fromisoformat(said["closed_at"])
    told = (said["number"], *days, said["last_seq"], at, said["figures"]["revenue"])
    digest = sha256(before.digest + row.said.encode()).digest()
    head = row.head.hex() if row.head else GENESIS.hex()
    is_chained = digest == bytes(row.digest) and head == said["head"]
    return is_chained and kept == told and said["balances"] == dict(before.held)


def _first_day(db: Connection, held: Row[Any], wish: Wish) -> date:
    """Return the first day the close covers, or refuse it."""
    if held.closed_through and wish.day <= held.closed_through:
        raise Conflict(
            "day_closed",
            f"{wish.day:%d/%m/%Y} was closed; correct it by an entry of an open day.",
            f"Ngày {wish.day:%d/%m/%Y} đã chốt; hãy điều chỉnh bằng bút toán của ngày còn mở.",
        )
    over = day_cuts.over_at(wish.day, wish.market)
    if wish.at < over:
        raise Conflict(
            "day_not_over",
            f"{wish.day:%d/%m/%Y} is not over before its cut.",
            f"Ngày {wish.day:%d/%m/%Y} chưa hết (chưa đến giờ cắt).",
        )
    began: date | None = db.execute(_FIRST, {"id": held.id}).scalar_one()
    after: date | None = held.closed_through and held.closed_through + timedelta(days=1)
    first = after or began or wish.day
    if first > wish.day:
        raise Conflict(
            "nothing_to_close",
            f"The book begins on {first:%d/%m/%Y}.",
            f"Sổ bắt đầu từ ngày {first:%d/%m/%Y}.",
        )
    _require_one_day(db, held, first, wish.day)
    return first


def _require_one_day(db: Connection, held: Row[Any], first: date, last: date) -> None:
    """Refuse to close several days with entries at once, except over a holiday."""
    span = {"id": held.id, "first": first, "last": last - timedelta(days=1)}
    busy = list(db.execute(_BUSY, span).scalars())
    open_days = [day for day in busy if not day_cuts.holiday(day, day)]
    if open_days:
        raise Conflict(
            "days_open",
            f"Close {open_days[0]:%d/%m/%Y} first.",
            f"Hãy chốt ngày {open_days[0]:%d/%m/%Y} trước.",
        )


def _close(row: Row[Any]) -> Close:
    return Close(row.book, row.number, bytes(row.digest), orjson.loads(row.said))
