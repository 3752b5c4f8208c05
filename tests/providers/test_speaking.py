"""Speaking as a provider and listening to it are inverse, as far as the format can carry it."""

import re
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cashless.clock import business_date
from cashless.money import MAX_AMOUNT
from providers import everyone
from providers._protocol import Notification, Protocol
from tests.providers.cases import CASES, read

PROTOCOLS = [said for one in everyone().values() for said in one.protocols]
SECRETS = {case.protocol.name: case.secrets for case in CASES}
SPEAKING = {case.protocol.name: case.secrets | case.speaking for case in CASES}
AT = datetime(2026, 1, 8, 3, 56, tzinfo=UTC)
EARLIEST, LATEST = datetime(2001, 1, 1), datetime(2099, 1, 1)  # noqa: DTZ001  strategies want naive

every_protocol = pytest.mark.parametrize("said", PROTOCOLS, ids=lambda said: said.name)


@every_protocol
@settings(max_examples=60, derandomize=True, deadline=None)
@given(data=st.data())
def test_what_is_said_is_heard(said: Protocol, data: st.DataObject) -> None:
    given_one = data.draw(notifications(said))
    (heard,) = speak(said, given_one)
    for name in ("kind", "amount", *_timed(heard), *said.carries):
        assert getattr(heard, name) == getattr(given_one, name) or _is_end(name, heard, given_one)
    assert speak(said, heard) == (heard,)


@every_protocol
def test_what_a_format_carries_are_fields_of_ours(said: Protocol) -> None:
    assert set(said.carries) <= {field.name for field in fields(Notification)}
    assert "provider_txn_id" in said.carries
    assert all(re.compile(form) for form in said.carries.values())


@every_protocol
def test_speaking_twice_gives_the_same_bytes(said: Protocol) -> None:
    one = replace(
        next(case for case in CASES if case.protocol is said and case.notifications).notifications[
            0
        ]
    )
    secrets = SPEAKING[said.name]
    assert said.sign(one, secrets, AT) == said.sign(one, secrets, AT)


def speak(said: Protocol, one: Notification) -> tuple[Notification, ...]:
    """Say it and listen."""
    return read(said, said.sign(one, SPEAKING[said.name], AT), SECRETS[said.name])


def _timed(heard: Notification) -> tuple[str, ...]:
    """A format without a time of the payment carries none."""
    return ("occurred_at", "business_date") if heard.stable_time else ()


def _is_end(name: str, heard: Notification, given_one: Notification) -> bool:
    """Tell whether the key heard is the id given, behind what else makes it unique."""
    said = given_one.provider_txn_id
    return name == "provider_txn_id" and heard.provider_txn_id.endswith(f":{said}")


@st.composite
def notifications(draw: st.DrawFn, said: Protocol) -> Notification:
    """Draw what the format can carry; the rest is empty."""
    carried = {
        name: draw(st.from_regex(form, fullmatch=True)) for name, form in said.carries.items()
    }
    at = draw(st.datetimes(EARLIEST, LATEST)).replace(tzinfo=UTC, microsecond=0)
    if said.time_format == "epoch_ms":
        at += timedelta(milliseconds=draw(st.integers(0, 999)))
    nothing: dict[str, Any] = {
        "account": None,
        "virtual_account": None,
        "order_ref": None,
        "memo": "",
        "payer": None,
    }
    return Notification(
        **nothing
        | carried
        | {
            "kind": draw(st.sampled_from(said.kinds)),
            "amount": draw(st.integers(1, MAX_AMOUNT)),
            "occurred_at": at,
            "business_date": business_date(at),
        }
    )
