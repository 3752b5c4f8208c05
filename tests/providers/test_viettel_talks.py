"""What Viettel asks about an order: the amount is in its seal alone, and our answer is a memory."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from providers._protocol import Delivery, Known, OrderFacts, Outcome, Refused, Reply, Talk
from tests.providers.cases import VECTORS
from tests.providers.viettel import FIELDS, RESULT, SECRETS, cuts, is_proven, spoken_of

SPOKEN = json.loads((VECTORS / "viettel_money.json").read_text(encoding="utf-8"))["protocols"]
TALKS: list[dict[str, Any]] = SPOKEN["gateway_v2"]["talks"]
SIGNED = {
    "confirm": ("billcode", "merchant_code", "order_id"),
    "requery": ("merchant_code", "order_id"),
}
ORDER = OrderFacts("HD0001", 10_000, 0, is_open=True, payee="SAP BA TU")

every_talk = pytest.mark.parametrize("row", TALKS, ids=lambda row: row["id"])


def call(row: dict[str, Any]) -> Delivery:
    headers = tuple((name, value) for name, value in row["headers"])
    at = datetime.fromisoformat(row["received_at"])
    return Delivery(
        row["method"], row["operation"], row["query"], headers, row["body"].encode(), at
    )


def reply(row: dict[str, Any]) -> Reply:
    headers = tuple((name, value) for name, value in row["headers"])
    return Reply(row["status"], headers, row["body"].encode())


def talk(operation: str) -> Talk:
    return RESULT.protocol.talks[operation]


def answer(operation: str, delivery: Delivery, known: Known) -> Reply:
    """Answer as the door does."""
    spoken = talk(operation)
    try:
        spoken.ask(delivery, SECRETS)
        return spoken.tell(delivery, SECRETS, known)
    except Refused:
        return spoken.refuse(delivery, SECRETS)


def test_a_call_of_one_kind_is_no_call_of_another() -> None:
    for operation, spoken in RESULT.protocol.talks.items():
        asked = spoken.speak("HD0001", 10_000, SECRETS, RESULT.delivery.received_at)
        assert asked.operation == operation
        with pytest.raises(Refused):
            RESULT.read(asked)
        for other in {"confirm", "requery"} - {operation}:
            seal = asked.body.rpartition(b"&")[2]
            names = SIGNED[other]
            given = urlencode({name: FIELDS[name] for name in names}).encode() + b"&" + seal
            heard = answer(other, replace(asked, body=given), Known(order=ORDER))
            assert spoken_of(heard)["error_code"] != "00"


@every_talk
def test_a_question_is_answered_as_expected_and_the_same_again(row: dict[str, Any]) -> None:
    order = OrderFacts(**row["order"]) if row["order"] else None
    known = Known(order=order, answered=reply(row["answered"]) if row["answered"] else None)
    delivery = call(row)
    for at in (delivery.received_at, delivery.received_at + timedelta(days=2)):
        asked = replace(delivery, received_at=at)
        assert answer(row["operation"], asked, known) == reply(row["reply"])
    if row["refused"]:
        with pytest.raises(Refused, match=f"^{row['refused']}(:|$)"):
            talk(row["operation"]).tell(delivery, SECRETS, known)


@every_talk
def test_a_question_needs_its_own_seal(row: dict[str, Any]) -> None:
    wrong = replace(call(row), body=call(row).body.rpartition(b"=")[0] + b"=AAAA")
    known = Known(order=ORDER, answered=Reply(200, (), b"kept"))
    heard = answer(row["operation"], wrong, known)
    assert heard.body != b"kept"
    assert spoken_of(heard)["error_code"] != "00"


def test_a_question_before_the_payment_is_bound_to_our_amount() -> None:
    asked = talk("confirm").speak("HD0001", 10_000, SECRETS, RESULT.delivery.received_at)
    assert b"10000" not in asked.body
    for amount, code in ((10_000, "00"), (1_000, "02"), (100_000, "02"), (0, "02")):
        known = Known(order=replace(ORDER, amount=amount))
        assert spoken_of(answer("confirm", asked, known))["error_code"] == code


def test_an_order_of_another_code_than_the_call_names_is_not_answered_for() -> None:
    asked = talk("confirm").speak("HD0001", 10_000, SECRETS, RESULT.delivery.received_at)
    heard = answer("confirm", asked, Known(order=replace(ORDER, code="HD0002")))
    assert (spoken_of(heard)["error_code"], spoken_of(heard)["order_id"]) == ("01", "")


def test_what_we_answered_comes_back_byte_for_byte() -> None:
    kept = RESULT.protocol.acknowledge(Outcome.STORED, RESULT.delivery, SECRETS)
    asked = talk("requery").speak("HD0001", 0, SECRETS, RESULT.delivery.received_at)
    question = talk("requery").ask(asked, SECRETS)
    assert (question.order_ref, question.wants_answer) == ("HD0001", True)
    assert answer("requery", asked, Known(answered=kept)) == kept


def test_a_question_says_which_order_must_be_known_and_is_put_to_our_merchant() -> None:
    at = RESULT.delivery.received_at
    ours = talk("confirm").speak("HD0001", 1, SECRETS, at)
    other = talk("confirm").speak("HD0001", 1, SECRETS | {"merchant_code": "SVFPTT5"}, at)
    assert talk("confirm").ask(ours, SECRETS).order_ref == "HD0001"
    with pytest.raises(Refused, match="merchant_code"):
        talk("confirm").ask(other, SECRETS)
    for wrong in (
        b"",
        b"merchant_code=%ff",
        b"merchant_code=1&merchant_code=2",
        b"merchant_code=1",
    ):
        heard = talk("confirm").refuse(replace(other, body=wrong), SECRETS)
        assert spoken_of(heard)["error_code"] == "02"


@pytest.mark.parametrize("amount", ["1", "1000000000000"])
def test_no_text_that_is_sealed_for_another_purpose_reads_as_a_result(amount: str) -> None:
    """Nor does what Viettel asks about the orders of others, which may look like numbers."""
    order = "JX2345678A9B"  # a reference has a letter behind its prefix
    merchant = SECRETS["merchant_code"]
    ours = [
        *[order + code + merchant + order + amount for code in ("00", "01")],
        *[code + merchant + given for code in ("00", "01") for given in (order, "")],
        *[code + merchant for code in ("02", "03")],
    ]
    theirs = [
        text
        for given in (order, "J84900000000", "JX0900000000", "084900000000", "1")
        for text in (given + merchant + given + amount, merchant + given)
    ]
    assert [cut for text in [*ours, *theirs] for cut in cuts(text) if is_proven(cut)] == []
