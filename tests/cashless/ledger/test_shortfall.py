"""The shortfall finder: honest about all, one, several, none, and about its own bound."""

import random
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from cashless.ledger.shortfall import Due, find

amounts = st.lists(st.integers(1, 40).map(lambda n: n * 500), min_size=1, max_size=9)


def dues(given_amounts: list[int]) -> list[Due]:
    return [Due(number, amount) for number, amount in enumerate(given_amounts, start=1)]


def by_trying(owed: list[Due], total: int) -> list[set[int]]:
    """Every choice that adds up, found by trying all of them."""
    return [
        {one.payment for one in chosen}
        for size in range(1, len(owed) + 1)
        for chosen in combinations(owed, size)
        if sum(one.amount for one in chosen) == total
    ]


@given(amounts, st.data())
def test_it_agrees_with_trying_every_choice(owed_amounts: list[int], data: st.DataObject) -> None:
    owed = dues(owed_amounts)
    chosen = data.draw(st.sets(st.sampled_from([one.payment for one in owed])))
    off = data.draw(st.sampled_from([0, 0, 0, 1, 500, -500]))
    total = sum(one.amount for one in owed if one.payment in chosen) + off
    expected = by_trying(owed, total)
    found = find(owed, total)
    if total == sum(owed_amounts):
        assert found.found == "all"
    else:
        assert found.found == ("none", "one", "several")[min(len(expected), 2)]
    assert all(set(choice) in expected for choice in found.choices)
    assert len({frozenset(choice) for choice in found.choices}) == len(found.choices)


def test_what_a_lump_sum_leaves_out_is_named() -> None:
    owed = dues([50_000, 120_000, 35_000, 80_000])
    found = find(owed, 250_000)
    assert (found.found, found.choices, found.missing(owed)) == ("one", ((1, 2, 4),), (3,))


def test_two_payments_of_one_amount_are_several_and_not_a_guess() -> None:
    found = find(dues([50_000, 50_000, 20_000]), 70_000)
    assert found.found == "several"
    assert len(found.choices) == 2


def test_nothing_due_and_more_than_is_due_are_none() -> None:
    assert find([], 50_000).found == "none"
    assert find(dues([50_000]), 60_000).found == "none"
    assert find(dues([50_000]), 0).found == "none"


def test_a_day_of_a_large_market_is_decided() -> None:
    draw = random.Random(7)
    owed = dues([draw.randint(5, 900) * 1000 for _ in range(1500)])
    left_out = draw.sample(owed, 1)
    total = sum(one.amount for one in owed) - left_out[0].amount
    found = find(owed, total)
    assert found.found in {"one", "several"}
    assert all(
        sum(one.amount for one in owed if one.payment in choice) == total
        for choice in map(set, found.choices)
    )


def test_beyond_its_bound_it_says_so() -> None:
    owed = dues([1_000_003 * n for n in range(1, 9)] + [7])
    assert find(owed, 20_000_000, bits_max=1000).found == "beyond_bound"
    assert find(owed, 20_000_000, limit_seconds=-1).found == "beyond_bound"
