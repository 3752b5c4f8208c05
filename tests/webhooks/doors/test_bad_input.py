"""Bad input at both doors: what is answered, what is kept, and that nothing is half-written."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from cashless.clock import now
from cashless.db.engine import transaction
from merchants import register
from providers._protocol import Delivery
from tests.market import PROVIDERS, Market, account, credit, until
from tests.webhooks.doors.conftest import Door, refused, refused_for_nobody
from tests.webhooks.doors.plain import doubled, sealed

TABLES = ("delivery", "payment", "arrival", "match", "entry", "message")
Change = Callable[[Delivery], Delivery]


def headed(name: str, value: str) -> Change:
    """Replace a header, or add it."""

    def change(delivery: Delivery) -> Delivery:
        kept = tuple(pair for pair in delivery.headers if pair[0] != name)
        return replace(delivery, headers=(*kept, (name, value)))

    return change


@dataclass(frozen=True)
class Bad:
    """A call that is turned away: how it differs, the answer, the reason that is counted."""

    change: Change
    status: int
    reason: str
    code: str | None = None


TURNED = {
    "a wrong signature": Bad(headed("x-sepay-signature", "sha256=" + "0" * 64), 401, "signature"),
    "no signature": Bad(lambda it: replace(it, headers=it.headers[:2]), 401, "header_missing"),
    "a changed body": Bad(
        lambda it: replace(it, body=it.body.replace(b"50000", b"90000")), 401, "signature"
    ),
    "an empty body": Bad(lambda it: replace(it, body=b""), 401, "signature"),
    "another content type": Bad(
        headed("content-type", "text/plain"), 415, "content_type_wrong", "content_type_wrong"
    ),
    "no content type": Bad(
        lambda it: replace(it, headers=it.headers[1:]),
        415,
        "content_type_wrong",
        "content_type_wrong",
    ),
    "a compressed body": Bad(
        headed("content-encoding", "gzip"), 415, "encoding_not_taken", "encoding_not_taken"
    ),
    "another method": Bad(
        lambda it: replace(it, method="PUT"), 405, "method_not_allowed", "method_not_allowed"
    ),
    "a method that reads": Bad(
        lambda it: replace(it, method="GET", body=b""),
        405,
        "method_not_allowed",
        "method_not_allowed",
    ),
    "a method that removes": Bad(
        lambda it: replace(it, method="DELETE"), 405, "method_not_allowed", "method_not_allowed"
    ),
    "a body too large": Bad(
        lambda it: replace(it, body=b" " * 65_537), 413, "body_too_large", "body_too_large"
    ),
}


@pytest.mark.parametrize("bad", TURNED.values(), ids=TURNED)
def test_a_call_that_is_not_genuine_is_turned_away_and_only_counted(
    market: Market, door: Door, bad: Bad
) -> None:
    bank = market.connect("agribank")
    reply = door.post(bank.token, bad.change(bank.sign(credit("agribank", 1))))
    assert reply.status == bad.status
    told = json.loads(reply.body)
    assert told == {"success": False} if bad.code is None else told["error"]["code"] == bad.code
    until(lambda: refused(market) == [(bank.connection.id, bad.reason, 1)], 5)
    assert market.count(*TABLES) == (0,) * 6


def test_an_unknown_token_is_not_found_and_counted_for_nobody(market: Market, door: Door) -> None:
    bank = market.connect("agribank")
    reply = door.post("x" * 32, bank.sign(credit("agribank", 1)))
    assert (reply.status, json.loads(reply.body)["error"]["code"]) == (404, "not_found")
    until(lambda: refused_for_nobody(market) >= 1, 5)
    assert market.rows("SELECT DISTINCT reason FROM refusal") == [("not_found",)]
    assert market.count(*TABLES) == (0,) * 6


@pytest.mark.parametrize("provider", ["agribank", "kienlongbank"])
@pytest.mark.parametrize("seconds", [-301, 302])
def test_a_stale_call_is_turned_away(
    market: Market, door: Door, provider: str, seconds: int
) -> None:
    spoken = market.connect(provider)
    stale = spoken.sign(credit(provider, 1), now() + timedelta(seconds=seconds))
    reply = door.post(spoken.token, stale)
    assert reply.status == {"agribank": 401, "kienlongbank": 200}[provider]
    assert reply.body == spoken.protocol.acknowledge("refused", stale, spoken.secrets).body
    until(lambda: refused(market) == [(spoken.connection.id, "stale", 1)], 5)
    assert market.count(*TABLES) == (0,) * 6


# What a provider may say under a genuine seal and we cannot take; the code of the kept call.
SAID = {
    "a float": ("50000.0", "amount_invalid"),
    "a fraction": ("50000.5", "amount_invalid"),
    "an exponent": ("5e4", "amount_invalid"),
    "a negative amount": ("-50000", "amount_invalid"),
    "nothing": ("0", "amount_invalid"),
    "more than there is": ("1000000000001", "amount_invalid"),
    "an amount as text": ('"50000"', "amount_invalid"),
}


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(("amount", "code"), SAID.values(), ids=SAID)
def test_a_genuine_call_with_an_impossible_amount_is_kept_and_never_money(
    market: Market, door: Door, provider: str, amount: str, code: str
) -> None:
    spoken = market.connect(provider)
    reply = door.post(spoken.token, sealed(spoken, provider, amount))
    assert b"true" not in reply.body
    assert reply.status != 204
    ((outcome, reason, status),) = market.rows("SELECT outcome, reason, reply_status FROM delivery")
    assert (outcome, reason, status) == ("unreadable", code, reply.status)
    assert market.count(*TABLES[1:]) == (0,) * 5


SPELLINGS: dict[str, Callable[[str], str]] = {
    "exact": str,
    "by case": str.upper,
    "by width": lambda name: name.replace("m", chr(0xFF4D)),
}


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_a_doubled_key_is_turned_away_also_under_a_genuine_seal(
    market: Market, door: Door, provider: str, spelling: Callable[[str], str]
) -> None:
    spoken = market.connect(provider)
    reply = door.post(spoken.token, doubled(spoken, provider, spelling))
    assert reply.status in {200, 400, 401}
    assert b"true" not in reply.body
    until(lambda: refused(market) == [(spoken.connection.id, "malformed", 1)], 5)
    assert market.count(*TABLES) == (0,) * 6


def test_money_for_an_unknown_account_is_kept_and_goes_to_suspense(
    market: Market, door: Door
) -> None:
    bank = market.connect("agribank")
    reply = door.post(bank.token, bank.sign(credit("agribank", 1)))
    assert (reply.status, reply.body) == (200, b'{"success":true}')
    market.settle()
    until(lambda: market.count("entry") == (1,), 5)
    assert market.balances("platform")["Liabilities:Suspense"] == -50_000
    assert market.broken() == {}


def test_money_for_a_closed_merchant_is_kept_and_goes_to_suspense(
    market: Market, door: Door
) -> None:
    bank, merchant = market.connect("agribank"), market.register()
    with transaction(market.engine) as db:
        register.set_status(db, merchant.code, "closed")
    assert door.post(bank.token, bank.sign(credit("agribank", 1))).status == 200
    market.settle()
    until(lambda: market.count("entry") == (1,), 5)
    assert market.balances(merchant.code) == {}
    assert market.balances("platform")["Liabilities:Suspense"] == -50_000


def test_the_same_id_with_another_amount_is_kept_as_a_conflict_and_not_posted(
    market: Market, door: Door
) -> None:
    bank, merchant = market.connect("agribank"), market.register()
    said = credit("agribank", 1)
    first = door.post(bank.token, bank.sign(said))
    second = door.post(bank.token, bank.sign(replace(said, amount=900_000)))
    assert first == second
    market.settle()
    until(lambda: market.count("entry") == (1,), 5)
    assert market.balances(merchant.code)["Income:Sales"] == -50_000
    assert market.rows("SELECT amount FROM conflict") == [(900_000,)]
    outcomes = market.rows("SELECT outcome FROM delivery ORDER BY received_at")
    assert outcomes == [("stored",), ("conflict",)]
    assert market.broken() == {}


def test_a_payment_before_its_order_exists_is_the_merchants_by_its_account(
    market: Market, door: Door
) -> None:
    bank, merchant = market.connect("agribank"), market.register()
    early = credit("agribank", 1, memo="JXABCDEFGH23 tien ca")
    assert door.post(bank.token, bank.sign(early)).status == 200
    market.settle()
    until(lambda: market.count("entry") == (1,), 5)
    order = market.order(merchant, 50_000)
    assert market.rows("SELECT rule, order_code FROM match") == [("account", None)]
    assert market.find_order(order.code).paid == 0
    assert market.balances(merchant.code)["Income:Sales"] == -50_000


def test_a_payment_of_an_expired_order_is_posted_and_late(market: Market, door: Door) -> None:
    bank, merchant = market.connect("agribank"), market.register()
    order = market.order(merchant, 50_000)
    market.rows(
        "UPDATE \"order\" SET created_at = created_at - interval '1 hour',"
        " expires_at = expires_at - interval '1 hour' RETURNING code"
    )
    paid = credit("agribank", 1, memo=order.code, occurred_at=now())
    assert door.post(bank.token, bank.sign(paid)).status == 200
    market.settle()
    until(lambda: market.count("entry") == (1,), 5)
    found = market.find_order(order.code)
    assert (found.status(now()), found.exception, found.paid) == ("expired", "late", 50_000)
    assert market.balances(merchant.code)["Income:Sales"] == -50_000
    assert market.broken() == {}


def test_money_of_another_connections_merchant_is_not_taken_on_trust(
    market: Market, door: Door
) -> None:
    market.register(written=account("agribank"))
    klb = market.connect("kienlongbank")
    foreign = credit("kienlongbank", 1, account=account("agribank").split(":")[1])
    assert door.post(klb.token, klb.sign(foreign)).status == 200
    market.settle()
    until(lambda: market.count("entry") == (1,), 5)
    assert market.rows("SELECT rule FROM match") == [("suspense",)]
