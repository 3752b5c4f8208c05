"""Import rows: what each column of a market's list means, and what is wrong in which cell.

The headings are Vietnamese or English, in any order; columns that nobody knows are told, not
guessed. Every cell is checked by the same functions that check a single merchant, and all faults of
a file are found at once. A number cell where leading zeros matter (account, phone, ID card, tax
code) is a fault, because Excel has already lost them.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from cashless.errors import Invalid, Problem
from merchants.identifiers import without_numbers
from merchants.import_columns import BY_NAME, COLUMNS, KINDS_WRITTEN, READERS, Column, plain
from merchants.sheet import Cell, Row, Sheet
from merchants.shifts import WHOLE, Shift
from merchants.shifts import read as read_shift


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one cell: row as people count it, heading, stable code, both sentences."""

    row: int
    column: str
    code: str
    message: str
    message_vi: str


@dataclass(frozen=True, slots=True)
class Applicant:
    """One merchant of the list, every cell checked and in its stored form."""

    row: int
    market: str
    stall: str
    walking_order: int
    name: str
    category: str
    kind: str
    account: str
    holder: str
    numbers: Mapping[str, str] = field(default_factory=dict)
    shift: Shift = WHOLE
    names_shift: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says: the merchants whose rows are right, and every fault."""

    applicants: tuple[Applicant, ...]
    faults: tuple[Fault, ...]
    unknown_columns: tuple[str, ...] = ()


def read(sheet: Sheet, today: date) -> Reading:
    """Read a sheet whose first row has the headings.

    Raises ``Invalid("import_headings_missing")`` when a needed heading is not there.
    """
    places, unknown = _headings(sheet.rows[0])
    faults: list[Fault] = [_merged(span) for span in sheet.merged]
    right: dict[int, dict[str, str]] = {}
    for row in sheet.rows[1:]:
        right[row.number], wrong = _checked(row, places, today)
        faults.extend(wrong)
    faults.extend(_repeated(right))
    faulty = {fault.row for fault in faults}
    applicants = (_made(row, values) for row, values in right.items() if row not in faulty)
    return Reading(tuple(applicants), tuple(sorted(faults, key=_place)), unknown)


def _headings(row: Row) -> tuple[dict[str, int], tuple[str, ...]]:
    words = {plain(word): one.name for one in COLUMNS for word in (one.title, one.name, *one.also)}
    named = [
        (place, cell.text, words.get(plain(cell.text))) for place, cell in enumerate(row.cells)
    ]
    places: dict[str, int] = {}
    for place, _text, name in named:
        if name is not None:
            places.setdefault(name, place)
    missing = [one.title for one in COLUMNS if one.required and one.name not in places]
    if missing:
        listed = ", ".join(missing)
        raise Invalid(
            "import_headings_missing",
            f"The first row must have the headings; these are missing: {listed}.",
            f"Dòng đầu phải là tiêu đề cột; còn thiếu: {listed}.",
        )
    return places, tuple(text for _place, text, name in named if text and name is None)


def _checked(
    row: Row, places: Mapping[str, int], today: date
) -> tuple[dict[str, str], list[Fault]]:
    """Return the values of the cells that are right, and the faults of the others."""
    cells = {name: _at(row, place) for name, place in places.items()}
    values: dict[str, str] = {}
    faults: list[Fault] = []
    for name, cell in cells.items():
        try:
            values[name] = _value(BY_NAME[name], cell, cells, today)
        except Problem as problem:
            faults.append(_fault(row, name, problem))
    return values, faults


def _at(row: Row, place: int) -> Cell:
    return row.cells[place] if place < len(row.cells) else Cell()


def _value(column: Column, cell: Cell, cells: Mapping[str, Cell], today: date) -> str:
    """Return the checked value of a cell, empty where nothing stands and nothing has to."""
    if cell.kind in {"formula", "error"} or cell.text.startswith("="):
        raise Invalid(
            "import_cell_formula",
            "A formula stands here. Copy the cell and paste it as a value.",
            "Ô này là công thức. Hãy sao chép rồi dán dạng giá trị.",
        )
    if not cell.text:
        return _nothing(column)
    if column.is_identifier and cell.kind == "number":
        raise Invalid(
            "import_cell_number",
            "Excel stored this as a number and drops leading zeros. Format the column as text.",
            "Excel lưu ô này là số nên mất số 0 ở đầu. Hãy định dạng cột là văn bản (Text).",
        )
    kind = KINDS_WRITTEN.get(plain(cells.get("kind", Cell()).text), "household")
    return READERS[column.name](cell.text, kind, today)


def _nothing(column: Column) -> str:
    if column.required:
        raise Invalid(
            "import_cell_empty",
            f"The column {column.title} must not be empty.",
            f"Cột {column.title} không được để trống.",
        )
    return ""


def _made(row: int, values: Mapping[str, str]) -> Applicant:
    numbers = {name: values[name] for name in ("phone", "id_card", "tax_code") if values.get(name)}
    return Applicant(
        row=row,
        market=values["market"],
        stall=values["stall"],
        walking_order=int(values.get("walking_order") or row),
        name=values["name"],
        category=values["category"],
        kind=values.get("kind") or "household",
        account=values["account"],
        holder=values["holder"],
        numbers=numbers,
        shift=read_shift(values.get("shift", "")),
        names_shift=bool(values.get("shift")),
    )


def _repeated(right: Mapping[int, Mapping[str, str]]) -> Iterator[Fault]:
    """Tell of a value that stands in rows of different people: a person knows which is wrong.

    A stall stands in several rows when different people sell there and their shifts do not overlap.
    An account, an ID card or a tax code may stand in several, when they tell of one merchant who
    holds several stalls.
    """
    for name in _OWN:
        rows: dict[str, list[int]] = defaultdict(list)
        for row, values in right.items():
            rows[values.get(name, "")].append(row)
        rows.pop("", None)
        for same in rows.values():
            yield from _clashes(name, same, right)


_OWN: Final = ("stall", "account", "id_card", "tax_code")
_COMPARED_MOST: Final = 12
_OF_A_STALL: Final = frozenset({"stall", "walking_order", "shift"})


def _clashes(
    name: str, same: Sequence[int], right: Mapping[int, Mapping[str, str]]
) -> Iterator[Fault]:
    """Compare each row with the first few: a list may repeat one value ten thousand times."""
    if name != "stall" and len({_who(right[row]) for row in same}) == 1:
        return
    for row in same:
        first = (one for one in same[:_COMPARED_MOST] if one != row)
        others = [one for one in first if name != "stall" or _share_hours(right[row], right[one])]
        if others:
            yield _again(name, row, others)


def _share_hours(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Tell whether two rows of one stall clash: in hours, or as two shifts of one merchant."""
    hours = read_shift(one.get("shift", "")), read_shift(other.get("shift", ""))
    return hours[0].overlaps(hours[1]) or one.get("account") == other.get("account")


def _who(values: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return what a row says of the merchant, whatever stall it names."""
    said = {name: value for name, value in values.items() if name not in _OF_A_STALL and value}
    return tuple(sorted(said.items()))


def _again(name: str, row: int, same: Sequence[int]) -> Fault:
    others = ", ".join(map(str, same))
    return Fault(
        row,
        BY_NAME[name].title,
        "import_repeated",
        f"The same value stands in row {others}.",
        f"Trùng với dòng {others}.",
    )


def _merged(span: str) -> Fault:
    first = int("".join(sign for sign in span.partition(":")[0] if sign.isdigit()))
    return Fault(
        first,
        span,
        "import_cell_merged",
        "Merged cells: unmerge them and fill each one.",
        "Ô bị gộp: hãy bỏ gộp và điền từng ô.",
    )


def _fault(row: Row, name: str, problem: Problem) -> Fault:
    title = BY_NAME[name].title
    both = map(without_numbers, (problem.message, problem.message_vi))
    return Fault(row.number, title, problem.code, *both)


def _place(fault: Fault) -> tuple[int, str]:
    return fault.row, fault.column
