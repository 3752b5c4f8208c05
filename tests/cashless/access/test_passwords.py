"""A password is kept as Argon2id, and refused when a stranger would try it first."""

import pytest

from cashless.access import passwords
from cashless.errors import Invalid, Unavailable
from tests.people import PASSWORD, kept_password


def test_what_is_kept_tells_right_from_wrong() -> None:
    kept = kept_password()
    assert kept.startswith("$argon2id$v=19$m=47104,t=1,p=1$")
    assert passwords.is_right(PASSWORD, kept)
    assert not passwords.is_right(PASSWORD + " ", kept)
    assert not passwords.is_right(PASSWORD, None)


def test_the_same_password_is_kept_in_another_way_each_time() -> None:
    assert passwords.made(PASSWORD) != kept_password()


@pytest.mark.parametrize(
    "weak",
    ["", "ngắn", "0912345678901", "Mật khẩu 123456", "password2026!!", "aaaaaaaaaaaa", "x" * 201],
)
def test_what_is_guessed_first_is_refused(weak: str) -> None:
    with pytest.raises(Invalid, match="password_weak"):
        passwords.require_strong(weak)


def test_too_many_at_once_are_asked_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_PATIENCE_SECONDS", 0.01)
    with passwords._AT_ONCE, passwords._AT_ONCE, pytest.raises(Unavailable, match="sign_in_busy"):
        passwords.is_right(PASSWORD, kept_password())
