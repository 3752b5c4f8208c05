"""Payloads: byte for byte as published, and read so strictly that nobody else is paid."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cashless.errors import Invalid
from cashless.vietqr import tlv
from cashless.vietqr.payload import Decoded, Transfer, decode, encode
from cashless.vietqr.transfer import code_of

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


@given(TRANSFERS)
def test_what_is_written_is_read_back(transfer: Transfer) -> None:
    payload = encode(transfer)
    found = decode(payload)
    assert found.errors == ()
    assert found.scheme == "vietqr"
    assert found.code == code_of(transfer)
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
    published = (
        "00020101021138570010A00000072701270006970403011200110123456780208QRIBFTTA53037045802VN6304"
    )
    assert codes(published + "F4E5") == [("trailing_data", "38.01")]


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
    assert codes(tail) == [("crc_missing_or_not_last", "63"), ("63_not_last", "63")]


def test_a_right_check_sum_inside_a_longer_last_object_is_no_check_sum() -> None:
    head = f"{encode(STALL)[:-8]}6308"
    assert codes(sealed(head)) == [("crc_missing_or_not_last", "63")]


def test_a_right_check_sum_inside_another_object_is_no_check_sum() -> None:
    head = f"{encode(STALL)[:-8]}62120808"
    assert codes(sealed(head)) == [("missing", "63")]


@pytest.mark.parametrize(
    ("payload", "flaw"),
    [
        ("", ("bad_payload_format", "00")),
        ("0" * 513, ("too_long", "root")),
        (sealed(encode(STALL)[:-8] + "5903a\nb"), ("control_character", "59")),
        (sealed(encode(STALL)[:-8] + "62070803a\x1bb"), ("control_character", "62.08")),
        (sealed(encode(STALL)[:-8] + "8003a\x85b"), ("control_character", "80")),
        ("\ud800", ("not_utf8", "root")),
        (f" {encode(STALL)}", ("bad_id", "root: 0")),
        (f"\u202e\x00{encode(STALL)}", ("bad_id", "root:??")),
        (f"{encode(STALL)}\n", ("trailing_data", "root")),
        (sealed(encode(STALL)[:-8] + "62070903AAM"), ("bad_format", "62.09")),
        (sealed(encode(STALL)[:-8] + "64060002vi"), ("missing", "64.01")),
        (sealed(encode(STALL)[:-8] + "5405١٠٠٠٠"), ("bad_amount", "54")),
    ],
)
def test_an_error_says_what_and_where(payload: str, flaw: tuple[str, str]) -> None:
    assert flaw in codes(payload)


def test_nothing_is_odd_about_what_is_wrong() -> None:
    found = decode(sealed(encode(STALL)[:-8] + "5414999999999999995904Bà\x00x"))
    wrong = {one.path for one in found.errors}
    assert wrong == {"54", "59"}
    assert not wrong & {one.path for one in found.warnings}


def test_lengths_that_count_bytes_are_refused_and_told() -> None:
    found = decode(sealed(encode(STALL)[:-8] + "62140810Tiền cá"))
    assert not found.valid
    assert ("lengths_in_bytes", "root") in [(one.code, one.path) for one in found.warnings]


def test_errors_stand_in_the_order_in_which_they_are_read() -> None:
    body = sealed(encode(STALL)[:-8] + "5401x5201x61110123456789062050804a")
    assert codes(body) == [
        ("truncated", "62.08"),
        ("bad_amount", "54"),
        ("bad_format", "52"),
        ("overlong", "61"),
    ]


@pytest.mark.parametrize(
    ("tail", "warning"),
    [
        ("5409500000000", ("amount_over_limit", "54")),
        ("26120008vn.other", ("other_account", "26")),
        ("1504abcd", ("other_account", "15")),
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
    assert [(one.code, one.path) for one in found.warnings] == [("unknown_bin", "38.01.00")]


def test_the_answer_has_the_shape_of_the_command_line() -> None:
    payload = encode(STALL)
    answer = decode(payload[:-1] + ("0" if payload[-1] != "0" else "1")).as_json()
    assert list(answer) == ["valid", "scheme", "issuer", "fields", "errors", "warnings"]
    assert answer["valid"] is False
    assert answer["errors"] == [
        {
            "code": "bad_crc",
            "path": "63",
            "message": (
                "The check sum (63) does not fit the content: the code was altered or misread."
            ),
            "message_vi": "Mã kiểm tra (63) không khớp nội dung: mã đã bị sửa hoặc đọc sai.",
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
