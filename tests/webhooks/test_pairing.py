"""What takes money back: linked when its credit is known, waiting when it is not, in any order."""

import itertools
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import Connection

from cashless.db.engine import transaction
from cashless.ledger import hand
from cashless.ledger.balance import revenue
from cashless.ledger.cause import Reason, reason
from providers._protocol import Notification
from tests.cashless.test_invariants import tamper
from tests.market import MOMENT, Market, at_once, credit
from webhooks import desk
from webhooks.pairing import pair
from webhooks.receive import Received

SALE = credit("agribank", 1)
BANK = "Assets:Bank:Agribank"


def taking(number: int, amount: int, kind: str = "refund", **said: str | None) -> Notification:
    """Money taken back from the first credit."""
    given = {"original": SALE.provider_txn_id} | said
    return replace(credit("agribank", number), kind=kind, amount=amount, **given)


def hear(market: Market, *said: Notification) -> None:
    """Keep what is said in our own terms, whatever the wire format can carry, and settle."""
    connected = market.connect("agribank")
    calls = [connected.call(replace(one, kind="credit", original=None)) for one in said]
    told = [with_said(call, one) for call, one in zip(calls, said, strict=True)]
    market.keep(*told)
    market.settle()


def with_said(call: Received, said: Notification) -> Received:
    return replace(call, notifications=(said,))


def last_rule(market: Market, kind: str) -> list[tuple[str, ...]]:
    return market.rows(
        "SELECT DISTINCT ON (p.id) m.rule FROM match m JOIN payment p ON p.id = m.payment_id"
        " WHERE p.kind = :kind ORDER BY p.id, m.seq DESC",
        kind=kind,
    )


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_any_order_of_a_credit_and_its_takers_gives_the_same_balances(
    market: Market, order: tuple[int, ...]
) -> None:
    merchant = market.register()
    facts = (SALE, taking(2, 20_000), taking(3, 10_000))
    for place in order:
        hear(market, facts[place])
    assert market.balances(merchant.code) == {
        BANK: 20_000,
        "Income:Refunds": 30_000,
        "Income:Sales": -50_000,
    }
    assert set(market.balances("platform").values()) <= {0}
    assert market.count("unpaired") == (0,)
    assert market.broken() == {}


def test_a_reversal_of_the_whole_takes_the_sale_itself_back(market: Market) -> None:
    merchant = market.register()
    hear(market, SALE, taking(2, 50_000, "reversal"))
    assert market.balances(merchant.code) == {BANK: 0, "Income:Sales": 0}
    assert last_rule(market, "reversal") == [("original",)]
    assert market.broken() == {}


def test_which_credit_was_taken_back_is_under_the_hash_of_both_entries(
    market: Market, market_url: str
) -> None:
    market.register()
    hear(market, SALE, credit("agribank", 8), taking(2, 50_000, "reversal"))
    told = market.rows(
        "SELECT cause FROM entry e JOIN payment p ON p.id = e.payment_id"
        " WHERE p.kind = 'reversal' AND match_seq = 2"
    )
    assert told == [(f"agribank/2/reversal/2/of/{SALE.provider_txn_id}",)] * 2
    tamper(
        market_url,
        "UPDATE match SET credit_id = (SELECT id FROM payment WHERE provider_txn_id = '8')"
        " WHERE credit_id IS NOT NULL",
    )
    assert len(market.broken()["I6"]["broken"]) == 2


def test_the_reference_of_the_bank_names_a_credit_too(market: Market) -> None:
    merchant = market.register()
    hear(market, replace(SALE, reference="FT26182001"))
    hear(market, taking(2, 5_000, "debit", original="FT26182001"))
    assert market.balances(merchant.code)["Income:Refunds"] == 5_000


def test_two_credits_of_one_reference_are_for_a_person(market: Market) -> None:
    market.register()
    hear(market, replace(SALE, reference="3079"), replace(credit("agribank", 9), reference="3079"))
    hear(market, taking(2, 5_000, original="3079"))
    assert last_rule(market, "refund") == [("waiting",)]
    assert market.count("unpaired") == (1,)


def test_more_than_is_left_of_a_credit_is_never_taken(market: Market) -> None:
    merchant = market.register()
    hear(market, SALE, taking(2, 30_000), taking(3, 20_001))
    assert market.balances(merchant.code)[BANK] == 20_000
    with transaction(market.engine) as db:
        (left,) = desk.listing(db)
    assert '"reason":"more_than_credit"' in left["explanation"]
    assert market.broken() == {}


def test_a_taker_without_a_credit_waits_and_is_seen(market: Market) -> None:
    market.register()
    hear(market, taking(2, 20_000, original="nobody knows"), taking(3, 1_000, original=None))
    assert last_rule(market, "refund") == [("waiting",), ("waiting",)]
    assert market.count("unpaired") == (1,)
    assert pair(market.engine) == 0
    with transaction(market.engine) as db:
        assert len(desk.listing(db)) == 2
    assert market.broken() == {}


def test_a_credit_that_a_person_gives_to_its_merchant_takes_its_taker_along(market: Market) -> None:
    hear(market, SALE, taking(2, 20_000))
    merchant = market.register(written="970405:1112223334445")
    credit_row = market.rows("SELECT id FROM payment WHERE kind = 'credit'")[0][0]
    with transaction(market.engine) as db:
        desk.assign(db, credit_row, merchant.code, "thấy biên lai", "an officer")
    market.settle()
    assert market.balances(merchant.code)["Income:Refunds"] == 20_000
    assert market.broken() == {}


def test_what_an_order_did_not_ask_for_is_given_back_first(market: Market) -> None:
    merchant = market.register()
    order = market.order(merchant, 30_000)
    hear(market, replace(SALE, memo=order.code))
    hear(market, taking(2, 25_000))
    balances = market.balances(merchant.code)
    assert (balances["Liabilities:Overpaid"], balances["Income:Refunds"]) == (0, 5_000)
    found = market.find_order(order.code)
    assert (found.paid, found.payments, found.exception) == (25_000, 1, "underpaid")


def test_takers_at_once_never_take_more_than_there_is(market: Market) -> None:
    merchant = market.register()
    takers = [taking(number, 20_000) for number in range(2, 8)]
    connected = market.connect("agribank")
    calls = [with_said(connected.call(replace(one, kind="credit")), one) for one in takers]
    hear(market, SALE)
    market.keep(*calls)
    at_once(4, lambda _: market.settle())
    pair(market.engine)
    assert market.balances(merchant.code)[BANK] == 10_000
    assert market.count("unpaired") == (0,)
    assert market.broken() == {}


def test_nobody_is_told_that_money_came_when_it_left(market: Market) -> None:
    market.register()
    hear(market, SALE, taking(2, 20_000))
    assert market.count("message") == (1,)


def mark(market: Market, act: Callable[[Connection, int, Reason], object]) -> None:
    """Let the merchant say of the first credit whether it is a sale."""
    (payment,) = market.rows("SELECT id FROM payment WHERE kind = 'credit' ORDER BY id")[0]
    with transaction(market.engine) as db:
        act(db, payment, reason("chị Tư", "tiền nhà gửi"))


@pytest.mark.parametrize("place", range(3))
@pytest.mark.parametrize("asked", [0, 40_000])
def test_what_is_no_sale_is_given_back_before_what_was_sold(
    market: Market, place: int, asked: int
) -> None:
    merchant = market.register()
    order = market.order(merchant, asked) if asked else None
    hear(market, replace(SALE, memo=order.code if order else ""))
    acts = [
        lambda: hear(market, taking(2, 20_000)),
        lambda: hear(market, taking(3, 10_000, "reversal")),
    ]
    acts.insert(place, lambda: mark(market, hand.not_sale))
    for act in acts:
        act()
    held = market.balances(merchant.code)
    sold = held["Income:Sales"] + held.get("Income:Refunds", 0)
    assert (sold, held["Income:NotSales"], held[BANK]) == (0, -20_000, 20_000)
    mark(market, hand.sale_again)
    with transaction(market.engine) as db:
        assert revenue(db, merchant.code, MOMENT.date(), MOMENT.date()) == 20_000
    assert market.broken() == {}


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_of_an_order_paid_twice_the_refund_of_either_payment_is_what_was_owed(
    market: Market, order: tuple[int, ...]
) -> None:
    merchant = market.register()
    code = market.order(merchant, 50_000).code
    first = replace(SALE, amount=30_000, memo=code)
    facts = (first, replace(credit("agribank", 5), amount=40_000, memo=code), taking(2, 30_000))
    for place in order:
        hear(market, facts[place])
    held = market.balances(merchant.code)
    assert held["Income:Sales"] + held.get("Income:Refunds", 0) == -40_000
    assert held.get("Liabilities:Overpaid", 0) == 0
    assert market.find_order(code).exception == "underpaid"
    assert market.broken() == {}


def test_a_reversal_of_what_a_refund_left_is_a_refund_in_either_order(market: Market) -> None:
    held = []
    for turn, number in enumerate(("7704209000001", "7704209000002")):
        merchant = market.register(f"Chị {turn}", f"970405:{number}")
        said = replace(credit("agribank", 10 + turn), account=number)
        given = {"original": said.provider_txn_id, "account": number}
        takers = [
            replace(taking(20 + turn, 20_000), **given),
            replace(taking(30 + turn, 30_000, "reversal"), **given),
        ]
        for one in (said, *(reversed(takers) if turn else takers)):
            hear(market, one)
        held.append(market.balances(merchant.code))
    assert held[0] == held[1]
    assert market.broken() == {}
