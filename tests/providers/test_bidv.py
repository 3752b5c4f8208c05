"""What is peculiar to BIDV: a bill asked for and then paid, a digest without separators."""

import json
from dataclasses import replace
from datetime import timedelta
from hashlib import md5

import pytest

from cashless.vietqr.reference import is_reference, new_reference
from providers._protocol import Delivery, Known, OrderFacts, Outcome, Question, Refused, Unreadable
from providers._tokens import bearer
from tests.providers.cases import CASES, TALKS, Case


def case(name: str) -> Case:
    return next(one for one in CASES if one.id == name)


BILL = case("bidv-paybill")
PLAIN = json.loads(BILL.plain)
GETBILL = next(one for one in TALKS if one.id == "bidv-getbill-open")


def said(**changes: object) -> Delivery:
    """Let the bank tell of another payment."""
    return BILL.sealed(json.dumps(PLAIN | changes, ensure_ascii=False).encode())


def unsealed(**changes: object) -> Delivery:
    """Change a genuine call on its way."""
    body = json.loads(BILL.delivery.body) | changes
    return replace(BILL.delivery, body=json.dumps(body, ensure_ascii=False).encode())


def digested(text: str, **changes: object) -> Delivery:
    """Change a genuine call and put the digest of another text on it."""
    digest = md5(text.encode(), usedforsecurity=False).hexdigest()
    return unsealed(**changes, checksum=digest)


def test_a_bill_is_asked_for_by_the_reference_of_an_order() -> None:
    question = GETBILL.talk.ask(GETBILL.delivery, GETBILL.secrets)
    assert question == Question(order_ref=PLAIN["bill_id"])


@pytest.mark.parametrize(
    ("paid", "is_open", "code", "amount"),
    [
        (0, True, "000", "150000"),
        (1, True, "000", "149999"),
        (149_999, True, "000", "1"),
        (150_000, True, "023", None),
        (200_000, False, "023", None),
        (1, False, "012", None),
    ],
)
def test_the_open_amount_is_told(paid: int, is_open: bool, code: str, amount: str | None) -> None:  # noqa: FBT001  a column of the table
    order = OrderFacts(PLAIN["bill_id"], 150_000, paid, is_open, "Sạp Cô Ba")
    body = json.loads(GETBILL.talk.tell(GETBILL.delivery, GETBILL.secrets, Known(order)).body)
    assert body["result_code"] == code
    assert [bill["amount"] for bill in body.get("data", [])] == ([amount] if amount else [])


def test_what_getbill_tells_is_what_paybill_pays() -> None:
    assert GETBILL.reply
    (bill,) = json.loads(GETBILL.reply.body)["data"]
    (heard,) = BILL.read(said(bill_id=bill["bill_id"], amount=bill["amount"]))
    assert (heard.order_ref, heard.amount) == (bill["bill_id"], 150_000)


def test_a_stranger_learns_nothing_of_an_order() -> None:
    for headers in ((), (("authorization", "Bearer x"),)):
        call = replace(GETBILL.delivery, headers=headers)
        with pytest.raises(Refused):
            GETBILL.talk.ask(call, GETBILL.secrets)
        with pytest.raises(Refused):
            GETBILL.talk.tell(call, GETBILL.secrets, GETBILL.known)


def test_the_seal_of_an_inquiry_pays_nothing() -> None:
    checksum = json.loads(GETBILL.delivery.body)["checksum"]
    with pytest.raises(Refused, match="signature"):
        BILL.read(unsealed(checksum=checksum))


def test_the_digest_is_that_of_the_documented_text() -> None:
    text = f"test-secretTX001{PLAIN['bill_id']}150000"
    assert BILL.read(digested(text)) == BILL.notifications
    upper = json.loads(BILL.delivery.body)["checksum"].upper()
    assert BILL.read(unsealed(checksum=upper)) == BILL.notifications


@pytest.mark.parametrize("checksum", [None, "", "0" * 32, "0" * 31, "f" * 64, 7, ["0" * 32]])
def test_another_digest_is_refused(checksum: object) -> None:
    with pytest.raises(Refused, match="signature"):
        BILL.read(unsealed(checksum=checksum))


def test_no_sign_can_move_between_the_joined_values() -> None:
    """Cut the text of many payments everywhere: only the true cut has the forms."""
    for _ in range(50):
        bill, trans_id = new_reference(), f"TXJX{new_reference()}"
        text = f"{trans_id}{bill}150000"
        cuts = [
            (text[:one], text[one:two], text[two:])
            for one in range(1, len(text))
            for two in range(one + 1, len(text))
            if is_reference(text[one:two]) and text[two:].isdigit()
        ]
        assert cuts == [(trans_id, bill, "150000")]


@pytest.mark.parametrize("moved", [1, 2, 3, 11])
def test_a_re_cut_under_the_same_digest_is_refused(moved: int) -> None:
    bill = PLAIN["bill_id"]
    for changes in (
        {"bill_id": bill[:-moved], "amount": f"{bill[-moved:]}150000"},
        {"bill_id": f"{bill}{'150000'[:moved]}", "amount": "150000"[moved:] or "0"},
        {"trans_id": f"TX001{bill[:moved]}", "bill_id": bill[moved:]},
        {"trans_id": "TX001"[:-1], "bill_id": f"1{bill}"},
    ):
        with pytest.raises(Refused, match="malformed"):
            BILL.read(unsealed(**changes))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("bill_id", "JXSANDBANKB8"),
        ("bill_id", "jxsandbankb7"),
        ("bill_id", "JXSANDBANKB7 "),
        ("bill_id", None),
        ("trans_id", ""),
        ("trans_id", "x" * 51),
        ("trans_id", "TX 1"),
        ("trans_id", 7),
        ("amount", 150_000),
        ("amount", "0150000"),
        ("amount", "150000.0"),
        ("amount", "-150000"),
        ("amount", "15e4"),
        ("amount", "0"),
        ("service_id", ""),
        ("service_id", "394001 "),
    ],
)
def test_a_joined_value_of_another_form_is_refused(name: str, value: object) -> None:
    with pytest.raises(Refused, match=rf"(malformed|field_missing): {name}"):
        BILL.read(unsealed(**{name: value}))


def test_an_amount_beyond_ours_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="amount_invalid"):
        BILL.read(said(amount="1000000000001"))


def test_another_service_is_not_ours() -> None:
    with pytest.raises(Refused, match="service_id"):
        BILL.read(unsealed(service_id="394002"))


@pytest.mark.parametrize("name", ["trans_date", "customer_id", "added"])
@pytest.mark.parametrize("value", ["x", "991231", None, 7, ["x"], {"a": 1}])
def test_what_is_outside_the_digest_decides_nothing(name: str, value: object) -> None:
    assert BILL.protocol.weak
    assert BILL.read(unsealed(**{name: value})) == BILL.notifications


def test_a_resend_with_another_token_and_time_is_the_same_payment() -> None:
    later = BILL.delivery.received_at + timedelta(hours=20)
    headers = (BILL.delivery.headers[0], bearer(BILL.secrets, later))
    (again,) = BILL.read(replace(BILL.delivery, headers=headers, received_at=later))
    assert again.occurred_at != BILL.notifications[0].occurred_at
    assert again.digest == BILL.notifications[0].digest
    assert not again.stable_time


def test_a_token_without_a_digest_and_a_digest_without_a_token_are_nothing() -> None:
    bare = {name: value for name, value in PLAIN.items() if name != "checksum"}
    with pytest.raises(Refused, match="signature"):
        BILL.read(replace(BILL.delivery, body=json.dumps(bare).encode()))
    with pytest.raises(Refused, match="header_missing"):
        BILL.read(replace(BILL.delivery, headers=BILL.delivery.headers[:1]))


@pytest.mark.parametrize("outcome", list(Outcome))
def test_only_what_could_not_be_stored_is_no_200(outcome: Outcome) -> None:
    reply = BILL.protocol.acknowledge(outcome, BILL.delivery, BILL.secrets)
    assert reply.status == (503 if outcome is Outcome.UNAVAILABLE else 200)
    assert (json.loads(reply.body)["result_code"] == "000") == (outcome is Outcome.STORED)


def test_calls_go_to_their_operations() -> None:
    assert BILL.protocol.operations == ("paybill",)
    assert said().operation == BILL.delivery.operation == "paybill"
    for operation, talk in BILL.protocol.talks.items():
        spoken = talk.speak(PLAIN["bill_id"], 1, BILL.secrets, BILL.delivery.received_at)
        assert spoken.operation == operation
        assert talk.tell(spoken, BILL.secrets, Known()).status == 200
