"""A real ``cashless serve`` in a process group of its own, and calls to it over real HTTP."""

import contextlib
import http.client
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from providers._protocol import Delivery, Reply
from tests.market import until

ROOT = Path(__file__).parents[3]


@dataclass
class Served:
    """A real ``cashless serve`` in a process group of its own."""

    environ: Mapping[str, str]
    log: Path
    options: Sequence[str] = ("--port", "0")
    process: subprocess.Popen[bytes] | None = None
    port: int = 0

    def start(self) -> None:
        """Start it and wait until it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "cashless.cli", "serve", *self.options],
                cwd=ROOT,
                env={**os.environ, **self.environ},
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        assert self.process.stdout is not None
        address = self.process.stdout.readline().decode()
        found = re.search(r":(\d+)/", address)
        assert found, f"no address: {address!r} {self.log.read_text()}"
        self.port = int(found[1])
        until(self.is_up)

    def is_up(self) -> bool:
        """Tell whether the server answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        with contextlib.closing(connection), contextlib.suppress(OSError):
            connection.request("GET", "/healthz")
            return connection.getresponse().status < 500
        return False

    def post(self, token: str, delivery: Delivery) -> Reply:
        """Deliver a call."""
        return post(self.port, token, delivery)

    def kill(self) -> None:
        """End the whole group as ``kill -9`` does."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self._ended(10)

    def stop(self) -> int:
        """Stop it as Ctrl-C does and return its exit code; kill what does not stop."""
        if self.process is None or self.process.poll() is not None:
            return self.process.returncode if self.process else 0
        self.process.terminate()
        try:
            return self._ended(30)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def _ended(self, seconds: float) -> int:
        assert self.process is not None
        code = self.process.wait(seconds)
        if self.process.stdout:
            self.process.stdout.close()
        return code


def post(port: int, token: str, delivery: Delivery) -> Reply:
    """Send a call over HTTP, header by header as it stands, and return the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    with contextlib.closing(connection):
        connection.putrequest(delivery.method, path(token, delivery), skip_accept_encoding=True)
        for name, value in delivery.headers:
            connection.putheader(name, value)
        if not any(name in {"content-length", "transfer-encoding"} for name, _ in delivery.headers):
            connection.putheader("content-length", str(len(delivery.body)))
        connection.endheaders(delivery.body)
        return answered(connection.getresponse())


def answered(response: http.client.HTTPResponse) -> Reply:
    """Read an answer; what the server adds to every answer is left out."""
    headers = tuple(
        (name.lower(), value)
        for name, value in response.getheaders()
        if name.lower() not in {"connection", "content-length", "date"}
    )
    return Reply(response.status, headers, response.read())


def path(token: str, delivery: Delivery) -> str:
    """Return the path of a call with its operation and query."""
    operation = f"/{delivery.operation}" if delivery.operation else ""
    return f"/webhooks/{token}{operation}" + (f"?{delivery.query}" if delivery.query else "")


@contextlib.contextmanager
def serving(environ: Mapping[str, str], log: Path) -> Iterator[Served]:
    """Run a server for as long as the block lasts."""
    served = Served(environ, log)
    try:
        served.start()
        yield served
    finally:
        served.stop()
