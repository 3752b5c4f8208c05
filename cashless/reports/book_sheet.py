"""A book as XLSX: one sheet of transfers with real numbers and days, one of balances."""

from collections.abc import Iterator, Sequence
from typing import Final

from cashless.clock import VIETNAM
from cashless.ledger.balance import Line
from cashless.reports import spreadsheet
from cashless.reports.book import KINDS, Book, why
from cashless.reports.book_csv import HEADS
from cashless.reports.spreadsheet import Bold, Sheet

ROWS_MOST: Final = 1_000_000
"""Transfers on one sheet: Excel holds 1.048.576 rows."""

_WIDTHS: Final = (10, 12, 12, 22, 14, 28, 28, 18, 44, 20)
_BALANCE_WIDTHS: Final = (32, 20, 20)
_BALANCE_HEADS: Final = ("Tài khoản", "Mang sang (đồng)", "Số dư (đồng)")


def write(book: Book) -> bytes:
    """Return the file; a book beyond one sheet goes on in the next."""
    starts = range(0, max(len(book.lines), 1), ROWS_MOST)
    transfers = [_transfers(book, number, start) for number, start in enumerate(starts, start=1)]
    return spreadsheet.write([*transfers, _balances(book)])


def _transfers(book: Book, number: int, start: int) -> Sheet:
    title = "Bút toán" if number == 1 else f"Bút toán {number}"
    lines = book.lines[start : start + ROWS_MOST]
    return Sheet(title, _WIDTHS, _rows(lines), landscape=True)


def _rows(lines: Sequence[Line]) -> Iterator[Sequence[object]]:
    yield [Bold(head) for head in HEADS]
    for line in lines:
        yield (
            line.seq,
            line.business_date,
            line.original_date,
            KINDS.get(line.kind, line.kind),
            line.payment,
            line.debit,
            line.credit,
            line.amount,
            why(line),
            line.posted_at.astimezone(VIETNAM).replace(tzinfo=None),
        )


def _balances(book: Book) -> Sheet:
    names = sorted(book.before.keys() | book.after.keys())
    rows = [(name, book.before.get(name, 0), book.after.get(name, 0)) for name in names]
    return Sheet("Số dư", _BALANCE_WIDTHS, [[Bold(head) for head in _BALANCE_HEADS], *rows])
