"""What kill -9 leaves behind is survived, and nothing kept is lost."""

import os
import signal
import threading
import time

import psycopg
import pytest

from cashless.db import embedded, server
from cashless.errors import Unavailable
from cashless.settings import Settings
from tests.cashless.db.programs import Launcher, answers, keep, kept, server_pid

BUSY = "SELECT count(*) FROM generate_series(1, 3000000)"


def test_the_server_of_a_killed_program_is_joined(home: Settings, launch: Launcher) -> None:
    program = launch(home)
    url = program.line()
    keep(url, 50_000)
    pid = server_pid(home.home)
    program.kill()
    assert answers(url)
    with embedded.running(home) as again:
        assert again == url
        assert server_pid(home.home) == pid
        assert kept(url) == [50_000]
    assert not answers(url)


def test_a_killed_server_is_started_again_while_its_children_linger(
    home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    starts = []
    start = server._start
    monkeypatch.setattr(server, "_start", lambda ours: starts.append(start(ours)) or starts[-1])
    with embedded.running(home) as url:
        keep(url, 50_000)
        busy = threading.Thread(target=_keep_busy, args=(url,))
        busy.start()
        _wait_for_busy(url)
        os.kill(server_pid(home.home), signal.SIGKILL)
        assert embedded.revive(home) == url
        assert kept(url) == [50_000]
        busy.join()
    # The first start was refused beside the busy child, and was tried again.
    assert starts[:2] == [True, False]
    assert starts[-1]
    assert not answers(url)


def test_program_and_server_killed_together_start_again(home: Settings, launch: Launcher) -> None:
    program = launch(home)
    url = program.line()
    keep(url, 50_000)
    os.kill(server_pid(home.home), signal.SIGKILL)
    program.kill()
    with embedded.running(home) as again:
        assert kept(again) == [50_000]
    assert not answers(url)


def test_a_joining_program_starts_the_killed_server_for_all(
    home: Settings, launch: Launcher
) -> None:
    program = launch(home)
    url = program.line()
    os.kill(server_pid(home.home), signal.SIGKILL)
    with embedded.running(home):
        assert kept(url) == []
    # The first program still uses it, so the second has not stopped it.
    assert answers(url)
    program.end()
    assert not answers(url)


def test_a_server_that_cannot_start_tells_its_last_words_at_once(home: Settings) -> None:
    conf = home.home / "postgres" / "postgresql.auto.conf"
    with conf.open("a") as file:
        file.write("max_connections = 'many'\n")
    begun = time.monotonic()
    with pytest.raises(Unavailable) as failure, embedded.running(home):
        pass
    assert failure.value.code == "database_not_started"
    assert "max_connections" in failure.value.message
    assert time.monotonic() - begun < 15


def test_a_log_that_has_grown_is_put_aside(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_LOG_BYTES", 10)
    for _ in range(2):
        with embedded.running(home):
            pass
    assert (home.home / "run" / "server.log.1").stat().st_size > 10


def test_the_log_holds_neither_statements_nor_values(home: Settings) -> None:
    with embedded.running(home) as url:
        keep(url, 987_654)
        with pytest.raises(psycopg.errors.UniqueViolation):
            keep(url, 987_654)
        words = (home.home / "run" / "server.log").read_text()
    assert "duplicate key" in words
    assert "987654" not in words
    assert "INSERT" not in words


def _keep_busy(url: str) -> None:
    with pytest.raises(psycopg.OperationalError):
        _count_until_the_end(url)


def _count_until_the_end(url: str) -> None:
    with psycopg.connect(url) as connection:
        for _ in range(40):
            connection.execute(BUSY)


def _wait_for_busy(url: str) -> None:
    asked = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query = %s"
    with psycopg.connect(url, autocommit=True) as connection:
        for _ in range(200):
            if connection.execute(asked, (BUSY,)).fetchone() == (1,):
                return
            time.sleep(0.01)
    pytest.fail("the busy connection has not come")
