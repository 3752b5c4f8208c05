"""Write XLSX files: sums are numbers, days are days, and text is never a formula.

A row is a sequence of values. Text is written as text even where it begins like a formula, signs
that no cell can hold become ``?``, and money and days get the form Vietnam writes them in.
"""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.properties import PageSetupProperties

_FORMS: Final[Mapping[type, str]] = {
    int: "#,##0",
    date: "dd/mm/yyyy",
    datetime: "dd/mm/yyyy hh:mm:ss",
}
# What XML cannot hold: control signs, lone surrogates, and the two signs that are none.
_UNHOLDABLE: Final = re.compile(f"{ILLEGAL_CHARACTERS_RE.pattern}|[\ud800-\udfff\ufffe\uffff]")
_A4: Final = 9
_BOLD: Final = Font(bold=True)
_WRAPPED: Final = Alignment(wrap_text=True, vertical="top")


@dataclass(frozen=True, slots=True)
class Bold:
    """A value in bold letters."""

    value: object


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: title, widths of columns, rows, and how many rows stay in sight."""

    title: str
    widths: Sequence[float]
    rows: Iterable[Sequence[object]]
    frozen: int = 1
    landscape: bool = False


def write(sheets: Iterable[Sheet]) -> bytes:
    """Return the file."""
    book = Workbook(write_only=True)
    for sheet in sheets:
        _fill(book.create_sheet(sheet.title), sheet)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _fill(page: Any, sheet: Sheet) -> None:  # noqa: ANN401  no types shipped
    for place, width in enumerate(sheet.widths):
        page.column_dimensions[chr(ord("A") + place)].width = width
    page.freeze_panes = f"A{sheet.frozen + 1}" if sheet.frozen else None
    page.page_setup.paperSize = _A4
    page.page_setup.orientation = "landscape" if sheet.landscape else "portrait"
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    for row in sheet.rows:
        page.append([_cell(page, value) for value in row])


def _cell(page: Any, value: object) -> Any:  # noqa: ANN401  no types shipped
    plain = value.value if isinstance(value, Bold) else value
    cell = WriteOnlyCell(page, _holdable(plain))
    if isinstance(plain, str):
        cell.data_type = "s"
        cell.alignment = _WRAPPED
    cell.number_format = _FORMS.get(type(plain), cell.number_format)
    if isinstance(value, Bold):
        cell.font = _BOLD
    return cell


def _holdable(value: object) -> object:
    return _UNHOLDABLE.sub("?", value) if isinstance(value, str) else value
