"""Invitations: the one-time address over which a person sets the password, at first or again.

The first one is handed out by whoever adds the person. When password or phone are lost, nobody
sends a code anywhere: the person comes to the market office, one officer *opens* the recovery,
another one *approves* it and hands the address over. The database refuses a key before the second
officer and refuses one officer twice. Using an invitation signs the person out everywhere and makes
all other invitations and the passkeys of that person worthless.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, text

from cashless.access import devices, passkeys, people
from cashless.errors import Conflict, Forbidden
from cashless.ids import new_token, token_hash

FIRST: Final = timedelta(hours=24)
RECOVERY: Final = timedelta(minutes=30)
"""How long a key is good for, once it exists."""
_OPEN: Final = timedelta(hours=24)

_INVITE = text(
    "INSERT INTO invitation (person_id, is_recovery, why, opened_by, token_hash, expires_at)"
    " VALUES (:person, false, :why, :who, :hash, now() + CAST(:life AS interval))"
)
_OPEN_RECOVERY = text(
    "INSERT INTO invitation (person_id, is_recovery, why, opened_by, expires_at)"
    " VALUES (:person, true, :why, :who, now() + CAST(:life AS interval)) RETURNING id"
)
_APPROVE = text(
    "UPDATE invitation SET approved_at = now(), approved_by = :who, token_hash = :hash,"
    " expires_at = now() + CAST(:life AS interval)"
    " WHERE id = :id AND is_recovery AND approved_at IS NULL AND expires_at > now()"
    " AND used_at IS NULL AND opened_by <> :who RETURNING person_id"
)
_WAITING: Final = (
    "SELECT i.id, p.code, p.name, i.why, i.opened_by, i.opened_at FROM invitation i"
    " JOIN person p ON p.id = i.person_id"
    " WHERE i.is_recovery AND i.approved_at IS NULL AND i.expires_at > now() AND i.used_at IS NULL"
)
_WAITING_ALL = text(f"{_WAITING} ORDER BY i.id")
_WAITING_ONE = text(f"{_WAITING} AND i.id = :id")
_FIND = text(
    "SELECT i.id, i.person_id, p.name, i.is_recovery FROM invitation i"
    " JOIN person p ON p.id = i.person_id WHERE i.token_hash = :hash AND i.used_at IS NULL"
    " AND i.expires_at > now() AND p.closed_at IS NULL"
)
_USE = text(
    "UPDATE invitation SET used_at = now() WHERE person_id = :person AND used_at IS NULL"
    " RETURNING id"
)
_KEEP = text(
    "INSERT INTO credential (person_id, password, totp) VALUES (:person, :password, :totp)"
    " ON CONFLICT (person_id) DO UPDATE SET password = excluded.password, totp = excluded.totp,"
    " totp_step = 0, changed_at = now()"
)


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation that can still be used, and whose it is."""

    id: int
    person_id: int
    name: str
    is_recovery: bool


@dataclass(frozen=True, slots=True)
class Recovery:
    """A recovery that waits for the second officer; the time in UTC."""

    id: int
    person: str
    name: str
    why: str
    opened_by: str
    opened_at: datetime


def invite(db: Connection, person: int, who: str, why: str) -> str:
    """Return the token of a new first invitation, good for 24 hours."""
    token = new_token()
    row = {"person": person, "who": who, "why": why, "hash": token_hash(token), "life": FIRST}
    db.execute(_INVITE, row)
    people.note(db, person, "invited", who)
    return token


def open_recovery(db: Connection, person: int, who: str, why: str) -> int:
    """Note that a person stands at the office and wants in again; return the number."""
    row = {"person": person, "who": who, "why": why, "life": _OPEN}
    number = int(db.execute(_OPEN_RECOVERY, row).scalar_one())
    people.note(db, person, "recovery opened", who)
    return number


def approve(db: Connection, number: int, who: str) -> str:
    """Approve a recovery as the second officer; return its token, good for half an hour.

    Raises ``Forbidden("recovery_own")`` for the officer who opened it and
    ``Conflict("recovery_over")`` when it is not waiting any more.
    """
    token = new_token()
    row = {"id": number, "who": who, "hash": token_hash(token), "life": RECOVERY}
    person = db.execute(_APPROVE, row).scalar_one_or_none()
    if person is None:
        raise _not_approved(db, number, who)
    people.note(db, int(person), "recovery approved", who)
    return token


def waiting(db: Connection) -> list[Recovery]:
    """Return the recoveries that wait for a second officer, the oldest first."""
    return [Recovery(*row) for row in db.execute(_WAITING_ALL)]


def find(db: Connection, token: str) -> Invitation | None:
    """Return the invitation of a token while it can be used."""
    row: Any = db.execute(_FIND, {"hash": token_hash(token)}).one_or_none()
    return None if row is None else Invitation(*row)


def void(db: Connection, person: int) -> None:
    """Make all open invitations and recoveries of a person worthless."""
    db.execute(_USE, {"person": person})


def accept(db: Connection, invitation: Invitation, password: str, totp: bytes | None) -> None:
    """Set what a person signs in with (``password`` as kept, ``totp`` sealed) and use all up.

    Raises ``Conflict("invitation_over")`` when somebody was faster.
    """
    used = set(db.execute(_USE, {"person": invitation.person_id}).scalars())
    if invitation.id not in used:
        raise Conflict(
            "invitation_over",
            "This invitation was used already.",
            "Thư mời này đã được dùng.",
        )
    row = {"person": invitation.person_id, "password": password, "totp": totp}
    db.execute(_KEEP, row)
    devices.revoke_all(db, invitation.person_id)
    passkeys.remove_all(db, invitation.person_id)
    way = "recovery" if invitation.is_recovery else "invitation"
    people.note(db, invitation.person_id, "password set", way)


def _not_approved(db: Connection, number: int, who: str) -> Conflict | Forbidden:
    row = db.execute(_WAITING_ONE, {"id": number}).one_or_none()
    if row is not None and row.opened_by == who:
        return Forbidden(
            "recovery_own",
            "Who opened a recovery cannot approve it. Ask a second officer.",
            "Người mở yêu cầu không được tự duyệt. Hãy nhờ cán bộ thứ hai.",
        )
    return Conflict(
        "recovery_over",
        "This recovery is not waiting any more.",
        "Yêu cầu cấp lại này không còn chờ duyệt.",
    )
