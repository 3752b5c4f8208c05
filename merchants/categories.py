"""Categories of goods: what is sold, its merchant category code, and the group of the tax.

A category is our own word, used for break-downs in reports. What follows from it is dated data
(``categories.json``): the merchant category code (ISO 18245) that our payment codes carry, and the
group of ``tax_groups``. The code of an acquirer's contract belongs to that contract and may be
another one.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from cashless.errors import Invalid
from cashless.vietqr.text import ascii_text

FILE: Final = Path(__file__).with_name("categories.json")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a category means for some days: merchant category code and group of the tax."""

    category: str
    mcc: str
    group: str
    valid_from: date
    valid_to: date | None

    def is_valid(self, at: date) -> bool:
        """Tell whether it counts on a day."""
        return self.valid_from <= at and (self.valid_to is None or at <= self.valid_to)


@cache
def _document() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return read


CATEGORIES: Final[Mapping[str, tuple[str, str]]] = {
    row["category"]: (row["vi"], row["en"]) for row in _document()["categories"]
}
"""Category code → (Vietnamese, English)."""

_ALSO: Final[Mapping[str, str]] = {
    word: row["category"] for row in _document()["categories"] for word in row["also"]
}


@cache
def meanings() -> tuple[Meaning, ...]:
    """Return what every category has meant, by the days it is valid."""
    return tuple(
        _meaning(row["category"], period)
        for row in _document()["categories"]
        for period in row["periods"]
    )


def sources() -> Mapping[str, str]:
    """Return where the codes and the groups are from."""
    told: dict[str, str] = _document()["sources"]
    return told


def meaning(category: str, at: date) -> Meaning:
    """Return what a category means on a day; before the first one that is known, the first."""
    known = [one for one in meanings() if one.category == category]
    return next((one for one in known if one.is_valid(at)), known[0])


def require(written: str) -> str:
    """Return the category's code, from its code, its name or another word people write for it.

    Raises ``Invalid("category_unknown")`` with the known ones.
    """
    wanted = ascii_text(written).strip().lower()
    for category, names in CATEGORIES.items():
        if wanted in {category, *(ascii_text(name).lower() for name in names)}:
            return category
    if wanted in _ALSO:
        return _ALSO[wanted]
    known = ", ".join(CATEGORIES)
    known_vi = ", ".join(name for name, _english in CATEGORIES.values())
    raise Invalid(
        "category_unknown",
        f"There is no category {written!r}. Choose one of: {known}.",
        f"Không có ngành hàng {written!r}. Hãy chọn: {known_vi}.",
    )


def _meaning(category: str, row: Mapping[str, Any]) -> Meaning:
    return Meaning(
        category,
        row["mcc"],
        row["group"],
        date.fromisoformat(row["valid_from"]),
        date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
    )
