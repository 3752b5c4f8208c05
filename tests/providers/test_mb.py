"""What is peculiar to MB's merchant codes: a text without separators, a success nobody signs."""

import json
from dataclasses import replace
from hashlib import md5

import pytest

from cashless.vietqr.reference import new_reference
from providers._protocol import Delivery, Outcome, Refused, Standing, Unreadable
from tests.providers.cases import CASES, Case

JOINED = ("traceTransfer", "billNumber", "payDate", "debitAmount")


def case(name: str) -> Case:
    return next(one for one in CASES if one.id == name)


SCAN, BILL = case("mb-mms-001"), case("mb-mms-order")


def said(**changes: object) -> Delivery:
    """Let the bank tell of another scan."""
    body = json.loads(SCAN.plain) | changes
    return SCAN.sealed(json.dumps(body, ensure_ascii=False).encode())


def unsealed(one: Case, **changes: object) -> Delivery:
    """Change a genuine call on its way."""
    body = json.loads(one.delivery.body) | changes
    return replace(one.delivery, body=json.dumps(body, ensure_ascii=False).encode())


def digested(**changes: object) -> Delivery:
    """Put the genuine checksum on values that need not have one cut."""
    body = json.loads(SCAN.plain) | changes
    text = "".join(str(body[name]) for name in JOINED) + SCAN.secrets["accessKey"]
    return unsealed(SCAN, **changes, checkSum=md5(text.encode(), usedforsecurity=False).hexdigest())


def test_the_checksum_is_that_of_the_documented_text() -> None:
    assert json.loads(SCAN.delivery.body)["checkSum"] == "9a3aa1e83566cafdd300ff8a403c1946"
    assert SCAN.read(digested()) == SCAN.notifications
    upper = "9A3AA1E83566CAFDD300FF8A403C1946"
    assert SCAN.read(unsealed(SCAN, checkSum=upper)) == SCAN.notifications


@pytest.mark.parametrize("checksum", [None, "", "0" * 32, "9a3aa1e8", 7, ["0" * 32]])
def test_another_checksum_is_refused_whatever_the_public_server_says(checksum: object) -> None:
    with pytest.raises(Refused, match="signature"):
        SCAN.read(unsealed(SCAN, checkSum=checksum))
    refusal = SCAN.protocol.acknowledge(Outcome.REFUSED, SCAN.delivery, SCAN.secrets)
    assert json.loads(refusal.body)["resCode"] == "12"


@pytest.mark.parametrize("moved", range(1, 7))
def test_no_sign_moves_between_trace_time_and_amount(moved: int) -> None:
    text = "FT2400120240901101500150000"
    for shift in (-moved, moved):
        place = 7 + shift
        cut = (text[:place], text[place : place + 14], text[place + 14 :])
        changes = dict(zip(("traceTransfer", "payDate", "debitAmount"), cut, strict=True))
        with pytest.raises(Refused, match="malformed"):
            SCAN.read(unsealed(SCAN, **changes))


@pytest.mark.parametrize(
    ("trace", "time", "amount"),
    [
        ("FT20240131", "20240911101500", "1500"),
        ("FT", "20240131202409", "111015001500"),
        ("FT1", "20200101070010", "15123"),
        ("FT120", "20010107001015", "123"),
    ],
)
def test_a_text_with_two_cuts_is_refused_in_either(trace: str, time: str, amount: str) -> None:
    with pytest.raises(Refused, match="ambiguous: payDate"):
        SCAN.read(digested(traceTransfer=trace, payDate=time, debitAmount=amount))


@pytest.mark.parametrize("_", range(20))
def test_a_bill_cannot_leave_for_the_trace_nor_come_from_it(_: int) -> None:
    bill = new_reference()
    (heard,) = SCAN.read(said(billNumber=bill))
    assert heard.order_ref == bill
    for changes in (
        {"traceTransfer": f"FT24001{bill}", "billNumber": ""},
        {"traceTransfer": f"FT24001{bill[:1]}", "billNumber": bill[1:]},
        {"traceTransfer": "FT2400", "billNumber": f"1{bill[:-1]}"},
    ):
        with pytest.raises(Refused, match=r"ambiguous|malformed"):
            SCAN.read(digested(**changes))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("billNumber", "HD000001"),
        ("billNumber", "JXSANDBANKB8"),
        ("billNumber", 7),
        ("traceTransfer", ""),
        ("traceTransfer", "FT 1"),
        ("traceTransfer", "F" * 41),
        ("payDate", "2024090110150"),
        ("payDate", "20241301101500"),
        ("payDate", "20240901240000"),
        ("debitAmount", 150_000),
        ("debitAmount", "0"),
        ("debitAmount", "0150000"),
        ("debitAmount", "150000.0"),
        ("debitAmount", "-1"),
        ("debitAmount", "1" * 14),
    ],
)
def test_a_joined_value_of_another_form_is_refused(name: str, value: object) -> None:
    with pytest.raises(Refused, match=rf"(malformed|field_missing): {name}"):
        SCAN.read(digested(**{name: value}))


def test_a_day_that_no_calendar_has_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="time_invalid"):
        SCAN.read(said(payDate="20240230101500"))


@pytest.mark.parametrize("nothing", ["", None])
def test_a_static_code_has_no_bill(nothing: str | None) -> None:
    assert SCAN.read(said(billNumber=nothing)) == SCAN.notifications
    assert SCAN.notifications[0].order_ref is None
    assert BILL.notifications[0].order_ref == "JXSANDBANKB7"


def test_a_message_with_another_bank_reference_is_no_second_payment() -> None:
    """The bank takes ftCode for the key, but does not sign it: one message would make many."""
    (again,) = SCAN.read(unsealed(SCAN, ftCode="FT24245999999999"))
    assert again.provider_txn_id == SCAN.notifications[0].provider_txn_id
    assert again.digest == SCAN.notifications[0].digest


def test_a_message_for_another_terminal_is_a_conflict() -> None:
    (other,) = SCAN.read(unsealed(SCAN, terminalLabel="TERM02"))
    assert other.provider_txn_id == SCAN.notifications[0].provider_txn_id
    assert other.digest != SCAN.notifications[0].digest


@pytest.mark.parametrize("code", ["01", "99", "", "0", "000", "OK", " 00"])
def test_only_00_is_money(code: str) -> None:
    delivery = said(respCode=code)
    assert SCAN.read(delivery) == ()
    assert SCAN.protocol.result
    result = SCAN.protocol.result(SCAN.protocol.verify(delivery, SCAN.secrets, None))
    assert (result.code, result.standing) == (code, Standing.UNKNOWN)
    assert result.provider_txn_id == "20240901101500:FT24001"


@pytest.mark.parametrize("name", ["respCode", "terminalLabel", "ftCode"])
@pytest.mark.parametrize("wrong", [None, 0, ["00"], {"a": 1}])
def test_what_is_needed_outside_the_checksum_has_no_default(name: str, wrong: object) -> None:
    with pytest.raises(Unreadable, match=name):
        SCAN.read(unsealed(SCAN, **{name: wrong}))


@pytest.mark.parametrize("real", ["140000", "", "150000.0", 150_000, ["150000"], {"a": 1}, True])
def test_two_amounts_that_differ_go_to_a_person(real: object) -> None:
    with pytest.raises(Unreadable, match="amount_invalid: realAmount"):
        SCAN.read(unsealed(SCAN, realAmount=real))


def test_one_amount_is_enough() -> None:
    assert SCAN.read(unsealed(SCAN, realAmount=None)) == SCAN.notifications


@pytest.mark.parametrize(
    "name", ["storeLabel", "respDesc", "rate", "referenceLabelCode", "userName", "added"]
)
@pytest.mark.parametrize("value", ["x", "", None, 7, ["x"], {"a": 1}])
def test_what_is_ignored_decides_nothing(name: str, value: object) -> None:
    assert SCAN.read(unsealed(SCAN, **{name: value})) == SCAN.notifications


def test_what_is_used_outside_the_checksum_is_declared_and_makes_it_weak() -> None:
    fields = SCAN.protocol.verify(SCAN.delivery, SCAN.secrets, None).fields
    assert SCAN.protocol.weak
    assert set(fields) - set(JOINED) <= set(SCAN.protocol.unsigned)


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (Outcome.STORED, "00"),
        (Outcome.DUPLICATE, "20"),
        (Outcome.REFUSED, "12"),
        (Outcome.UNAVAILABLE, "99"),
    ],
)
@pytest.mark.parametrize("body", [b"", b"null", b"\xff", b"{}"])
def test_every_answer_is_200_with_the_bank_s_code(outcome: Outcome, code: str, body: bytes) -> None:
    reply = SCAN.protocol.acknowledge(outcome, replace(SCAN.delivery, body=body), SCAN.secrets)
    assert (reply.status, json.loads(reply.body)["resCode"]) == (200, code)
