"""Settings: what is misspelt or wrong stops the start with a sentence."""

import base64
import os
import stat
import threading
from pathlib import Path

import pytest

from cashless import settings
from cashless.errors import Broken, Invalid

KEY = base64.urlsafe_b64encode(bytes(range(32))).decode()


def refusal(environ: dict[str, str]) -> Invalid:
    with pytest.raises(Invalid) as problem:
        settings.load(environ)
    return problem.value


def test_without_variables_everything_has_a_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    found = settings.load({"PATH": "x", "HOME": "y"})
    assert str(found.home) == "/var/lib/cashless"
    assert found.base_url == "http://127.0.0.1:8080"
    assert found.database_url is None
    assert found.postgres_bin is None
    assert found.app_links is False


def test_a_user_has_a_home_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    home = settings.load({}).home
    assert home.is_absolute()
    assert home.name == "cashless"
    assert str(home) != "/var/lib/cashless"


def test_the_environment_is_read_when_nothing_is_given(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CASHLESS_HOME", str(tmp_path))
    assert settings.load().home == tmp_path


def test_every_variable_is_taken(tmp_path: Path) -> None:
    (tmp_path / "postgres").touch()
    found = settings.load(
        {
            "CASHLESS_HOME": str(tmp_path),
            "CASHLESS_DATABASE_URL": "postgresql://app@db.example.vn:5432/market",
            "CASHLESS_BASE_URL": "https://pay.example.vn/market/",
            "CASHLESS_POSTGRES_BIN": str(tmp_path),
            "CASHLESS_VAULT_KEY": KEY,
            "CASHLESS_APP_LINKS": "on",
            "CASHLESS_TRUSTED_PROXIES": "127.0.0.1, 2001:db8::7",
            "CASHLESS_FOUR_EYES_DONG": "250000",
        }
    )
    assert found.app_links
    assert found.four_eyes_dong == 250_000
    assert found.trusted_proxies == ("127.0.0.1", "2001:db8::7")
    assert found.home == found.postgres_bin == tmp_path
    assert found.database_url == "postgresql://app@db.example.vn:5432/market"
    assert found.base_url == "https://pay.example.vn/market"
    assert settings.vault_key(found) == bytes(range(32))


def test_a_misspelt_variable_is_named_with_those_that_exist() -> None:
    problem = refusal({"CASHLESS_DATABSE_URL": "postgresql://db/market"})
    assert problem.code == "setting_unknown"
    for text in (problem.message, problem.message_vi):
        assert "CASHLESS_DATABSE_URL" in text
        assert "CASHLESS_DATABASE_URL" in text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CASHLESS_HOME", "data"),
        ("CASHLESS_HOME", ""),
        ("CASHLESS_HOME", "~/cashless"),
        ("CASHLESS_DATABASE_URL", ""),
        ("CASHLESS_DATABASE_URL", "sqlite:///market.db"),
        ("CASHLESS_DATABASE_URL", "postgresql://"),
        ("CASHLESS_DATABASE_URL", "postgresql://db/mar ket"),
        ("CASHLESS_BASE_URL", ""),
        ("CASHLESS_BASE_URL", "pay.example.vn"),
        ("CASHLESS_BASE_URL", "ftp://pay.example.vn"),
        ("CASHLESS_BASE_URL", "https://"),
        ("CASHLESS_BASE_URL", "https://pay.example.vn:99999"),
        ("CASHLESS_BASE_URL", "https://pay.example.vn:0"),
        ("CASHLESS_BASE_URL", "https://pay.example.vn/?a=1"),
        ("CASHLESS_BASE_URL", "https://me:secret@pay.example.vn"),
        ("CASHLESS_BASE_URL", "https://[pay.example.vn"),
        ("CASHLESS_POSTGRES_BIN", "bin"),
        ("CASHLESS_POSTGRES_BIN", "/nowhere/at/all"),
        ("CASHLESS_VAULT_KEY", ""),
        ("CASHLESS_VAULT_KEY", "short"),
        ("CASHLESS_VAULT_KEY", KEY[:-2]),
        ("CASHLESS_VAULT_KEY", "khóa" * 11),
        ("CASHLESS_VAULT_KEY", "+" + KEY[1:-1] + "!"),
        ("CASHLESS_APP_LINKS", ""),
        ("CASHLESS_APP_LINKS", "yes"),
        ("CASHLESS_FOUR_EYES_DONG", "0"),
        ("CASHLESS_FOUR_EYES_DONG", "5.000.000"),
        ("CASHLESS_FOUR_EYES_DONG", "٥"),
        ("CASHLESS_TRUSTED_PROXIES", ""),
        ("CASHLESS_TRUSTED_PROXIES", "*"),
        ("CASHLESS_TRUSTED_PROXIES", "127.0.0.1,proxy"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_with_what_is_wanted(name: str, value: str) -> None:
    problem = refusal({name: value})
    assert problem.code == "setting_invalid"
    assert problem.message.startswith(f"{name} must be ")
    assert problem.message_vi.startswith(f"{name} phải là ")


def test_secrets_are_not_printed(tmp_path: Path) -> None:
    given = {
        "CASHLESS_HOME": str(tmp_path),
        "CASHLESS_DATABASE_URL": "postgresql://app:hush@db/market",
        "CASHLESS_VAULT_KEY": KEY,
    }
    printed = repr(settings.load(given))
    assert "hush" not in printed
    assert "x01" not in printed


def test_a_wrong_key_is_not_repeated_in_the_refusal() -> None:
    assert "hush" not in refusal({"CASHLESS_VAULT_KEY": "hush"}).message


def test_the_vault_key_is_made_once_and_only_the_owner_may_read_it(tmp_path: Path) -> None:
    found = settings.Settings(home=tmp_path / "new")
    key = settings.vault_key(found)
    path = tmp_path / "new" / "keys" / "vault.key"
    assert len(key) == 32
    assert settings.vault_key(found) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["vault.key"]


def test_two_homes_have_two_keys(tmp_path: Path) -> None:
    keys = {settings.vault_key(settings.Settings(home=tmp_path / name)) for name in "ab"}
    assert len(keys) == 2


def test_of_many_who_make_the_key_at_once_all_get_the_same(tmp_path: Path) -> None:
    keys: list[bytes] = []
    start = threading.Barrier(8)

    def make() -> None:
        start.wait()
        keys.append(settings.vault_key(settings.Settings(home=tmp_path)))

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert len(set(keys)) == 1


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    found = settings.Settings(home=tmp_path)
    settings.vault_key(found)
    (tmp_path / "keys" / "vault.key").chmod(0o644)
    with pytest.raises(Broken) as problem:
        settings.vault_key(found)
    assert problem.value.code == "vault_key_exposed"


@pytest.mark.parametrize("text", ["", "short", KEY[:-4], KEY + KEY])
def test_a_damaged_key_is_refused_and_not_replaced(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys" / "vault.key"
    path.parent.mkdir()
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(Broken) as problem:
        settings.vault_key(settings.Settings(home=tmp_path))
    assert problem.value.code == "vault_key_damaged"
    assert path.read_text() == text
