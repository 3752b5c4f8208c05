"""Listen to PostgreSQL channels, and keep listening when the database comes back.

One connection per process listens; what it hears is handed to a function. Notifications sent while
nobody listened are lost, so ``heard`` is called once with the channel "" after each connection is
made: the listener then looks for itself what is new.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence

import psycopg
from psycopg import sql

_log = logging.getLogger(__name__)
_PAUSE_SECONDS = 1.0
_LOOK_SECONDS = 0.25

Heard = Callable[[str, str], None]


def listen(url: str, channels: Sequence[str], heard: Heard, stop: threading.Event) -> None:
    """Call ``heard(channel, payload)`` for what comes in, until ``stop`` is set.

    At least once a second it is called as ``heard("tick", "")``, so that a caller can look by
    itself. Errors of the connection are logged and the connection is made again.
    """
    while not stop.is_set():
        try:
            _listen_once(url, channels, heard, stop)
        except psycopg.Error as error:
            _log.warning("the listening connection was lost: %s", type(error).__name__)
            stop.wait(_PAUSE_SECONDS)


def _listen_once(url: str, channels: Sequence[str], heard: Heard, stop: threading.Event) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for channel in channels:
            connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
        heard("", "")
        ticked = time.monotonic()
        while not stop.is_set():
            for channel, payload in _heard_now(connection):
                heard(channel, payload)
            if time.monotonic() - ticked >= _PAUSE_SECONDS:
                ticked = time.monotonic()
                heard("tick", "")


def _heard_now(connection: psycopg.Connection) -> dict[tuple[str, str], None]:
    """Wait a moment for a notification and take all that are there, equal ones once."""
    notices = list(connection.notifies(timeout=_LOOK_SECONDS, stop_after=1))
    if notices:
        notices += connection.notifies(timeout=0)
    return dict.fromkeys((notice.channel, notice.payload) for notice in notices)
