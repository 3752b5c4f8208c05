"""Payloads: byte for byte as published, and read so strictly that nobody else is paid."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cashless.errors import Invalid
from cashless.vietqr import tlv
from cashless.vietqr.payload import Decoded, Transfer, decode, encode

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "vectors/vietqr_vectors.json").read_text(encoding="utf-8")
)
VALID = [one for one in VECTORS if one["scheme"] == "vietqr" and one["valid"]]
WRITTEN = {
    *("payload_format", "point_of_initiation", "currency", "country", "napas", "additional"),
    *("amount", "mcc", "merchant_name", "merchant_city"),
}
ASCII = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=12)
TRANSFERS = st.builds(
    Transfer,
    bin=st.from_regex(r"[0-9]{6}", fullmatch=True),
    account=st.from_regex(r"[0-9A-Za-z]{1,19}", fullmatch=True),
    amount=st.none() | st.integers(1, 499_999_999),
    purpose=st.none() | ASCII,
    terminal=st.none() | ASCII,
    name=st.none() | ASCII,
    city=st.none() | ASCII,
    mcc=st.none() | st.from_regex(r"[0-9]{4}", fullmatch=True),
)
STALL = Transfer(bin="970452", account="1234567890")


def transfer_of(fields: dict[str, Any]) -> Transfer:
    """Turn decoded fields back into what was to be written."""
    napas, additional = fields["napas"], fields.get("additional", {})
    return Transfer(
        bin=napas["bin"],
        account=napas["account"],
        amount=int(fields["amount"]) if "amount" in fields else None,
        purpose=additional.get("purpose"),
        terminal=additional.get("terminal_label"),
        name=fields.get("merchant_name"),
        city=fields.get("merchant_city"),
        mcc=fields.get("mcc"),
    )


def not_a_transfer(vector: dict[str, Any]) -> str:
    """Say why a valid vector cannot be what Transfer writes; empty if it can."""
    fields, payload = vector["fields"], vector["payload"]
    reasons = {
        "another service": fields["napas"]["service"] != "QRIBFTTA",
        "other objects": not set(fields) <= WRITTEN
        or not set(fields.get("additional", {})) <= {"purpose", "terminal_label"},
        "another order": payload.index("5303704") < payload.index("0010A000000727"),
        "an amount ending in a point": fields.get("amount", "").endswith("."),
        "a lower-case check sum": "crc_lowercase" in vector["warnings"],
        "accents": not payload.isascii(),
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def test_every_published_transfer_is_reproduced_byte_for_byte() -> None:
    ours = [one for one in VALID if not not_a_transfer(one)]
    assert [encode(transfer_of(one["fields"])) for one in ours] == [one["payload"] for one in ours]
    assert len(ours) == 21


def test_the_published_codes_we_do_not_write_are_counted_by_reason() -> None:
    assert Counter(filter(None, map(not_a_transfer, VALID))) == {
        "another service": 11,
        "other objects": 10,
        "another order": 2,
        "an amount ending in a point": 1,
        "a lower-case check sum": 1,
        "accents": 1,
    }


@pytest.mark.parametrize("vector", VECTORS, ids=range(len(VECTORS)))
def test_published_codes_are_accepted_and_refused_as_they_should_be(vector: dict[str, Any]) -> None:
    found = decode(vector["payload"])
    assert (found.valid, found.scheme) == (vector["valid"], vector["scheme"])


@pytest.mark.parametrize("vector", [one for one in VECTORS if one["valid"]])
def test_the_fields_of_good_codes_are_read_by_name(vector: dict[str, Any]) -> None:
    assert decode(vector["payload"]).fields == vector["fields"]


@pytest.mark.parametrize("vector", VALID)
def test_what_is_odd_about_a_good_code_is_a_warning(vector: dict[str, Any]) -> None:
    assert set(vector["warnings"]) <= said(decode(vector["payload"]).warnings)


@pytest.mark.parametrize("vector", [one for one in VECTORS if one["errors"]])
def test_a_bad_code_is_refused_for_a_reason_that_was_published(vector: dict[str, Any]) -> None:
    renamed = {"missing@merchant_account(02-51)": "missing@02-51"}
    published = {renamed.get(one, one) for one in vector["errors"]}
    assert published & said(decode(vector["payload"]).errors)


def said(flaws: tuple[Any, ...]) -> set[str]:
    """Name flaws as the published vectors do: the code, with or without its path."""
    return {f"{one.code}@{one.path}" for one in flaws} | {one.code for one in flaws}


@given(TRANSFERS)
def test_what_is_written_is_read_back(transfer: Transfer) -> None:
    payload = encode(transfer)
    found = decode(payload)
    assert found.errors == ()
    assert found.scheme == "vietqr"
    assert transfer_of(found.fields) == transfer
    assert payload.isascii()


@given(TRANSFERS, st.data())
def test_one_wrong_sign_is_never_read_as_a_good_code(
    transfer: Transfer, data: st.DataObject
) -> None:
    payload = encode(transfer)
    place = data.draw(st.integers(0, len(payload) - 1))
    sign = data.draw(st.characters(min_codepoint=32, max_codepoint=126))
    wrong = payload[:place] + sign + payload[place + 1 :]
    same_but_for_the_case_of_the_seal = wrong[:-4] + wrong[-4:].upper() == payload
    assert decode(wrong).valid == same_but_for_the_case_of_the_seal


@given(st.text() | st.text("0123456789A", max_size=80))
def test_any_text_is_answered(text: str) -> None:
    found = decode(text)
    assert isinstance(found, Decoded)
    assert found.valid == (found.as_json()["errors"] == [])


def sealed(text: str) -> str:
    """Put a right check sum behind objects that may be wrong."""
    return f"{text}6304{tlv.crc(text + '6304')}"


def codes(text: str) -> list[tuple[str, str]]:
    return [(one.code, one.path) for one in decode(text).errors]


def test_a_digit_left_over_in_the_account_is_seen_although_the_check_sum_is_right() -> None:
    published = VECTORS[0]["payload"]
    assert codes(published) == [("trailing_data", "38.01")]


def test_a_second_napas_account_is_refused_wherever_it_stands() -> None:
    body = encode(STALL)[:-8]
    account = body[body.index("38") :][:58]
    other = "39" + account[2:].replace("970452", "970436")
    assert ("napas_not_in_38", "39") in codes(sealed(body + other))
    assert ("napas_not_in_38", "26") in codes(sealed(body.replace(account, "26" + account[2:])))


def test_a_check_sum_that_is_not_last_is_refused() -> None:
    body = encode(STALL)[:-8]
    head = f"{body}6304"
    tail = next(
        f"{head}{seal:04X}62080804{seal:04X}"
        for seal in range(0x10000)
        if tlv.crc(f"{head}{seal:04X}62080804") == f"{seal:04X}"
    )
    assert ("crc_missing_or_not_last", "63") in codes(tail)


@pytest.mark.parametrize(
    ("payload", "flaw"),
    [
        ("", ("00_not_first", "00")),
        ("0" * 513, ("too_long", "root")),
        (sealed("000201010211\n"), ("control_character", "root")),
        ("\ud800", ("control_character", "root")),
        (f" {encode(STALL)}", ("bad_id", "root")),
        (f"{encode(STALL)}\n", ("trailing_data", "root")),
        (sealed(encode(STALL)[:-8] + "62070903AAM"), ("bad_format", "62.09")),
        (sealed(encode(STALL)[:-8] + "64060002vi"), ("missing", "64.01")),
        (sealed(encode(STALL)[:-8] + "5405١٠٠٠٠"), ("bad_amount", "54")),
    ],
)
def test_an_error_says_what_and_where(payload: str, flaw: tuple[str, str]) -> None:
    assert flaw in codes(payload)


@pytest.mark.parametrize(
    ("tail", "warning"),
    [
        ("5409500000000", ("amount_over_limit", "54")),
        ("26120008vn.other", ("other_account", "26")),
        ("7002ab", ("unknown_id", "70")),
        ("5905Cá Bô", ("non_ascii", "59")),
    ],
)
def test_what_banks_do_without_harm_is_a_warning(tail: str, warning: tuple[str, str]) -> None:
    found = decode(sealed(encode(STALL)[:-8] + tail))
    assert found.valid
    assert warning in [(one.code, one.path) for one in found.warnings]


def test_a_bank_that_is_not_in_the_list_is_shown_and_said() -> None:
    found = decode(encode(Transfer(bin="123456", account="1")))
    assert found.valid
    assert said(found.warnings) == {"unknown_bin", "unknown_bin@38.01.00"}


def test_the_answer_has_the_shape_of_the_command_line() -> None:
    answer = decode(encode(STALL)[:-1] + "?").as_json()
    assert list(answer) == ["valid", "scheme", "fields", "errors", "warnings"]
    assert answer["valid"] is False
    assert answer["errors"] == [
        {
            "code": "bad_crc",
            "path": "63",
            "message": "63 does not fit the content: the code was altered or misread.",
            "message_vi": "63 không khớp nội dung: mã đã bị sửa hoặc đọc sai.",
        }
    ]
    assert json.loads(json.dumps(answer)) == answer


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"bin": "97045"}, "bin_invalid"),
        ({"bin": "97045A"}, "bin_invalid"),
        ({"bin": "٩٧٠٤٥٢"}, "bin_invalid"),
        ({"account": ""}, "account_invalid"),
        ({"account": "1" * 20}, "account_invalid"),
        ({"account": "123 456"}, "account_invalid"),
        ({"account": "1234\n"}, "account_invalid"),
        ({"amount": 0}, "amount_invalid"),
        ({"amount": -1}, "amount_invalid"),
        ({"amount": True}, "amount_invalid"),
        ({"amount": 500_000_000}, "amount_invalid"),
        ({"purpose": ""}, "purpose_invalid"),
        ({"purpose": "福"}, "purpose_invalid"),
        ({"purpose": "a" * 26}, "purpose_invalid"),
        ({"terminal": "a" * 26}, "terminal_invalid"),
        ({"mcc": "541"}, "mcc_invalid"),
    ],
)
def test_a_transfer_that_cannot_be_paid_is_not_written(change: dict[str, Any], code: str) -> None:
    wanted = {"bin": "970452", "account": "1234567890"} | change
    with pytest.raises(Invalid) as refusal:
        encode(Transfer(**wanted))
    assert refusal.value.code == code


def test_vietnamese_names_are_folded_and_cut() -> None:
    found = decode(
        encode(
            Transfer(
                bin="970452",
                account="1234567890",
                purpose="Tiền cá",
                name="Hộ kinh doanh Đặng Thị Ánh Nguyệt",
                city="Rạch Giá",
            )
        )
    )
    assert found.fields["merchant_name"] == "Ho kinh doanh Dang Thi An"
    assert found.fields["merchant_city"] == "Rach Gia"
    assert found.fields["additional"] == {"purpose": "Tien ca"}


def test_a_name_of_which_ascii_keeps_nothing_is_left_out() -> None:
    assert encode(Transfer(bin="970452", account="1", name="福记")) == encode(
        Transfer(bin="970452", account="1")
    )
