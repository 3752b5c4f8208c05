"""Devices: one row for each place where a person is signed in; any of them can be signed out.

The browser holds a random token of 192 bits, the database its SHA-256. A device is forgotten by
itself after a time of silence (twelve hours; a quarter of an hour for whoever looks after the
platform) and at the latest after thirty days. Proving the password again exchanges the token, so
that one stolen before is worth nothing after.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, text

from cashless.errors import NotFound
from cashless.ids import new_token, token_hash

FRESH: Final = timedelta(minutes=5)
"""How long after giving the password a sensitive act may follow."""
IDLE: Final = timedelta(hours=12)
IDLE_SHORT: Final = timedelta(minutes=15)
_LIFE: Final = timedelta(days=30)
_NAME_MOST: Final = 60
_SYSTEMS: Final = ("Android", "iPhone", "iPad", "Windows", "Macintosh", "Linux")

_COLUMNS: Final = (
    "SELECT id, person_id, name, signed_in_at, proven_at, seen_at, permissions FROM device"
)
_LIVE: Final = "revoked_at IS NULL AND ends_at > now() AND seen_at + idle_for > now()"
_ADD = text(
    "INSERT INTO device (person_id, token_hash, name, idle_for, ends_at)"
    " VALUES (:person, :hash, :name, :idle, now() + CAST(:life AS interval)) RETURNING id"
)
# A key that is being exchanged has two secrets for a while; a browser has one.
_NAMED: Final = "(token_hash = :hash OR (earlier_hash = :hash AND earlier_until > now()))"
_SEEN = text(
    f"UPDATE device SET seen_at = now() WHERE {_NAMED} AND {_LIVE}"  # noqa: S608  our own text
    " AND (seen_at < now() - interval '1 minute' OR seen_at = signed_in_at)"
)
_FIND = text(
    f"{_COLUMNS} WHERE {_NAMED} AND (permissions IS NOT NULL) = :key AND {_LIVE}"
    " AND EXISTS (SELECT FROM person p WHERE p.id = person_id AND p.closed_at IS NULL)"
)
_LIST = text(f"{_COLUMNS} WHERE person_id = :person AND {_LIVE} ORDER BY seen_at DESC, id")
_PROVE = text(
    "UPDATE device SET token_hash = :new, proven_at = now(), seen_at = now() WHERE id = :id"
)
_REVOKE = text(
    "UPDATE device SET revoked_at = now()"
    " WHERE id = :id AND person_id = :person AND revoked_at IS NULL RETURNING id"
)
_END = text(
    "UPDATE device SET revoked_at = now() WHERE token_hash = :hash AND permissions IS NULL"
    " AND revoked_at IS NULL"
)
_REVOKE_ALL = text(
    "UPDATE device SET revoked_at = now()"
    " WHERE person_id = :person AND revoked_at IS NULL AND id <> :but"
)


@dataclass(frozen=True, slots=True)
class Device:
    """Where a person is signed in; times in UTC."""

    id: int
    person_id: int
    name: str
    signed_in_at: datetime
    proven_at: datetime
    seen_at: datetime
    permissions: list[str] | None = None

    def is_fresh(self, at: datetime) -> bool:
        """Tell whether the password was given so lately that a sensitive act may follow."""
        return at - self.proven_at <= FRESH


def add(db: Connection, person: int, name: str, *, short: bool) -> str:
    """Sign a person in on a device and return the token that its browser keeps."""
    token = new_token()
    row = {"person": person, "hash": token_hash(token), "name": name, "life": _LIFE}
    db.execute(_ADD, {**row, "idle": IDLE_SHORT if short else IDLE})
    return token


def see(db: Connection, token: str) -> None:
    """Remember that a device was used, once a minute, while it counts."""
    db.execute(_SEEN, {"hash": token_hash(token)})


def find(db: Connection, token: str, *, is_key: bool = False) -> Device | None:
    """Return the browser's device (or the API key) of a token while it counts."""
    asked = {"hash": token_hash(token), "key": is_key}
    row: Any = db.execute(_FIND, asked).one_or_none()
    return None if row is None else Device(*row)


def listing(db: Connection, person: int) -> list[Device]:
    """Return where a person is signed in, the one used last first."""
    return [Device(*row) for row in db.execute(_LIST, {"person": person})]


def prove(db: Connection, device: Device) -> str:
    """Note that the password was given again; return the token that replaces the old one."""
    token = new_token()
    db.execute(_PROVE, {"id": device.id, "new": token_hash(token)})
    return token


def revoke(db: Connection, person: int, number: int) -> None:
    """Sign a person out on one device. Raises ``NotFound("device_unknown")``."""
    if db.execute(_REVOKE, {"id": number, "person": person}).one_or_none() is None:
        raise NotFound(
            "device_unknown",
            "There is no such device, or it was signed out before.",
            "Không có thiết bị này, hoặc đã đăng xuất từ trước.",
        )


def end(db: Connection, token: str) -> None:
    """Sign out the browser that holds a token, if it still counts."""
    db.execute(_END, {"hash": token_hash(token)})


def revoke_all(db: Connection, person: int, but: int = 0) -> int:
    """Sign a person out everywhere (but on one device); return on how many devices."""
    return db.execute(_REVOKE_ALL, {"person": person, "but": but}).rowcount


def name_of(user_agent: str) -> str:
    """Name a device so that its person knows it again; nothing else of the browser is kept."""
    system = next((one for one in _SYSTEMS if one in user_agent), "?")
    mobile = " · Mobile" if "Mobile" in user_agent else ""
    return f"{system}{mobile}"[:_NAME_MOST]
