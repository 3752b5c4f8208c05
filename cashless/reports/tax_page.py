"""The revenue book as PDF: A4 with the form's head, its table on as many pages as it needs.

Columns stand where the form's data says, in mm, under the headings that they share. The heads are
repeated on each page and each page bears its number. A form that tells how many pages it has is
drawn twice, the first time to count them. The same book gives the same bytes.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, Final

from reportlab.pdfgen.canvas import Canvas

from cashless.money import format_dong
from cashless.reports import tax_sheet
from cashless.reports.letters import printable, wrapped
from cashless.reports.tax_book import TaxBook
from cashless.reports.tax_forms import Column
from cashless.vietqr.stand_font import BOLD, POINT_MM, REGULAR

_MM: Final = 1 / POINT_MM
_SHORT, _LONG = 210.0, 297.0
_MARGIN: Final = 18.0
_FOOT: Final = 16.0
_POINTS: Final = 9.0
_LEADING: Final = 4.4
_PAD: Final = 1.4
_FORM_BOX: Final = 70.0
_SIGN_ROOM: Final = 52.0
_SIGN_WIDE: Final = 92.0
_LINE: Final = 0.4


@dataclass(slots=True)
class _Page:
    """Where the pen is: a canvas, the size of the paper in mm, and how far down it is."""

    canvas: Any
    wide: float
    high: float
    down: float = _MARGIN
    number: int = 1

    @property
    def room(self) -> float:
        return self.high - _FOOT - self.down

    def say(self, text: str, at: tuple[float, float], font: str = REGULAR) -> None:
        """Write at (mm from the left, mm below the pen)."""
        left, below = at
        self.canvas.setFont(font, _POINTS)
        self.canvas.drawString(left * _MM, (self.high - self.down - below) * _MM, text)

    def turn(self) -> None:
        """Number the page and begin the next."""
        self.canvas.setFont(REGULAR, _POINTS - 1)
        self.canvas.drawCentredString(self.wide / 2 * _MM, _FOOT / 2 * _MM, f"Trang {self.number}")
        self.canvas.showPage()
        self.number += 1
        self.down = _MARGIN


def draw(book: TaxBook) -> bytes:
    """Return the form as a PDF."""
    made, pages = _drawn(book, 1)
    return _drawn(book, pages)[0] if book.form.below and pages > 1 else made


def _drawn(book: TaxBook, pages: int) -> tuple[bytes, int]:
    """Return the PDF of a book that says it has that many pages, and how many it has."""
    wide, high = (_LONG, _SHORT) if book.form.landscape else (_SHORT, _LONG)
    buffer = io.BytesIO()
    size = (wide * _MM, high * _MM)
    page = _Page(Canvas(buffer, pagesize=size, pageCompression=1, invariant=1), wide, high)
    _head(page, book)
    _columns(page, book)
    for row in book.rows:
        cells = [_written(row.get(column.key)) for column in book.form.columns]
        _row(page, book, cells, REGULAR)
    _row(page, book, [_written(value) for value in tax_sheet.totals(book)], BOLD)
    _foot(page, book, pages)
    page.turn()
    page.canvas.save()
    return buffer.getvalue(), page.number - 1


def _head(page: _Page, book: TaxBook) -> None:
    box = page.wide - _MARGIN - _FORM_BOX
    left, right = zip(*tax_sheet.head(book), strict=True)
    top, after = page.down, []
    for told, at, room in ((left, _MARGIN, box - _MARGIN - 2 * _PAD), (right, box, _FORM_BOX)):
        page.down = top
        _block(page, told, at, room)
        after.append(page.down)
    page.down = max(after)
    page.down += _LEADING
    page.canvas.setFont(BOLD, _POINTS + 4)
    middle = (page.high - page.down - _LEADING) * _MM
    page.canvas.drawCentredString(page.wide / 2 * _MM, middle, book.form.title)
    page.down += 2 * _LEADING
    for said in (
        f"{book.form.place}: {book.head.place}",
        f"{book.form.period}: {book.days}",
        "Đơn vị tính: đồng",
    ):
        room = page.wide - 2 * _MARGIN
        _lines(page, wrapped(printable(said), REGULAR, _POINTS, room), (_MARGIN, REGULAR))
    page.down += _PAD


def _block(page: _Page, said: Sequence[str], at: float, room: float) -> None:
    """Write lines one below the other, the first in bold."""
    for place, words in enumerate(filter(None, said)):
        font = BOLD if place == 0 else REGULAR
        _lines(page, wrapped(printable(words), font, _POINTS, room), (at, font))


def _lines(page: _Page, lines: Sequence[str], set_as: tuple[float, str]) -> None:
    left, font = set_as
    for line in lines:
        page.say(line, (left, _LEADING - 1), font)
        page.down += _LEADING


def _columns(page: _Page, book: TaxBook) -> None:
    """Draw the heads of the columns, the ones they share above them, and their letters."""
    if any(column.over for column in book.form.columns):
        _overheads(page, book)
    _cells(page, book, [column.title for column in book.form.columns], BOLD)
    _cells(page, book, [column.letter for column in book.form.columns], BOLD)


def _overheads(page: _Page, book: TaxBook) -> None:
    """Draw a band of headings, each as wide as the columns that share it."""
    spans = [
        Column("", "", over, sum(column.width for column in columns))
        for over, columns in groupby(book.form.columns, key=lambda column: column.over)
    ]
    _band(page, spans, [span.title for span in spans], BOLD)


def _row(page: _Page, book: TaxBook, cells: Sequence[str], font: str) -> None:
    """Draw a row; what does not fit goes on the next page under the heads again."""
    if _height(book.form.columns, cells, font) > page.room:
        page.turn()
        _columns(page, book)
    _cells(page, book, cells, font)


def _cells(page: _Page, book: TaxBook, cells: Sequence[str], font: str) -> None:
    _band(page, book.form.columns, cells, font)


def _band(page: _Page, columns: Sequence[Column], cells: Sequence[str], font: str) -> None:
    height = _height(columns, cells, font)
    left = _MARGIN
    bottom = (page.high - page.down - height) * _MM
    page.canvas.setLineWidth(_LINE)
    for column, said in zip(columns, cells, strict=True):
        page.canvas.rect(left * _MM, bottom, column.width * _MM, height * _MM)
        for place, line in enumerate(_set(column, said, font)):
            down = page.down + _PAD + (place + 1) * _LEADING - 1
            _put(page, line, (column, left, down), font)
        left += column.width
    page.down += height


def _put(page: _Page, line: str, at: tuple[Column, float, float], font: str) -> None:
    """Write a line of a cell: sums at the right edge, everything else at the left."""
    column, left, down = at
    base = (page.high - down) * _MM
    page.canvas.setFont(font, _POINTS)
    if column.groups and line[-1:].isdigit():
        page.canvas.drawRightString((left + column.width - _PAD) * _MM, base, line)
    else:
        page.canvas.drawString((left + _PAD) * _MM, base, line)


def _height(columns: Sequence[Column], cells: Sequence[str], font: str) -> float:
    pairs = zip(columns, cells, strict=True)
    return max(len(_set(column, said, font)) for column, said in pairs) * _LEADING + 2 * _PAD


def _set(column: Column, said: str, font: str) -> list[str]:
    return wrapped(printable(said), font, _POINTS, column.width - 2 * _PAD)


def _foot(page: _Page, book: TaxBook, pages: int) -> None:
    if page.room < _SIGN_ROOM:
        page.turn()
    page.down += _LEADING
    room = page.wide - 2 * _MARGIN
    words = wrapped(f"Bằng chữ: {book.in_words}", REGULAR, _POINTS, room)
    _lines(page, [*words, *tax_sheet.below(book, pages)], (_MARGIN, REGULAR))
    page.down += _LEADING
    middles = (_MARGIN + _SIGN_WIDE / 2, page.wide - _MARGIN - _SIGN_WIDE / 2)
    for line in tax_sheet.foot(book):
        for middle, said in zip(middles, line, strict=True):
            _centred(page, said, middle)
        page.down += _LEADING


def _centred(page: _Page, said: str, middle: float) -> None:
    page.canvas.setFont(REGULAR, _POINTS)
    base = (page.high - page.down - _LEADING + 1) * _MM
    page.canvas.drawCentredString(middle * _MM, base, printable(said))


def _written(value: object) -> str:
    """Write a value of a cell: sums grouped by dots, days as people write them."""
    if isinstance(value, int):
        return format_dong(value).removesuffix(" đ")
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return "" if value is None else str(value)
