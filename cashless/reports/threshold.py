"""The revenue gauge: how far a year's sales have come towards the tax-free threshold.

The thresholds are dated data (``thresholds.json``): a rule counts for the years it names from the
day it was published. The gauge is the merchant's own; no report of the city reads it. It knows one
book: who has several must add them up.
"""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from cashless.errors import Invalid
from cashless.ledger import balance
from merchants.register import Merchant

FILE: Final = Path(__file__).with_name("thresholds.json")
_KINDS: Final = ("household", "unregistered")
_PERCENT: Final = 100


@dataclass(frozen=True, slots=True)
class Rule:
    """A threshold in đồng, the years it counts for, the day it was published, and its source."""

    amount: int
    year_from: int
    year_to: int | None
    published: date
    source: str

    def counts(self, year: int, at: date) -> bool:
        """Tell whether the rule counts for a year, as the law stood on a day."""
        is_of_year = self.year_from <= year <= (self.year_to or year)
        return is_of_year and self.published <= at


@dataclass(frozen=True, slots=True)
class Gauge:
    """What was sold in a year up to now, the threshold of that year, and whole percent of it."""

    year: int
    revenue: int
    rule: Rule

    @property
    def percent(self) -> int:
        """How much of the threshold is reached, in whole percent, rounded down."""
        return max(0, self.revenue) * _PERCENT // self.rule.amount

    @property
    def is_over(self) -> bool:
        """Tell whether the year's sales lie above the threshold."""
        return self.revenue > self.rule.amount


def gauge(db: Connection, merchant: Merchant, year: int, at: date) -> Gauge:
    """Return the gauge of a merchant for a year, as the law stood on the day ``at``.

    Raises ``Invalid("threshold_not_for_kind" | "threshold_unknown")``.
    """
    if merchant.kind not in _KINDS:
        raise Invalid(
            "threshold_not_for_kind",
            "The threshold is for household businesses and individuals.",
            "Ngưỡng doanh thu áp dụng cho hộ và cá nhân kinh doanh.",
        )
    revenue = balance.revenue(db, merchant.code, date(year, 1, 1), date(year, 12, 31))
    return Gauge(year, revenue, find(year, at))


def find(year: int, at: date) -> Rule:
    """Return the rule for a year as the law stood on a day. Raises ``Invalid``, see ``gauge``."""
    known = [one for one in rules() if one.counts(year, at)]
    if known:
        return max(known, key=lambda one: one.published)
    raise Invalid(
        "threshold_unknown",
        f"No threshold is known for {year}.",
        f"Chưa có ngưỡng doanh thu cho năm {year}.",
    )


@cache
def rules() -> tuple[Rule, ...]:
    """Return every rule that is known."""
    read: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return tuple(
        Rule(**{**row, "published": date.fromisoformat(row["published"])}) for row in read["rules"]
    )
