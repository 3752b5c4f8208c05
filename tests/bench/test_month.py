"""The seeded month: a small one is played whole, and what is missed or flagged too much is seen."""

from collections import Counter

import pytest

from bench.month import Row, play
from bench.month_plan import Month, plan
from tests.market import Market, market, market_engine, market_url

__all__ = ["market", "market_engine", "market_url"]
KINDS = {
    *("statement_only", "webhook_only", "amount_differs", "day_differs", "conflict", "untold"),
    *("repeated", "late", "witnessed", "taken_back", "forged", "closed", "reversal"),
    *("underpaid", "overpaid", "paid_twice", "unnamed", "second", "sticker", "sticker_silent"),
    *("not_sale", "left_out"),
}


@pytest.fixture(scope="module")
def month() -> Month:
    return plan(seed=1, payments=900, boost=40)


def test_every_planted_error_is_found_and_nothing_else_is_flagged(
    market: Market, month: Month
) -> None:
    assert {one.planted for one in month.transfers} - {""} == KINDS
    rows, figures = play(market.engine, market.key, month)
    assert [row.as_json() for row in rows if row.missed or row.extra] == []
    assert sum(row.planted.total() for row in rows) > 100
    assert figures["whole_month_again_posted"] == 0
    assert figures["same_file_again_known"] is True
    assert (figures["invariants_broken"], figures["broken_unplanted"]) == (["I12"], [])


def test_the_same_seed_invents_the_same_month(month: Month) -> None:
    def told(one: Month) -> list[tuple[object, ...]]:
        return [(t.number, t.provider, t.amount, t.at, t.planted, t.balance) for t in one.transfers]

    again = plan(seed=1, payments=900, boost=40)
    assert told(again) == told(month) != told(plan(seed=2, payments=900, boost=40))


def test_what_was_missed_and_what_was_flagged_too_much_is_counted() -> None:
    row = Row("late", Counter([("a",), ("b",), ("b",)]), Counter([("b",), ("c",)]))
    assert (row.missed, row.extra) == (2, 1)
    assert row.as_json()["found"] == 1
