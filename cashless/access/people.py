"""People: who may sign in, under which name, with which phone number or e-mail.

Adding a person gives no right and no password: rights are granted (``grants``), and the password is
the person's own, set over an invitation (``invitations``). Who was added twice under one number
would be two people for the log, so a number belongs to one person. What happens around a person is
written down (``note``) in rows that are only added, and the person reads them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from cashless.access.contact import Contact, opened
from cashless.errors import Conflict, Invalid, NotFound
from cashless.ids import random_text

_NAME_MOST: Final = 120
_COLUMNS: Final = "SELECT id, code, name, closed_at FROM person"
_ADD = text("INSERT INTO person (code, name, created_by) VALUES (:code, :name, :by) RETURNING id")
_CONTACT = text(
    "INSERT INTO person_contact (person_id, kind, sealed, fingerprint)"
    " VALUES (:person, :kind, :sealed, :mark)"
)
_FIND = text(f"{_COLUMNS} WHERE code = :code")
_BY_ID = text(f"{_COLUMNS} WHERE id = :id")
_LIST = text(f"{_COLUMNS} ORDER BY id")
_KNOWN = text("SELECT person_with_contact(:mark)")
_CONTACTS = text("SELECT kind, sealed FROM person_contact WHERE person_id = :id ORDER BY kind")
_CLOSE = text("UPDATE person SET closed_at = now() WHERE id = :id AND closed_at IS NULL")
_NOTE = text("INSERT INTO person_act (person_id, act, who) VALUES (:person, :act, :who)")
_ACTS = text(
    "SELECT act, who, at FROM person_act WHERE person_id = :id ORDER BY id DESC LIMIT :most"
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may sign in; ``closed_at`` (UTC) ends it."""

    id: int
    code: str
    name: str
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """Something that happened around a person: what, by whom, when (UTC)."""

    act: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Card:
    """What a new person gives: the name and how to reach them."""

    name: str
    contact: Contact


def add(db: Connection, card: Card, key: bytes, by: int | None = None) -> Person:
    """Add a person, by another person where it is one; all of it or nothing.

    Raises ``Invalid("person_name_invalid")``, ``Conflict("contact_taken")``.
    """
    row = {"code": f"P{random_text(7)}", "name": require_name(card.name), "by": by}
    try:
        with db.begin_nested():
            number = int(db.execute(_ADD, row).scalar_one())
            told = {"person": number, "kind": card.contact.kind, "mark": card.contact.mark(key)}
            db.execute(_CONTACT, {**told, "sealed": card.contact.sealed(key, number)})
    except IntegrityError as error:
        raise Conflict(
            "contact_taken",
            "Somebody already signs in with this number or address: grant the role to that person.",
            "Đã có người đăng nhập bằng số hoặc địa chỉ này: hãy giao vai trò cho người đó.",
        ) from error
    return by_id(db, number)


def find(db: Connection, code: str) -> Person:
    """Return the person with that code. Raises ``NotFound("person_unknown")``."""
    row: Any = db.execute(_FIND, {"code": code.strip().upper()}).one_or_none()
    if row is None:
        raise NotFound(
            "person_unknown",
            "There is no such person. `cashless people list` shows all.",
            "Không có người này. Lệnh `cashless people list` liệt kê tất cả.",
        )
    return Person(*row)


def by_id(db: Connection, number: int) -> Person:
    """Return a person known to be there."""
    return Person(*db.execute(_BY_ID, {"id": number}).one())


def with_contact(db: Connection, contact: Contact, key: bytes) -> int | None:
    """Return the id of who signs in with that contact, if anybody does."""
    found = db.execute(_KNOWN, {"mark": contact.mark(key)}).scalar_one()
    return None if found is None else int(found)


def contacts(db: Connection, person: Person, key: bytes) -> list[Contact]:
    """Return what a person signs in with, opened."""
    rows = db.execute(_CONTACTS, {"id": person.id})
    return [opened(key, person.id, row.kind, bytes(row.sealed)) for row in rows]


def listing(db: Connection) -> list[Person]:
    """Return everybody, the first one added first."""
    return [Person(*row) for row in db.execute(_LIST)]


def close(db: Connection, person: Person) -> None:
    """Let a person not come in again; what was done stays."""
    db.execute(_CLOSE, {"id": person.id})


def note(db: Connection, person: int, act: str, who: str) -> None:
    """Write down what happened around a person."""
    db.execute(_NOTE, {"person": person, "act": act, "who": who})


def acts(db: Connection, person: int, most: int) -> list[Act]:
    """Return the last things that happened around a person, the newest first."""
    return [Act(*row) for row in db.execute(_ACTS, {"id": person, "most": most})]


def require_name(name: str) -> str:
    """Return a person's name in one line. Raises ``Invalid("person_name_invalid")``."""
    clean = " ".join(name.split())
    if 1 <= len(clean) <= _NAME_MOST and clean.isprintable():
        return clean
    raise Invalid(
        "person_name_invalid",
        "Write the person's name, 1 to 120 visible characters.",
        "Hãy ghi tên người dùng, từ 1 đến 120 ký tự nhìn thấy được.",
    )
