"""A sheet: the rows of a CSV or XLSX file, read with care, as cells that know what they are.

A spreadsheet loses what people typed: a number cell has no leading zero, a formula shows what it
computed somewhere else, a merged cell speaks for its neighbours. So a cell keeps its kind and the
reader of the rows decides. Before an XLSX file (a ZIP of XML) is opened its table of contents is
looked at: macros, nested archives, too many parts or too much once unpacked are refused. Nothing is
ever evaluated, followed or written.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from cashless.errors import Invalid

BYTES_MOST: Final = 5_000_000
ROWS_MOST: Final = 10_000
_COLUMNS_MOST: Final = 60
BEGINNING: Final = 30
"""Rows of another sheet that are looked at."""
_CELL_MOST: Final = 500
_PARTS_MOST: Final = 200
_UNPACKED_MOST: Final = 60_000_000
_RATIO_MOST: Final = 100
_RATIO_FROM: Final = 1_000_000
# What openpyxl comes upon in a file of another shape.
_DAMAGE: Final = (
    *(zipfile.BadZipFile, InvalidFileException, SyntaxError, EOFError, zlib.error),
    *(KeyError, ValueError, IndexError, TypeError, AttributeError),
)
ZIP: Final = b"PK\x03\x04"
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
_MERGED: Final = re.compile(rb'<mergeCell\s[^>]*ref="([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})"')
_SEPARATORS: Final = ";,\t|"
_TITLES_MOST: Final = 10


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a file may be: bytes, rows, and how a person may divide one that is larger."""

    bytes_most: int = BYTES_MOST
    rows_most: int = ROWS_MOST
    split: tuple[str, str] = ("Split it by market.", "Hãy chia theo từng chợ.")


_LIST: Final = Limits()


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell: its text, trimmed, and its kind: text, number, formula or error."""

    text: str = ""
    kind: str = "text"


_NOTHING: Final = Cell()
_KINDS: Final = {"n": "number", "f": "formula", "e": "error", "b": "number", "d": "number"}
"""What openpyxl calls a cell -> what it is called here."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row with its number as people see it in the file, counted from 1."""

    number: int
    cells: tuple[Cell, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands in it."""
        return not any(cell.text for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows that hold something, and the ranges of merged cells such as ``A2:A5``.

    ``beside`` are the first rows of every other sheet a person sees.
    """

    rows: tuple[Row, ...]
    merged: tuple[str, ...] = ()
    beside: tuple[tuple[Row, ...], ...] = ()


def read(raw: bytes, limits: Limits = _LIST) -> Sheet:
    """Return the first sheet of an XLSX file, or the rows of a CSV file, told apart by content.

    Raises ``Invalid`` with ``sheet_too_large``, ``sheet_old_excel``, ``sheet_unsafe``,
    ``sheet_unreadable``, ``sheet_encoding`` or ``sheet_empty``.
    """
    if len(raw) > limits.bytes_most:
        raise _too_large(f"{limits.bytes_most // 1_000_000} MB", limits)
    if raw.startswith(_OLD_EXCEL):
        raise Invalid(
            "sheet_old_excel",
            "This is an old or encrypted Excel file. Save it as .xlsx without a password.",
            "Đây là tệp Excel đời cũ hoặc có mật khẩu. Hãy lưu lại dạng .xlsx, không mật khẩu.",
        )
    sheet = _xlsx(raw, limits) if raw.startswith(ZIP) else Sheet(_kept(_csv(raw, limits), limits))
    if not sheet.rows:
        raise Invalid("sheet_empty", "The file has no rows.", "Tệp không có dòng nào.")
    return sheet


def _kept(rows: Iterator[Row], limits: Limits) -> tuple[Row, ...]:
    kept = tuple(row for row in rows if not row.is_empty)
    if len(kept) > limits.rows_most:
        raise _too_large(f"{limits.rows_most} dòng / rows", limits)
    return kept


def _csv(raw: bytes, limits: Limits) -> Iterator[Row]:
    text = _decoded(raw)
    separator = _separator(text.split("\n", _TITLES_MOST))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if number > 2 * limits.rows_most:
                raise _too_large(f"{limits.rows_most} dòng / rows", limits)
            yield Row(number, tuple(_cell(value) for value in cells[:_COLUMNS_MOST]))
    except csv.Error as error:
        raise Invalid(
            "sheet_unreadable",
            f"Row {number + 1} of the file has an open quotation mark or the like.",
            f"Dòng {number + 1} của tệp có dấu nháy mở mà không đóng hoặc lỗi tương tự.",
        ) from error


def _separator(lines: list[str]) -> str:
    """Find the separator: the first line tells it, unless it is a title without columns."""
    first = max(lines[0].count(one) for one in _SEPARATORS)
    looked_at = lines[:1] if first > 1 else lines[:_TITLES_MOST]
    return max(_SEPARATORS, key=lambda one: max(line.count(one) for line in looked_at))


def _decoded(raw: bytes) -> str:
    encoding = "utf-16" if raw[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeError as error:
        raise _encoding() from error
    if "\x00" in text or "\N{REPLACEMENT CHARACTER}" in text:
        raise _encoding()
    return text


def _encoding() -> Invalid:
    return Invalid(
        "sheet_encoding",
        "The text is not UTF-8. In Excel choose: CSV UTF-8.",
        "Chữ trong tệp không phải UTF-8. Trong Excel hãy chọn: CSV UTF-8.",
    )


def _xlsx(raw: bytes, limits: Limits) -> Sheet:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            _require_safe(archive)
            merged = tuple(_merged(archive))
        book = load_workbook(io.BytesIO(raw), read_only=True, data_only=False, keep_links=False)
        first, *others = _seen(book)
        rows = _kept(_sheet_rows(first, limits), limits)
        beside = tuple(tuple(islice(_sheet_rows(one, limits), BEGINNING)) for one in others)
    except _DAMAGE as error:
        raise Invalid(
            "sheet_unreadable",
            "The Excel file is damaged. Open it, save it again as .xlsx and try once more.",
            "Tệp Excel bị hỏng. Hãy mở ra, lưu lại dạng .xlsx rồi thử lại.",
        ) from error
    return Sheet(rows, merged, beside)


def _seen(book: Any) -> list[Any]:  # noqa: ANN401  openpyxl ships no types
    """Return the sheets a person sees, in order; hidden ones are passed over, unless all are."""
    sheets: list[Any] = book.worksheets
    return [one for one in sheets if one.sheet_state == "visible"] or sheets


def _require_safe(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts) or 1
    names = [part.filename.lower() for part in parts]
    dangers = (
        len(parts) > _PARTS_MOST,
        unpacked > _UNPACKED_MOST,
        unpacked > _RATIO_FROM and unpacked / packed > _RATIO_MOST,
        any(name.endswith((".bin", ".zip", ".xlsx", ".exe")) for name in names),
        any(part.flag_bits & 1 for part in parts),
    )
    if any(dangers):
        raise Invalid(
            "sheet_unsafe",
            "The Excel file holds macros, other files, or far more than its size says.",
            "Tệp Excel chứa macro, tệp lồng bên trong, hoặc phình to bất thường khi mở.",
        )


def _merged(archive: zipfile.ZipFile) -> Iterator[str]:
    """Find merged cells in the first sheet; its size was looked at before."""
    names = sorted(name for name in archive.namelist() if name.startswith("xl/worksheets/sheet"))
    for name in names[:1]:
        yield from (found.decode() for found in _MERGED.findall(archive.read(name)))


def _sheet_rows(sheet: Any, limits: Limits) -> Iterator[Row]:  # noqa: ANN401  openpyxl ships no types
    for number, cells in enumerate(sheet.iter_rows(max_col=_COLUMNS_MOST), start=1):
        if number > 2 * limits.rows_most:
            raise _too_large(f"{limits.rows_most} dòng / rows", limits)
        yield Row(number, tuple(_typed(cell) for cell in cells))


def _typed(cell: Any) -> Cell:  # noqa: ANN401  openpyxl ships no types
    if cell.value is None:
        return _NOTHING
    return _cell(str(cell.value), _KINDS.get(cell.data_type, "text"))


def _cell(value: str, kind: str = "text") -> Cell:
    return Cell(" ".join(value.split())[:_CELL_MOST], kind)


def _too_large(most: str, limits: Limits) -> Invalid:
    return Invalid(
        "sheet_too_large",
        f"The file is too large: at most {most}. {limits.split[0]}",
        f"Tệp quá lớn: tối đa {most}. {limits.split[1]}",
    )
