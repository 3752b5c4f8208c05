"""A password is kept as Argon2id, and refused when a stranger would try it first."""

import threading

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


def test_making_one_waits_for_its_turn_like_comparing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_PATIENCE_SECONDS", 0.01)
    with passwords._AT_ONCE, passwords._AT_ONCE, pytest.raises(Unavailable, match="sign_in_busy"):
        passwords.made(PASSWORD)


def test_who_finds_the_line_full_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_IN_LINE", threading.BoundedSemaphore(1))
    monkeypatch.setattr(passwords, "_PATIENCE_SECONDS", 60.0)
    kept = kept_password()
    with passwords._IN_LINE, pytest.raises(Unavailable, match="sign_in_busy"):
        passwords.is_right(PASSWORD, kept)
    assert passwords.is_right(PASSWORD, kept_password())
