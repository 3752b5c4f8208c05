"""What is peculiar to KLBPay: nothing is decrypted unproven, answers are calls of no value."""

import json
from dataclasses import replace

import pytest

from providers import _klbpay
from providers._codecs import write_base64
from providers._protocol import Delivery, Outcome, Refused, Reply
from tests.providers.cases import CASES, TURNED, with_header

CASE = next(case for case in CASES if case.id == "klb-notify-001")


def answer(outcome: Outcome, delivery: Delivery = CASE.delivery) -> Reply:
    return CASE.protocol.acknowledge(outcome, delivery, CASE.secrets)


def test_the_body_is_not_decrypted_before_it_is_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    def rings(*_: object) -> bytes:
        pytest.fail("decrypted an unproven body")

    monkeypatch.setattr(_klbpay, "aes_cbc_open", rings)
    for delivery in (
        with_header(CASE.delivery, "x-api-validate", "0" * 64),
        replace(CASE.delivery, body=json.dumps({"data": write_base64(bytes(64))}).encode()),
    ):
        with pytest.raises(Refused, match="signature"):
            CASE.read(delivery)


def test_another_client_is_refused_though_the_seal_is_good() -> None:
    other = CASE.protocol.seal(
        CASE.plain, CASE.secrets | {"client": "somebody-else"}, CASE.delivery.received_at
    )
    with pytest.raises(Refused, match="client"):
        CASE.read(other)


def test_a_proven_body_that_does_not_open_is_refused() -> None:
    other = CASE.protocol.seal(
        CASE.plain, CASE.secrets | {"encryptKey": "0" * 64}, CASE.delivery.received_at
    )
    with pytest.raises(Refused):
        CASE.read(other)


@pytest.mark.parametrize("outcome", Outcome)
def test_no_answer_of_ours_is_money_when_it_comes_back_as_a_call(outcome: Outcome) -> None:
    reply = answer(outcome)
    back = replace(CASE.delivery, headers=reply.headers, body=reply.body)
    try:
        heard = CASE.read(back)
    except TURNED:
        heard = ()
    assert heard == ()


@pytest.mark.parametrize("stamp", [(), ("",), ("soon",), ("9" * 400,), ("168992540743５",)])
def test_a_call_without_a_readable_time_has_an_answer_all_the_same(stamp: tuple[str, ...]) -> None:
    reply = answer(Outcome.REFUSED, with_header(CASE.delivery, "x-api-time", *stamp))
    assert dict(reply.headers)["x-api-time"] == "0000000000000"
    assert reply.status == 200


def test_the_answer_carries_both_words_of_the_three_sdks() -> None:
    for outcome, good in ((Outcome.STORED, True), (Outcome.REFUSED, False)):
        reply = answer(outcome)
        sent = replace(CASE.delivery, headers=reply.headers, body=reply.body)
        said = CASE.protocol.verify(sent, CASE.secrets, None).fields
        assert said == {"success": good, "status": good}
