"""Groups of trades by which the revenue of a household business is taxed, and their rates by date.

Revenue is taxed in percent by the trade it comes from, when the year's revenue is above the
threshold. The rates are dated data (``tax_groups.json``) in hundredths of a percent. Until 2025
both taxes were on all revenue of such a year; from 2026 income tax is on the part above the
threshold. Nothing here is advice: the tax office decides.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).with_name("tax_groups.json")


@dataclass(frozen=True, slots=True)
class Rate:
    """The percent of a group for some days; ``vat`` and ``income`` in hundredths of a percent."""

    group: str
    vat: int
    income: int
    income_on: str
    valid_from: date
    valid_to: date | None
    source: str

    def is_valid(self, at: date) -> bool:
        """Tell whether it counts on a day."""
        return self.valid_from <= at and (self.valid_to is None or at <= self.valid_to)

    @property
    def written(self) -> str:
        """Both rates as people write them, ``1 % + 0,5 %``."""
        return f"{_percent(self.vat)} + {_percent(self.income)}"


@cache
def groups() -> Mapping[str, tuple[str, str]]:
    """Return group → (Vietnamese, English)."""
    return {row["group"]: (row["vi"], row["en"]) for row in _document()["groups"]}


@cache
def rates() -> tuple[Rate, ...]:
    """Return every rate that is known, oldest first."""
    return tuple(_rate(row) for row in _document()["rates"])


def rates_at(at: date) -> Mapping[str, Rate]:
    """Return group → rate on a day; nothing for days before the first rules that are known."""
    return {one.group: one for one in rates() if one.is_valid(at)}


def _percent(hundredths: int) -> str:
    whole, rest = divmod(hundredths, 100)
    return f"{whole},{rest:02}".rstrip("0").rstrip(",") + " %"


def _rate(row: Mapping[str, Any]) -> Rate:
    until = date.fromisoformat(row["valid_to"]) if row["valid_to"] else None
    return Rate(**{**row, "valid_from": date.fromisoformat(row["valid_from"]), "valid_to": until})


@cache
def _document() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return read
