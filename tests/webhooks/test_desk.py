"""The suspense desk: money is given to whom it belongs, once, with a reason."""

from dataclasses import replace

import pytest

from cashless.db.engine import transaction
from cashless.errors import Conflict, Invalid, NotFound, Problem
from merchants import register
from tests.market import Market, account, at_once, credit
from webhooks import desk, payments, story, suspense


@pytest.fixture
def lost(market: Market) -> int:
    """A payment in suspense."""
    market.hear("agribank", credit("agribank", 1))
    market.settle()
    return int(market.rows("SELECT id FROM payment")[0][0])


def assign(market: Market, payment: int, merchant: str, why: str = "người bán đưa biên lai"):
    with transaction(market.engine) as db:
        return desk.assign(db, payment, merchant, why, "cán bộ chợ")


def test_suspense_lists_what_waits_with_the_reason(market: Market, lost: int) -> None:
    with transaction(market.engine) as db:
        (listed,) = suspense.listing(db)
    assert (listed["id"], listed["amount"], listed["rule"]) == (lost, 50_000, "suspense")
    assert listed["reason"] == "account_unknown"


def test_assigning_moves_the_money_with_two_entries(market: Market, lost: int) -> None:
    merchant = market.register("Anh Năm", account("momo"))
    assign(market, lost, merchant.code)
    assert set(market.balances("platform").values()) == {0}
    assert market.balances(merchant.code) == {
        "Assets:Bank:Agribank": 50_000,
        "Income:Sales": -50_000,
    }
    kinds = market.rows(
        "SELECT code = 'platform', kind FROM entry JOIN book ON book.id = book_id ORDER BY 1, seq"
    )
    assert kinds == [(False, "sale"), (True, "suspense"), (True, "release")]
    assert market.count("match", "message") == (2, 1)
    assert market.broken() == {}


def test_an_assigned_payment_is_shown_posted_and_tells_who_and_why(
    market: Market, lost: int
) -> None:
    merchant = market.register("Anh Năm", account("momo"))
    assign(market, lost, merchant.code)
    with transaction(market.engine) as db:
        shown, told = payments.show(db, lost), story.tell(db, lost)
        assert suspense.listing(db) == []
    assert (shown["state"], shown["merchant"], shown["rule"]) == (
        "posted",
        merchant.code,
        "assigned",
    )
    assert any("biên lai" in line["vi"] and "cán bộ" in line["vi"] for line in told["story"])


def test_assigning_twice_is_refused_and_changes_nothing(market: Market, lost: int) -> None:
    merchant = market.register("Anh Năm", account("momo"))
    assign(market, lost, merchant.code)
    before = market.count("match", "entry", "transfer", "message")
    with pytest.raises(Conflict) as refused:
        assign(market, lost, merchant.code)
    assert refused.value.code == "not_in_suspense"
    assert market.count("match", "entry", "transfer", "message") == before


def test_of_eight_people_at_once_one_assigns_and_seven_are_told(market: Market, lost: int) -> None:
    rivals = [market.register(f"Người bán {n}", f"970405:770410000{n}") for n in range(8)]

    def rival(place: int) -> str:
        try:
            assign(market, lost, rivals[place].code)
        except Problem as problem:
            return problem.code
        return "assigned"

    said = sorted(at_once(8, rival))
    assert said == ["assigned", *["not_in_suspense"] * 7]
    assert market.count("match", "entry") == (2, 3)
    assert market.broken() == {}


def test_a_payment_that_was_matched_is_not_in_suspense(market: Market) -> None:
    merchant = market.register()
    market.hear("agribank", credit("agribank", 1))
    (payment,) = market.rows("SELECT id FROM payment")[0]
    for moment in ("before it is settled", "after"):
        with pytest.raises(Conflict) as refused:
            assign(market, payment, merchant.code)
        assert refused.value.code == "not_in_suspense", moment
        market.settle()


@pytest.mark.parametrize(
    ("merchant", "why", "code"),
    [
        ("M-NOBODY", "có biên lai", "merchant_unknown"),
        (None, " ", "why_missing"),
        (None, "ok", "why_missing"),
    ],
)
def test_a_wrong_assignment_is_refused_with_its_code(
    market: Market, lost: int, merchant: str | None, why: str, code: str
) -> None:
    known = market.register("Anh Năm", account("momo"))
    with pytest.raises((Invalid, NotFound)) as refused:
        assign(market, lost, merchant or known.code, why)
    assert refused.value.code == code
    assert market.count("match", "entry") == (1, 1)


def test_an_unknown_payment_and_a_closed_merchant_are_refused(market: Market, lost: int) -> None:
    merchant = market.register("Anh Năm", account("momo"))
    with pytest.raises(NotFound) as unknown:
        assign(market, lost + 1000, merchant.code)
    with transaction(market.engine) as db:
        register.set_status(db, merchant.code, "closed")
    with pytest.raises(Invalid) as closed:
        assign(market, lost, merchant.code)
    assert (unknown.value.code, closed.value.code) == ("payment_unknown", "merchant_closed")
    assert market.count("match", "entry") == (1, 1)


def test_money_that_left_is_assigned_as_what_its_merchant_took_out(market: Market) -> None:
    merchant = market.register()
    market.hear("agribank", replace(credit("agribank", 1), kind="debit"))
    market.settle()
    (payment,) = market.rows("SELECT id FROM payment")[0]
    assign(market, payment, merchant.code)
    assert market.balances(merchant.code) == {
        "Assets:Bank:Agribank": -50_000,
        "Equity:Withdrawals": 50_000,
    }
    assert set(market.balances("platform").values()) == {0}
    assert market.count("message") == (0,)
    assert market.broken() == {}


def test_an_id_beyond_the_database_is_unknown_and_not_an_error(market: Market) -> None:
    merchant = market.register()
    with pytest.raises(NotFound):
        assign(market, 2**31 + 5, merchant.code)
