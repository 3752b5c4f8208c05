"""What is peculiar to VNPT: two envelopes of one message, and an answer without a clock."""

import json
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import quote_plus, urlencode

import pytest

from providers import find
from providers._protocol import Delivery, Outcome, Refused, Standing, Unreadable
from tests.providers.cases import CASES, Case, read


def case(name: str) -> Case:
    return next(one for one in CASES if one.id == name)


JSON, FORM = case("vnpt-confirm-001"), case("vnpt-form-confirm-001")
SECRETS = JSON.secrets
FIELDS: dict[str, str] = json.loads(JSON.plain)

both = pytest.mark.parametrize("one", [JSON, FORM], ids=str)


def said(one: Case, **changes: object) -> Delivery:
    """Seal the call with other values."""
    return one.sealed(json.dumps(FIELDS | changes, ensure_ascii=False).encode())


def wrapped(one: Case, document: str) -> Delivery:
    """Put a document into the envelope, whatever it says."""
    body = document if one is JSON else urlencode({"data": document})
    return replace(one.delivery, body=body.encode())


def document(one: Case) -> dict[str, Any]:
    """The document of the call as it came."""
    found: dict[str, Any] = json.loads(JSON.delivery.body)
    assert wrapped(one, JSON.delivery.body.decode()).body == one.delivery.body
    return found


def secure_code(*values: str) -> str:
    return sha256("|".join([*values, SECRETS["secret_key"]]).encode()).hexdigest()


def standing(delivery: Delivery) -> Standing:
    assert JSON.protocol.result is not None
    return JSON.protocol.result(JSON.protocol.verify(delivery, SECRETS, None)).standing


@both
@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("00", Standing.PAID),
        ("97", Standing.FAILED),
        ("01", Standing.UNKNOWN),
        ("99", Standing.UNKNOWN),
        ("0", Standing.UNKNOWN),
        ("000", Standing.UNKNOWN),
        ("", Standing.UNKNOWN),
        (" 00", Standing.UNKNOWN),
        ("０0", Standing.UNKNOWN),
    ],
)
def test_only_00_is_money(one: Case, code: str, expected: Standing) -> None:
    assert standing(said(JSON, RESPONSE_CODE=code)) is expected
    assert bool(one.read(said(one, RESPONSE_CODE=code))) == (expected is Standing.PAID)


def test_the_two_envelopes_say_the_same_and_are_not_tried_in_turn() -> None:
    assert JSON.read() == FORM.read() == JSON.notifications
    for one, other in ((JSON, FORM), (FORM, JSON)):
        with pytest.raises(Refused):
            read(other.protocol, one.delivery, SECRETS)


@both
@pytest.mark.parametrize("name", FIELDS)
def test_a_separator_in_a_value_is_refused_in_both_directions(one: Case, name: str) -> None:
    with pytest.raises(Refused, match="ambiguous"):
        said(one, **{name: "a|b"})
    given = json.dumps(document(one) | {name: "a|b"})
    with pytest.raises(Refused, match="ambiguous"):
        one.read(wrapped(one, given))


@both
def test_a_value_moved_into_its_neighbour_under_one_seal_is_refused(one: Case) -> None:
    """PAYMENT_METHOD takes PAY_DATE along, and the fields behind it move up."""
    moved = {
        "PAYMENT_METHOD": f"{FIELDS['PAYMENT_METHOD']}|{FIELDS['PAY_DATE']}",
        "PAY_DATE": FIELDS["ADDITIONAL_INFO"],
    }
    shifted = {**FIELDS, **moved}
    del shifted["ADDITIONAL_INFO"]
    assert secure_code(*shifted.values()) == document(one)["SECURE_CODE"]
    with pytest.raises(Refused, match="ambiguous"):
        one.read(wrapped(one, json.dumps(document(one) | moved)))


@both
@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("value", [50_000, True, ["a"], {"a": "b"}, None, 1.5])
def test_a_value_that_is_no_text_is_refused(one: Case, name: str, value: object) -> None:
    given = json.dumps(document(one) | {name: value})
    if (name, value) == ("ADDITIONAL_INFO", None):
        assert one.read(wrapped(one, given)) == one.notifications
        return
    with pytest.raises(Refused, match=r"malformed|field_missing"):
        one.read(wrapped(one, given))


@both
@pytest.mark.parametrize(
    "seal",
    ["", "0", None, 7, ["x"], "g" * 64, "2f19175b349017868645a67bd9ccd5af", "２" * 64],
)
def test_a_secure_code_of_another_form_is_refused(one: Case, seal: object) -> None:
    with pytest.raises(Refused):
        one.read(wrapped(one, json.dumps(document(one) | {"SECURE_CODE": seal})))
    code = document(one)["SECURE_CODE"]
    for wrong in (code[:-1], code + "0", f" {code}", f"0x{code}", code[::-1]):
        with pytest.raises(Refused, match="signature"):
            one.read(wrapped(one, json.dumps(document(one) | {"SECURE_CODE": wrong})))


@both
@pytest.mark.parametrize("name", [*FIELDS, "SECURE_CODE"])
def test_a_name_that_comes_twice_in_any_case_is_refused(one: Case, name: str) -> None:
    text = json.dumps(document(one))
    for doubled in (name, name.lower(), name.title()):
        with pytest.raises(Refused, match="malformed"):
            one.read(wrapped(one, f'{text[:-1]},"{doubled}":"1"}}'))


@pytest.mark.parametrize(
    "body",
    [
        "",
        "data",
        "data=",
        "data=null",
        "data=[]",
        "Data={}",
        "data={}&data={}",
        "data=%ff",
        "data=%zz",
        "data=%00",
        "data=%EF%BB%BF{}",
        "data[]=1",
        "x=1",
    ],
)
def test_a_form_nobody_should_read_is_refused(body: str) -> None:
    with pytest.raises(Refused):
        FORM.read(replace(FORM.delivery, body=body.encode()))


def test_a_form_is_read_in_every_encoding_of_one_text() -> None:
    text = json.dumps(document(FORM), separators=(", ", ": "))
    spellings = (
        quote_plus(text),
        quote_plus(text).replace("+", "%20"),
        "".join(f"%{byte:02x}" for byte in text.encode()),
        quote_plus(text, safe='{}":,/'),
    )
    for value in spellings:
        given = replace(FORM.delivery, body=f"x=1&data={value}".encode())
        assert FORM.read(given) == FORM.notifications


@both
def test_every_changed_sign_is_refused_or_says_the_same(one: Case) -> None:
    body = one.delivery.body.decode()
    for place, sign in enumerate(body):
        for other in ("0", "|", '"', "%", "+", "&", sign.swapcase()):
            changed = (body[:place] + other + body[place + 1 :]).encode()
            try:
                heard = one.read(replace(one.delivery, body=changed))
            except Refused:
                continue
            assert heard == one.notifications


@both
@pytest.mark.parametrize(
    "amount", ["", "0", "-1", "+1", "05", "5e4", "50000.0", "50,000", "1" * 14]
)
def test_an_amount_that_is_no_whole_dong_is_unreadable(one: Case, amount: str) -> None:
    with pytest.raises(Unreadable, match=r"amount_invalid|field_missing"):
        one.read(said(one, AMOUNT=amount))


@both
@pytest.mark.parametrize(
    "date", ["", "0", "20260231083000", "2026-01-01 08:30:00", "20260101083060"]
)
def test_a_paid_order_without_a_possible_time_is_unreadable(one: Case, date: str) -> None:
    with pytest.raises(Unreadable, match="time_invalid"):
        one.read(said(one, PAY_DATE=date))


@both
def test_the_answer_takes_its_date_from_the_call(one: Case) -> None:
    later = replace(one.delivery, received_at=one.delivery.received_at + timedelta(days=400))
    answers = {
        one.protocol.acknowledge(outcome, call, SECRETS)
        for outcome in (Outcome.STORED, Outcome.DUPLICATE)
        for call in (one.delivery, later)
    }
    (reply,) = answers
    assert json.loads(reply.body)["CREATE_DATE"] == FIELDS["PAY_DATE"]


def test_the_seal_of_an_answer_is_the_documented_one() -> None:
    """The sample answer of the facts, and ours, by one formula."""
    sample = ("00", "Success", "1234", "RG000001", "20260101083001")
    assert secure_code(*sample) == (
        "8c623f242862dffc3b8e07ea7324f09a5582436365ccd1631e5a786c2afad6bc"
    )
    for outcome in Outcome:
        body = json.loads(JSON.protocol.acknowledge(outcome, JSON.delivery, SECRETS).body)
        given = body.pop("SECURE_CODE")
        assert list(body) == [
            "RESPONSE_CODE",
            "DESCRIPTION",
            "MERCHANT_SERVICE_ID",
            "MERCHANT_ORDER_ID",
            "CREATE_DATE",
        ]
        assert given == secure_code(*body.values())


@both
@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.UNAVAILABLE])
def test_what_is_not_kept_is_answered_without_signing_a_word_of_the_caller(
    one: Case, outcome: Outcome
) -> None:
    calls = [one.delivery, said(one, MERCHANT_ORDER_ID="x", PAY_DATE="y")]
    assert len({one.protocol.acknowledge(outcome, call, SECRETS) for call in calls}) == 1


@both
@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b'{"PAY_DATE":7}', b"\xff", b"{}", b"data={}", b"data=%ff"]
)
@pytest.mark.parametrize("outcome", list(Outcome))
def test_anything_is_answered(one: Case, outcome: Outcome, body: bytes) -> None:
    heard = one.protocol.acknowledge(outcome, replace(one.delivery, body=body), SECRETS)
    told = json.loads(heard.body)
    assert (heard.status, told["MERCHANT_ORDER_ID"], told["CREATE_DATE"]) == (200, "", "")


def test_an_answer_of_ours_is_no_call() -> None:
    """Five values are signed in an answer and ten in a call, so neither stands for the other."""
    stored = JSON.protocol.acknowledge(Outcome.STORED, JSON.delivery, SECRETS)
    names = list(FIELDS)
    told = json.loads(stored.body)
    values = [*list(told.values())[:5], *[""] * 5]
    forged = dict(zip(names, values, strict=True)) | {"SECURE_CODE": told["SECURE_CODE"]}
    with pytest.raises(Refused):
        JSON.read(wrapped(JSON, json.dumps(forged)))


@both
def test_everything_that_is_handed_on_is_covered_and_the_seal_is_weak(one: Case) -> None:
    fields = one.protocol.verify(one.delivery, SECRETS, None).fields
    assert list(fields) == list(FIELDS)
    assert one.protocol.weak
    assert not one.protocol.unsigned


def test_the_bin_is_not_swapped_with_that_of_viettel() -> None:
    assert find("vnpt_money").bins == ("971011",)
    assert [said.name for said in find("vnpt_money").protocols] == ["confirm_json", "confirm_form"]
