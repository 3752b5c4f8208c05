"""The turnstile: so many at once, so many a minute from one address, the others unharmed."""

import pytest

from cashless.errors import Unavailable
from cashless.web.turnstile import Turnstile
from tests.market import at_once


class Clock:
    """A clock that a test moves."""

    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def passes(turnstile: Turnstile, address: str = "203.0.113.5") -> bool:
    try:
        with turnstile.passage(address):
            return True
    except Unavailable:
        return False


def test_so_many_are_inside_at_once_and_the_next_is_not_kept_waiting() -> None:
    turnstile = Turnstile(2, 100)
    with turnstile.passage("a"), turnstile.passage("b"):
        assert not passes(turnstile, "c")
    assert passes(turnstile, "c")


def test_a_place_is_given_back_also_after_a_failure() -> None:
    turnstile = Turnstile(1, 100)
    with pytest.raises(ZeroDivisionError), turnstile.passage("a"):
        raise ZeroDivisionError
    assert passes(turnstile)


def test_one_address_may_pass_so_often_a_minute() -> None:
    clock = Clock()
    turnstile = Turnstile(9, 3, clock)
    assert [passes(turnstile) for _ in range(5)] == [True, True, True, False, False]
    assert passes(turnstile, "198.51.100.7")
    clock.seconds += 20
    assert [passes(turnstile) for _ in range(2)] == [True, False]
    clock.seconds += 3600
    assert [passes(turnstile) for _ in range(4)] == [True, True, True, False]


def test_many_addresses_do_not_fill_the_memory() -> None:
    turnstile = Turnstile(1, 5)
    for number in range(10_050):
        assert passes(turnstile, str(number))
    assert len(turnstile._used) <= 10_000


def test_many_at_once_never_are_more_than_allowed() -> None:
    turnstile, inside, most = Turnstile(3, 1000), [0], [0]

    def walk(_place: int) -> None:
        for _ in range(50):
            try:
                with turnstile.passage("a"):
                    inside[0] += 1
                    most[0] = max(most[0], inside[0])
                    inside[0] -= 1
            except Unavailable:
                continue

    at_once(8, walk)
    assert 1 <= most[0] <= 3
