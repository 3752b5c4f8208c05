"""The demo from end to end: real server, real PostgreSQL, deliveries over HTTP.

Two runs with one seed must give the same money. Whatever ends a run, nothing is left behind.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SAME = ("merchants", "deliveries", "payments", "posted", "suspense", "conflicts", "refused")
SMALL = ("--scale", "0.2")


@pytest.fixture(name="environ")
def demo_environ(tmp_path: Path, postgres_bin: Path | None) -> Iterator[dict[str, str]]:
    """Yield an environment whose temporary files can be looked through afterwards.

    The temporary folder has a short name, because the path of a socket may be 107 bytes long.
    """
    programs = {"CASHLESS_POSTGRES_BIN": str(postgres_bin)} if postgres_bin else {}
    with tempfile.TemporaryDirectory(prefix="cm-") as folder:
        yield {
            **os.environ,
            "CASHLESS_HOME": str(tmp_path / "home"),
            "TMPDIR": folder,
            **programs,
        }


def started(environ: dict[str, str], *options: str) -> subprocess.Popen[str]:
    """Start the demo in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "cashless.cli", "demo", "--json", *options],
        env=environ,
        start_new_session=True,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def played(environ: dict[str, str], *options: str) -> dict[str, Any]:
    """Play a morning, and return what came of it."""
    with started(environ, "--once", *options) as demo:
        out, err = demo.communicate(timeout=100)
    assert demo.returncode == 0, err
    said: dict[str, Any] = json.loads(out)
    return said


def test_one_morning_comes_as_planned_and_twice_the_same(
    environ: dict[str, str], tmp_path: Path
) -> None:
    said, again = (played(environ, "--seed", "1", *SMALL) for _ in range(2))
    assert said["ok"]
    assert said["wrong"] == []
    assert all(one["ok"] for one in said["invariants"].values())
    assert said["payments"] == said["posted"] + said["suspense"]
    assert all(one["as_planned"] == one["planned"] > 0 for one in said["faults"].values())
    assert {name: said[name] for name in (*SAME, "amount", "by_provider", "orders")} == {
        name: again[name] for name in (*SAME, "amount", "by_provider", "orders")
    }
    assert not any(tmp_path.iterdir())
    assert not any(Path(environ["TMPDIR"]).iterdir())


def test_a_demo_that_is_ended_leaves_nothing_behind(
    environ: dict[str, str], tmp_path: Path
) -> None:
    demo = started(environ, "--port", "0", *SMALL)
    assert demo.stdout is not None
    said = _first_document(demo)
    served = said["pages"]["home"]
    assert served.startswith("http://127.0.0.1:")
    os.kill(demo.pid, signal.SIGTERM)
    demo.communicate(timeout=60)
    assert demo.returncode == 0
    left = subprocess.run(["ps", "-eo", "args"], check=True, capture_output=True, text=True).stdout
    assert str(tmp_path) not in left
    assert environ["TMPDIR"] not in left


def test_files_that_the_demo_has_not_made_are_left_alone(
    environ: dict[str, str], tmp_path: Path
) -> None:
    kept = tmp_path / "home" / "demo" / "mine.txt"
    kept.parent.mkdir(parents=True)
    kept.write_text("mine")
    with started(environ, "--port", "0") as demo:
        _out, err = demo.communicate(timeout=60)
    assert demo.returncode == 2
    assert json.loads(err)["error"]["code"] == "demo_home_foreign"
    assert kept.read_text() == "mine"


def _first_document(demo: subprocess.Popen[str]) -> dict[str, Any]:
    """Read lines until they make one JSON document."""
    text = ""
    assert demo.stdout is not None
    for line in demo.stdout:
        text += line
        if line == "}\n":
            break
    said: dict[str, Any] = json.loads(text)
    return said
