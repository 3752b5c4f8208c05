"""Whose code it is: told by the mark inside, whatever the tag."""

import json
from pathlib import Path
from typing import Any

import pytest

from cashless.vietqr import schemes, tlv
from cashless.vietqr.code import Beneficiary, Code
from cashless.vietqr.payload import decode, encode

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "vectors/vietqr_vectors.json").read_text(encoding="utf-8")
)


def marked(mark: str, tag: str = "26", **more: object) -> str:
    """Write a code with an account template of that mark."""
    template = tlv.write((("00", mark), ("01", "0000000012")))
    given: dict[str, Any] = {"point_of_initiation": "11", "others": ((tag, template),)} | more
    return encode(Code(**given))


def account(bin_: str, number: str, **more: object) -> str:
    beneficiary = Beneficiary(bin=bin_, account=number)
    given: dict[str, Any] = {"point_of_initiation": "11"} | more
    return encode(Code(beneficiary=beneficiary, **given))


MOMO_ORDER = account("971025", "PSP1", others=(("26", "0007vn.momo0102ab"),))
ZALOPAY = account("970454", "12345", others=(("26", "0010vn.zalopay0102ab"),))
OLD_VNPAY = next(one["payload"] for one in VECTORS if "VNPayWallet" in one["payload"])
EVN = next(one["payload"] for one in VECTORS if "DIEN LUC" in one["payload"])


@pytest.mark.parametrize(
    ("payload", "scheme", "issuer"),
    [
        (account("970452", "1234567890"), "vietqr", "napas"),
        (account("971025", "PSP0000001"), "vietqr", "momo"),
        (account("970454", "99MM24011M0000001"), "vietqr", "momo_old"),
        (account("970454", "99ZP24011M0000001"), "vietqr", "zalopay"),
        (account("970454", "1234567890"), "vietqr", "napas"),
        (account("970452", "99MM24011M0000001"), "vietqr", "napas"),
        (MOMO_ORDER, "vietqr", "momo_order"),
        (ZALOPAY, "vietqr", "zalopay"),
        (marked("A000000775"), "vnpayqr", "vnpay"),
        (marked("A000000775", "38"), "vnpayqr", "vnpay"),
        (marked("vn.airpay.www"), "emvco", "shopeepay"),
        (marked("vn.momo"), "emvco", "momo_order"),
        (marked("vn.zalopay"), "emvco", "zalopay"),
        (marked("A000000677010111", "29", currency="764", country="TH"), "promptpay", "promptpay"),
        (marked("A000000677010112", "30", currency="764", country="TH"), "promptpay", "promptpay"),
        (marked("khqr@devb", "30", currency="116", country="KH"), "khqr", "khqr"),
        (marked("A005266284662577", "38", currency="418", country="LA"), "laoqr", "laoqr"),
        (marked("br.gov.bcb.pix", currency="986", country="BR"), "pix", "pix"),
        (marked("A000000728", "38"), "emvco", "emvco"),
        (OLD_VNPAY, "emvco", "vnpay_wallet"),
        (EVN, "emvco", "evn"),
    ],
)
def test_a_code_is_named_by_its_mark(payload: str, scheme: str, issuer: str) -> None:
    found = decode(payload)
    assert (found.scheme, found.issuer) == (scheme, issuer)
    assert all(schemes.name(issuer))


def test_a_mark_in_the_additional_data_makes_no_vietqr() -> None:
    found = decode(
        marked("A000000775", others=(("26", "0010A000000775"), ("80", "0010A000000727")))
    )
    assert found.scheme == "vnpayqr"
    body = marked("A000000775")[:-8] + "62140010A000000727"
    assert decode(f"{body}6304{tlv.crc(body + '6304')}").scheme == "vnpayqr"


def test_every_published_code_has_an_issuer_that_fits_its_scheme() -> None:
    pairs = {(found.scheme, found.issuer) for found in (decode(one["payload"]) for one in VECTORS)}
    assert pairs == {
        *(("vietqr", "momo"), ("vietqr", "momo_old"), ("vietqr", "zalopay")),
        *(("vietqr", "napas"), ("vnpayqr", "vnpay"), ("khqr", "khqr"), ("pix", "pix")),
        *(("promptpay", "promptpay"), ("emvco", "shopeepay"), ("emvco", "evn")),
        *(("emvco", "vnpay_wallet"), ("emvco", "emvco")),
    }
