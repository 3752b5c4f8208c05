"""When a market's day is over: cuts and holidays, as dated data in ``day_cuts.json``.

A day may be closed from its cut on: midnight, or 03:00 for a market of the night. What is sold
between midnight and the cut keeps its calendar date in the book. Over Tết several days may be
closed at once, because stalls are shut.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from cashless.clock import day_bounds

FILE: Final = Path(__file__).with_name("day_cuts.json")
MARKETS: Final = ("day", "night")


@dataclass(frozen=True, slots=True)
class Holiday:
    """Days over which stalls are shut, both included."""

    name: str
    first: date
    last: date


def over_at(day: date, market: str) -> datetime:
    """Return the instant (UTC) from which a day of such a market may be closed.

    A day before the first rule has the first rule's cut.
    """
    cuts = [one for one in _data()["cuts"] if one["market"] == market]
    here = (one for one in cuts if one["valid_from"] <= day.isoformat() <= _end(one))
    cut = next(here, cuts[0])
    return day_bounds(day)[1] + timedelta(hours=cut["hours_after_midnight"])


def holiday(first: date, last: date) -> Holiday | None:
    """Return the holiday that touches a period, if there is one."""
    for one in _data()["holidays"]:
        found = Holiday(
            one["name"], date.fromisoformat(one["first"]), date.fromisoformat(one["last"])
        )
        if first <= found.last and found.first <= last:
            return found
    return None


def _end(cut: dict[str, Any]) -> str:
    return cut["valid_to"] or "9999-12-31"


@cache
def _data() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return read
