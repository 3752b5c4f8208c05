"""What a process says of itself on stderr: when, which process, how bad, what; nobody's values.

The message of an exception often repeats what could not be read or kept: a phone number that is no
integer, a row that was refused. So of an exception are written its kind, its stable code (ours, the
database's with the constraint, the system's) and the places it came through, never its message;
also where nobody catches it. Control characters are written as escapes, so that nothing a stranger
typed looks like a line of ours. What is logged on purpose names things by their codes and ids.
"""

import copy
import logging
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final

_PARTS: Final = 3
_CAUSES_MOST: Final = 8
_ESCAPES: Final = {
    number: f"\\x{number:02x}" for number in (*range(32), *range(127, 160), 0x2028, 0x2029)
}
_log = logging.getLogger(__name__)


class Plain(logging.Formatter):
    """Writes a record in one line, and an exception as its outline."""

    def __init__(self, process: str) -> None:
        """Name the process in each line."""
        super().__init__(f"%(asctime)s {process} %(levelname)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """Write a record; what another handler made of its exception is not taken over."""
        own = copy.copy(record)
        own.exc_text = None
        return super().format(own)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  the name is logging's
        """Write the line, with control characters as escapes."""
        return super().formatMessage(record).translate(_ESCAPES)

    def formatException(self, ei: object) -> str:  # noqa: N802  the name is logging's
        """Write the outline of an exception."""
        error = ei[1] if isinstance(ei, tuple) else None
        return outline(error) if isinstance(error, BaseException) else "?"


def install(process: str, level: int = logging.INFO) -> None:
    """Let this process log to stderr from a level on, and what nobody catches as well."""
    root = logging.getLogger()
    root.setLevel(level)
    if not root.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(Plain(process))
        root.addHandler(handler)
    sys.excepthook = _uncaught
    threading.excepthook = lambda told: _uncaught(
        told.exc_type, told.exc_value or told.exc_type(), told.exc_traceback
    )


def outline(error: BaseException) -> str:
    """Tell an exception and its causes without any of their messages."""
    return "\n  because of ".join(_told(one) for one in _chain(error))


def _chain(error: BaseException) -> Iterator[BaseException]:
    one: BaseException | None = error
    for _ in range(_CAUSES_MOST):
        if one is None:
            return
        yield one
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)


def _told(error: BaseException) -> str:
    """Name the kind, the codes and the places of one exception."""
    driver = getattr(error, "orig", error)
    constraint = getattr(getattr(driver, "diag", None), "constraint_name", None)
    codes = (
        getattr(error, "code", None) if error.__class__.__module__ == "cashless.errors" else None,
        getattr(driver, "sqlstate", None),
        constraint,
        getattr(error, "errno", None),
    )
    said = " ".join(str(code) for code in codes if code is not None)
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"    {_short(one.filename)}:{one.lineno} {one.name}" for one in frames]
    head = f"{type(error).__module__}.{type(error).__qualname__} {said}".rstrip()
    return "\n".join([head, *places])


def _short(filename: str) -> str:
    return "/".join(Path(filename).parts[-_PARTS:])


def _uncaught(
    kind: type[BaseException], error: BaseException, _trace: TracebackType | None
) -> None:
    """Tell what nobody caught; an interruption by a person is no news."""
    if not issubclass(kind, KeyboardInterrupt | SystemExit):
        _log.critical("ended by what nobody caught", exc_info=error)
