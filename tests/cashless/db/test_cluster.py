"""A home that does not serve is refused with a sentence that says what to do."""

import subprocess
from pathlib import Path

import psycopg
import pytest

from cashless.db import cluster, data_directory, embedded
from cashless.errors import Conflict, Forbidden, Unavailable
from cashless.settings import Settings
from tests.cashless.db.programs import kept, on


def test_data_of_another_major_version_are_refused_naming_both(home: Settings) -> None:
    ours = cluster.at(home).binaries.major
    (home.home / "postgres" / "PG_VERSION").write_text("14\n")
    with pytest.raises(Conflict) as refusal, embedded.running(home):
        pass
    assert refusal.value.code == "database_other_version"
    for sentence in (refusal.value.message, refusal.value.message_vi):
        assert "PostgreSQL 14" in sentence
        assert f"PostgreSQL {ours}" in sentence
        assert "CASHLESS_POSTGRES_BIN" in sentence
        assert "pg_dump" in sentence


def test_a_home_that_cannot_be_made_is_refused(tmp_path: Path, postgres_bin: Path | None) -> None:
    (tmp_path / "file").write_text("")
    settings = Settings(home=tmp_path / "file" / "home", postgres_bin=postgres_bin)
    with pytest.raises(Forbidden) as refusal, embedded.running(settings):
        pass
    assert refusal.value.code == "home_not_writable"
    assert "CASHLESS_HOME" in refusal.value.message


@pytest.mark.parametrize("name", ["a" * 120, "Rạch Giá", 'it\'s, "quoted" $HOME; `x`'])
def test_a_home_whose_path_no_socket_can_bear_still_serves(home: Settings, name: str) -> None:
    place = home.home.rename(home.home.with_name(name))
    moved = Settings(home=place, postgres_bin=home.postgres_bin)
    with embedded.running(moved) as url:
        assert kept(url) == []
        sockets = Path(psycopg.conninfo.conninfo_to_dict(url)["host"])
        assert place not in sockets.parents
        assert sockets.stat().st_mode & 0o777 == 0o700
    sockets.rmdir()


def test_a_strange_folder_in_place_of_ours_is_refused(home: Settings) -> None:
    ours = cluster.at(home)
    run, elsewhere = ours.home / "run", ours.home / "elsewhere"
    run.rename(elsewhere)
    run.symlink_to(elsewhere)
    with pytest.raises(Forbidden) as refusal, embedded.running(home):
        pass
    assert refusal.value.code == "folder_not_ours"
    run.unlink()
    elsewhere.rename(run)
    run.chmod(0o755)
    with pytest.raises(Forbidden) as refusal, embedded.running(home):
        pass
    assert str(run) in refusal.value.message


def test_a_first_start_that_was_interrupted_is_begun_anew(new_home: Settings) -> None:
    draft = new_home.home / "postgres.new"
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("half a database")
    with embedded.running(new_home) as url, on(url) as there:
        assert there.execute("SHOW data_checksums").fetchone() == ("on",)
    assert not draft.exists()


def test_a_failing_initdb_is_reported_in_its_own_words(
    new_home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data_directory, "ROLE", "pg_reserved")
    with pytest.raises(Unavailable) as failure, embedded.running(new_home):
        pass
    assert failure.value.code == "database_not_created"
    assert "pg_reserved" in failure.value.message
    assert not (new_home.home / "postgres").exists()


def test_a_program_that_does_not_end_is_a_failure(home: Settings) -> None:
    ours = cluster.at(home)
    waiting = ours.binaries.folder / "pg_ctl"
    assert waiting.exists()
    late = ours.run("postgres", "-D", "postgres", "-c", "listen_addresses=", seconds=0.3)
    assert late.returncode == 1
    assert "0 s" in late.stderr


def test_nobody_reaches_the_server_over_the_network(home: Settings) -> None:
    with embedded.running(home) as url, on(url) as there:
        assert there.execute("SHOW listen_addresses").fetchone() == ("",)
        rules = there.execute("SELECT type, auth_method FROM pg_hba_file_rules").fetchall()
    assert rules == [("local", "peer")]


def test_variables_of_the_shell_do_not_reach_the_server(
    home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "6000")
    monkeypatch.setenv("CASHLESS_VAULT_KEY", "secret")
    with embedded.running(home) as url, on(url) as there:
        assert there.execute("SHOW port").fetchone() == ("5432",)
        pid = (home.home / "postgres" / "postmaster.pid").read_text().split()[0]
        environ = subprocess.run(["cat", f"/proc/{pid}/environ"], capture_output=True, check=True)
    assert b"secret" not in environ.stdout
    assert b"6000" not in environ.stdout
