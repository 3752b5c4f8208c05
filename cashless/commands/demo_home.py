"""The demo's own home: an empty database and a running server that touch nothing real.

Whatever the settings of this shell say, the demo makes a home of its own: a folder that is gone
afterwards, or ``demo`` inside the configured home, emptied at every start. A folder there that the
demo has not made itself is left alone. The server is the real one, with its own processes.
"""

import http.client
import shutil
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Final

from sqlalchemy import Engine

from cashless import supervisor
from cashless.db import embedded
from cashless.db.engine import connect
from cashless.errors import Conflict, Invalid, Unavailable
from cashless.settings import Settings, vault_key
from cashless.simulator.sender import Target

HOST: Final = "127.0.0.1"
_MARK: Final = "made-by-demo"
_POOL: Final = 3
_LOOK_SECONDS: Final = 0.5
_READY_SECONDS: Final = 30.0
_OK: Final = 200


@dataclass(frozen=True, slots=True)
class House:
    """A running demo: its settings, an engine on its database, the key, the door."""

    settings: Settings
    engine: Engine
    key: bytes
    target: Target


@contextmanager
def running(settings: Settings, port: int, *, once: bool) -> Iterator[House]:
    """Start database and server of an empty home, and stop both on leaving.

    SIGTERM ends the block as Ctrl-C does; signals during the stopping are ignored, so that nothing
    stays behind. The server may still be starting (``await_ready``). Raises ``Conflict`` when the
    home is in use.
    """
    with _signals_restored(), ExitStack() as stack:
        listening = stack.enter_context(_bound(port, free=once))
        target = Target(HOST, listening.getsockname()[1])
        ours = stack.enter_context(_empty_home(settings, once=once))
        ours = replace(ours, base_url=f"http://{target.host}:{target.port}")
        key = vault_key(ours)
        url = stack.enter_context(supervisor.database(ours))
        family = stack.enter_context(supervisor.children(ours, listening, url, 1))
        stack.enter_context(_repeated(partial(supervisor.look_after, ours, family)))
        engine = connect(url, pool_size=_POOL)
        stack.callback(engine.dispose)
        stack.callback(_ignore_signals)
        yield House(ours, engine, key, target)


def _bound(port: int, *, free: bool) -> socket.socket:
    """Listen on the port; on any free one when it is taken, or when none was wished."""
    if free:
        return supervisor.bind(HOST, 0)
    try:
        return supervisor.bind(HOST, port)
    except Invalid:
        return supervisor.bind(HOST, 0)


@contextmanager
def _empty_home(settings: Settings, *, once: bool) -> Iterator[Settings]:
    if once:
        with tempfile.TemporaryDirectory(prefix="cashless-demo-") as folder:
            yield replace(settings, home=Path(folder) / "home", database_url=None)
        return
    ours = replace(settings, home=settings.home / "demo", database_url=None)
    _emptied(ours)
    yield ours


def _emptied(ours: Settings) -> None:
    """Empty the demo's home, or make it; ``Conflict("demo_home_foreign")`` for another's folder."""
    mark = ours.home / _MARK
    if mark.exists():
        _stop_leftover(ours)
        shutil.rmtree(ours.home)
    elif ours.home.exists() and any(ours.home.iterdir()):
        raise Conflict(
            "demo_home_foreign",
            f"{ours.home} holds files that the demo has not made: move them away.",
            f"{ours.home} có tệp không do bản trình diễn tạo ra: hãy chuyển đi nơi khác.",
        )
    ours.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    mark.touch()


def _stop_leftover(ours: Settings) -> None:
    """Stop a database server that an earlier demo, killed outright, has left running.

    Raises ``Conflict("home_in_use")`` while another demo runs there. Data of another version of
    PostgreSQL has no server of ours, and is about to be removed anyway.
    """
    with embedded.serving(ours), suppress(Conflict), embedded.running(ours):
        pass


@contextmanager
def _repeated(look: Callable[[], None]) -> Iterator[None]:
    """Do something twice a second, beside the block."""
    stop = threading.Event()

    def go_on() -> None:
        while not stop.wait(_LOOK_SECONDS):
            look()

    looker = threading.Thread(target=go_on, name="look after", daemon=True)
    looker.start()
    try:
        yield
    finally:
        stop.set()
        looker.join()


def await_ready(target: Target) -> None:
    """Wait until the server answers; Unavailable("demo_not_ready") after half a minute."""
    until = time.monotonic() + _READY_SECONDS
    while time.monotonic() < until:
        if _is_ready(target):
            return
        time.sleep(0.05)
    raise Unavailable(
        "demo_not_ready",
        "The demo's server does not answer; its messages above say why.",
        "Máy chủ trình diễn không trả lời; xem thông báo phía trên.",
    )


def _is_ready(target: Target) -> bool:
    wire = http.client.HTTPConnection(target.host, target.port, timeout=_READY_SECONDS)
    try:
        wire.request("GET", "/readyz")
        return wire.getresponse().status == _OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        wire.close()


@contextmanager
def _signals_restored() -> Iterator[None]:
    """Let SIGTERM end the block like Ctrl-C does, and put the old handlers back afterwards."""
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    for number in _SIGNALS:
        signal.signal(number, _interrupt)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _ignore_signals() -> None:
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)


_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
