"""Where a call may come from: recorded or blocked, never believed from a header."""

from dataclasses import replace

import pytest

from cashless.errors import Invalid
from tests.market import Market, credit
from webhooks.receive import Turned, receive
from webhooks.sources import is_foreign, networks

LISTED = networks(["203.0.113.0/24", "2001:db8::1"])


@pytest.mark.parametrize("source", ["203.0.113.7", "2001:db8::1", "::ffff:203.0.113.9"])
def test_a_listed_address_is_known(source: str) -> None:
    assert not is_foreign(LISTED, source)


@pytest.mark.parametrize("source", ["198.51.100.1", "2001:db8::2", "", "localhost", "203.0.113"])
def test_any_other_address_is_foreign(source: str) -> None:
    assert is_foreign(LISTED, source)
    assert not is_foreign((), source)


@pytest.mark.parametrize("written", ["", "300.1.1.1", "203.0.113.7/24", "bank.example"])
def test_what_is_no_network_is_refused(written: str) -> None:
    with pytest.raises(Invalid, match="Write a source"):
        networks([written])


def test_a_call_from_elsewhere_is_recorded_or_blocked_as_the_connection_says(
    market: Market,
) -> None:
    connected = market.connect("agribank")
    held = replace(connected.connection, sources=LISTED)
    call = connected.sign(credit("agribank", 1))
    assert receive(held, call, "198.51.100.1").is_foreign
    assert not receive(held, call, "203.0.113.7").is_foreign
    with pytest.raises(Turned) as turned:
        receive(replace(held, source_rule="block"), call, "198.51.100.1")
    assert (turned.value.reason, turned.value.reply.status) == ("source_foreign", 403)


def test_a_header_does_not_change_where_a_call_comes_from(market: Market) -> None:
    connected = market.connect("agribank")
    held = replace(connected.connection, sources=LISTED, source_rule="block")
    call = connected.sign(credit("agribank", 1))
    lying = replace(call, headers=(*call.headers, ("x-forwarded-for", "203.0.113.7")))
    with pytest.raises(Turned):
        receive(held, lying, "198.51.100.1")


def test_a_recorded_call_is_marked_in_its_row(market: Market) -> None:
    connected = market.connect("agribank")
    received = receive(
        replace(connected.connection, sources=LISTED),
        connected.sign(credit("agribank", 1)),
        "198.51.100.1",
    )
    market.keep(received)
    assert market.rows("SELECT is_foreign, source FROM delivery") == [(True, "198.51.100.1")]


def test_a_payment_for_an_account_that_the_connection_may_not_speak_of_goes_to_a_person(
    market: Market,
) -> None:
    merchant = market.register()
    market.connect("agribank")
    market.rows("UPDATE connection SET accounts = '{9999}' RETURNING id")
    market.hear("agribank", credit("agribank", 1))
    market.settle()
    (found,) = market.rows("SELECT rule, explanation, merchant_id FROM match")
    assert (found[0], found[2]) == ("suspense", None)
    assert "account_not_of_connection" in found[1]
    market.rows(
        "UPDATE connection SET accounts = ARRAY['9999', p.account] FROM payment p RETURNING p.id"
    )
    market.hear("agribank", credit("agribank", 2))
    market.settle()
    assert market.balances(merchant.code)["Income:Sales"] == -50_000
