"""Seals have one form, clocks have two sides, ciphertexts open or do not."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from providers._ciphers import aes_cbc_close, aes_cbc_open
from providers._protocol import Delivery, Refused
from providers._seals import (
    hash_hex,
    hmac_base64,
    hmac_hex,
    require_equal,
    require_fresh,
    require_hex,
    require_seal,
    secret,
)

AT = datetime(2026, 1, 8, 3, 56, tzinfo=UTC)
GOOD = "0a" * 32


def call(at: datetime = AT) -> Delivery:
    return Delivery("POST", "", "", (), b"", at)


def test_the_digest_is_the_one_of_the_standard_library() -> None:
    expected = hmac.new("khoá".encode(), "tiền".encode(), hashlib.sha256).hexdigest()
    assert hmac_hex("khoá", "tiền") == hmac_hex("khoá", "tiền".encode()) == expected


@pytest.mark.parametrize(
    "given",
    [None, 1, "", GOOD.upper(), GOOD[:-1], GOOD + "0", f" {GOOD[1:]}", "٣" * 64, ["0a"], "0b" * 32],
)
def test_a_seal_of_another_form_or_value_is_refused(given: object) -> None:
    require_seal(GOOD, GOOD)
    with pytest.raises(Refused, match="signature"):
        require_seal(given, GOOD)


@pytest.mark.parametrize("given", [None, 7, "", "ours ", "\ud800", "OURS"])
def test_a_name_that_is_not_ours_is_refused(given: object) -> None:
    require_equal("ours", "ours", "client")
    with pytest.raises(Refused, match="client"):
        require_equal(given, "ours", "client")


@pytest.mark.parametrize("secrets", [{}, {"key": ""}])
def test_an_absent_or_empty_secret_proves_nothing(secrets: dict[str, str]) -> None:
    with pytest.raises(Refused, match="secret_missing"):
        secret(secrets, "key")


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_a_stamp_inside_the_window_is_fresh(seconds: int) -> None:
    require_fresh("1767844560", "s", call(AT + timedelta(seconds=seconds)), 300)


@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
def test_a_stamp_outside_the_window_is_stale_unless_none_is_enforced(seconds: int) -> None:
    late = call(AT + timedelta(seconds=seconds))
    require_fresh("1767844560", "s", late, None)
    with pytest.raises(Refused, match="stale"):
        require_fresh("1767844560", "s", late, 300)


@pytest.mark.parametrize(
    "stamp",
    [
        "",
        "1767844560000",
        "176784456",
        "+767844560",
        "1767844560 ",
        "１７６７８４４５６０",
        "0000000001",
    ],
)
def test_a_stamp_of_another_form_is_refused_also_without_a_window(stamp: str) -> None:
    with pytest.raises(Refused, match="time_invalid"):
        require_fresh(stamp, "s", call(), None)


def test_milliseconds_have_thirteen_digits() -> None:
    require_fresh("1767844560000", "ms", call(), 0)
    with pytest.raises(Refused, match="time_invalid"):
        require_fresh("1767844560", "ms", call(), None)


def test_what_was_closed_opens_and_nothing_else_does() -> None:
    key, iv = bytes(range(32)), bytes(16)
    sealed = aes_cbc_close(key, iv, "năm mươi nghìn".encode())
    assert aes_cbc_open(key, iv, sealed).decode() == "năm mươi nghìn"
    for broken in (b"", sealed[:-1], sealed[:16], sealed + b"x", bytes(16)):
        with pytest.raises(Refused, match="decryption"):
            aes_cbc_open(key, iv, broken)


def test_a_digest_is_written_in_hex_or_base64() -> None:
    # RFC 4231, test case 2; RFC 1321, appendix A.5.
    text = "what do ya want for nothing?"
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert base64.b64decode(hmac_base64("Jefe", text, "sha256")).hex() == expected
    assert hash_hex(b"abc", "md5") == "900150983cd24fb0d6963f7d28e17f72"
    assert hash_hex("abc", "md5") == hash_hex(b"abc", "md5")


def test_a_seal_in_hex_may_be_in_either_case_and_nothing_else() -> None:
    require_hex("aB09", "ab09")
    require_hex("AB09", "Ab09")
    for wrong in (None, 1, "", "ab0", "ab0g", " ab09", "ab09\n", "ab08"):
        with pytest.raises(Refused, match="signature"):
            require_hex(wrong, "ab09")
