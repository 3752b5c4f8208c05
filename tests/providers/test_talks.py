"""Calls that tell of no money: what they ask of us, what they are told, and whom they refuse."""

import random
from contextlib import suppress
from dataclasses import replace

import pytest

from providers import everyone
from providers._protocol import Delivery, Known, Protocol, Refused, Talk
from tests.providers.cases import TALKS, TalkCase, with_header
from tests.providers.documents import leaves, put, text_of, texts, tree_of, with_text

TALKATIVE = [said for one in everyone().values() for said in one.protocols if said.talks]
ANSWERED = [case for case in TALKS if case.refused is None]
# Those about something that we know, or about no order at all: there the seal is always checked.
ASKING = {(case.protocol.name, case.operation) for case in TALKS if case.order}
PROVEN = [
    case
    for case in ANSWERED
    if case.order or case.known.answered or (case.protocol.name, case.operation) not in ASKING
]
SPOKEN = [case for case in PROVEN if case.order or not case.known.answered]
FLIPS = 60

every_talk = pytest.mark.parametrize("case", TALKS, ids=str)
answered = pytest.mark.parametrize("case", ANSWERED, ids=str)
talkative = pytest.mark.parametrize("said", TALKATIVE, ids=lambda said: said.name)


@talkative
def test_every_talk_has_a_vector_that_is_answered_and_one_that_is_refused(said: Protocol) -> None:
    for refused in (False, True):
        told = {case.operation for case in TALKS if (case.refused is not None) is refused}
        assert set(said.talks) <= told


@talkative
def test_an_operation_is_either_a_talk_or_a_notification(said: Protocol) -> None:
    assert said.operations
    assert not set(said.operations) & set(said.talks)


@every_talk
def test_a_talk_is_answered_as_expected_or_refused(case: TalkCase) -> None:
    if case.refused is None:
        assert case.tell() == case.reply
    else:
        with pytest.raises(Refused, match=f"^{case.refused}(:|$)"):
            case.tell()
        reply = case.talk.refuse(case.delivery, case.secrets)
        assert reply == (case.reply or reply)


@pytest.mark.parametrize("case", PROVEN, ids=str)
def test_a_secret_that_proves_a_talk_refuses_when_it_is_wrong(case: TalkCase) -> None:
    told = set()
    for name, value in case.secrets.items():
        for wrong in (value[::-1], value + "0", ""):
            with suppress(Refused):
                case.tell(secrets=case.secrets | {name: wrong})
                told.add(name)
    assert case.secrets.keys() - told


@answered
def test_no_flipped_byte_and_no_other_leaf_is_told_more(case: TalkCase) -> None:
    chance = random.Random(case.id)
    body = case.delivery.body
    for place in chance.sample(range(len(body)), min(len(body), FLIPS)):
        flipped = body[:place] + bytes([body[place] ^ chance.randrange(1, 256)]) + body[place + 1 :]
        _refused_or_same(case, replace(case.delivery, body=flipped))
    for place, text in texts(case.delivery).items():
        tree = tree_of(text)
        for path, value in leaves(tree):
            changed = text_of(put(tree, path, f"{value}0"))
            _refused_or_same(case, with_text(case.delivery, place, changed))


@answered
def test_a_header_that_is_doubled_or_gone_refuses_or_proves_nothing(case: TalkCase) -> None:
    for name, value in case.delivery.headers:
        for values in ((), (value, value), ("",)):
            with suppress(Refused):
                delivery = with_header(case.delivery, name, *values)
                assert case.tell(delivery=delivery) == case.reply
                assert name == "content-type"


@pytest.mark.parametrize("case", SPOKEN, ids=str)
def test_a_talk_spoken_by_the_provider_is_heard(case: TalkCase) -> None:
    said = case.talk.speak(
        case.order.code if case.order else "",
        case.order.amount if case.order else 0,
        case.secrets | case.speaking,
        case.delivery.received_at,
    )
    question = case.talk.ask(said, case.secrets)
    assert question.order_ref in {None, case.order.code if case.order else None}
    assert case.tell(delivery=said).status == (case.reply.status if case.reply else None)


@answered
def test_what_we_do_not_know_is_answered_too(case: TalkCase) -> None:
    with suppress(Refused):
        told = case.talk.tell(case.delivery, case.secrets, Known())
        assert told.body or told.status
    assert case.talk.refuse(case.delivery, case.secrets).status


def test_each_talk_says_what_it_is_for() -> None:
    talks: list[Talk] = [talk for said in TALKATIVE for talk in said.talks.values()]
    assert all(talk.purpose.endswith((".", "?")) for talk in talks)


def _refused_or_same(case: TalkCase, delivery: Delivery) -> None:
    """A changed call is refused, told the same, or told nothing of an order."""
    with suppress(Refused):
        reply = case.tell(delivery=delivery)
        tells = case.order is not None and case.order.code.encode() in reply.body
        assert reply == case.reply or not tells
