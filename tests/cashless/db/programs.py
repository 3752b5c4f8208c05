"""Programs that use a home, each a process of its own, so that it can be killed."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from cashless.settings import Settings

ROOT = Path(__file__).parents[3]
USING = """
import sys
from cashless import settings
from cashless.db import embedded
with embedded.running(settings.load()) as url:
    print(url, flush=True)
    sys.stdin.read()
"""
SERVING = """
import sys
from cashless import settings
from cashless.db import embedded
with embedded.serving(settings.load()):
    print("serving", flush=True)
    sys.stdin.read()
"""


@dataclass
class Program:
    """A process that speaks one line when it is ready, and ends when its input does."""

    process: subprocess.Popen[str]

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def end(self) -> None:
        self.process.communicate(timeout=30)
        assert self.process.returncode == 0

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=30)


@dataclass
class Launcher:
    """Starts programs with the settings of a home, and ends those that are left."""

    launched: list[subprocess.Popen[str]] = field(default_factory=list)

    def __call__(
        self, settings: Settings, text: str = USING, prefix: tuple[str, ...] = ()
    ) -> Program:
        environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
        environ["CASHLESS_HOME"] = str(settings.home)
        if settings.postgres_bin:
            environ["CASHLESS_POSTGRES_BIN"] = str(settings.postgres_bin)
        self.launched.append(
            subprocess.Popen(
                [*prefix, sys.executable, "-c", text],
                cwd="/",
                env=environ,
                stderr=subprocess.PIPE,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        return Program(self.launched[-1])

    def end_all(self) -> None:
        for process in self.launched:
            if process.poll() is None:
                process.kill()
            process.communicate(timeout=30)


def server_pid(home: Path) -> int:
    """Read which process the server of a home is."""
    return int((home / "postgres" / "postmaster.pid").read_text().split()[0])


def answers(url: str) -> bool:
    """Tell whether the database lets us in."""
    try:
        on(url).close()
    except psycopg.OperationalError:
        return False
    return True


def stop_orphan(home: Path) -> None:
    """Stop what a killed program has left in this home."""
    with suppress(FileNotFoundError, ProcessLookupError, PermissionError):
        os.kill(server_pid(home), signal.SIGQUIT)


def keep(url: str, amount: int) -> None:
    """Write one amount into the table ``kept``, durably."""
    with on(url) as there:
        there.execute("INSERT INTO kept VALUES (%s)", (amount,))


def kept(url: str) -> list[int]:
    """Read the amounts in the table ``kept``."""
    with on(url) as there:
        return [amount for (amount,) in there.execute("SELECT amount FROM kept ORDER BY 1")]


def on(url: str) -> psycopg.Connection[tuple[int, ...]]:
    """Connect so that each statement is a transaction of its own."""
    return psycopg.connect(url, autocommit=True)
