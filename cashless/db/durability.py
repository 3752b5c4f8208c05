"""What a server must promise before money is written to it.

``synchronous_commit`` is on when the answer to COMMIT means that the record is
on disk, and ``remote_apply`` waits for more; every other value may forget what
was acknowledged. ``fsync`` and ``full_page_writes`` make that true after a loss
of power, ``data_sync_retry`` off keeps a failed write from being believed.
Missing data checksums only let damage go unnoticed, so they are a warning.

Checked on every new connection, not once: after a failover the next server may
be set otherwise (documentation of PostgreSQL, "Reliability and the Write-Ahead
Log").
"""

import logging
from collections.abc import Mapping
from typing import Final, Protocol

from cashless.errors import Unavailable

_log = logging.getLogger(__name__)

_WANTED: Final[Mapping[str, tuple[str, ...]]] = {
    "fsync": ("on",),
    "full_page_writes": ("on",),
    "synchronous_commit": ("on", "remote_apply"),
    "data_sync_retry": ("off",),
    "server_encoding": ("UTF8",),
}
_OLDEST: Final = 150_000
_ASKED: Final = (*_WANTED, "server_version_num")
_QUESTION: Final = "SELECT " + ", ".join(f"current_setting('{name}')" for name in _ASKED)
_REMEDY: Final[Mapping[str, tuple[str, str]]] = {
    "server_encoding": (
        "create the database with ENCODING 'UTF8'",
        "hãy tạo cơ sở dữ liệu với ENCODING 'UTF8'",
    ),
    "server_version_num": (
        "use PostgreSQL 15 or later",
        "hãy dùng PostgreSQL 15 trở lên",
    ),
}


class Cursor(Protocol):
    """The part of a driver's cursor that is used here."""

    def execute(self, query: str) -> object:
        """Run one statement."""

    def fetchone(self) -> tuple[str, ...] | None:
        """Return its next row."""


def require(cursor: Cursor) -> None:
    """Raise Unavailable("database_unsafe") naming the first unsafe setting and its remedy."""
    cursor.execute(_QUESTION)
    found = dict(zip(_ASKED, cursor.fetchone() or (), strict=True))
    for name, wanted in _WANTED.items():
        if found[name] not in wanted:
            raise _unsafe(name, found[name], wanted[0])
    if int(found["server_version_num"]) < _OLDEST:
        raise _unsafe("server_version_num", found["server_version_num"], str(_OLDEST))


def warn_of_missing_checksums(setting: str) -> None:
    """Say in the log that damaged pages would go unnoticed, if ``data_checksums`` is off."""
    if setting != "on":
        _log.warning("data_checksums is %s: stop the server and run pg_checksums", setting)


def _unsafe(name: str, found: str, wanted: str) -> Unavailable:
    change = f"ALTER SYSTEM SET {name} = '{wanted}'; SELECT pg_reload_conf()"
    usual = (
        f"run {change}, and look at what role and database set themselves",
        f"hãy chạy {change}, và xem giá trị riêng của vai trò hay cơ sở dữ liệu",
    )
    remedy, remedy_vi = _REMEDY.get(name, usual)
    return Unavailable(
        "database_unsafe",
        f"The database has {name} = {found}, which may lose or garble payments: {remedy}.",
        f"Cơ sở dữ liệu có {name} = {found}, có thể làm mất hoặc sai khoản tiền: {remedy_vi}.",
    )
