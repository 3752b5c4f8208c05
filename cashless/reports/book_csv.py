"""A book as CSV that a Vietnamese Excel opens by a double click: BOM, ``;``, one row a transfer.

Amounts are plain digits. Text that a spreadsheet would take for a formula gets an apostrophe in
front, because memos and reasons are written by strangers. Blanks and signs without a picture before
it, and the wide forms of East Asia, do not hide it.
"""

import csv
import io
import unicodedata
from collections.abc import Sequence
from typing import Final

from cashless.clock import VIETNAM
from cashless.ledger.balance import Line
from cashless.reports.book import KINDS, Book, why

HEADS: Final = (
    "Bút toán",
    "Ngày",
    "Thuộc ngày",
    "Loại",
    "Khoản tiền số",
    "Nợ",
    "Có",
    "Số tiền (đồng)",
    "Lý do, nguồn",
    "Ghi sổ lúc",
)
_BOM: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"
_FORMULA: Final = ("=", "+", "-", "@")
_BEGINNING: Final = ("\t", "\r", "\n")


def write(book: Book) -> bytes:
    """Return the file: a row of headings and one row for each transfer."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADS)
    writer.writerows(_row(line) for line in book.lines)
    return (_BOM + stream.getvalue()).encode()


def safe(said: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    seen = next((sign for sign in said if sign.isprintable() and not sign.isspace()), "")
    is_formula = unicodedata.normalize("NFKC", seen).startswith(_FORMULA)
    return f"'{said}" if is_formula or said.startswith(_BEGINNING) else said


def _row(line: Line) -> Sequence[object]:
    late = line.original_date
    return (
        line.seq,
        f"{line.business_date:%d/%m/%Y}",
        f"{late:%d/%m/%Y}" if late else "",
        safe(KINDS.get(line.kind, line.kind)),
        line.payment or "",
        safe(line.debit),
        safe(line.credit),
        line.amount,
        safe(why(line)),
        f"{line.posted_at.astimezone(VIETNAM):%d/%m/%Y %H:%M:%S}",
    )
