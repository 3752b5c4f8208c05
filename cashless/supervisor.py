"""``cashless serve``: one command that runs the database, the server and the settle process.

The supervisor binds the port, starts the processes, starts a dead one again, and stops all of them
in order: server first (what was received is still written), then the settle process, then the
database. The processes are its children in its own process group and end when it ends, even by
``kill -9`` (``cashless.parent``).
"""

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

from cashless.db import embedded, migrate
from cashless.db.engine import connect
from cashless.errors import Invalid, Problem
from cashless.settings import Settings

_log = logging.getLogger(__name__)
_LOOK_SECONDS = 0.5
_STOP_SECONDS = 8.0
_RESTART_PAUSE_SECONDS = 1.0


@dataclass(slots=True)
class _Child:
    """A process to keep alive."""

    name: str
    command: list[str]
    environ: dict[str, str]
    sockets: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    started: float = field(default=0.0)

    def start(self) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", *self.command], env=self.environ, pass_fds=self.sockets
        )

    def revive(self) -> None:
        """Start the process again when it has died, at most once a second."""
        if self.process is None or self.process.poll() is None:
            return
        if time.monotonic() - self.started >= _RESTART_PAUSE_SECONDS:
            _log.warning("%s ended with %s and is started again", self.name, self.process.poll())
            self.start()

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket. Raises ``Invalid("address_in_use")`` when it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise Invalid(
            "address_in_use",
            f"Cannot listen on {host}:{port}: {error.strerror}. Choose another --port.",
            f"Không mở được {host}:{port}: {error.strerror}. Hãy chọn --port khác.",
        ) from error
    listening.listen(2048)
    return listening


@contextmanager
def database(settings: Settings) -> Iterator[str]:
    """Yield the address of a migrated database: the server's, or the embedded one's."""
    if settings.database_url is not None:
        engine = connect(settings.database_url)
        migrate.require_head(engine)
        engine.dispose()
        yield settings.database_url
        return
    with embedded.serving(settings), embedded.running(settings) as url:
        migrate.upgrade(url)
        yield url


@contextmanager
def children(
    settings: Settings, listening: socket.socket, url: str, workers: int
) -> Iterator[list[_Child]]:
    """Run the server processes and the settle process for as long as the block lasts.

    They read their settings from the environment, like every process: ours, with the home and the
    addresses in force here.
    """
    environ = {
        **os.environ,
        "CASHLESS_HOME": str(settings.home),
        "CASHLESS_BASE_URL": settings.base_url,
        "CASHLESS_DATABASE_URL": url,
    }
    number = listening.fileno()
    served = ["cashless.asgi", str(number)]
    family = [_Child(f"server {n + 1}", served, environ, (number,)) for n in range(workers)]
    family.append(_Child("settle", ["cashless.settler"], environ))
    try:
        for child in family:
            child.start()
        yield family
    finally:
        for child in family:
            child.stop()


def run(
    settings: Settings, listening: socket.socket, workers: int, stop: threading.Event
) -> Iterator[str]:
    """Serve until ``stop`` is set; yields the database's address once everything has started."""
    with database(settings) as url, children(settings, listening, url, workers) as family:
        yield url
        while not stop.wait(_LOOK_SECONDS):
            look_after(settings, family)


def look_after(settings: Settings, family: list[_Child]) -> None:
    """Start again what has died: processes, and the embedded database."""
    for child in family:
        child.revive()
    if settings.database_url is None:
        _revive_database(settings)


def stop_on_signals(stop: threading.Event) -> None:
    """Set ``stop`` on SIGTERM and SIGINT."""

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)


def _revive_database(settings: Settings) -> None:
    """Start the embedded database again if it has died; a failure is tried again."""
    try:
        embedded.revive(settings)
    except Problem as problem:
        _log.warning("the database is not up yet: %s", problem.message)
