"""Viettel asks before the payment, tells of it, and asks again what we answered: both doors."""

from dataclasses import replace
from typing import Any

import pytest

from cashless.clock import now
from cashless.db.engine import transaction
from merchants import terminals
from merchants.orders import Order
from merchants.register import Merchant
from providers._codecs import read_object
from providers._protocol import Delivery, Notification, Reply
from tests.market import Connected, Market, credit, until
from tests.webhooks.doors.conftest import Door, refused

SECRETS = {"access_code": "invented", "hash_key": "invented key", "merchant_code": "CHORG"}


@pytest.fixture
def viettel(market: Market) -> Connected:
    return market.connect("viettel_money", SECRETS)


@pytest.fixture(params=["terminal", "account"])
def merchant(market: Market, request: pytest.FixtureRequest) -> Merchant:
    """A merchant whom Viettel names by a terminal, or by an account with its BIN."""
    if request.param == "account":
        return market.register(written="971005:CHORG")
    found = market.register()
    with transaction(market.engine) as db:
        terminals.add(db, found.id, "viettel_money", "CHORG", "cô Lan")
        terminals.approve(db, "viettel_money", "CHORG", "chú Hùng")
    return found


def ask(viettel: Connected, talk: str, order: str, amount: int) -> Delivery:
    return viettel.protocol.talks[talk].speak(order, amount, viettel.secrets, now())


def said(reply: Reply) -> dict[str, Any]:
    assert reply.status == 200
    return read_object(reply.body)


def paid(order: Order, txn: str = "19120500000001") -> Notification:
    return replace(
        credit("agribank", 1),
        provider_txn_id=txn,
        amount=order.amount,
        account="CHORG",
        order_ref=order.code,
    )


def test_an_order_is_asked_for_paid_and_the_answer_asked_for_again(
    market: Market, door: Door, viettel: Connected, merchant: Merchant
) -> None:
    order = market.order(merchant, 120_000)
    assert (
        said(door.post(viettel.token, ask(viettel, "requery", order.code, 0)))["error_code"] == "01"
    )
    may = said(door.post(viettel.token, ask(viettel, "confirm", order.code, 120_000)))
    assert (may["error_code"], may["order_id"], may["trans_amount"]) == ("00", order.code, "120000")
    told = door.post(viettel.token, viettel.sign(paid(order)))
    assert said(told)["error_code"] == "00"
    assert door.post(viettel.token, viettel.sign(paid(order))) == told
    again = door.post(viettel.token, ask(viettel, "requery", order.code, 0))
    assert again == told
    market.settle()
    until(lambda: market.find_order(order.code).status(now()) == "paid")
    over = said(door.post(viettel.token, ask(viettel, "confirm", order.code, 120_000)))
    assert over["error_code"] == "01"
    assert market.count("delivery", "payment") == (2, 1)


def test_another_amount_than_ours_is_not_genuine(
    market: Market, door: Door, viettel: Connected, merchant: Merchant
) -> None:
    order = market.order(merchant, 120_000)
    for amount in (12_000, 1_200_000):
        reply = door.post(viettel.token, ask(viettel, "confirm", order.code, amount))
        assert said(reply)["error_code"] == "02"
        assert order.code.encode() not in reply.body
    unknown = door.post(viettel.token, ask(viettel, "confirm", "JX7QK4M9RTB5", 120_000))
    assert said(unknown)["error_code"] == "01"
    assert market.count("delivery", "payment") == (0, 0)


def test_an_order_of_a_merchant_who_is_not_heard_through_this_provider_is_unknown(
    market: Market, door: Door, viettel: Connected
) -> None:
    order = market.order(market.register(), 120_000)
    reply = door.post(viettel.token, ask(viettel, "confirm", order.code, 120_000))
    assert said(reply)["error_code"] == "01"


def test_an_answer_that_was_never_given_is_not_made_up(
    market: Market, door: Door, viettel: Connected, merchant: Merchant
) -> None:
    order = market.order(merchant, 120_000)
    reply = door.post(viettel.token, ask(viettel, "requery", order.code, 0))
    assert said(reply)["error_code"] == "01"


def test_a_result_that_was_refused_is_no_answer_to_be_asked_for(
    market: Market, door: Door, viettel: Connected, merchant: Merchant
) -> None:
    order = market.order(merchant, 120_000)
    strange = replace(viettel, secrets={**SECRETS, "hash_key": "another key"})
    assert said(door.post(viettel.token, strange.sign(paid(order))))["error_code"] == "01"
    again = door.post(viettel.token, ask(viettel, "requery", order.code, 0))
    assert said(again)["error_code"] == "01"
    assert market.count("payment") == (0,)


def test_a_result_at_the_address_of_a_question_is_no_payment(
    market: Market, door: Door, viettel: Connected, merchant: Merchant
) -> None:
    call = viettel.sign(paid(market.order(merchant, 120_000)))
    for operation in ("confirm", "requery", "", "return"):
        door.post(viettel.token, replace(call, operation=operation))
    assert market.count("payment") == (0,)


def test_a_stranger_is_refused_without_a_row(
    market: Market, door: Door, viettel: Connected
) -> None:
    strange = replace(viettel, secrets={**SECRETS, "hash_key": "a stranger's"})
    reply = door.post(viettel.token, ask(strange, "requery", "HD0001", 0))
    assert said(reply)["error_code"] == "01"
    assert market.count("delivery") == (0,)


def test_an_operation_that_the_protocol_does_not_have_is_nothing(
    door: Door, viettel: Connected, market: Market
) -> None:
    call = viettel.sign(paid(market.order(market.register(), 1_000)))
    for operation in ("", "results", "result/again", "CONFIRM"):
        assert door.post(viettel.token, replace(call, operation=operation)).status == 404
    assert market.count("delivery", "payment") == (0, 0)


def test_talks_by_another_method_or_too_large_are_turned_away(
    door: Door, viettel: Connected, market: Market
) -> None:
    call = ask(viettel, "confirm", "HD0001", 1)
    assert door.post(viettel.token, replace(call, method="PATCH")).status == 405
    assert door.post(viettel.token, replace(call, body=b"x" * 70_000)).status == 413
    assert market.count("delivery") == (0,)


def test_a_failed_result_is_kept_answered_and_is_no_money(
    market: Market, door: Door, viettel: Connected, merchant: Merchant
) -> None:
    order = market.order(merchant, 5_000)
    plain = viettel.sign(paid(order)).body.rpartition(b"&check_sum=")[0]
    failed = plain.replace(b"payment_status=1", b"payment_status=2")
    call = viettel.protocol.seal(failed, viettel.secrets, now())
    assert said(door.post(viettel.token, call))["error_code"] == "00"
    assert market.rows("SELECT standing, outcome FROM delivery") == [("failed", "silent")]
    assert (market.count("payment"), refused(market)) == ((0,), [])
