"""The life of one order at Viettel, through both doors: asked about, paid, asked about again."""

import json
from dataclasses import replace

import pytest

from cashless.clock import business_date, now
from providers._protocol import Delivery, Notification, Reply
from tests.market import Connected, Market, until
from tests.webhooks.doors.conftest import Door

SECRETS = {
    "access_code": "invented access code",
    "hash_key": "invented hash key",
    "merchant_code": "CHORG01",
}
AMOUNT = 125_000


@pytest.fixture
def viettel(market: Market) -> Connected:
    return market.connect("viettel_money", SECRETS)


def ask(door: Door, viettel: Connected, operation: str, code: str, amount: int = AMOUNT) -> Reply:
    """Put one of Viettel's questions about an order."""
    talk = viettel.protocol.talks[operation]
    return door.post(viettel.token, talk.speak(code, amount, viettel.secrets, now()))


def paid(viettel: Connected, code: str, number: int = 1) -> Delivery:
    at = now()
    said = Notification(
        provider_txn_id=f"260701{number:08d}",
        kind="credit",
        amount=AMOUNT,
        occurred_at=at,
        business_date=business_date(at),
        account=None,
        virtual_account=None,
        order_ref=code,
        memo="",
        payer=None,
    )
    return viettel.sign(said, at)


def code_of(reply: Reply) -> str:
    assert reply.status == 200
    return str(json.loads(reply.body)["error_code"])


def test_an_order_is_asked_about_paid_and_asked_about_again(
    market: Market, door: Door, viettel: Connected
) -> None:
    merchant = market.register(written="971005:CHORG01")
    order = market.order(merchant, AMOUNT)
    assert code_of(ask(door, viettel, "requery", order.code)) == "01"
    assert code_of(ask(door, viettel, "confirm", order.code)) == "00"
    first = door.post(viettel.token, paid(viettel, order.code))
    again = door.post(viettel.token, paid(viettel, order.code))
    assert code_of(first) == "00"
    assert again == first == ask(door, viettel, "requery", order.code)
    market.settle()  # the server's settle process may be at it already
    until(lambda: market.find_order(order.code).paid == AMOUNT)
    assert code_of(ask(door, viettel, "confirm", order.code)) == "01"
    assert market.count("payment") == (1,)


def test_a_question_about_another_amount_or_nobodys_order_is_not_said_yes_to(
    market: Market, door: Door, viettel: Connected
) -> None:
    merchant = market.register(written="971005:CHORG01")
    order = market.order(merchant, AMOUNT)
    assert code_of(ask(door, viettel, "confirm", order.code, AMOUNT * 10)) == "02"
    assert code_of(ask(door, viettel, "confirm", "JX7QK4M9RTB5")) == "01"
    stranger = market.order(market.register("Cô Sáu"), AMOUNT)
    assert code_of(ask(door, viettel, "confirm", stranger.code)) == "01"
    assert market.count("delivery", "payment") == (0, 0)


def test_a_result_that_was_refused_is_no_answer_to_be_asked_for(
    market: Market, door: Door, viettel: Connected
) -> None:
    merchant = market.register(written="971005:CHORG01")
    order = market.order(merchant, AMOUNT)
    forged = paid(replace(viettel, secrets=SECRETS | {"hash_key": "another key"}), order.code)
    assert code_of(door.post(viettel.token, forged)) == "01"
    assert code_of(ask(door, viettel, "requery", order.code)) == "01"
    assert market.count("payment") == (0,)


def test_a_result_at_the_address_of_a_question_is_no_payment(
    market: Market, door: Door, viettel: Connected
) -> None:
    for operation in ("confirm", "requery", "", "return"):
        door.post(viettel.token, replace(paid(viettel, "JX7QK4M9RTB5"), operation=operation))
    assert market.count("payment") == (0,)
