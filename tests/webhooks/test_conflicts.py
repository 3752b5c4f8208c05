"""The conflicts desk: one of two tellings is right, and the books follow by new entries."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cashless.clock import business_date, day_bounds, now
from cashless.db.engine import transaction
from cashless.errors import Conflict, NotFound
from cashless.ledger import closing
from cashless.ledger.closing import Wish as Closing
from cashless.reports import takings
from merchants import orders
from tests.market import MOMENT, Market, account, at_once, credit
from webhooks import conflicts, desk, payments, suspense
from webhooks.desk import Word

WORD = Word("đã xem sao kê", "chị Lan")


def tell_twice(market: Market, **second: object) -> tuple[int, int]:
    """Let a payment of 50,000 be told, settled and told again otherwise; return both numbers."""
    market.hear("agribank", credit("agribank", 1))
    market.settle()
    assert market.hear("agribank", credit("agribank", 1, **second)) == ["conflict"]
    (payment,), (conflict,) = (
        market.rows(f"SELECT max(id) FROM {table}")[0]  # noqa: S608  our own names
        for table in ("payment", "conflict")
    )
    return int(payment), int(conflict)


def decide(market: Market, conflict: int, stands: str = "second") -> None:
    with transaction(market.engine) as db:
        conflicts.decide(db, conflict, stands, WORD)


def test_a_conflict_is_listed_field_by_field_until_it_is_decided(market: Market) -> None:
    merchant = market.register()
    payment, conflict = tell_twice(market, amount=60_000, memo="mua cá")
    with transaction(market.engine) as db:
        (told,) = conflicts.listing(db)
    assert (told.id, told.payment, told.merchant) == (conflict, payment, merchant.code)
    assert told.differs == ("amount", "memo")
    assert (told.first["amount"], told.second["amount"]) == (50_000, 60_000)
    before = market.count("match", "entry")
    decide(market, conflict, "first")
    with transaction(market.engine) as db:
        assert conflicts.listing(db) == []
        assert payments.listing(db, "conflict") == []
    assert market.count("match", "entry") == before
    for stands in ("first", "second"):
        with pytest.raises(Conflict) as again:
            decide(market, conflict, stands)
        assert again.value.code == "conflict_decided"


def test_the_second_amount_is_right_and_the_row_stays(market: Market) -> None:
    merchant = market.register()
    payment, conflict = tell_twice(market, amount=60_000)
    decide(market, conflict)
    assert market.balances(merchant.code) == {
        "Assets:Bank:Agribank": 60_000,
        "Income:Sales": -60_000,
    }
    assert set(market.balances("platform").values()) == {0}
    assert market.rows("SELECT amount FROM payment") == [(50_000,)]
    with transaction(market.engine) as db:
        shown = payments.show(db, payment)
        today = takings.newest(db, market.rows("SELECT id FROM merchant")[0][0], 9)
        day = takings.takings(db, merchant.code, business_date(MOMENT))
    assert (shown["amount"], shown["state"], shown["rule"]) == (60_000, "posted", "account")
    assert [one.amount for one in today] == [60_000]
    assert day == (60_000, 1)
    assert market.broken() == {}


def test_a_second_account_moves_the_money_to_its_merchant(market: Market) -> None:
    first = market.register()
    second = market.register("Anh Năm", "970405:7704299999999")
    _, conflict = tell_twice(market, account="7704299999999")
    decide(market, conflict)
    assert set(market.balances(first.code).values()) == {0}
    assert market.balances(second.code)["Income:Sales"] == -50_000
    assert market.broken() == {}


def test_a_second_account_that_is_nobody_s_goes_to_suspense(market: Market) -> None:
    merchant = market.register()
    payment, conflict = tell_twice(market, account="99", amount=70_000)
    decide(market, conflict)
    with transaction(market.engine) as db:
        (waits,) = suspense.listing(db)
    assert (waits["id"], waits["amount"]) == (payment, 70_000)
    assert market.balances("platform")["Liabilities:Suspense"] == -70_000
    with transaction(market.engine) as db:
        desk.assign(db, payment, merchant.code, "có biên lai", "chị Lan")
    assert market.balances(merchant.code)["Income:Sales"] == -70_000
    with transaction(market.engine) as db:
        desk.undo(db, payment, WORD)
    assert market.balances("platform")["Liabilities:Suspense"] == -70_000
    assert market.broken() == {}


def test_in_suspense_the_right_amount_waits(market: Market) -> None:
    payment, conflict = tell_twice(market, amount=60_000)
    decide(market, conflict)
    with transaction(market.engine) as db:
        desk.give_back(db, payment, "UNC 17", WORD)
    assert market.balances("platform") == {
        "Assets:Unclaimed:Agribank": 60_000,
        "Assets:Returned:Agribank": -60_000,
        "Liabilities:Suspense": 0,
    }
    assert market.broken() == {}


def test_an_order_is_paid_with_what_was_right(market: Market) -> None:
    merchant = market.register()
    order = market.order(merchant, 60_000)
    market.hear("agribank", credit("agribank", 1, memo=order.code, occurred_at=now()))
    market.settle()
    market.hear("agribank", credit("agribank", 1, memo=order.code, amount=65_000))
    (conflict,) = market.rows("SELECT id FROM conflict")[0]
    assert market.find_order(order.code).paid == 50_000
    decide(market, conflict)
    with transaction(market.engine) as db:
        found = orders.find(db, order.code)
    assert (found.paid, found.exception) == (65_000, "overpaid")
    assert market.balances(merchant.code) == {
        "Assets:Bank:Agribank": 65_000,
        "Income:Sales": -60_000,
        "Liabilities:Overpaid": -5_000,
    }
    assert market.broken() == {}


def test_after_a_day_close_the_correction_counts_on_the_first_open_day(market: Market) -> None:
    merchant = market.register()
    _, conflict = tell_twice(market, amount=60_000)
    day = business_date(MOMENT)
    with transaction(market.engine) as db:
        closing.close(db, merchant.code, Closing(day, "chị Tư", day_bounds(day)[1]))
    decide(market, conflict)
    with transaction(market.engine) as db:
        next_day = takings.takings(db, merchant.code, day + timedelta(days=1))
        said = takings.takings(db, merchant.code, day)
    assert (said[0], next_day[0]) == (50_000, 10_000)
    assert market.broken() == {}


def test_what_cannot_be_corrected_is_refused_with_what_to_do(market: Market) -> None:
    with pytest.raises(NotFound) as unknown:
        decide(market, 4711)
    assert unknown.value.code == "conflict_unknown"
    payment, conflict = tell_twice(market, amount=60_000)
    with transaction(market.engine) as db:
        desk.give_back(db, payment, "UNC 17", WORD)
    with pytest.raises(Conflict) as returned:
        decide(market, conflict)
    assert returned.value.code == "conflict_returned"
    with transaction(market.engine) as db:
        desk.undo(db, payment, WORD)
    decide(market, conflict)
    assert market.balances("platform")["Liabilities:Suspense"] == -60_000


def test_a_conflict_before_settling_waits(market: Market) -> None:
    market.hear("agribank", credit("agribank", 1), credit("agribank", 1, amount=60_000))
    (conflict,) = market.rows("SELECT id FROM conflict")[0]
    with pytest.raises(Conflict) as waits:
        decide(market, conflict)
    assert waits.value.code == "conflict_not_settled"
    market.settle()
    decide(market, conflict)
    assert market.balances("platform")["Liabilities:Suspense"] == -60_000


def test_money_that_left_is_corrected_by_hand(market: Market) -> None:
    for amount in (50_000, 60_000):
        market.hear("agribank", replace(credit("agribank", 1, amount=amount), kind="debit"))
        market.settle()
    (conflict,) = market.rows("SELECT id FROM conflict")[0]
    with pytest.raises(Conflict) as debit:
        decide(market, conflict)
    assert debit.value.code == "conflict_not_credit"


def test_of_two_who_decide_at_once_one_does(market: Market) -> None:
    market.register("Anh Năm", account("momo"))
    _, conflict = tell_twice(market, amount=60_000)

    def act(place: int) -> str:
        try:
            decide(market, conflict, conflicts.STANDS[place % 2])
        except Conflict as problem:
            return problem.code
        return "decided"

    assert sorted(at_once(4, act)) == [*["conflict_decided"] * 3, "decided"]
    assert market.count("conflict_decision") == (1,)
    assert market.broken() == {}
