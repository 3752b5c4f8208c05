"""Post drafts: give each its place in its book, extend the chain, keep the day's sums.

Everything happens in the caller's transaction and in two statements, whatever the size of the
batch: lock the books in the order of their ids (two posters can never wait for each other), then
write entries, transfers, the sums per account and day, and the new heads of the books at once.
An entry is written once: its unique key ``(payment, match, book)`` decides (invariant I2).
A day that was closed takes no more entries: what comes late counts on the first open day and says
which day it belongs to (docs/adr/0015). Time in a book never runs backwards: an entry is posted at
the given moment, or at that of its predecessor if that is later.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, Row, text

from cashless.db.batch import rows_json
from cashless.errors import Broken
from cashless.ledger.chain import GENESIS, content, link
from cashless.ledger.entry import Draft, Posted

_OPEN = text(
    "INSERT INTO book (code, merchant_id, head) VALUES (:code, :merchant, :head)"
    " ON CONFLICT DO NOTHING"
)

_LOCK = text(
    "SELECT id, code, last_seq, head, closed_through, posted_at FROM book"
    " WHERE code = ANY (:codes) ORDER BY id FOR NO KEY UPDATE"
)

_WRITE = text(
    """
WITH entries AS (
  INSERT INTO entry (book_id, seq, kind, payment_id, match_seq, cause, business_date, posted_at,
                     reverses, original_date, hash)
  SELECT book_id, seq, kind, payment_id, match_seq, cause, business_date, posted_at, reverses,
         original_date, hash::bytea
  FROM json_to_recordset(:entries) AS e (book_id bigint, seq bigint, kind text, payment_id bigint,
       match_seq smallint, cause text, business_date date, posted_at timestamptz, reverses bigint,
       original_date date, hash text)),
transfers AS (
  INSERT INTO transfer (book_id, seq, line, debit, credit, amount)
  SELECT * FROM json_to_recordset(:transfers) AS t (book_id bigint, seq bigint, line smallint,
       debit text, credit text, amount bigint)),
days AS (
  INSERT INTO account_day AS kept (book_id, account, business_date, debits, credits, debit_count,
                                   credit_count)
  SELECT * FROM json_to_recordset(:days) AS d (book_id bigint, account text, business_date date,
       debits bigint, credits bigint, debit_count bigint, credit_count bigint)
  ON CONFLICT (book_id, account, business_date) DO UPDATE SET
    debits = kept.debits + excluded.debits, credits = kept.credits + excluded.credits,
    debit_count = kept.debit_count + excluded.debit_count,
    credit_count = kept.credit_count + excluded.credit_count)
UPDATE book SET last_seq = b.last_seq, head = b.head::bytea, posted_at = b.posted_at
FROM json_to_recordset(:books) AS b (id bigint, last_seq bigint, head text, posted_at timestamptz)
WHERE book.id = b.id
"""
)


@dataclass(slots=True)
class _Book:
    """A locked book and where it stands."""

    id: int
    code: str
    last_seq: int
    head: bytes
    closed_through: date | None
    posted_at: datetime | None


def open_book(connection: Connection, code: str, merchant_id: int) -> None:
    """Open the empty book of a merchant; opening it again changes nothing."""
    connection.execute(_OPEN, {"code": code, "merchant": merchant_id, "head": GENESIS})


def post(
    connection: Connection, drafts: Sequence[Draft], posted_at: datetime
) -> tuple[Posted, ...]:
    """Post drafts in their order and return each with its place; times are aware UTC.

    A draft whose day was closed is dated on the first open day.
    Raises ``Broken("book_missing")`` when a draft names a book that was never opened.
    """
    if not drafts:
        return ()
    books = _locked(connection, {draft.book for draft in drafts})
    moment = posted_at.astimezone(UTC)
    posted = tuple(_placed(books[draft.book], draft, moment) for draft in drafts)
    connection.execute(
        _WRITE,
        {
            "entries": rows_json(_entry_rows(posted)),
            "transfers": rows_json(_transfer_rows(posted)),
            "days": rows_json(_day_rows(posted)),
            "books": rows_json(_book_row(book) for book in books.values()),
        },
    )
    return posted


def _locked(connection: Connection, codes: Iterable[str]) -> dict[str, _Book]:
    wanted = sorted(codes)
    rows = connection.execute(_LOCK, {"codes": wanted})
    books = {row.code: _book(row) for row in rows}
    missing = [code for code in wanted if code not in books]
    if missing:
        raise Broken(
            "book_missing",
            f"No book was opened for {', '.join(missing)}.",
            f"Chưa mở sổ cho {', '.join(missing)}.",
        )
    return books


def _book(row: Row[tuple[object, ...]]) -> _Book:
    return _Book(row.id, row.code, row.last_seq, bytes(row.head), row.closed_through, row.posted_at)


def _book_row(book: _Book) -> dict[str, object]:
    return {
        "id": book.id,
        "last_seq": book.last_seq,
        "head": book.head,
        "posted_at": book.posted_at,
    }


def _placed(book: _Book, draft: Draft, moment: datetime) -> Posted:
    dated = _dated(draft, book.closed_through)
    book.last_seq += 1
    at = max(moment, book.posted_at or moment)
    book.posted_at = at
    book.head = link(book.head, content(dated, book.last_seq), at)
    return Posted(book.id, book.last_seq, book.head, at, dated)


def _dated(draft: Draft, closed_through: date | None) -> Draft:
    """Date a draft whose day was closed on the first open day."""
    if closed_through is None or draft.business_date > closed_through:
        return draft
    opens = closed_through + timedelta(days=1)
    return replace(draft, business_date=opens, original_date=draft.business_date)


def _entry_rows(posted: Iterable[Posted]) -> Iterable[dict[str, object]]:
    for place in posted:
        draft = place.draft
        yield {
            "book_id": place.book_id,
            "seq": place.seq,
            "kind": draft.kind,
            "payment_id": draft.payment,
            "match_seq": draft.match_seq,
            "cause": draft.cause,
            "business_date": draft.business_date,
            "posted_at": place.posted_at,
            "reverses": draft.reverses,
            "original_date": draft.original_date,
            "hash": place.hash,
        }


def _transfer_rows(posted: Iterable[Posted]) -> Iterable[dict[str, object]]:
    for place in posted:
        for line, transfer in enumerate(place.draft.transfers, start=1):
            yield {
                "book_id": place.book_id,
                "seq": place.seq,
                "line": line,
                "debit": transfer.debit,
                "credit": transfer.credit,
                "amount": transfer.amount,
            }


def _day_rows(posted: Iterable[Posted]) -> list[dict[str, object]]:
    """Sum the batch per book, account and day, in key order so that posters never deadlock."""
    sums: dict[tuple[int, str, date], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for place in posted:
        day = place.draft.business_date
        for transfer in place.draft.transfers:
            debit = sums[place.book_id, transfer.debit, day]
            debit[0] += transfer.amount
            debit[2] += 1
            credit = sums[place.book_id, transfer.credit, day]
            credit[1] += transfer.amount
            credit[3] += 1
    return [
        {
            "book_id": book_id,
            "account": account,
            "business_date": day,
            "debits": debits,
            "credits": credits,
            "debit_count": debit_count,
            "credit_count": credit_count,
        }
        for (book_id, account, day), (debits, credits, debit_count, credit_count) in sorted(
            sums.items()
        )
    ]
