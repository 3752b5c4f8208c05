"""The same facts in any order: webhooks, again and late, and statements leave the same books."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cashless.db.engine import transaction
from providers._protocol import Notification
from tests.market import MOMENT, Connected, Market, credit, empty
from tests.webhooks.statements import files
from tests.webhooks.statements.files import ACCOUNT
from webhooks.statements.keep import File, keep
from webhooks.statements.read import read

EXAMPLES = 25


@st.composite
def facts(draw: st.DrawFn) -> tuple[list[tuple[int, bool, bool]], list[int]]:
    """Draw transfers as (amount, has a webhook, has a line), and an order of the events."""
    transfers = draw(
        st.lists(
            st.tuples(st.sampled_from([20_000, 30_000]), st.booleans(), st.booleans()),
            min_size=1,
            max_size=6,
        )
    )
    events = [*range(len(transfers)), *range(len(transfers)), -1, -1]
    return transfers, draw(st.permutations(events))


def play(
    market: Market,
    layout: str,
    transfers: list[tuple[int, bool, bool]],
    events: list[int],
) -> int:
    """Play the events, -1 being the statement, and return what the merchant's book holds."""
    market.connected.clear()
    merchant = market.register(written=f"970405:{ACCOUNT}")
    connected = market.connect("agribank")
    raw = written(layout, transfers)
    for event in events:
        if event >= 0 and transfers[event][1]:
            hear(market, connected, event, transfers[event][0])
        if event < 0 and any(lined for _amount, _told, lined in transfers):
            imported(market, layout, raw)
        market.settle()
    assert market.broken() == {}
    return market.balances(merchant.code).get("Income:Sales", 0)


def hear(market: Market, connected: Connected, number: int, amount: int) -> None:
    moment = MOMENT + timedelta(minutes=number)
    more = {"account": ACCOUNT, "amount": amount, "occurred_at": moment}
    said: Notification = credit("agribank", number + 1, **more)
    market.keep(replace(connected.call(said), notifications=(said,)))


def imported(market: Market, layout: str, raw: bytes) -> None:
    chosen = files.find(layout)
    with transaction(market.engine) as db:
        keep(db, File(raw, "f", "agribank", chosen, "officer"), read(raw, chosen))


def written(layout: str, transfers: list[tuple[int, bool, bool]]) -> bytes:
    lined = [(place, amount) for place, (amount, _told, line) in enumerate(transfers) if line]
    if layout == "mt940":
        lines = [f":61:2607010701C{amount},NTRFNONREF\n:86:x" for _place, amount in lined]
        return files.mt940(*lines, closing=f"{sum(amount for _place, amount in lined)},")
    rows = [
        {
            "id": str(place + 1),
            "amount_in": str(amount),
            "transaction_date": f"2026-07-01 09:{30 + place}:00",
        }
        for place, amount in lined
    ]
    return files.sepay(*rows)


def expected(layout: str, transfers: list[tuple[int, bool, bool]]) -> int:
    """Say what the book must hold: every transfer once where ids tell them apart.

    Where the file has neither ids nor references, as many of an amount and day as its lines or the
    webhooks tell, whichever are more.
    """
    if layout == "sepay_list":
        return sum(amount for amount, told, line in transfers if told or line)
    told_ones = Counter(amount for amount, told, _line in transfers if told)
    lines = Counter(amount for amount, _told, line in transfers if line)
    return sum(amount * count for amount, count in (told_ones | lines).items())


@pytest.mark.parametrize("layout", ["sepay_list", "mt940"])
@settings(
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(told=facts())
def test_the_books_do_not_depend_on_who_told_first(
    market: Market,
    market_url: str,
    layout: str,
    told: tuple[list[tuple[int, bool, bool]], list[int]],
) -> None:
    empty(market_url)
    transfers, events = told
    assert -play(market, layout, transfers, events) == expected(layout, transfers)
