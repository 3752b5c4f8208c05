"""Both forms of the door give one answer to one call: the same status, headers and body."""

import http.client
import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from cashless.clock import now
from providers._protocol import Delivery, Reply
from tests.market import PROVIDERS, Connected, Market, account, at_once, credit, until
from tests.webhooks.doors.conftest import Door, FlaskDoor, refused
from tests.webhooks.doors.plain import doubled, plain_of, sealed
from tests.webhooks.doors.served import Served, path

Call = Callable[[Connected, str], Delivery]

CALLS: dict[str, Call] = {
    "genuine": lambda it, name: it.sign(credit(name, 1)),
    "another amount": lambda it, name: it.sign(credit(name, 1, amount=1)),
    "impossible amount": lambda it, name: sealed(it, name, "-1"),
    "doubled key": lambda it, name: doubled(it, name, str),
    "stale": lambda it, name: it.sign(credit(name, 1), now().replace(year=2020)),
    "no headers": lambda it, name: replace(it.sign(credit(name, 1)), headers=()),
    "no body": lambda it, name: replace(it.sign(credit(name, 1)), body=b""),
    "other method": lambda it, name: replace(it.sign(credit(name, 1)), method="PATCH"),
    "with operation": lambda it, name: replace(it.sign(credit(name, 1)), operation="inquiry"),
    "with two operations": lambda it, name: replace(
        it.sign(credit(name, 1)), operation="inquiry/again"
    ),
    "an operation no row can hold": lambda it, name: replace(
        it.sign(credit(name, 1)), operation="a%00b"
    ),
    "a payer no row can hold": lambda it, name: it.protocol.seal(
        plain_of(name).replace('"fromAccount": ""', '"fromAccount": "1\\u00002"').encode(),
        it.secrets,
        now(),
    ),
    "with query": lambda it, name: replace(it.sign(credit(name, 1)), query="a=%C4%91&b"),
    "too large": lambda it, name: replace(it.sign(credit(name, 1)), body=b"x" * 70_000),
    "just large enough": lambda it, name: replace(it.sign(credit(name, 1)), body=b" " * 65_536),
    "compressed": lambda it, name: _more(it.sign(credit(name, 1)), "content-encoding", "br"),
    "odd header": lambda it, name: _more(it.sign(credit(name, 1)), "x-odd", "\xff\xfe"),
}


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_one_call_gets_one_answer(
    market: Market, served: Served, flask_door: FlaskDoor, provider: str, call: Call
) -> None:
    spoken = market.connect(provider)
    delivery = call(spoken, provider)
    answers = [door.post(spoken.token, delivery) for door in (served, flask_door, served)]
    assert answers[0] == answers[1] == answers[2]


@pytest.mark.parametrize("token", ["x", "y" * 32, "a.b", "%00", "%C4%91", "a%20b", "a/b", "a/b/c"])
def test_an_address_that_does_not_exist_is_the_same_nothing(
    market: Market, served: Served, flask_door: FlaskDoor, token: str
) -> None:
    bank = market.connect("agribank")
    call = bank.sign(credit("agribank", 1))
    first, second = served.post(token, call), flask_door.post(token, call)
    assert first == second
    assert first.status == 404
    assert market.count("delivery") == (0,)


def test_a_door_hears_of_a_closed_connection_and_of_a_secret_that_ended(
    market: Market, door: Door
) -> None:
    bank = market.connect("agribank")
    call = bank.sign(credit("agribank", 1))
    assert door.post(bank.token, call).status == 200
    market.rows(
        "UPDATE connection_secret SET valid_until = :at RETURNING id", at=now() - timedelta(hours=1)
    )
    until(lambda: door.post(bank.token, call).status == 401, 5)
    market.rows("UPDATE connection SET closed_at = now() RETURNING id")
    until(lambda: door.post(bank.token, call).status == 404, 5)


@pytest.mark.parametrize("token", ["", "a//b"])
def test_an_address_without_a_token_is_nothing_at_both(
    market: Market, served: Served, flask_door: FlaskDoor, token: str
) -> None:
    call = market.connect("agribank").sign(credit("agribank", 1))
    assert served.post(token, call).status == flask_door.post(token, call).status == 404


def test_a_body_without_a_length_is_read_up_to_the_limit(market: Market, served: Served) -> None:
    bank = market.connect("agribank")
    call = bank.sign(credit("agribank", 1))
    assert _chunked(served, bank.token, call, [call.body[:50], call.body[50:]]).status == 200
    assert market.count("payment") == (1,)
    large = _chunked(served, bank.token, call, [b"x" * 16_384] * 5)
    assert large.status == 413
    until(lambda: refused(market) == [(bank.connection.id, "body_too_large", 1)], 5)
    assert market.count("delivery") == (1,)


@pytest.mark.parametrize("address", ["its token", "no token"])
def test_an_endless_body_is_cut_off_and_the_server_serves_on(
    market: Market, served: Served, address: str
) -> None:
    bank = market.connect("agribank")
    call = bank.sign(credit("agribank", 1))
    token = {"its token": bank.token}.get(address, "x")
    assert _endless(served, token, call) < 50_000_000
    assert served.post(bank.token, call).status == 200


def test_a_doubled_seal_header_is_turned_away(market: Market, served: Served) -> None:
    bank = market.connect("agribank")
    call = bank.sign(credit("agribank", 1))
    doubled_headers = replace(call, headers=(*call.headers, call.headers[2]))
    assert served.post(bank.token, doubled_headers).status == 401
    until(lambda: refused(market) == [(bank.connection.id, "header_doubled", 1)], 5)
    assert market.count("delivery") == (0,)


def test_a_caller_that_hangs_up_stops_nobody(market: Market, served: Served) -> None:
    bank = market.connect("agribank")
    call = bank.sign(credit("agribank", 1))
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", served.port)) as line:
            line.sendall(f"POST {path(bank.token, call)} HTTP/1.1\r\nhost: x\r\n".encode())
    assert served.post(bank.token, call).status == 200
    assert market.count("payment") == (1,)


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("form", ["served", "flask_door"])
def test_64_deliveries_of_one_notification_at_once_are_one_payment(
    market: Market, request: pytest.FixtureRequest, provider: str, form: str
) -> None:
    door = request.getfixturevalue(form)
    spoken, merchant = market.connect(provider), market.register(written=account(provider))
    call = spoken.sign(credit(provider, 1))
    answers = at_once(64, lambda _place: door.post(spoken.token, call))
    good = spoken.protocol.acknowledge("stored", call, spoken.secrets)
    assert {(one.status, one.body) for one in answers} == {(good.status, good.body)}
    market.settle()
    until(lambda: market.count("payment", "entry", "message") == (1, 1, 1), 5)
    assert market.balances(merchant.code)["Income:Sales"] == -50_000
    outcomes = dict(market.rows("SELECT outcome, count(*) FROM delivery GROUP BY outcome"))
    assert outcomes == {"stored": 1, "duplicate": 63}
    assert market.broken() == {}


def _more(delivery: Delivery, name: str, value: str) -> Delivery:
    return replace(delivery, headers=(*delivery.headers, (name, value)))


def _chunked(served: Served, token: str, call: Delivery, parts: list[bytes]) -> Reply:
    line = http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)
    line.request("POST", path(token, call), iter(parts), dict(call.headers), encode_chunked=True)
    with line.getresponse() as answer:
        reply = Reply(answer.status, (), answer.read())
    line.close()
    return reply


def _endless(served: Served, token: str, call: Delivery) -> int:
    """Send without end until the server hangs up; return how many bytes it let through."""
    head = "".join(f"{name}: {value}\r\n" for name, value in call.headers)
    begin = f"POST {path(token, call)} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n{head}"
    sent = 0
    with socket.create_connection(("127.0.0.1", served.port), timeout=5) as line:
        line.sendall(begin.encode() + b"\r\n")
        try:
            while sent < 50_000_000:
                line.sendall(b"10000\r\n" + b"x" * 65_536 + b"\r\n")
                sent += 65_536
        except OSError:
            pass
    return sent
