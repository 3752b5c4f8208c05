"""Forms of the revenue book, as dated data in ``tax_forms.json``: which one a period asks for.

A form is valid for days, not for the day it is printed on: the book of 2025 printed today has the
form of 2025. Columns, titles and the circular they come from stand in the data.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from cashless.errors import Invalid

FILE: Final = Path(__file__).with_name("tax_forms.json")
_EVERY_GROUP: Final = "*"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a form: its key in a row, letter, title, width in mm, and whose revenue it takes.

    ``over`` is the heading that it shares with its neighbours, empty where it stands alone.
    ``groups`` (of ``merchants.tax_groups``) is empty for a column that takes no revenue.
    """

    key: str
    letter: str
    title: str
    width: float
    groups: tuple[str, ...] = ()
    over: str = ""

    def takes(self, group: str) -> bool:
        """Tell whether revenue of this group of trades stands in this column."""
        return group in self.groups or _EVERY_GROUP in self.groups


@dataclass(frozen=True, slots=True)
class Form:
    """A form: its number, the days it is valid for, its words and its columns.

    ``below`` are the lines under the table, ``keeper`` who signs at the left (nobody where empty),
    ``signs`` who signs at the right and ``stamp`` how.
    """

    form: str
    valid_from: date
    valid_to: date | None
    under: str
    title: str
    place: str
    period: str
    has_tax_code: bool
    below: tuple[str, ...]
    keeper: str
    signs: str
    stamp: str
    landscape: bool
    columns: tuple[Column, ...]

    def covers(self, first: date, last: date) -> bool:
        """Tell whether the whole period lies in the days of the form."""
        return self.valid_from <= first and (self.valid_to is None or last <= self.valid_to)


def find(form: str, first: date, last: date) -> Form:
    """Return a form for a period. Raises ``Invalid("form_not_valid")`` with the days it is for."""
    found = next(one for one in forms() if one.form == form)
    if found.covers(first, last):
        return found
    until = f"{found.valid_to:%d/%m/%Y}" if found.valid_to else "…"
    raise Invalid(
        "form_not_valid",
        f"{form} is for days from {found.valid_from:%d/%m/%Y} to {until}; name a period in them.",
        f"Mẫu {form} dùng cho các ngày từ {found.valid_from:%d/%m/%Y} đến {until}.",
    )


@cache
def forms() -> tuple[Form, ...]:
    """Return every form that is known, oldest first."""
    read: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return tuple(_form(row) for row in read["forms"])


def _form(row: Mapping[str, Any]) -> Form:
    return Form(
        form=row["form"],
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        **{name: row[name] for name in _AS_WRITTEN},
        below=tuple(row["below"]),
        columns=tuple(_column(one) for one in row["columns"]),
    )


_AS_WRITTEN: Final = (
    *("under", "title", "place", "period", "has_tax_code"),
    *("keeper", "signs", "stamp", "landscape"),
)


def _column(row: Mapping[str, Any]) -> Column:
    groups = tuple(row.get("groups", ()))
    return Column(
        row["key"], row["letter"], row["title"], row["width"], groups, row.get("over", "")
    )
