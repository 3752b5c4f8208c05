"""A plan: repeatable, with everything that can go wrong in it, and honest in its counts."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from cashless.clock import business_date, day_bounds
from cashless.simulator.faults import BY_NAME, FAULTS
from cashless.simulator.people import market
from cashless.simulator.plan import Wish, morning_before, plan, times
from cashless.simulator.shoppers import Morning
from tests.cashless.simulator.scenery import END, MORNING, planned

TOWN = market(1)


def test_the_same_seed_gives_the_same_plan() -> None:
    assert planned(TOWN, 4) == planned(TOWN, 4)
    assert planned(TOWN, 4).calls != planned(TOWN, 5).calls


def test_another_day_changes_nothing_but_the_times() -> None:
    later = Morning(END + timedelta(days=33), timedelta(minutes=3))
    there, here = plan(TOWN, 4, Wish(200), later), planned(TOWN, 4)
    assert there.amount == here.amount
    assert sorted(_timeless(there.calls)) == sorted(_timeless(here.calls))


@pytest.mark.parametrize("payments", [1, 2, 7, 40, 333])
def test_as_many_payments_exist_afterwards_as_were_wished(payments: int) -> None:
    made = planned(TOWN, 2, payments)
    assert len(made.payments) == payments
    assert len({one.txn for one in made.payments}) == payments


@pytest.mark.parametrize("seed", range(10))
def test_everything_goes_wrong_at_least_once(seed: int) -> None:
    there = Counter(call.fault for call in planned(market(seed), seed).calls)
    assert {one.name for one in FAULTS} <= there.keys()


def test_nothing_goes_wrong_when_that_is_wished() -> None:
    assert {call.fault for call in planned(TOWN, faults=0).calls} == {""}


def test_faults_come_by_their_rate_in_a_long_plan() -> None:
    fault = BY_NAME["duplicate"]
    assert times(fault, Wish(10_000)) == fault.per_10_000
    assert times(fault, Wish(10_000, 3)) == 3 * fault.per_10_000


def test_what_is_told_again_comes_after_what_it_repeats() -> None:
    calls = planned(TOWN, 6, 500).calls
    first = {one.txn: one.wave for one in calls if not BY_NAME[one.fault].is_extra}
    again = [one for one in calls if one.fault in {"duplicate", "conflict"}]
    assert again
    assert all(one.wave > first[one.txn] for one in again)


def test_whoever_pays_twice_pays_one_order_with_two_payments() -> None:
    twice = [one for one in planned(TOWN, 3, 400).calls if one.fault == "paid_twice"]
    pairs = Counter(one.order.number for one in twice if one.order)
    assert set(pairs.values()) == {2}
    assert len({one.txn for one in twice}) == len(twice)


def test_too_little_and_too_much_differ_from_what_was_asked() -> None:
    for one in planned(TOWN, 9, 2_000).calls:
        asked = one.order.amount if one.order else 0
        assert one.fault != "underpaid" or one.amount < asked
        assert one.fault != "overpaid" or asked < one.amount < 2 * asked


def test_a_morning_lies_before_its_end_and_on_one_day() -> None:
    just_after_midnight = day_bounds(business_date(END))[0] + timedelta(seconds=90)
    for end in (END, just_after_midnight):
        hours = morning_before(end, day_bounds(business_date(end))[0])
        calls = plan(TOWN, 1, Wish(100), hours).calls
        assert {business_date(one.at) for one in calls} == {business_date(end)}
        assert max(one.at for one in calls) <= end
    assert MORNING.at(0) == END - MORNING.length


def _timeless(calls: tuple[object, ...]) -> list[str]:
    return [repr(replace(one, at=END)) for one in calls]  # type: ignore[type-var]  sales, all of them
