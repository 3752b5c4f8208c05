"""The invented market: the same for the same seed, whole, and nobody real in it."""

import re
from collections import Counter

import pytest

from cashless.simulator.lines import Line, lines
from cashless.simulator.people import MERCHANTS, market
from cashless.vietqr.payload import Transfer, encode
from merchants import categories
from merchants.register import KINDS


def test_the_same_seed_gives_the_same_market() -> None:
    assert market(7) == market(7)
    assert market(7) != market(8)


@pytest.mark.parametrize("seed", range(20))
def test_every_line_has_somebody_who_still_sells(seed: int) -> None:
    used = {
        Line(account.provider, account.protocol)
        for one in market(seed, 0.1).open_ones
        for account in one.accounts
    }
    assert used == set(lines())


@pytest.mark.parametrize("scale", [0.1, 1, 3, 1000])
def test_stalls_and_accounts_are_all_different(scale: float) -> None:
    here = market(1, scale).stallholders
    stalls = Counter(one.stall for one in here)
    accounts = Counter(account.written for one in here for account in one.accounts)
    assert stalls.most_common(1)[0][1] == accounts.most_common(1)[0][1] == 1


def test_scale_multiplies_the_merchants() -> None:
    assert len(market(1).stallholders) == MERCHANTS
    assert len(market(1, 2).stallholders) == 2 * MERCHANTS


def test_accounts_are_invented_and_can_stand_in_a_code() -> None:
    for one in market(3).stallholders:
        for account in one.accounts:
            assert re.fullmatch(r"(99|SIM|970416:99)\d{10}|9\d{9}", account.number)
            if account.bin:
                assert encode(Transfer(bin=account.bin, account=account.number))
        assert one.accounts[0].bin


def test_merchants_are_of_known_kinds_and_stand_at_stalls_of_their_place() -> None:
    for one in market(5, 4).stallholders:
        assert one.category in categories.CATEGORIES
        assert one.kind in KINDS
        assert re.fullmatch(rf"{one.place}(-[A-Z0-9]+-[A-H])?-\d+", one.stall)
