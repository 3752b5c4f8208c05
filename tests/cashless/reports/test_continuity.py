"""Continuity: balances follow from movements, and what is missing is located."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cashless.clock import business_date
from cashless.db.engine import transaction
from cashless.reports.continuity import Telling, check, jumps, ordered
from tests.market import MOMENT, Market, credit
from tests.webhooks.statements import files
from tests.webhooks.statements.test_keep import imported


def chain(movements: list[int], opening: int = 1_000_000, per_second: int = 1) -> list[Telling]:
    """Tell movements with their balances, several of them in each second."""
    told = []
    balance = opening
    for place, signed in enumerate(movements):
        balance += signed
        at = MOMENT + timedelta(seconds=place // per_second)
        told.append(Telling(place, at, business_date(at), signed, balance))
    return told


@given(
    st.lists(st.integers(1, 400_000).map(lambda n: n if n % 3 else -n), min_size=1, max_size=40),
    st.integers(1, 4),
    st.randoms(use_true_random=False),
)
def test_a_whole_chain_has_no_gap_however_one_second_is_shuffled(
    movements: list[int], per_second: int, shuffler: random.Random
) -> None:
    told = chain(movements, 10**9, per_second)
    shuffler.shuffle(told)
    told.sort(key=lambda one: one.at)
    assert list(jumps(told)) == []
    assert sorted(one.id for one in ordered(told)) == list(range(len(movements)))


@given(
    st.lists(st.integers(1, 400_000), min_size=3, max_size=30, unique=True),
    st.data(),
)
def test_a_missing_telling_is_located_with_its_amount(
    movements: list[int], data: st.DataObject
) -> None:
    told = chain(movements)
    place = data.draw(st.integers(1, len(told) - 2))
    ((before, after, missing),) = jumps([*told[:place], *told[place + 1 :]])
    assert (before.id, after.id, missing) == (place - 1, place + 1, movements[place])


def hear(market: Market, told: list[Telling], account: str = files.ACCOUNT) -> None:
    """Keep tellings with their balances over the market's signed connection."""
    connected = market.connect("agribank")
    calls = []
    for one in told:
        said = credit(
            "agribank",
            one.id + 1,
            amount=abs(one.signed),
            kind="credit" if one.signed > 0 else "debit",
            account=account,
            occurred_at=one.at,
            balance=one.balance,
        )
        calls.append(replace(connected.call(said), notifications=(said,)))
    market.keep(*calls)
    market.settle()


def found(market: Market) -> list[tuple[int, bool]]:
    with transaction(market.engine) as db:
        return [(gap.missing, gap.filled) for gap in check(db).gaps]


@pytest.fixture
def stall(market: Market) -> Market:
    market.register(written=f"970405:{files.ACCOUNT}")
    return market


def test_a_gap_breaks_the_invariant_until_a_statement_fills_it(stall: Market) -> None:
    told = chain([50_000, 50_000, -20_000, 30_000])
    hear(stall, [told[0], *told[3:]])
    assert found(stall) == [(30_000, False)]
    assert set(stall.broken()) == {"I12"}
    day = {"transaction_date": "2026-07-01 09:30:01"}
    imported(
        stall,
        files.sepay(
            {"id": "1", "transaction_date": "2026-07-01 09:30:00"},
            {"id": "2", **day},
            {"id": "3", **day, "amount_in": "0", "amount_out": "20000"},
            {"id": "4", "transaction_date": "2026-07-01 09:30:03", "amount_in": "30000"},
        ),
    )
    assert found(stall) == [(30_000, True)]
    assert stall.broken() == {}


def test_each_account_has_a_chain_of_its_own(stall: Market) -> None:
    hear(stall, chain([10_000, 20_000]))
    later = [replace(one, id=one.id + 10) for one in chain([5_000, 6_000], opening=0)]
    hear(stall, later, account="7704209008888")
    assert found(stall) == []
    with transaction(stall.engine) as db:
        assert check(db).chains == 2


def test_balances_of_weak_connections_prove_nothing(stall: Market) -> None:
    connected = stall.connect("agribank")
    weak = replace(connected.connection, environment="sandbox")
    for number, balance in ((1, 50_000), (2, 999_999)):
        said = credit("agribank", number, balance=balance)
        stall.keep(replace(connected.call(said), notifications=(said,), connection=weak))
    assert found(stall) == []
