"""``cashless serve`` keeps its processes alive, ends them all, and refuses what cannot work."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cashless.errors import Invalid
from cashless.supervisor import bind
from tests.market import until
from tests.webhooks.doors.served import ROOT, Served

Environ = dict[str, str]


@pytest.fixture(scope="module")
def environ(postgres_bin: Path | None, tmp_path_factory: pytest.TempPathFactory) -> Environ:
    home = tmp_path_factory.mktemp("supervised") / "home"
    programs = {"CASHLESS_POSTGRES_BIN": str(postgres_bin)} if postgres_bin else {}
    return {"CASHLESS_HOME": str(home), **programs}


@pytest.fixture
def served(environ: Environ, tmp_path: Path) -> Iterator[Served]:
    running = Served(environ, tmp_path / "serve.log")
    running.start()
    yield running
    running.stop()


def serve(environ: Environ, *options: str) -> subprocess.CompletedProcess[str]:
    """Run ``cashless serve`` where it should refuse."""
    return subprocess.run(
        [sys.executable, "-m", "cashless.cli", "serve", *options],
        check=False,
        cwd=ROOT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=60,
    )


def children(served: Served) -> dict[str, int]:
    """Return the server and the settle process by the module they run."""
    assert served.process
    number = served.process.pid
    listed = Path(f"/proc/{number}/task/{number}/children").read_text().split()
    found = {}
    for child in listed:
        with contextlib.suppress(OSError):
            words = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
            found |= {name: int(child) for name in NAMES if name.encode() in words}
    return found


NAMES = ("cashless.asgi", "cashless.settler")


def is_alive(number: int) -> bool:
    try:
        state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def postmaster(environ: Environ) -> Path:
    return Path(environ["CASHLESS_HOME"]) / "postgres" / "postmaster.pid"


def test_a_killed_process_is_started_again(served: Served) -> None:
    for name in NAMES:
        before = children(served)[name]
        os.kill(before, signal.SIGKILL)
        until(lambda name=name, before=before: children(served).get(name, before) != before)
    until(served.is_up)


def test_a_second_one_on_the_same_home_or_port_is_refused(
    served: Served, environ: Environ, tmp_path: Path
) -> None:
    same_home = serve(environ, "--port", "0")
    assert same_home.returncode == 2
    assert str(served.process and served.process.pid) in same_home.stderr
    same_port = serve({"CASHLESS_HOME": str(tmp_path / "other")}, "--port", str(served.port))
    assert same_port.returncode == 2
    assert str(served.port) in same_port.stderr
    assert served.is_up()


def test_stopping_ends_everything_and_the_next_start_serves_again(
    environ: Environ, tmp_path: Path
) -> None:
    served = Served(environ, tmp_path / "serve.log")
    for _ in range(2):
        served.start()
        numbers = children(served)
        assert set(numbers) == set(NAMES)
        assert served.stop() == 0
        assert [number for number in numbers.values() if is_alive(number)] == []
        assert not postmaster(environ).exists()


def test_when_the_supervisor_is_killed_its_processes_end_and_the_next_one_serves(
    environ: Environ, tmp_path: Path
) -> None:
    served = Served(environ, tmp_path / "serve.log")
    served.start()
    numbers = list(children(served).values())
    assert served.process
    os.kill(served.process.pid, signal.SIGKILL)
    served.process.wait(10)
    until(lambda: not any(map(is_alive, numbers)))
    assert served.process.stdout
    served.process.stdout.close()
    served.options = ("--port", str(served.port))
    served.start()
    assert served.is_up()
    assert served.stop() == 0
    assert not postmaster(environ).exists()


def test_stopping_is_quick_while_a_caller_holds_a_connection(served: Served) -> None:
    with socket.create_connection(("127.0.0.1", served.port)) as line:
        line.sendall(b"POST /webhooks/x HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n1")
        began = time.monotonic()
        assert served.stop() == 0
        assert time.monotonic() - began < 12


@pytest.mark.parametrize(
    ("odd", "code"),
    [
        ({"CASHLESS_VAULT_KEY": "short"}, 2),
        ({"CASHLESS_DATABASE": "postgresql://x"}, 2),
        ({"CASHLESS_DATABASE_URL": "mysql://x"}, 2),
        ({"CASHLESS_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x"}, 1),
    ],
)
def test_a_setting_that_cannot_work_stops_the_start_with_a_sentence(
    tmp_path: Path, odd: Environ, code: int
) -> None:
    done = serve({"CASHLESS_HOME": str(tmp_path / "home"), **odd}, "--port", "0")
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) >= 2


def test_a_database_without_tables_is_refused(empty_database_url: str, tmp_path: Path) -> None:
    settings = {
        "CASHLESS_HOME": str(tmp_path / "home"),
        "CASHLESS_DATABASE_URL": empty_database_url,
    }
    done = serve(settings, "--port", "0")
    assert done.returncode == 1
    assert "cashless db upgrade" in done.stderr


def test_a_port_that_is_taken_is_named_and_a_free_one_is_given() -> None:
    with bind("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(Invalid, match=str(port)):
            bind("127.0.0.1", port)
    with bind("::1", 0) as sixth:
        assert sixth.family == socket.AF_INET6


def test_errors_of_serve_are_json_where_json_is_asked_for(tmp_path: Path) -> None:
    done = serve({"CASHLESS_HOME": str(tmp_path), "CASHLESS_VAULT_KEY": "x"}, "--json")
    assert done.returncode == 2
    assert set(json.loads(done.stderr)["error"]) == {"code", "message", "message_vi"}
