"""What is peculiar to SePay: the raw bytes are signed, and an order code of others is ignored."""

import json
from dataclasses import replace

import pytest

from providers._protocol import Refused
from tests.providers.cases import CASES, with_header

CASE = next(case for case in CASES if case.id == "sepay-hmac-001")


def test_the_same_json_in_other_bytes_is_not_what_was_signed() -> None:
    spaced = json.dumps(json.loads(CASE.delivery.body)).encode()
    with pytest.raises(Refused, match="signature"):
        CASE.read(replace(CASE.delivery, body=spaced))


@pytest.mark.parametrize("prefix", ["", "sha1=", "sha512=", "SHA256=", "v1=", "sha256=sha256="])
def test_the_message_cannot_choose_the_algorithm(prefix: str) -> None:
    digest = CASE.delivery.header("x-sepay-signature").removeprefix("sha256=")
    with pytest.raises(Refused, match="signature"):
        CASE.read(with_header(CASE.delivery, "x-sepay-signature", prefix + digest))


def test_the_stamp_is_part_of_what_is_signed() -> None:
    with pytest.raises(Refused, match="signature"):
        CASE.read(with_header(CASE.delivery, "x-sepay-timestamp", "1767844561"))


def test_an_order_code_that_was_cut_out_by_sepay_is_ignored() -> None:
    said = json.loads(CASE.plain) | {"code": "CM2345"}
    assert CASE.read(CASE.sealed(json.dumps(said).encode())) == CASE.notifications


def test_content_wins_over_description() -> None:
    said = json.loads(CASE.plain) | {"content": "CM", "description": "BankAPINotify CM"}
    (heard,) = CASE.read(CASE.sealed(json.dumps(said).encode()))
    assert heard.memo == "CM"
