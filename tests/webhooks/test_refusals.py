"""Refusals are counters: per day, connection and reason, however many there are."""

from datetime import UTC, datetime, timedelta

from cashless.db.engine import transaction
from tests.market import Market, at_once
from webhooks import refusals
from webhooks.refusals import Refusal

AT = datetime(2026, 7, 1, 16, 59, 59, tzinfo=UTC)  # one second before midnight in Vietnam


def refusal(connection: int, reason: str, seconds: int = 0, mark: int = 1) -> Refusal:
    return Refusal(connection, reason, bytes([mark]) * 32, AT + timedelta(seconds=seconds))


def count(market: Market, *some: Refusal) -> None:
    with transaction(market.engine) as db:
        refusals.count(db, some)


def test_refusals_of_one_kind_are_one_row_with_first_last_and_last_digest(market: Market) -> None:
    count(market, refusal(1, "stale", -9, 1), refusal(1, "stale", -5, 2))
    count(market, refusal(1, "stale", -1, 3))
    row = market.rows("SELECT day, count, last_digest, first_at, last_at FROM refusal")
    first, last = AT - timedelta(seconds=9), AT - timedelta(seconds=1)
    assert row == [(AT.date(), 3, b"\x03" * 32, first, last)]


def test_connections_reasons_and_days_are_counted_apart(market: Market) -> None:
    count(
        market,
        refusal(1, "stale"),
        refusal(1, "stale", 1),
        refusal(2, "stale"),
        refusal(1, "signature"),
    )
    assert market.rows("SELECT count FROM refusal") == [(1,)] * 4


def test_counting_nothing_writes_nothing(market: Market) -> None:
    count(market)
    assert market.count("refusal") == (0,)


def test_two_doors_count_in_opposite_order_and_neither_waits_for_ever(market: Market) -> None:
    some = [refusal(number, "stale") for number in range(30)]

    def work(place: int) -> None:
        for _ in range(10):
            count(market, *(some if place % 2 else some[::-1]))

    at_once(4, work)
    assert market.rows("SELECT DISTINCT count FROM refusal") == [(40,)]


def test_the_newest_counters_are_listed_first(market: Market) -> None:
    count(market, refusal(1, "stale"), refusal(1, "signature", 60))
    with transaction(market.engine) as db:
        assert [row["reason"] for row in refusals.listing(db)] == ["signature", "stale"]
        assert len(refusals.listing(db, most=1)) == 1
