"""The revenue gauge: which threshold counted when, and how far a book has come."""

from datetime import date, timedelta

import pytest

from cashless.clock import business_date, now
from cashless.db.engine import transaction
from cashless.errors import Invalid
from cashless.reports import threshold
from merchants import category_changes, register
from merchants.category_changes import Sold
from merchants.register import Application
from tests.market import MOMENT, Market, account, credit

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("year", "at", "amount"),
    [
        (2025, TODAY, 100_000_000),
        (2025, date(2025, 6, 1), 100_000_000),
        (2026, date(2026, 1, 15), 500_000_000),
        (2026, date(2026, 4, 28), 500_000_000),
        (2026, date(2026, 4, 29), 1_000_000_000),
        (2027, TODAY, 1_000_000_000),
    ],
)
def test_the_rule_published_last_counts(year: int, at: date, amount: int) -> None:
    assert threshold.find(year, at).amount == amount


@pytest.mark.parametrize(("year", "at"), [(2026, date(2025, 12, 9)), (2014, TODAY)])
def test_a_year_without_a_rule_is_told(year: int, at: date) -> None:
    with pytest.raises(Invalid, match="threshold_unknown"):
        threshold.find(year, at)


def test_rules_have_a_source_and_do_not_meet_on_one_day() -> None:
    rules = threshold.rules()
    assert all(one.source and one.amount > 0 for one in rules)
    assert len({(one.year_from, one.published) for one in rules}) == len(rules)


def test_a_gauge_counts_the_sales_of_its_year_alone(market: Market) -> None:
    merchant = market.register()
    market.hear("agribank", credit("agribank", 1, amount=412_000_000))
    market.hear("agribank", credit("agribank", 2, occurred_at=MOMENT.replace(year=2025)))
    market.settle()
    with transaction(market.engine) as db:
        found = threshold.gauge(db, merchant, 2026, TODAY)
        before = threshold.gauge(db, merchant, 2025, TODAY)
    assert (found.revenue, found.percent, found.is_over) == (412_000_000, 41, False)
    assert (before.revenue, before.percent, before.is_over) == (50_000, 0, False)


def test_the_threshold_itself_is_not_over_it(market: Market) -> None:
    merchant = market.register()
    half = 500_000_000
    market.hear("agribank", *(credit("agribank", n, amount=half) for n in (1, 2)))
    market.settle()
    with transaction(market.engine) as db:
        assert not threshold.gauge(db, merchant, 2026, TODAY).is_over
    market.hear("agribank", credit("agribank", 3, amount=1))
    market.settle()
    with transaction(market.engine) as db:
        assert threshold.gauge(db, merchant, 2026, TODAY).is_over


def test_a_market_board_has_no_threshold(market: Market) -> None:
    wanted = Application("Ban quản lý", "other", account("agribank"), "BAN QL", kind="market_board")
    with transaction(market.engine) as db, pytest.raises(Invalid, match="threshold_not_for_kind"):
        threshold.gauge(db, register.add(db, wanted), 2026, TODAY)


def test_each_group_of_trades_has_its_part_and_its_rate(market: Market) -> None:
    """Fish until yesterday, phở from today on."""
    merchant, at = market.register(), now()
    yesterday = at - timedelta(days=1)
    market.hear("agribank", credit("agribank", 1, occurred_at=yesterday))
    market.hear("agribank", credit("agribank", 2, amount=30_000, occurred_at=at))
    market.settle()
    today = business_date(at)
    with transaction(market.engine) as db:
        category_changes.change(db, merchant, Sold("meals", today, "chú Hùng", "đổi nghề"))
        found = threshold.gauge(db, register.find(db, merchant.code), today.year, today)
    told = {one.group: (one.revenue, one.rate and one.rate.written) for one in found.parts}
    assert told == {"goods": (50_000, "1 % + 0,5 %"), "production": (30_000, "3 % + 1,5 %")}
