"""What is sold, its code and tax group are dated data; a change leaves the old days alone."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cashless.clock import business_date, now
from cashless.db.engine import transaction
from cashless.errors import Problem
from cashless.vietqr.payload import decode
from merchants import categories, category_changes, orders, register, tax_groups
from merchants.category_changes import Sold
from tests.market import Market

DAYS = st.dates(date(2022, 1, 1), date(2035, 12, 31))


def today(days: int = 0) -> date:
    return business_date(now()) + timedelta(days=days)


def changed(market: Market, code: str, category: str, days: int) -> dict[int, str]:
    """Change, and return what was sold five days ago, three, one, and what is sold today."""
    with transaction(market.engine) as db:
        said = Sold(category, today(days), "chú Hùng", "đổi ngành hàng")
        found = category_changes.change(db, register.find(db, code), said)
    return {ago: found.at(today(-ago)) for ago in (5, 3, 1, 0)}


@given(st.sampled_from(sorted(categories.CATEGORIES)), DAYS)
def test_every_category_has_one_meaning_and_one_rate_on_every_day(category: str, day: date) -> None:
    valid = [o for o in categories.meanings() if o.category == category and o.is_valid(day)]
    assert valid == [categories.meaning(category, day)]
    rates = [o for o in tax_groups.rates() if o.group == valid[0].group and o.is_valid(day)]
    assert rates == [tax_groups.rates_at(day)[valid[0].group]]
    assert valid[0].mcc.isdigit()
    assert valid[0].group in tax_groups.groups()


def test_the_rates_are_those_of_the_facts() -> None:
    for day in (date(2025, 12, 31), date(2026, 1, 1)):
        written = {group: one.written for group, one in tax_groups.rates_at(day).items()}
        assert written == {
            "goods": "1 % + 0,5 %",
            "services": "5 % + 2 %",
            "production": "3 % + 1,5 %",
            "other": "2 % + 1 %",
        }
    income_on = {one.valid_from.year: one.income_on for one in tax_groups.rates()}
    assert income_on == {2021: "all", 2026: "above_threshold"}
    assert tax_groups.rates_at(date(2019, 1, 1)) == {}
    assert all(one.source for one in tax_groups.rates())


def test_a_change_has_a_date_and_the_days_before_keep_what_was_sold(market: Market) -> None:
    merchant = market.register()
    assert changed(market, merchant.code, "ăn uống", -3) == {
        5: "seafood",
        3: "meals",
        1: "meals",
        0: "meals",
    }
    assert changed(market, merchant.code, "drinks", -4) == {
        5: "seafood",
        3: "meals",
        1: "meals",
        0: "meals",
    }
    assert changed(market, merchant.code, "fruit", 0) == {
        5: "seafood",
        3: "meals",
        1: "meals",
        0: "fruit",
    }
    with transaction(market.engine) as db:
        assert register.find(db, merchant.code).category == "fruit"


def test_a_change_by_any_other_way_is_dated_by_the_database(market: Market) -> None:
    merchant = market.register()
    market.rows("UPDATE merchant SET category = 'gold' RETURNING id")
    market.rows("UPDATE merchant SET category = 'gold', name = 'Vàng' RETURNING id")
    with transaction(market.engine) as db:
        found = category_changes.history(db, register.find(db, merchant.code))
    assert [(one.category, one.valid_from) for one in found.changes] == [
        ("seafood", date(1, 1, 1)),
        ("gold", today()),
    ]


@pytest.mark.parametrize(
    ("category", "days", "why", "code"),
    [
        ("cá mập bay", 0, "đổi", "category_unknown"),
        ("meals", 1, "đổi ngành", "category_day_invalid"),
        ("meals", -400, "đổi ngành", "category_day_invalid"),
        ("meals", 0, "x", "why_missing"),
    ],
)
def test_a_wrong_change_is_refused_in_words(
    market: Market, category: str, days: int, why: str, code: str
) -> None:
    merchant = market.register()
    with transaction(market.engine) as db, pytest.raises(Problem, match=code):
        category_changes.change(db, merchant, Sold(category, today(days), "chú Hùng", why))
    assert market.count("merchant_category") == (0,)


def test_the_code_of_a_merchant_says_what_is_sold(market: Market) -> None:
    merchant = market.register()
    order = market.order(merchant, 50_000)
    with transaction(market.engine) as db:
        static = orders.static_payload(db, merchant.code)
    assert [decode(one).fields["mcc"] for one in (static, order.payload)] == ["5499", "5499"]
