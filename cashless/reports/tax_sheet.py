"""The revenue book as XLSX: the form's head, its columns with their letters, real numbers."""

from collections.abc import Iterator, Sequence
from typing import Final

from cashless.reports import spreadsheet
from cashless.reports.spreadsheet import Bold, Sheet
from cashless.reports.tax_book import TaxBook

_MM_A_LETTER: Final = 2.0
_UNIT: Final = "Đơn vị tính: đồng"


def write(book: TaxBook) -> bytes:
    """Return the file."""
    form = book.form
    widths = [max(column.width / _MM_A_LETTER, 10) for column in form.columns]
    return spreadsheet.write(
        [Sheet(form.form, widths, _rows(book), frozen=0, landscape=form.landscape)]
    )


def _rows(book: TaxBook) -> Iterator[Sequence[object]]:
    last = len(book.form.columns) - 1
    for left, right in head(book):
        yield [Bold(left), *[None] * (last - 1), Bold(right)]
    yield ()
    yield [Bold(book.form.title)]
    yield [f"{book.form.place}: {book.head.place}"]
    yield [f"{book.form.period}: {book.days}", *[None] * (last - 1), _UNIT]
    yield ()
    if any(column.over for column in book.form.columns):
        yield [Bold(words) if words else None for words in _overheads(book)]
    yield [Bold(column.title) for column in book.form.columns]
    yield [Bold(column.letter) for column in book.form.columns]
    for row in book.rows:
        yield [row.get(column.key) for column in book.form.columns]
    yield [Bold(value) for value in totals(book)]
    yield [f"Bằng chữ: {book.in_words}"]
    yield ()
    for line in below(book):
        yield [line]
    for left, right in foot(book):
        yield [left or None, *[None] * (last - 1), right]


def _overheads(book: TaxBook) -> list[str]:
    """Return the shared headings, each over the first of its columns."""
    overs = [column.over for column in book.form.columns]
    return [over if place == overs.index(over) else "" for place, over in enumerate(overs)]


def head(book: TaxBook) -> list[tuple[str, str]]:
    """Return the lines of a form's head: who keeps the book, and which form it is."""
    told = [
        (f"HỘ, CÁ NHÂN KINH DOANH: {book.head.name}", f"Mẫu số {book.form.form}"),
        (f"Địa chỉ: {book.head.address}", f"({book.form.under})"),
        (f"Mã số thuế: {book.head.tax_code}", ""),
    ]
    return told if book.form.has_tax_code else told[:-1]


def totals(book: TaxBook) -> list[object]:
    """Return the row of totals, by the columns of the form."""
    words = [column.key for column in book.form.columns].index("text")
    return [
        "Tổng cộng" if place == words else book.totals.get(column.key)
        for place, column in enumerate(book.form.columns)
    ]


def below(book: TaxBook, pages: int = 1) -> list[str]:
    """Return the lines under the table, for a book of that many pages."""
    opened = f"{book.first:%d/%m/%Y}"
    told = {"pages": f"{pages:02}", "last": f"{pages:02}", "opened": opened}
    return [line.format(**told) for line in book.form.below]


def foot(book: TaxBook) -> list[tuple[str, str]]:
    """Return what stands above the signatures, left and right."""
    made, form = book.made, book.form
    return [
        ("", f"Ngày {made:%d} tháng {made:%m} năm {made:%Y}"),
        (form.keeper, form.signs),
        ("(Ký, họ tên)" if form.keeper else "", form.stamp),
    ]
