"""CSV and XLSX lists as people download them: a heading somewhere, then rows, then a total perhaps.

The heading is the first row that names every column the layout needs, in any order and any case.
Above it stand titles, which are passed over. A row that begins with "Tổng cộng" or "Total" closes
the list: a movement below it is a fault, and signatures and notes are not. How a sheet is opened
without being trusted is written in ``merchants.sheet``.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import takewhile
from typing import Final

from cashless.errors import Invalid
from cashless.vietqr.text import ascii_text
from merchants import sheet
from merchants.sheet import Cell
from webhooks.statements.cells import FORMS, Wrong
from webhooks.statements.faults import fault
from webhooks.statements.layout import Layout
from webhooks.statements.line import Claim
from webhooks.statements.source import SHEET, Row, Source

_TOTALS: Final = ("TONG", "TOTAL")


def read(raw: bytes, layout: Layout) -> Source:
    """Read a sheet; raises what ``merchants.sheet.read`` raises.

    Raises ``Invalid("statement_headless")`` where no row is its heading, ``("statement_sheets")``
    where another sheet has one, too: to read only the first would import a part of the file.
    """
    whole = _opened(raw)
    rows = whole.rows
    found = _heading(rows, layout)
    if found is None:
        raise _headless(layout)
    if any(_heading(beside, layout) for beside in whole.beside):
        raise _several()
    place, names = found
    below = rows[place + 1 :]
    kept = tuple(takewhile(lambda row: not _is_total(row), below))
    total = below[len(kept) : len(kept) + 1]
    claims = [claim for row in total for claim in _claims(_row(row, names), layout)]
    behind = [_row(row, names) for row in below[len(kept) + 1 :]]
    faults = [fault(row.number, "", "row_after_trailer") for row in behind if _tells(row, layout)]
    return Source(tuple(_row(row, names) for row in kept), tuple(faults), tuple(claims))


@lru_cache(maxsize=1)
def _opened(raw: bytes) -> sheet.Sheet:
    """Open a sheet once, whatever the number of layouts it is tried with."""
    return sheet.read(raw, SHEET)


def _heading(rows: Sequence[sheet.Row], layout: Layout) -> tuple[int, Mapping[int, str]] | None:
    """Find the row that names every needed column; give its place and the names by column."""
    wanted = {plain(name): name for one in layout.columns.values() for name in one.names}
    needed = [one for one in layout.columns.values() if one.needed]
    for place, row in enumerate(rows[: sheet.BEGINNING]):
        found = {
            index: wanted[plain(cell.text)]
            for index, cell in enumerate(row.cells)
            if plain(cell.text) in wanted
        }
        if all(set(one.names) & set(found.values()) for one in needed):
            return place, found
    return None


def _headless(layout: Layout) -> Invalid:
    return Invalid(
        "statement_headless",
        f"No row names the columns of {layout.title}.",
        f"Không có dòng tiêu đề các cột của mẫu {layout.title}.",
    )


def _several() -> Invalid:
    return Invalid(
        "statement_sheets",
        "Several sheets of the file hold movements. Save each as a file of its own.",
        "Tệp có nhiều trang tính chứa giao dịch. Hãy lưu mỗi trang thành một tệp.",
    )


def plain(written: str) -> str:
    """Fold a heading so that case, accents and spaces do not matter."""
    return "".join(ascii_text(written).upper().split())


def _row(row: sheet.Row, names: Mapping[int, str]) -> Row:
    cells = {name: row.cells[place] for place, name in names.items() if place < len(row.cells)}
    return Row(row.number, cells)


def _tells(row: Row, layout: Layout) -> bool:
    """Tell whether something stands in every column a movement needs."""
    needed = [one.names for one in layout.columns.values() if one.needed]
    return all(any(row.cells.get(name, Cell()).text for name in names) for names in needed)


def _is_total(row: sheet.Row) -> bool:
    first = next(cell.text for cell in row.cells if cell.text)
    return plain(first).startswith(_TOTALS)


def _claims(row: Row, layout: Layout) -> Iterator[Claim]:
    """Read the sum of money in from the closing row; of two columns the first is money in."""
    column = layout.columns["amount"]
    names = column.names[:1] if column.joined else column.names
    name = next((name for name in names if row.cells.get(name, Cell()).text), None)
    if name is not None:
        form = "decimal" if column.joined else column.form
        try:
            said = FORMS[form]([row.cells[name]])
        except Wrong:
            said = None
        yield Claim(row.number, name, "amount", said if isinstance(said, int) else -1)
