"""The revenue gauge: how far a year's sales have come towards the tax-free threshold.

The thresholds are dated data (``thresholds.json``): a rule counts for the years it names from the
day it was published. The gauge is the merchant's own; no report of the city reads it. It knows one
book: who has several must add them up. Beside it stands what was sold in each group of trades, with
the percent that counts for it once the year is above the threshold; what is then due is the tax
office's to say.
"""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from cashless.errors import Invalid
from cashless.ledger import balance
from merchants import categories, category_changes, tax_groups
from merchants.register import Merchant
from merchants.tax_groups import Rate

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
class Part:
    """What was sold in one group of trades, in đồng, and its rate; None where none is known."""

    group: str
    revenue: int
    rate: Rate | None


@dataclass(frozen=True, slots=True)
class Gauge:
    """What was sold in a year up to now, the threshold of that year, and whole percent of it."""

    year: int
    revenue: int
    rule: Rule
    parts: tuple[Part, ...] = ()

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
    return Gauge(year, revenue, find(year, at), _parts(db, merchant, year))


def _parts(db: Connection, merchant: Merchant, year: int) -> tuple[Part, ...]:
    """Add up the year by groups: a change of category begins another stretch of days."""
    trades = category_changes.history(db, merchant)
    starts = {date(year, 1, 1), *(one.valid_from for one in trades.changes)}
    days = sorted(day for day in starts if day.year == year)
    ends = [*(day - timedelta(days=1) for day in days[1:]), date(year, 12, 31)]
    sums: dict[str, int] = {}
    for first, last in zip(days, ends, strict=True):
        group = categories.meaning(trades.at(first), first).group
        sold = balance.revenue(db, merchant.code, first, last)
        sums[group] = sums.get(group, 0) + sold
    rates = tax_groups.rates_at(date(year, 12, 31))
    return tuple(Part(group, sold, rates.get(group)) for group, sold in sums.items())


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
