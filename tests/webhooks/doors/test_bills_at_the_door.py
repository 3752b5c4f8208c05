"""BIDV fetches a token, asks what an order wants, and tells that it was paid: both doors."""

from dataclasses import replace
from datetime import timedelta
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

SECRETS = {
    "username": "invented-bank",
    "password": "invented password",
    "tokenKey": "invented key of the tokens",
    "secretKey": "invented checksum key",
    "service_id": "394001",
}


@pytest.fixture
def bidv(market: Market) -> Connected:
    return market.connect("bidv", SECRETS)


@pytest.fixture
def merchant(market: Market) -> Merchant:
    found = market.register()
    with transaction(market.engine) as db:
        terminals.add(db, found.id, "bidv", SECRETS["service_id"], "cô Lan")
        terminals.approve(db, "bidv", SECRETS["service_id"], "chú Hùng")
    return found


def ask(bidv: Connected, talk: str, order: str = "") -> Delivery:
    return bidv.protocol.talks[talk].speak(order, 0, bidv.secrets, now())


def with_token(call: Delivery, token: str) -> Delivery:
    """Use the token that the door gave instead of one that we know how to make."""
    kept = tuple(header for header in call.headers if header[0] != "authorization")
    return replace(call, headers=(*kept, ("authorization", f"Bearer {token}")))


def paid(order: Order, amount: int, txn: str = "TX001") -> Notification:
    said = credit("agribank", 1, amount=amount, order_ref=order.code)
    return replace(said, provider_txn_id=txn, account=SECRETS["service_id"])


def said(reply: Reply) -> dict[str, Any]:
    assert reply.status == 200
    return read_object(reply.body)


def test_a_bill_is_asked_for_and_paid_with_the_token_that_was_given(
    market: Market, door: Door, bidv: Connected, merchant: Merchant
) -> None:
    order = market.order(merchant, 120_000)
    token = said(door.post(bidv.token, ask(bidv, "token_generate")))["access_token"]
    asked = with_token(ask(bidv, "getbill", order.code), token)
    (bill,) = said(door.post(bidv.token, asked))["data"]
    assert (bill["bill_id"], bill["amount"]) == (order.code, "120000")
    told = with_token(bidv.sign(paid(order, int(bill["amount"]))), token)
    codes = [said(door.post(bidv.token, told))["result_code"] for _ in range(2)]
    assert codes == ["000", "023"]
    market.settle()
    until(lambda: market.find_order(order.code).status(now()) == "paid")
    assert said(door.post(bidv.token, asked))["result_code"] == "023"
    assert market.count("payment", "conflict") == (1, 0)


def test_a_part_is_paid_and_the_rest_is_asked_for(
    market: Market, door: Door, bidv: Connected, merchant: Merchant
) -> None:
    order = market.order(merchant, 120_000)
    assert door.post(bidv.token, bidv.sign(paid(order, 50_000))).status == 200
    market.settle()
    until(lambda: market.find_order(order.code).paid == 50_000)
    (bill,) = said(door.post(bidv.token, ask(bidv, "getbill", order.code)))["data"]
    assert bill["amount"] == "70000"


def test_another_amount_than_was_asked_is_kept_because_the_money_has_moved(
    market: Market, door: Door, bidv: Connected, merchant: Merchant
) -> None:
    order = market.order(merchant, 120_000)
    assert said(door.post(bidv.token, bidv.sign(paid(order, 130_000))))["result_code"] == "000"
    assert market.rows("SELECT amount FROM payment") == [(130_000,)]


def test_an_order_that_nobody_may_pay_has_no_bill(
    market: Market, door: Door, bidv: Connected, merchant: Merchant
) -> None:
    strange = market.order(market.register("Anh Ba", "970403:7704210001234"), 5_000)
    for code, answer in ((strange.code, "021"), ("JXNOSUCHBILL", "021"), ("HD0001", "021")):
        assert said(door.post(bidv.token, ask(bidv, "getbill", code)))["result_code"] == answer
    assert market.count("delivery") == (0,)


def test_without_our_credentials_there_is_no_token_and_without_a_token_no_bill(
    market: Market, door: Door, bidv: Connected, merchant: Merchant
) -> None:
    order = market.order(merchant, 120_000)
    for name in ("username", "password"):
        strange = replace(bidv, secrets={**SECRETS, name: "a stranger's"})
        assert door.post(bidv.token, ask(strange, "token_generate")).status == 401
        reply = door.post(bidv.token, ask(strange, "getbill", order.code))
        assert said(reply)["result_code"] == "004"
        assert order.code.encode() not in reply.body
        paying = door.post(bidv.token, strange.sign(paid(order, 120_000)))
        assert said(paying)["result_code"] == "004"
    assert market.count("delivery", "payment") == (0, 0)
    reasons = {"credentials_wrong", "token_invalid"}
    until(lambda: {reason for _, reason, _ in refused(market)} == reasons)


def test_a_token_that_has_ended_pays_nothing(
    market: Market, door: Door, bidv: Connected, merchant: Merchant
) -> None:
    order = market.order(merchant, 120_000)
    old = bidv.sign(paid(order, 120_000), now() - timedelta(seconds=600))
    assert said(door.post(bidv.token, old))["result_code"] == "004"
    until(lambda: [(reason, count) for _, reason, count in refused(market)] == [("stale", 1)])
    assert market.count("payment") == (0,)
