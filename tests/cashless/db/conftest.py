"""Homes and programs for the tests of the embedded database.

A home is made once and copied, because initdb takes a second.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cashless.db import cluster, data_directory, embedded, server
from cashless.settings import Settings
from tests.cashless.db.programs import Launcher, on, stop_orphan


@pytest.fixture(scope="session")
def _made_home(postgres_bin: Path | None, homes: Path) -> Path:
    home = homes / "made"
    with embedded.running(Settings(home=home, postgres_bin=postgres_bin)) as url, on(url) as there:
        there.execute("CREATE TABLE kept (amount bigint PRIMARY KEY)")
    return home


@pytest.fixture
def home(_made_home: Path, settings: Settings) -> Iterator[Settings]:
    """Settings of a home that holds a stopped database with an empty table ``kept``."""
    subprocess.run(["cp", "-a", _made_home, settings.home], check=True)
    yield settings
    stop_orphan(settings.home)


@pytest.fixture
def new_home(settings: Settings) -> Iterator[Settings]:
    """Settings of a home that does not exist yet."""
    yield settings
    stop_orphan(settings.home)


@pytest.fixture
def loose_url(home: Settings) -> Iterator[str]:
    """Address of a server as somebody else runs it: its command line asks for nothing durable."""
    theirs = cluster.at(home)
    data_directory.configure(theirs)
    log = ("-l", str(theirs.log.relative_to(theirs.home)))
    quiet = ("-o", "-c listen_addresses=")
    started = theirs.run("pg_ctl", "start", "-D", "postgres", "-w", *log, *quiet, seconds=60)
    assert started.returncode == 0, started.stderr
    yield theirs.url
    assert server.stop(theirs)


@pytest.fixture
def launch() -> Iterator[Launcher]:
    """Start programs that use a home; those still alive at the end are killed."""
    launcher = Launcher()
    yield launcher
    launcher.end_all()
