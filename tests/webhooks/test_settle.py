"""Settle: match, post and notify in one transaction; running it again changes nothing."""

from dataclasses import replace

import psycopg
import pytest

from tests.market import PROVIDERS, Market, account, at_once, credit
from webhooks import settle

TABLES = ("match", "entry", "message", "arrival")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_payment_to_a_known_account_is_a_sale_of_its_merchant(
    market: Market, provider: str
) -> None:
    merchant = market.register(written=account(provider))
    market.hear(provider, credit(provider, 1))
    assert market.settle().payments == 1
    held = {"momo": "Assets:Due:Momo"}.get(provider, f"Assets:Bank:{provider.capitalize()}")
    assert market.balances(merchant.code) == {held: 50_000, "Income:Sales": -50_000}
    assert market.count(*TABLES) == (1, 1, 1, 0)
    assert market.broken() == {}


def test_money_nobody_claims_goes_to_suspense(market: Market) -> None:
    market.hear("agribank", credit("agribank", 1))
    assert market.settle() == settle.Settled(1, 1, 0, market.rows("SELECT id FROM payment")[0][0])
    assert market.balances("platform") == {
        "Assets:Unclaimed:Agribank": 50_000,
        "Liabilities:Suspense": -50_000,
    }
    assert market.count(*TABLES) == (1, 1, 0, 0)
    assert market.broken() == {}


def test_settling_twice_changes_nothing(market: Market) -> None:
    market.register()
    market.hear("agribank", *(credit("agribank", n) for n in range(1, 8)))
    market.settle(batch=3)
    before = market.rows("SELECT book_id, seq, hash FROM entry ORDER BY 1, 2")
    assert market.settle() == settle.Settled()
    assert market.rows("SELECT book_id, seq, hash FROM entry ORDER BY 1, 2") == before
    assert market.count(*TABLES) == (7, 7, 7, 0)


def test_four_settlers_at_once_settle_each_payment_once(market: Market) -> None:
    sellers = [market.register(), market.register("Anh Năm", account("momo"))]
    codes = [[market.order(one, 400_000).code for _ in range(2)] for one in sellers]
    for number in range(1, 81, 8):
        few = range(number, number + 8)
        market.hear("agribank", *(credit("agribank", n, memo=codes[0][n % 2]) for n in few))
        market.hear("momo", *(credit("momo", n, order_ref=codes[1][n % 2]) for n in few))
    done = at_once(4, lambda _place: settle.drain(market.engine, batch=7))
    assert sum(one.payments for one in done) == 160
    assert sum(one.failed for one in done) == 0
    for seller in sellers:
        held = market.balances(seller.code)
        assert (held["Income:Sales"], held["Liabilities:Overpaid"]) == (-800_000, -3_200_000)
    assert market.count(*TABLES) == (160, 160, 160, 0)
    assert market.broken() == {}


def test_a_payment_that_cannot_be_settled_stops_only_itself(
    market: Market, market_url: str
) -> None:
    good, bad = market.register(), market.register("Anh Năm", account("momo"))
    _remove_book(market_url, bad.code)
    market.hear("agribank", credit("agribank", 1), credit("agribank", 2))
    market.hear("momo", credit("momo", 1))
    market.hear("agribank", credit("agribank", 3))
    done = market.settle()
    assert (done.payments, done.failed) == (3, 1)
    assert market.balances(good.code)["Income:Sales"] == -150_000
    assert market.rows("SELECT provider FROM arrival JOIN payment ON id = payment_id") == [
        ("momo",)
    ]
    assert market.count("match") == (3,)


def test_a_payment_that_could_not_be_settled_is_settled_once_its_cause_is_gone(
    market: Market, market_url: str
) -> None:
    merchant = market.register()
    _remove_book(market_url, merchant.code)
    market.hear("agribank", credit("agribank", 1))
    assert market.settle().failed == 1
    with psycopg.connect(market_url) as owner:
        owner.execute(
            "INSERT INTO book (code, merchant_id, head) SELECT code, id, decode(repeat('00', 32),"
            " 'hex') FROM merchant"
        )
    assert market.settle() == settle.Settled()
    settle.unpark(market.engine)
    assert market.settle().payments == 1
    assert market.broken() == {}


def test_money_for_a_closed_merchant_goes_to_suspense(market: Market) -> None:
    merchant = market.register()
    market.rows("UPDATE merchant SET status = 'closed' RETURNING id")
    market.hear("agribank", credit("agribank", 1))
    assert market.settle().suspense == 1
    assert market.balances(merchant.code) == {}
    (row,) = market.rows("SELECT rule, explanation FROM match")
    assert row[0] == "suspense"
    assert '"merchant_closed"' in row[1]


def test_a_debit_waits_for_its_credit_and_takes_nothing_from_a_merchant(market: Market) -> None:
    merchant = market.register()
    market.hear("agribank", replace(credit("agribank", 1), kind="debit"))
    market.settle()
    assert market.balances(merchant.code) == {}
    assert market.balances("platform") == {
        "Assets:Unclaimed:Agribank": -50_000,
        "Liabilities:Suspense": 50_000,
    }
    assert market.broken() == {}


def test_a_reference_in_the_memo_pays_its_order(market: Market) -> None:
    order = market.order(market.register(), 50_000)
    market.hear("agribank", credit("agribank", 1, memo=f"ck {order.code.lower()} tien ca"))
    market.settle()
    assert market.rows("SELECT rule, order_code FROM match") == [("reference", order.code)]
    assert market.rows("SELECT order_code, amount FROM message") == [(order.code, 50_000)]


def test_the_order_field_of_a_provider_pays_its_order(market: Market) -> None:
    order = market.order(market.register(written=account("momo")), 50_000)
    market.hear("momo", credit("momo", 1, order_ref=order.code))
    market.settle()
    assert market.rows("SELECT rule, order_code FROM match") == [("order_field", order.code)]


def test_money_for_an_order_on_another_merchants_account_is_not_believed(market: Market) -> None:
    order = market.order(market.register(), 50_000)
    market.register("Anh Năm", account("momo"))
    market.hear("momo", credit("momo", 1, order_ref=order.code))
    market.settle()
    (row,) = market.rows("SELECT rule, explanation FROM match")
    assert row[0] == "suspense"
    assert '"account_not_of_merchant"' in row[1]


@pytest.mark.parametrize("batch", [1, 500])
def test_what_an_order_did_not_ask_for_is_owed_back(market: Market, batch: int) -> None:
    merchant = market.register()
    order = market.order(merchant, 120_000)
    paid = [credit("agribank", n, memo=order.code) for n in (1, 2, 3, 4)]
    market.hear("agribank", *paid)
    market.settle(batch)
    assert market.balances(merchant.code) == {
        "Assets:Bank:Agribank": 200_000,
        "Income:Sales": -120_000,
        "Liabilities:Overpaid": -80_000,
    }
    kinds = market.rows("SELECT kind FROM entry ORDER BY seq")
    assert kinds == [("sale",), ("sale",), ("sale",), ("overpayment",)]
    assert market.broken() == {}


def test_a_number_opened_again_by_somebody_else_is_theirs(market: Market) -> None:
    first = market.register()
    market.rows("UPDATE receiving_account SET closed_at = now() RETURNING id")
    second = market.register("Anh Năm")
    market.hear("agribank", credit("agribank", 1))
    market.settle()
    assert market.balances(first.code) == {}
    assert market.balances(second.code)["Income:Sales"] == -50_000


def test_late_money_on_a_closed_account_is_still_its_merchants(market: Market) -> None:
    merchant = market.register()
    market.rows("UPDATE receiving_account SET closed_at = now() RETURNING id")
    market.hear("agribank", credit("agribank", 1))
    market.settle()
    assert market.balances(merchant.code)["Income:Sales"] == -50_000


def _remove_book(url: str, code: str) -> None:
    """Do what only an owner's mistake can: a merchant is left without a book."""
    with psycopg.connect(url) as owner:
        owner.execute("DELETE FROM book WHERE code = %s", (code,))
