"""Keys of the API: a device that is a program, and uses a part of its person's permissions.

A key looks like ``cmk_`` and 40 letters or digits, the last six of which check the others (CRC-32
in base 62): whoever scans code or logs for leaked keys knows one by sight and is hardly ever wrong.
Kept is the SHA-256 of it. A key has a name, permissions, an end, and the time when it was last
used. Exchanging one (``rotate``) leaves it one key: the secret before counts for the overlap, and
kept replies and the budget of calls go on, so that no caller acts twice while it changes over.
"""

import re
import secrets
import string
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zlib import crc32

from sqlalchemy import Connection, text

from cashless.errors import NotFound
from cashless.ids import token_hash

PREFIX: Final = "cmk_"
FORM: Final = re.compile(r"cmk_[0-9A-Za-z]{40}")
_SIGNS: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
_RANDOM: Final = 34
_CHECK: Final = 6
_NAME_MOST: Final = 60

_ADD = text(
    "INSERT INTO device (person_id, token_hash, name, idle_for, ends_at, permissions)"
    " VALUES (:person, :hash, :name, :life, now() + CAST(:life AS interval), :permissions)"
    " RETURNING id"
)
_LIST = text(
    "SELECT d.id, p.code AS person, d.name, d.permissions, d.signed_in_at AS made_at,"
    " CASE WHEN d.seen_at > d.signed_in_at THEN d.seen_at END AS used_at, d.ends_at,"
    " CASE WHEN d.earlier_until > now() THEN d.earlier_until END AS earlier_until, d.revoked_at"
    " FROM device d JOIN person p ON p.id = d.person_id"
    " WHERE d.permissions IS NOT NULL AND (:all OR (d.revoked_at IS NULL AND d.ends_at > now()))"
    " AND (CAST(:person AS bigint) IS NULL OR d.person_id = :person)"
    " AND (CAST(:id AS bigint) IS NULL OR d.id = :id) ORDER BY d.id"
)
_ROTATE = text(
    "UPDATE device SET earlier_hash = token_hash, token_hash = :hash,"
    " earlier_until = least(ends_at, now() + CAST(:overlap AS interval)), seen_at = now(),"
    " idle_for = :life, ends_at = now() + CAST(:life AS interval)"
    " WHERE id = :id AND permissions IS NOT NULL AND revoked_at IS NULL AND ends_at > now()"
    " RETURNING person_id"
)
_REVOKE = text(
    "UPDATE device SET revoked_at = now()"
    " WHERE id = :id AND permissions IS NOT NULL AND revoked_at IS NULL RETURNING person_id"
)


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it may be shown; ``used_at`` is None before its first call. Times in UTC."""

    id: int
    person: str
    name: str
    permissions: list[str]
    made_at: datetime
    used_at: datetime | None
    ends_at: datetime
    earlier_until: datetime | None
    revoked_at: datetime | None


def new_secret() -> str:
    """Return a new key: over 200 random bits, and the signs that check them."""
    signs = "".join(secrets.choice(_SIGNS) for _ in range(_RANDOM))
    return f"{PREFIX}{signs}{_checked(signs)}"


def is_key(written: str) -> bool:
    """Tell whether a text is a key by its form and check signs; a scanner's question."""
    if FORM.fullmatch(written) is None:
        return False
    signs = written.removeprefix(PREFIX)
    return _checked(signs[:_RANDOM]) == signs[_RANDOM:]


def add(db: Connection, person: int, name: str, permissions: Sequence[str], days: int) -> str:
    """Return a new key that may use these permissions for that many days; it is shown once."""
    secret = new_secret()
    row = {"person": person, "hash": token_hash(secret), "name": f"API: {name}"[:_NAME_MOST]}
    life = timedelta(days=days)
    db.execute(_ADD, {**row, "permissions": sorted(set(permissions)), "life": life})
    return secret


def listing(
    db: Connection, person: int | None = None, *, number: int | None = None, ended: bool = False
) -> list[Key]:
    """Return the keys that count (and those that ended), of a person or one by its number."""
    row = {"person": person, "id": number, "all": ended}
    return [Key(*found) for found in db.execute(_LIST, row)]


def find(db: Connection, number: int) -> Key:
    """Return a key by its number. Raises ``NotFound("key_unknown")``."""
    for found in listing(db, number=number, ended=True):
        return found
    raise _unknown(number)


def rotate(db: Connection, number: int, days: int, overlap: timedelta) -> tuple[int, str]:
    """Exchange a key: return whose it is and the new secret, good for that many days.

    The secret before counts until the overlap ends, at most until its own end; one from an earlier
    exchange ends now. Raises ``NotFound("key_unknown")``.
    """
    secret = new_secret()
    row = {"id": number, "hash": token_hash(secret), "overlap": overlap}
    found: Any = db.execute(_ROTATE, {**row, "life": timedelta(days=days)}).scalar_one_or_none()
    if found is None:
        raise _unknown(number)
    return int(found), secret


def revoke(db: Connection, number: int) -> int:
    """End a key now, both its secrets; return whose it was. Raises ``NotFound("key_unknown")``."""
    found = db.execute(_REVOKE, {"id": number}).scalar_one_or_none()
    if found is None:
        raise _unknown(number)
    return int(found)


def _checked(signs: str) -> str:
    number, written = crc32(signs.encode()), ""
    for _ in range(_CHECK):
        number, place = divmod(number, len(_SIGNS))
        written = _SIGNS[place] + written
    return written


def _unknown(number: int) -> NotFound:
    return NotFound(
        "key_unknown",
        f"There is no key {number}, or it has ended. `cashless keys list` shows all.",
        f"Không có khóa số {number}, hoặc khóa đã hết hạn. Lệnh `cashless keys list` liệt kê.",
    )
