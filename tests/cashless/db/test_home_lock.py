"""A home is locked by what lives, never by what is written somewhere."""

import os
from pathlib import Path

import pytest

from cashless.db import home_lock
from cashless.errors import Conflict, Unavailable


def test_users_are_alone_until_another_joins(tmp_path: Path) -> None:
    with home_lock.users(tmp_path) as one, home_lock.users(tmp_path) as other:
        one.join()
        assert one.alone()
        one.join()
        other.join()
        assert not other.alone()
        # Asking in vain gave up the other's own part, so the first is alone again.
        assert one.alone()


def test_a_user_who_leaves_no_longer_counts(tmp_path: Path) -> None:
    with home_lock.users(tmp_path) as one:
        one.join()
        with home_lock.users(tmp_path) as other:
            other.join()
            assert not one.alone()
        assert one.alone()


def test_only_one_starts_and_the_next_is_told_after_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home_lock, "_PATIENCE_SECONDS", 0.05)
    one, other = home_lock.starting(tmp_path), home_lock.starting(tmp_path)
    with one, pytest.raises(Unavailable) as refusal, other:
        pass
    assert refusal.value.code == "database_starting"
    with home_lock.starting(tmp_path):
        pass


def test_an_older_longer_number_does_not_shine_through(tmp_path: Path) -> None:
    (tmp_path / "serve.lock").write_text("99999999\n")
    with home_lock.serving(tmp_path):
        assert (tmp_path / "serve.lock").read_text() == f"{os.getpid()}\n"
        with pytest.raises(Conflict) as refusal, home_lock.serving(tmp_path):
            pass
    assert f"process {os.getpid()}:" in refusal.value.message


def test_a_link_in_place_of_a_lock_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("precious")
    (tmp_path / "serve.lock").symlink_to(target)
    with pytest.raises(OSError, match="symbolic links"), home_lock.serving(tmp_path):
        pass
    assert target.read_text() == "precious"
