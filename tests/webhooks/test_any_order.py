"""Whatever is told, in whatever order and grouping: no money is lost, made or moved elsewhere.

Hypothesis invents a market day: credits to known and unknown accounts, to orders, debits, repeats,
and the same id with another amount. The day is told in two orders, in groups of any size, with
settling in between.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from providers._protocol import Notification
from tests.market import PROVIDERS, Market, account, credit, empty

Call = tuple[str, Notification]
NOWHERE = {"agribank": "99", "kienlongbank": "99", "momo": None, "sacombank": "99"}


@dataclass(frozen=True)
class Fact:
    """What a provider may tell; ``asks`` is 0 for no order, else the number of the order."""

    provider: str
    number: int
    amount: int
    asks: int
    is_known: bool
    kind: str


facts = st.builds(
    Fact,
    st.sampled_from(PROVIDERS),
    st.integers(1, 9),
    st.integers(1, 200_000),
    st.integers(0, 2),
    st.booleans(),
    st.sampled_from(["credit", "credit", "credit", "debit"]),
)
days = st.lists(
    facts, min_size=1, max_size=10, unique_by=lambda one: (one.provider, one.number)
).flatmap(lambda told: st.tuples(st.just(told), st.lists(st.sampled_from(told), max_size=8)))
many = hypothesis_settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@many
@given(days, st.randoms(use_true_random=False), st.lists(st.booleans(), max_size=6))
def test_nothing_is_lost_and_every_book_is_zero(
    market: Market, market_url: str, day: tuple, chance: object, wrong: list[bool]
) -> None:
    told, repeats = day
    opened = _open(market, market_url)
    calls = [_said(one, opened) for one in (*told, *repeats)]
    liars = [replace(said, amount=said.amount + 1) for _name, said in calls[: len(wrong)]]
    calls += [(name, said) for (name, _), said in zip(calls, liars, strict=False)]
    chance.shuffle(calls)
    _tell(market, calls, chance)
    assert market.broken() == {}
    first = {}
    for name, said in calls:
        first.setdefault((name, said.provider_txn_id, said.kind), said)
    assert market.count("payment") == (len(first),)
    assert market.count("delivery") == (len(calls),)
    arrived = sum(one.amount * (1 if one.kind == "credit" else -1) for one in first.values())
    held = [market.balances(book) for book in _books(market)]
    assert [sum(book.values()) for book in held] == [0] * len(held)
    assert sum(n for book in held for name, n in book.items() if "Assets" in name) == arrived


@many
@given(days, st.randoms(use_true_random=False))
def test_two_orders_of_the_same_facts_give_the_same_balances(
    market: Market, market_url: str, day: tuple, chance: object
) -> None:
    told, repeats = day
    ends = []
    for _ in range(2):
        opened = _open(market, market_url)
        calls = [_said(one, opened) for one in (*told, *repeats)]
        chance.shuffle(calls)
        _tell(market, calls, chance)
        names = {code: place for place, code in enumerate(_books(market))}
        ends.append({names[code]: market.balances(code) for code in names})
        assert market.broken() == {}
    assert ends[0] == ends[1]


def _open(market: Market, url: str) -> dict[str, tuple[str, ...]]:
    """Begin an empty day: a merchant for each provider, with two orders each."""
    empty(url)
    market.connected.clear()
    opened = {}
    for provider in PROVIDERS:
        merchant = market.register(f"Chủ {provider}", account(provider))
        opened[provider] = ("", *(market.order(merchant, asked).code for asked in (50_000, 90_000)))
    return opened


def _said(one: Fact, opened: dict[str, tuple[str, ...]]) -> Call:
    kind = one.kind if one.provider == "agribank" else "credit"
    said = credit(one.provider, one.number, amount=one.amount, kind=kind)
    code = opened[one.provider][one.asks]
    if one.provider == "momo":
        said = replace(said, order_ref=code or None)
    else:
        said = replace(said, memo=f"ck {code}")
    if not one.is_known and NOWHERE[one.provider]:
        said = replace(said, account=NOWHERE[one.provider])
    return one.provider, said


def _tell(market: Market, calls: Sequence[Call], chance: object) -> None:
    """Keep the calls in groups of any size, settling now and then."""
    left = list(calls)
    while left:
        size = chance.randint(1, 5)
        group, left = left[:size], left[size:]
        market.keep(*(market.connect(name).call(said) for name, said in group))
        if chance.random() < 0.3:
            market.settle(batch=2)
    market.settle()


def _books(market: Market) -> list[str]:
    return [row[0] for row in market.rows("SELECT code FROM book ORDER BY id")]
