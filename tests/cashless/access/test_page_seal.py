"""The seal of a merchant's page: one address, one merchant, one version."""

import base64
import hashlib
import hmac

import pytest

from cashless.access.page_seal import is_genuine, seal

KEY = bytes(range(32))


def test_the_seal_is_half_an_hmac_of_code_and_version() -> None:
    digest = hmac.new(KEY, b"merchant-page:MABCDEFG:1", hashlib.sha256).digest()
    assert seal(KEY, "MABCDEFG", 1) == base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")


def test_the_right_seal_is_genuine() -> None:
    assert is_genuine(KEY, "MABCDEFG", 1, seal(KEY, "MABCDEFG", 1))


@pytest.mark.parametrize(
    "given",
    [
        "",
        "ố",
        seal(KEY, "MABCDEFG", 2),
        seal(KEY, "MABCDEFH", 1),
        seal(bytes(32), "MABCDEFG", 1),
        seal(KEY, "MABCDEFG", 1)[:-1],
        seal(KEY, "MABCDEFG", 1) + "=",
    ],
)
def test_any_other_seal_is_not(given: str) -> None:
    assert not is_genuine(KEY, "MABCDEFG", 1, given)
