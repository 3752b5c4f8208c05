"""Which layout a file has: asked for by name, or found out from the provider, name and content.

A file is tried with the layouts its provider may use, those whose file name fits first. One that
fits none of them but another provider's is refused by that name: money of one provider must never
be booked as another's because a person took the wrong file.
"""

from collections.abc import Iterable
from pathlib import PurePath

from cashless.errors import Conflict, Invalid
from merchants.sheet import ZIP
from webhooks.statements.layout import Layout, everything, find
from webhooks.statements.read import SOURCES


def choose(raw: bytes, file_name: str, provider: str, wanted: str | None = None) -> Layout:
    """Return the layout to read a file with.

    Raises ``Invalid("layout_unknown" | "statement_unfit" | ...)`` for a file nobody can open and
    ``Conflict("statement_foreign")`` for another provider's.
    """
    if wanted is not None:
        layout = find(wanted)
        if not layout.serves(provider):
            raise foreign(layout.title, provider)
        return layout
    name = PurePath(file_name).name
    ours = [one for one in everything().values() if one.serves(provider)]
    found = _first_fitting(raw, sorted(ours, key=lambda one: _rank(one, name)))
    if found is not None:
        return found
    others = [one for one in everything().values() if not one.serves(provider)]
    other = _first_fitting(raw, others)
    raise foreign(other.title, provider) if other else _unfit(raw, ours)


def _rank(layout: Layout, name: str) -> tuple[bool, bool, str]:
    return (not layout.is_called(name), not layout.providers, layout.name)


def _first_fitting(raw: bytes, layouts: Iterable[Layout]) -> Layout | None:
    return next((one for one in layouts if _fits(raw, one)), None)


def _fits(raw: bytes, layout: Layout) -> bool:
    """Tell whether most rows have the layout's shape and its needed columns are there."""
    try:
        source = SOURCES[layout.form](raw, layout)
    except Invalid:
        return False
    needed = [one.names for one in layout.columns.values() if one.needed]
    shaped = [
        row
        for row in source.rows
        if all(any(name in row.cells for name in names) for names in needed)
    ]
    broken = len(source.rows) - len(shaped) + len(source.faults)
    return len(shaped) > broken or (not source.rows and bool(source.spans))


def foreign(whose: str, provider: str) -> Conflict:
    """Return the refusal of a file that is ``whose`` and not the provider's."""
    return Conflict(
        "statement_foreign",
        f"This is a file of {whose}, not of {provider}.",
        f"Đây là tệp của {whose}, không phải của {provider}.",
    )


def _unfit(raw: bytes, layouts: Iterable[Layout]) -> Invalid:
    """Say what is wrong with the file itself, if that is it; else that no layout fits.

    A spreadsheet is no text of another encoding, so only the layouts of sheets are asked about it.
    """
    asked = [one for one in layouts if one.form == "sheet" or not raw.startswith(ZIP)]
    for layout in asked:
        try:
            SOURCES[layout.form](raw, layout)
        except Invalid as error:
            if error.code in _OF_THE_FILE:
                return error
    known = ", ".join(one.name for one in asked)
    return Invalid(
        "statement_unfit",
        f"The file fits none of the layouts: {known}. Name one with --layout to see its faults.",
        f"Tệp không theo mẫu nào: {known}. Dùng --layout để xem lỗi theo một mẫu.",
    )


_OF_THE_FILE = frozenset(
    {
        "statement_encoding",
        "statement_too_large",
        "sheet_too_large",
        "sheet_old_excel",
        "sheet_unsafe",
        "statement_sheets",
    }
)
"""Codes that name what is wrong with a file whatever its layout."""
