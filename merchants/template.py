"""The list to fill in: an XLSX file whose columns keep leading zeros, and one with its faults.

``blank`` gives headings and one invented example. ``corrected`` gives the rows of a file back with
a last column that says, row by row, what is wrong, so the list is mended where it was made.
Every cell is text: nothing in it is ever computed.
"""

import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from merchants.import_columns import COLUMNS
from merchants.import_rows import Fault
from merchants.sheet import Row, Sheet

_EXAMPLE: Final = {
    "market": "Chợ Rạch Sỏi",
    "stall": "RS-TS-012",
    "shift": "sáng 03:00-11:00",
    "walking_order": "12",
    "name": "Chị Tư Cá Biển",
    "category": "Thủy hải sản",
    "kind": "hộ kinh doanh",
    "account": "970405:7704205001234",
    "holder": "NGUYEN THI TU",
    "phone": "0912 345 678",
}
_FAULTS: Final = "Lỗi"
_TEXT: Final = "@"
_ROWS_OF_TEXT: Final = 500
_WIDTH: Final = 22
_HEAD: Final = Font(bold=True, color="FFFFFF")
_HEAD_FILL: Final = PatternFill("solid", fgColor="0B6B5D")
_FAULT_FILL: Final = PatternFill("solid", fgColor="FFF1CF")


def blank() -> bytes:
    """Return an XLSX file with the headings, the columns formatted as text, and one example."""
    titles = [column.title for column in COLUMNS]
    return _book(titles, [[_EXAMPLE.get(column.name, "") for column in COLUMNS]], ())


def corrected(sheet: Sheet, faults: Sequence[Fault]) -> bytes:
    """Return the rows of a file with a last column that tells the faults of each row."""
    words: dict[int, list[str]] = defaultdict(list)
    for fault in faults:
        words[fault.row].append(f"{fault.column}: {fault.message_vi}")
    written = [cell.text for cell in sheet.rows[0].cells]
    width = max(place for place, title in enumerate(written, start=1) if title)
    titles = written[:width]
    rows = [[*_texts(row, width), "\n".join(words[row.number])] for row in sheet.rows[1:]]
    wrong = [place for place, row in enumerate(sheet.rows[1:]) if words[row.number]]
    return _book([*titles, _FAULTS], rows, wrong)


def _texts(row: Row, width: int) -> list[str]:
    texts = [cell.text for cell in row.cells[:width]]
    return texts + [""] * (width - len(texts))


def _book(titles: Sequence[str], rows: Iterable[Sequence[str]], wrong: Iterable[int]) -> bytes:
    book = Workbook()
    page = book.active
    page.title = "Người bán"
    last = 1
    for number, row in enumerate([titles, *rows], start=1):
        _fill(page, number, row)
        last = number
    _shape(page, len(titles), max(last, _ROWS_OF_TEXT))
    for place in wrong:
        _paint(page[place + 2], _FAULT_FILL)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _fill(page: Any, number: int, row: Sequence[str]) -> None:  # noqa: ANN401  no types shipped
    """Write a row as text, also what looks like a formula."""
    for place, value in enumerate(row, start=1):
        cell = page.cell(number, place, value or None)
        cell.data_type = "s" if value else cell.data_type


def _shape(page: Any, columns: int, last: int) -> None:  # noqa: ANN401  no types shipped
    page.freeze_panes = "A2"
    _paint(page[1], _HEAD_FILL)
    for cell in page[1]:
        cell.font = _HEAD
    for place in range(1, columns + 1):
        page.column_dimensions[get_column_letter(place)].width = _WIDTH
        for number in range(2, last + 1):
            page.cell(number, place).number_format = _TEXT


def _paint(cells: Iterable[Any], fill: PatternFill) -> None:
    for cell in cells:
        cell.fill = fill
