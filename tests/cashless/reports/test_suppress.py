"""Small counts stay hidden, and subtraction does not bring them back."""

from itertools import product

from hypothesis import example, given
from hypothesis import strategies as st

from cashless.reports.suppress import SMALLEST, protect

columns = st.lists(st.integers(0, 40), max_size=8)
small_columns = st.lists(st.integers(0, 9), min_size=1, max_size=4)


@given(columns)
def test_no_count_of_one_to_four_is_published(counts: list[int]) -> None:
    found = protect(counts)
    assert all(count is None or count == 0 or count >= SMALLEST for count in found.cells)
    assert found.total is None or found.total == 0 or found.total >= SMALLEST


@given(columns)
def test_what_is_published_is_true(counts: list[int]) -> None:
    found = protect(counts)
    shown = zip(found.cells, counts, strict=True)
    assert all(cell in {None, count} for cell, count in shown)
    assert found.total in {None, sum(counts)}


@given(columns)
def test_nothing_is_hidden_without_a_small_count(counts: list[int]) -> None:
    if not any(0 < count < SMALLEST for count in counts):
        assert protect(counts).cells == tuple(counts)
        assert protect(counts).total == sum(counts)


@given(small_columns)
@example([1, 1, 1, 1, 1][:4])
@example([3, 5])
@example([4, 1, 0])
def test_no_hidden_count_follows_from_the_total(counts: list[int]) -> None:
    found = protect(counts)
    if found.total is None or not found.hidden:
        return
    together = found.total - sum(count for count in found.cells if count is not None)
    fits = [
        guess
        for guess in product(range(1, together + 1), repeat=len(found.hidden))
        if sum(guess) == together
    ]
    for place in range(len(found.hidden)):
        assert len({guess[place] for guess in fits}) > 1


def test_a_lone_small_count_takes_the_smallest_of_the_others_with_it() -> None:
    assert protect([20, 3, 7, 0]).cells == (20, None, None, 0)
    assert protect([20, 3, 7, 0]).total == 30


def test_five_lone_merchants_hide_the_total_because_it_would_count_them() -> None:
    assert protect([1, 1, 1, 1, 1]).total is None
    assert protect([1, 1, 1, 1, 1, 0]).cells == (None, None, None, None, None, 0)


def test_nothing_to_hide_with_hides_the_total() -> None:
    assert protect([3]).total is None
    assert protect([]).total == 0
