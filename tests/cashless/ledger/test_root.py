"""The root over all books: what is signed, and the path from one book to it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cashless.ledger import root
from cashless.ledger.root import FIRST, Head, Root

SEED = bytes(range(32))
AT = datetime(2026, 7, 1, 17, 30, tzinfo=UTC)


def heads(count: int) -> list[Head]:
    return [Head(f"M{n:03d}", n + 1, f"{n:064x}", 0, None) for n in range(count)]


@given(st.integers(1, 40), st.data())
def test_the_path_of_every_book_leads_to_the_root(count: int, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, count - 1))
    every = heads(count)
    steps = root.path(every, place)
    assert root.climb(every[place].leaf, steps) == root.tree(every)
    assert len(steps) <= (count - 1).bit_length()


@pytest.mark.parametrize(
    "other",
    [
        Head("M003", 5, f"{3:064x}", 0, None),
        Head("M003", 4, f"{4:064x}", 0, None),
        Head("M003", 4, f"{3:064x}", 1, "aa"),
        Head("M004", 4, f"{3:064x}", 0, None),
    ],
)
def test_another_head_gives_another_root(other: Head) -> None:
    every = heads(7)
    changed = [*every[:3], other, *every[4:]]
    assert root.tree(changed) != root.tree(every)
    assert root.climb(other.leaf, root.path(every, 3)) != root.tree(every)


def test_a_root_says_what_it_covers_and_who_signed_it() -> None:
    made = root.sign(SEED, heads(3), (4, b"\x07" * 32), AT)
    assert made.told == {
        "number": 5,
        "previous": "07" * 32,
        "published_at": "2026-07-01T17:30:00+00:00",
        "books": 3,
        "entries": 6,
        "root": root.tree(heads(3)).hex(),
        "key": root.public(SEED),
    }
    assert root.is_signed(made)


def test_the_first_root_over_nothing_is_the_hash_of_nothing() -> None:
    made = root.sign(SEED, [], (0, FIRST), AT)
    assert made.told["root"].startswith("e3b0c44298fc1c14")
    assert (made.told["number"], made.told["previous"]) == (1, "00" * 32)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda one: replace(one, said=one.said.replace('"books":3', '"books":4')),
        lambda one: replace(one, signature=bytes(64)),
        lambda one: replace(one, said=one.said.replace(root.public(SEED), "00" * 32)),
        lambda one: replace(one, said="{}"),
        lambda one: replace(one, said=one.said.replace('"key":"', '"key":"zz')),
    ],
)
def test_a_root_that_was_changed_is_not_signed(spoil) -> None:
    made: Root = root.sign(SEED, heads(3), (0, FIRST), AT)
    assert not root.is_signed(spoil(made))
