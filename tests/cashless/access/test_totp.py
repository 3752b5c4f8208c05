"""The six digits are those of RFC 6238, and of another library."""

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from cashless.access import totp

SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("seconds", "digits"),
    [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_234_567_890, "005924"),
        (20_000_000_000, "353130"),
    ],
)
def test_the_published_examples_come_out(seconds: int, digits: str) -> None:
    """RFC 6238, appendix B; the last six of eight digits."""
    at = datetime.fromtimestamp(seconds, UTC)
    assert totp.code(SECRET, totp.step_at(at)) == digits


def test_another_library_says_the_same() -> None:
    other = TOTP(SECRET, 6, SHA1(), 30)  # noqa: S303 - what every app computes
    for seconds in range(0, 3_000_000, 99_991):
        assert totp.code(SECRET, seconds // 30) == other.generate(seconds).decode()


def test_a_step_beside_counts_and_one_further_away_does_not() -> None:
    at = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
    step = totp.step_at(at)
    right = {b: totp.step_of(SECRET, totp.code(SECRET, step + b), at) for b in range(-2, 3)}
    assert right == {-2: None, -1: step - 1, 0: step, 1: step + 1, 2: None}
    spaced = totp.code(SECRET, step)
    assert totp.step_of(SECRET, f" {spaced[:3]} {spaced[3:]} ", at) == step
    assert totp.step_of(SECRET, "", at) is None


def test_the_address_is_what_apps_read() -> None:
    address = totp.address(SECRET, "Chị Tư")
    assert address.startswith("otpauth://totp/Cho%20khong%20tien%20mat:Ch%E1%BB%8B%20T%C6%B0?")
    assert "secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" in address
    assert totp.written(SECRET).replace(" ", "") in address


def test_an_invitation_always_offers_the_same_secret() -> None:
    key = bytes(range(32))
    assert totp.secret(key, "a") == totp.secret(key, "a") != totp.secret(key, "b")
    assert len(totp.secret(key, "a")) == 20
