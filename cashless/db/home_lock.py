"""Who uses a home: three files, locked by flock, which dies with the process.

| file | held by | how long |
|---|---|---|
| start.lock | whoever starts or stops the server, alone | a moment |
| users.lock | every program that uses the server, together | while it uses it |
| serve.lock | ``cashless serve`` or ``cashless demo``, alone | while it serves; names its process |

``kill -9`` releases a lock like any other end, so nothing is left to repair
and no process number is ever trusted.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Final

from cashless.errors import Conflict, Forbidden, Unavailable

# Longer than an ordinary start with recovery takes, short enough for a person who waits.
_PATIENCE_SECONDS: Final = 60.0
_PAUSE_SECONDS: Final = 0.02


class Users:
    """Our part in users.lock; call its methods only while start.lock is held."""

    def __init__(self, file: TextIOWrapper) -> None:
        """Keep the open file, whose end is the end of our use."""
        self._file = file

    def join(self) -> None:
        """Count us among the users."""
        fcntl.flock(self._file, fcntl.LOCK_SH)

    def alone(self) -> bool:
        """Tell whether nobody else uses the home; if so we hold it for ourselves.

        Ask before joining or when leaving: flock gives up what one had before
        it tries for more, so the answer no ends our own part.
        """
        return _try(self._file, fcntl.LOCK_EX)


@contextmanager
def users(home: Path) -> Iterator[Users]:
    """Open users.lock; leaving releases our part of it."""
    with _open(home / "users.lock") as file:
        yield Users(file)


@contextmanager
def starting(home: Path) -> Iterator[None]:
    """Hold start.lock; Unavailable("database_starting") after a minute of waiting."""
    until = time.monotonic() + _PATIENCE_SECONDS
    with _open(home / "start.lock") as file:
        while not _try(file, fcntl.LOCK_EX):
            if time.monotonic() > until:
                raise Unavailable(
                    "database_starting",
                    f"Another program is still starting or stopping the database in {home}: "
                    "wait and try again.",
                    f"Một chương trình khác còn đang bật hoặc tắt cơ sở dữ liệu ở {home}: "
                    "hãy đợi rồi thử lại.",
                )
            time.sleep(_PAUSE_SECONDS)
        yield


@contextmanager
def serving(home: Path) -> Iterator[None]:
    """Hold serve.lock; Conflict("home_in_use") names the process that has it."""
    with _open(home / "serve.lock") as file:
        if not _try(file, fcntl.LOCK_EX):
            holder = file.read(20).strip() or "?"
            raise Conflict(
                "home_in_use",
                f"{home} is being served by process {holder}: stop that one first, "
                "or set another CASHLESS_HOME.",
                f"{home} đang được tiến trình {holder} phục vụ: hãy dừng nó trước, "
                "hoặc đặt CASHLESS_HOME khác.",
            )
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def _try(file: TextIOWrapper, kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _open(path: Path) -> TextIOWrapper:
    """Open a lock file, made for the owner of the home when root makes it."""
    flags = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o600)
        owner = path.parent.stat()
        if os.geteuid() == 0 and owner.st_uid != 0:
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
    except FileExistsError:
        descriptor = _open_existing(path, flags)
    return os.fdopen(descriptor, "r+", encoding="ascii")


def _open_existing(path: Path, flags: int) -> int:
    try:
        return os.open(path, flags)
    except PermissionError:
        raise Forbidden(
            "home_not_yours",
            f"{path} belongs to another user: run as its owner, or set another CASHLESS_HOME.",
            f"{path} thuộc về người dùng khác: hãy chạy bằng chủ của nó, "
            "hoặc đặt CASHLESS_HOME khác.",
        ) from None
