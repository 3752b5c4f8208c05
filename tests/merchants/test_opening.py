"""Opening a stall as stories: the officer's word, the first payment, what it proves, going live."""

import pytest

from cashless.db.engine import transaction
from cashless.errors import Conflict, Problem
from merchants import opening, orders, register, stands
from merchants.obstacles import speaking
from merchants.proof import Proof
from tests.market import Market, at_once
from tests.merchants.registering import OFFICER, Office, open_market, typed


@pytest.fixture
def office(market: Market) -> Office:
    open_market(market)
    return Office(market)


def test_five_steps_make_a_stall_that_is_live(office: Office, market: Market) -> None:
    office.fill()
    made = office.confirm()
    assert (made.merchant.status, made.merchant.stall, made.owner) == (
        "pending",
        "RS-02",
        "Nguyễn Thị Bảy",
    )
    assert made.token is not None
    assert office.proof() == Proof()
    office.pay()
    found = office.proof()
    assert (found.by_money, found.is_whole, found.amount, found.teller) == (
        True,
        False,
        1_000,
        "agribank",
    )
    assert office.hear() is True
    with transaction(market.engine) as db:
        assert register.find(db, made.merchant.code).status == "active"
    assert office.find().state == "live"
    assert market.broken() == {}


def test_before_it_is_live_no_shopper_may_pay_and_nobody_counts_it(
    office: Office, market: Market
) -> None:
    office.fill()
    assert market.count("merchant", "stand") == (0, 0)
    office.confirm()
    with transaction(market.engine) as db:
        (stand,) = stands.listing(db, "RS")
    assert (stand.state, stand.is_payable) == ("waiting", False)
    office.pay()
    office.hear()
    with transaction(market.engine) as db:
        (stand,) = stands.listing(db, "RS")
    assert (stand.state, stand.is_payable) == ("tested", True)


def test_the_consents_say_which_text_and_before_whom(office: Office, market: Market) -> None:
    office.fill(who={"statistics": "yes"})
    office.confirm()
    said = market.rows("SELECT purpose, is_given, witness, text_version FROM consent ORDER BY 1")
    assert said == [
        ("contact", False, OFFICER.who, typed("who")["registration"]),
        ("registration", True, OFFICER.who, typed("who")["registration"]),
        ("statistics", True, OFFICER.who, typed("who")["registration"]),
    ]


def test_of_two_officers_who_confirm_at_once_one_does(office: Office, market: Market) -> None:
    office.fill()

    def confirm(_place: int) -> str:
        try:
            office.confirm()
        except Problem as problem:
            return problem.code
        return "made"

    assert sorted(at_once(2, confirm)) == ["made", "registration_over"]
    assert market.count("merchant", "stand", "role_grant") == (1, 1, 1)


def test_nothing_is_heard_before_money_came_and_other_sums_are_not_told(office: Office) -> None:
    office.fill()
    office.confirm()
    with pytest.raises(Conflict, match="registration_unproven"):
        office.hear()
    office.pay(amount=2_500_000)
    found = office.proof()
    assert (found.by_money, found.amount) == (True, None)


def test_who_did_not_hear_it_is_not_live_until_it_was_heard(office: Office) -> None:
    office.fill()
    office.confirm()
    office.pay()
    assert office.hear("not_heard") is False
    assert office.proof().is_unheard
    assert office.hear() is True


def test_a_payment_for_an_order_proves_the_account_and_not_the_stand(
    office: Office, market: Market
) -> None:
    office.fill()
    made = office.confirm()
    with pytest.raises(Conflict, match="merchant_waiting"):
        market.order(made.merchant, 1_000)
    with transaction(market.engine) as db:
        register.set_status(db, made.merchant.code, "active")
        order = orders.add(db, made.merchant.code, 1_000)
        register.set_status(db, made.merchant.code, "pending")
    office.pay(memo=order.code)
    found = office.proof()
    assert (found.account is None, found.provider is None, found.stand) == (False, False, None)
    assert office.hear() is False


def test_a_wrong_account_is_put_right_until_money_came(office: Office, market: Market) -> None:
    office.fill(account={"number": "1234567"})
    office.confirm()
    with transaction(market.engine) as db:
        opening.correct(db, office.find(), typed("account"), OFFICER)
    assert office.find().merchant_status == "pending"
    office.pay(number="1234567")
    assert office.proof().account is None
    office.pay()
    assert office.proof().by_money
    with transaction(market.engine) as db, pytest.raises(Conflict, match="registration_proven"):
        opening.correct(db, office.find(), typed("account", number="7654321"), OFFICER)


def test_what_a_sandbox_tells_proves_nothing(office: Office, market: Market) -> None:
    office.fill()
    office.confirm()
    market.connect("agribank")
    market.rows("UPDATE connection SET environment = 'sandbox' RETURNING id")
    office.pay()
    assert office.proof() == Proof()
    with transaction(market.engine) as db:
        assert speaking(db) == set()


def test_a_statement_proves_the_account_and_not_that_the_provider_tells_us(
    office: Office, market: Market
) -> None:
    office.fill()
    office.confirm()
    market.connect("agribank")
    office.pay()
    market.rows("UPDATE connection SET protocol = 'statement' RETURNING id")
    found = office.proof()
    assert (found.account is None, found.provider, found.teller) == (False, None, None)
    assert office.hear() is False


def test_a_bank_that_tells_us_nothing_is_known_as_such(market: Market) -> None:
    with transaction(market.engine) as db:
        assert speaking(db) == set()
    market.connect("agribank")
    with transaction(market.engine) as db:
        assert speaking(db) == {"agribank"}


def test_the_owner_is_invited_again_only_without_a_password(office: Office, market: Market) -> None:
    office.fill()
    office.confirm()
    with transaction(market.engine) as db:
        name, token = opening.invite_again(db, office.find(), OFFICER)
    assert name == "Nguyễn Thị Bảy"
    assert len(token) == 32
