"""What every provider must stand, written once: present files and future ones.

A new provider is two files, its module and its vectors; everything here then applies to it. The
attacks are those of a stranger who holds genuine calls but no secret.
"""

import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from providers import everyone
from providers._protocol import Delivery, Notification, Outcome, Refused, Unreadable
from tests.providers.cases import (
    CASES,
    GENUINE,
    MONEY,
    TURNED,
    UNCOVERED,
    VECTORS,
    Case,
    read,
    with_header,
)
from tests.providers.documents import (
    GONE,
    leaves,
    texts,
    tree_of,
    with_text,
    written,
)

every_case = pytest.mark.parametrize("case", CASES, ids=str)
genuine = pytest.mark.parametrize("case", GENUINE, ids=str)
money = pytest.mark.parametrize("case", MONEY, ids=str)
first_ones = pytest.mark.parametrize("case", [case for case in CASES if case.replies], ids=str)

FLIPS = 60  # bytes flipped in each body and in each header of a seal

# Bodies that two readers could disagree about, or that break a careless one.
BODIES = {
    "nothing": b"",
    "no JSON": b"amount=50000",
    "a list": b"[]",
    "null": b"null",
    "cut short": b'{"data":',
    "trailing": b"{} {}",
    "latin-1": '{"a":"đồng"}'.encode("utf-16-le"),
    "byte order mark": b"\xef\xbb\xbf{}",
    "half a pair": b'{"data":"\\ud800"}',
    "NUL": b'{"data":"\\u0000"}',
    "doubled": b'{"data":"a","data":"b"}',
    "doubled by case": b'{"amount":1,"Amount":2}',
    "not a number": b'{"amount":NaN}',
    "infinite": b'{"amount":-Infinity}',
    "huge": b'{"amount":' + b"9" * 5000 + b"}",
    "huge exponent": b'{"amount":1e999999999}',
    "deep": b'{"data":' * 100_000,
    "deep list": b"[" * 200_000,
    "empty data": b'{"data":""}',
    "empty object": b'{"data":{},"signature":""}',
}


def test_provider_files_and_vector_files_are_the_same_set() -> None:
    assert {path.stem for path in VECTORS.glob("*.json")} == set(everyone())


def test_every_protocol_has_a_delivery_that_is_money() -> None:
    spoken = {protocol.name for one in everyone().values() for protocol in one.protocols}
    assert {case.protocol.name for case in MONEY} == spoken


@every_case
def test_a_vector_reads_as_expected(case: Case) -> None:
    if case.result == "notifications":
        assert case.read() == case.notifications
    else:
        kinds = {"refused": Refused, "unreadable": Unreadable}
        with pytest.raises(kinds[case.result], match=f"^{case.code}(:|$)"):
            case.read()


@pytest.mark.parametrize("case", [case for case in CASES if case.seal], ids=str)
def test_we_seal_the_same_text_with_the_same_seal(case: Case) -> None:
    ours = case.sealed(case.plain)
    said = [ours.query, ours.body.decode(), *(value for _, value in ours.headers)]
    assert any(case.seal in text for text in said if case.seal)


@first_ones
def test_an_answer_is_the_expected_one_and_the_same_again(case: Case) -> None:
    later = replace(case.delivery, received_at=case.delivery.received_at + timedelta(days=2))
    for outcome, expected in (case.replies or {}).items():
        for delivery in (case.delivery, later):
            assert case.protocol.acknowledge(outcome, delivery, case.secrets) == expected


@first_ones
def test_every_outcome_has_an_answer(case: Case) -> None:
    assert set(case.replies or {}) == set(Outcome)


@first_ones
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.UNAVAILABLE])
def test_a_call_that_is_turned_away_is_answered_whatever_it_was(
    case: Case, body: bytes, outcome: Outcome
) -> None:
    bare = replace(case.delivery, body=body, query="", headers=())
    reply = case.protocol.acknowledge(outcome, bare, case.secrets)
    assert b'"success":true' not in reply.body
    assert reply != case.protocol.acknowledge(Outcome.STORED, case.delivery, case.secrets)


@first_ones
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_nobody_should_read_is_refused(case: Case, body: bytes) -> None:
    if case.protocol.axes.family in UNCOVERED:
        with suppress(*TURNED):
            assert case.read(replace(case.delivery, body=body)) == ()
    elif body or not case.delivery.query:
        with pytest.raises(Refused):
            case.read(replace(case.delivery, body=body))


@pytest.mark.parametrize("case", [one for one in CASES if one.delivery.query], ids=str)
@pytest.mark.parametrize("text", BODIES.values(), ids=BODIES)
def test_a_query_nobody_should_read_is_refused(case: Case, text: bytes) -> None:
    with pytest.raises(Refused):
        case.read(replace(case.delivery, query=text.decode("latin-1")))


@first_ones
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_nobody_should_read_is_never_money_even_under_a_genuine_seal(
    case: Case, body: bytes
) -> None:
    try:
        said = case.read(case.sealed(body))
    except TURNED:
        return
    assert said == ()


@genuine
def test_each_secret_alone_refuses_when_it_is_wrong_or_empty(case: Case) -> None:
    proving = case.secrets.keys() - case.protocol.answering_secrets
    for name, value in ((name, case.secrets[name]) for name in sorted(proving)):
        for wrong in (value[::-1], value + "0", value[:-1], ""):
            with pytest.raises(Refused):
                read(case.protocol, case.delivery, case.secrets | {name: wrong})


@genuine
def test_secrets_of_every_other_connection_refuse(case: Case) -> None:
    for other in CASES:
        if other.secrets != case.secrets:
            with pytest.raises(Refused):
                read(case.protocol, case.delivery, other.secrets)


@genuine
def test_a_header_of_the_seal_that_is_missing_or_doubled_refuses(case: Case) -> None:
    for name, value in _seal_headers(case.delivery):
        for values in ((), (value, value), (f"{value},{value}",), ("",), (value + " ",)):
            with pytest.raises(Refused):
                case.read(with_header(case.delivery, name, *values))


@pytest.mark.parametrize(
    "case", [case for case in GENUINE if case.protocol.window_seconds], ids=str
)
def test_a_call_outside_the_window_is_stale_and_inside_is_not(case: Case) -> None:
    window = timedelta(seconds=case.protocol.window_seconds or 0)
    instant = timedelta(seconds=1)
    for inside in (window, -window):
        assert _business(case.read(_at(case, inside))) == _business(case.notifications)
    for outside in (window + instant, -window - instant, timedelta(days=400)):
        with pytest.raises(Refused, match="stale"):
            case.read(_at(case, outside))
        delivery = _at(case, outside)
        sandbox = case.protocol.verify(delivery, case.secrets, None)
        assert _business(case.protocol.parse(sandbox)) == _business(case.notifications)


@genuine
def test_no_flipped_byte_changes_what_is_said(case: Case) -> None:
    for flipped in _flipped(case.delivery, random.Random(case.id)):
        with suppress(*TURNED):
            assert case.read(flipped) == case.notifications or case.declares(flipped)


@genuine
def test_nothing_unsigned_decides_money(case: Case) -> None:
    for changed in _changed(case.delivery):
        with suppress(*TURNED):
            assert case.read(changed) == case.notifications or case.declares(changed)


@money
def test_the_digest_ignores_what_an_honest_resend_may_change(case: Case) -> None:
    (said, *_) = case.notifications
    assert replace(said, memo="x", payer=None).digest == said.digest
    assert replace(said, amount=said.amount + 1).digest != said.digest


def _seal_headers(delivery: Delivery) -> list[tuple[str, str]]:
    return [header for header in delivery.headers if header[0] != "content-type"]


def _business(said: tuple[Notification, ...]) -> list[tuple[str, bytes]]:
    """Return keys and digests: the time of arrival is no business of a payment."""
    return [(one.provider_txn_id, one.digest) for one in said]


def _at(case: Case, offset: timedelta) -> Delivery:
    """Move the arrival; vectors with a window arrive at the very time that stands on them."""
    return replace(case.delivery, received_at=case.delivery.received_at + offset)


def _flipped(delivery: Delivery, chance: random.Random) -> Iterator[Delivery]:
    size = len(delivery.body)
    for place in chance.sample(range(size), min(size, FLIPS)):
        yield replace(delivery, body=_flip(delivery.body, place, chance))
    for name, value in _seal_headers(delivery):
        for place in chance.sample(range(len(value)), min(len(value), FLIPS)):
            flipped = _flip(value.encode("latin-1"), place, chance).decode("latin-1")
            yield with_header(delivery, name, flipped)


def _flip(raw: bytes, place: int, chance: random.Random) -> bytes:
    return raw[:place] + bytes([raw[place] ^ chance.randrange(1, 256)]) + raw[place + 1 :]


def _changed(delivery: Delivery) -> Iterator[Delivery]:
    """Change each leaf of a call in turn, to everything plausible, leave it out, and add one."""
    for place, text in texts(delivery).items():
        tree = tree_of(text)
        for path, value in leaves(tree):
            for other in (*_plausible(value), GONE):
                yield with_text(delivery, place, written(tree, path, other))
        for name in {path[:-1] for path, _ in leaves(tree)}:
            yield with_text(delivery, place, written(tree, (*name, "added"), "x"))


def _plausible(value: object) -> list[object]:
    if isinstance(value, bool):
        return [not value, str(value).lower(), int(value)]
    if isinstance(value, int):
        return [value + 1, value * 10, -value - 1, str(value), float(value), [value]]
    if isinstance(value, str):
        shifts = [f"{value}&amount=1", f"&desc={value}", value.upper() + "x", value + " "]
        return [value + "0", "0", "", "null", None, [value], *shifts]
    return ["", "null", "x", 0]
