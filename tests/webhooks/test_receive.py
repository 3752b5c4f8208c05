"""Receive: a call is genuine and read, genuine and unreadable, or turned away. Nothing else."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cashless.clock import now
from providers import everyone, find
from providers._protocol import Notification, Outcome, Protocol, Unreadable, Verified
from tests.market import PROVIDERS, SECRETS, credit
from webhooks.connections import PRODUCTION, SANDBOX, Connection, SecretSet
from webhooks.receive import Turned, problem_reply, receive, unavailable

LONG_AGO = now() - timedelta(days=400)


def connection(provider: str, *sets: SecretSet, environment: str = PRODUCTION) -> Connection:
    found = find(provider)
    live = sets or (SecretSet(SECRETS[provider], LONG_AGO, None),)
    return Connection(1, found, found.protocols[0], environment, live)


def saying(protocol: Protocol, said: object) -> Protocol:
    """The same protocol whose parser says something else."""

    def parse(_verified: Verified) -> tuple[Notification, ...]:
        if isinstance(said, Exception):
            raise said
        return said

    return replace(protocol, parse=parse)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_genuine_call_is_received_with_what_it_says(provider: str) -> None:
    held = connection(provider)
    call = held.protocol.sign(credit(provider, 1), SECRETS[provider], now())
    received = receive(held, call, "10.0.0.1")
    assert [one.amount for one in received.notifications] == [50_000]
    assert (received.reason, received.source, received.delivery) == (None, "10.0.0.1", call)
    assert received.acknowledge(Outcome.STORED).status in {200, 204}
    assert unavailable(received).status == 503


def test_every_call_gets_an_id_of_its_own() -> None:
    held = connection("agribank")
    call = held.protocol.sign(credit("agribank", 1), SECRETS["agribank"], now())
    first, second = receive(held, call, ""), receive(held, call, "")
    assert first.id != second.id
    assert first.digest == second.digest


UNSTORABLE = {
    "no id": ({"provider_txn_id": ""}, "id_invalid"),
    "an id too long": ({"provider_txn_id": "x" * 201}, "id_invalid"),
    "NUL in the memo": ({"memo": "a\x00b"}, "character_invalid"),
    "NUL in the id": ({"provider_txn_id": "a\x00"}, "character_invalid"),
    "NUL in the account": ({"account": "\x00"}, "character_invalid"),
}


@pytest.mark.parametrize(("said", "code"), UNSTORABLE.values(), ids=UNSTORABLE)
def test_what_no_row_can_hold_is_unreadable_as_a_whole(said: dict[str, str], code: str) -> None:
    held = connection("agribank")
    odd = (credit("agribank", 1), credit("agribank", 2, **said))
    call = held.protocol.sign(credit("agribank", 1), SECRETS["agribank"], now())
    received = receive(replace(held, protocol=saying(held.protocol, odd)), call, "")
    assert (received.notifications, received.reason) == ((), code)


def test_what_cannot_be_read_is_received_with_its_reason() -> None:
    held = connection("agribank")
    call = held.protocol.sign(credit("agribank", 1), SECRETS["agribank"], now())
    odd = saying(held.protocol, Unreadable("field_missing", "id"))
    received = receive(replace(held, protocol=odd), call, "")
    assert (received.notifications, received.reason) == ((), "field_missing")


def test_a_secret_set_verifies_in_its_time_and_two_may_be_live() -> None:
    at = now()
    old, new = {"secret": "the old secret"}, SECRETS["agribank"]
    hour = timedelta(hours=1)
    sets = (SecretSet(old, LONG_AGO, at + hour), SecretSet(new, at - hour, None))
    held = connection("agribank", *sets)
    for secrets in (old, new):
        call = held.protocol.sign(credit("agribank", 1), secrets, at)
        assert receive(held, call, "").secrets == secrets
    late = held.protocol.sign(credit("agribank", 1), old, at + hour)
    with pytest.raises(Turned, match="signature"):
        receive(held, late, "")
    early = connection("agribank", SecretSet(new, at + hour, None))
    with pytest.raises(Turned, match="no_live_secret"):
        receive(early, held.protocol.sign(credit("agribank", 1), new, at), "")


def test_the_window_is_enforced_in_production_and_not_in_a_sandbox() -> None:
    call = connection("agribank").protocol.sign(
        credit("agribank", 1), SECRETS["agribank"], LONG_AGO
    )
    call = replace(call, received_at=now())
    with pytest.raises(Turned, match="stale"):
        receive(connection("agribank"), call, "")
    assert receive(connection("agribank", environment=SANDBOX), call, "").notifications


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_refusal_is_said_in_the_provider_s_own_words(provider: str) -> None:
    held = connection(provider)
    call = held.protocol.sign(credit(provider, 1), SECRETS[provider], now())
    with pytest.raises(Turned) as away:
        receive(held, replace(call, body=call.body[:-1]), "")
    wanted = held.protocol.acknowledge(
        Outcome.REFUSED, replace(call, body=call.body[:-1]), SECRETS[provider]
    )
    assert away.value.reply == wanted


@pytest.mark.parametrize("value", ["identity", "IDENTITY"])
def test_a_body_that_is_called_plain_is_plain(value: str) -> None:
    held = connection("agribank")
    call = held.protocol.sign(credit("agribank", 1), SECRETS["agribank"], now())
    named = replace(call, headers=(*call.headers, ("content-encoding", value)))
    assert receive(held, named, "").notifications


def test_a_content_type_may_carry_its_charset() -> None:
    held = connection("momo")
    call = held.protocol.sign(credit("momo", 1), SECRETS["momo"], now())
    for written in ("Application/JSON; charset=UTF-8", "application/json;charset=utf-8"):
        assert receive(held, replace(call, headers=(("content-type", written),)), "").notifications


def test_our_own_answers_speak_both_languages() -> None:
    for code in ("not_found", "method_not_allowed", "body_too_large", "unavailable"):
        reply = problem_reply(code)
        assert f'"code":"{code}"'.encode() in reply.body
        assert b'"message_vi":' in reply.body
        assert reply.status >= 400


def test_every_protocol_names_what_it_admits() -> None:
    for provider in everyone().values():
        for protocol in provider.protocols:
            assert protocol.methods
            assert 0 < protocol.body_limit <= 1_048_576
