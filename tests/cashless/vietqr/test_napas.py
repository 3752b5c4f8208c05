"""New codes: each service of NAPAS has what it asks for, and nothing unsound is written."""

from typing import Any

import pytest

from cashless.errors import Invalid
from cashless.vietqr.code import Additional, Beneficiary, Code, Language
from cashless.vietqr.payload import decode, encode

STALL = Beneficiary(bin="970452", account="1234567890")
MERCHANT = {"mcc": "5411", "merchant_name": "CHO RACH SOI", "merchant_city": "RACH GIA"}


def service(name: str | None, account: str = "1234567890", **more: object) -> Code:
    given: dict[str, Any] = {"point_of_initiation": "11"} | more
    return Code(beneficiary=Beneficiary(bin="970452", account=account, service=name), **given)


@pytest.mark.parametrize(
    "code",
    [
        service("QRIBFTTA"),
        service("QRIBFTTA", point_of_initiation="12", amount="50000"),
        service("QRIBFTTC", "9704000000000018"),
        service("QRIBFTTC", "9704000000000000018", point_of_initiation="12", amount="1000"),
        service("QRPUSH", "M0001", **MERCHANT),
        service("QRPUSH", "M0001", **MERCHANT, tip_indicator="01"),
        service(None, "M0001", **MERCHANT),
        service(
            "QRCASH",
            "12345678",
            **MERCHANT | {"mcc": "6011"},
            point_of_initiation="12",
            additional=Additional(reference_label="2026112200000001", terminal_label="00001111"),
        ),
    ],
)
def test_each_service_of_napas_is_written(code: Code) -> None:
    found = decode(encode(code))
    assert found.code == code
    assert found.scheme == "vietqr"
    napas: Any = found.fields["napas"]
    assert napas["service"] == (code.beneficiary and code.beneficiary.service)


@pytest.mark.parametrize(
    ("code", "missing"),
    [
        (service("QRIBFTTC", "12345"), "account number (38.01.01)"),
        (service("QRPUSH"), "category (52)"),
        (service("QRPUSH", **MERCHANT | {"merchant_city": None}), "city (60)"),
        (service(None), "category (52)"),
        (service("QRNEW"), "service (38.02)"),
        (service("QRIBFTTA", point_of_initiation="12", amount="500000000"), "amount (54)"),
        (service("QRCASH", **MERCHANT), "point of initiation (01)"),
        (service("QRCASH", **MERCHANT, point_of_initiation="12"), "category (52)"),
        (
            service("QRCASH", **MERCHANT | {"mcc": "6011"}, point_of_initiation="12"),
            "reference (62.05)",
        ),
    ],
)
def test_what_a_service_asks_for_is_not_left_out_of_a_new_code(code: Code, missing: str) -> None:
    with pytest.raises(Invalid) as refusal:
        encode(code)
    assert refusal.value.code == "code_invalid"
    assert missing in refusal.value.message
    assert decode(encode(code, as_read=True)).code == code


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"point_of_initiation": None}, "point of initiation (01)"),
        ({"point_of_initiation": "13"}, "point of initiation (01)"),
        ({"amount": "0"}, "amount (54)"),
        ({"amount": "5e4"}, "amount (54)"),
        ({"amount": "50.000"}, "decimals"),
        ({"amount": "50,5"}, "amount (54)"),
        ({"currency": "840"}, "currency (53)"),
        ({"country": None}, "country (58)"),
        ({"tip_indicator": "02"}, "fixed fee (56)"),
        ({"fee_percent": "5"}, "percent (57)"),
        ({"merchant_name": "a" * 26}, "name (59)"),
        ({"merchant_name": "a\x00b"}, "control character"),
        ({"merchant_name": "\ud800"}, "UTF-8"),
        ({"merchant_name": ""}, "cannot hold 0"),
        ({"additional": Additional()}, "cannot hold 0"),
        ({"additional": Additional(purpose="p" * 26)}, "content (62.08)"),
        ({"additional": Additional(others=(("08", "x"),))}, "read as another"),
        ({"language_template": Language(language="vi")}, "name in another language (64.01)"),
        ({"others": (("54", "1000"),)}, "read as another"),
        ({"others": (("70", "a"), ("65", "b"))}, "read as another"),
        ({"others": (("54", "1"), ("54", "2"))}, "twice"),
        ({"others": (("6", "1"),)}, "object 6 cannot"),
        ({"others": (("63", "ABCD"),)}, "twice"),
        ({"others": (("38", "0002ab"),)}, "twice"),
        ({"others": tuple((str(name), "x" * 99) for name in range(80, 85))}, "512"),
        ({"beneficiary": Beneficiary(bin="97045", account="1")}, "bank (38.01.00)"),
        ({"beneficiary": Beneficiary(bin="970452", account="1" * 20)}, "account number"),
        ({"beneficiary": Beneficiary(bin="970452", account="1", others=(("02", "x"),))}, "twice"),
        ({"beneficiary": None}, "02-51"),
    ],
)
def test_encode_refuses_what_decode_would_refuse(change: dict[str, Any], reason: str) -> None:
    code = Code(**{"beneficiary": STALL, "point_of_initiation": "11"} | change)
    with pytest.raises(Invalid) as refusal:
        encode(code, as_read=True)
    assert refusal.value.code == "code_invalid"
    assert reason in refusal.value.message


def test_all_of_the_additional_data_and_the_templates_are_kept() -> None:
    code = Code(
        beneficiary=Beneficiary(bin="970452", account="1234567890", others=(("05", "abc"),)),
        point_of_initiation="12",
        amount="50000.",
        tip_indicator="03",
        fee_percent="2.50",
        postal_code="92000",
        **MERCHANT,
        additional=Additional(
            order_number="1",
            mobile_number="2",
            store_label="3",
            loyalty_number="4",
            reference_label="5",
            customer_label="6",
            terminal_label="7",
            purpose="8",
            consumer_data_request="AME",
            others=(("10", "tax"), ("50", "own")),
        ),
        language_template=Language(
            language="vi", merchant_name_alt="Chợ Rạch Sỏi", others=(("03", "x"),)
        ),
        others=(("15", "card"), ("26", "0008vn.other"), ("70", "later"), ("80", "046")),
    )
    found = decode(encode(code))
    assert found.code == code
    assert {one.code for one in found.warnings} == {
        *("other_account", "unknown_id", "unreserved_not_tlv"),
    }
