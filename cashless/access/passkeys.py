"""Passkeys: a person's keys in phones and computers, beside the password.

A passkey is added, renamed and removed by its person on the own page. It signs in alone, also an
officer, because the authenticator verified the person: two factors in one. The challenge must be
ours, bound to this browser, and unspent; the passkey unremoved and its person not closed; the
handle that person's. When an authenticator's counter does not rise, somebody may hold a copy: the
answer is refused, and the person reads of it. Attempts are counted as those with passwords are.
"""

import hmac
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from cashless.access import backoff, challenges, devices, grants, people
from cashless.access.challenges import Bond
from cashless.access.people import Person
from cashless.access.webauthn import Answer, Owner, Site, refused
from cashless.clock import now
from cashless.errors import Conflict, Invalid, NotFound

Transact = Callable[[], AbstractContextManager[Connection]]
MOST: Final = 10
_NAME_MOST: Final = 60

_LIST = text(
    "SELECT id, name, credential_id, added_at, used_at FROM passkey"
    " WHERE person_id = :person AND removed_at IS NULL ORDER BY id"
)
_ADD = text(
    "INSERT INTO passkey (person_id, credential_id, public_key, name, counter)"
    " VALUES (:person, :id, :public_key, :name, :counter)"
)
_RENAME = text(
    "UPDATE passkey SET name = :name"
    " WHERE id = :id AND person_id = :person AND removed_at IS NULL RETURNING id"
)
_REMOVE = text(
    "UPDATE passkey SET removed_at = now()"
    " WHERE id = :id AND person_id = :person AND removed_at IS NULL RETURNING id"
)
_REMOVE_ALL = text(
    "UPDATE passkey SET removed_at = now() WHERE person_id = :person AND removed_at IS NULL"
)
_FIND = text(
    "SELECT k.id, k.person_id, k.public_key, k.counter FROM passkey k"
    " JOIN person p ON p.id = k.person_id"
    " WHERE k.credential_id = :id AND k.removed_at IS NULL AND p.closed_at IS NULL FOR UPDATE OF k"
)
_USED = text("UPDATE passkey SET counter = :counter, used_at = now() WHERE id = :id")


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey as its person sees it; times in UTC."""

    id: int
    name: str
    credential_id: bytes
    added_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Given:
    """An answer of a browser: its JSON, what its challenge must be bound to, and where it is."""

    written: str
    bond: Bond
    source: str
    device: str = "?"


@dataclass(frozen=True, slots=True)
class Cabinet:
    """Where passkeys are compared: a way to the database, the vault key, and our site."""

    transact: Transact
    key: bytes
    site: Site

    def challenge(self, bond: Bond) -> bytes:
        """Return a new challenge for a browser."""
        return challenges.made(self.key, bond, now())

    def owner(self, person: Person) -> Owner:
        """Return how an authenticator knows a person: nothing that others could read."""
        return Owner(self._handle(person.id), person.name)

    def sign_in(self, given: Given) -> str:
        """Sign in whoever answers; return the new device's token.

        Raises ``Invalid("passkey_refused")``, ``Unavailable("sign_in_wait")``.
        """
        person = self._proven(given)
        with self.transact() as db:
            roles = {one.role for one in grants.live(db, person)}
            people.note(db, person, "signed in", given.device)
            return devices.add(db, person, given.device, short=bool(roles & grants.SHORT))

    def prove(self, device: devices.Device, given: Given) -> str:
        """Let a person be proven again; return the device's new token. Raises as ``sign_in``."""
        if self._proven(given) != device.person_id:
            raise refused()
        with self.transact() as db:
            return devices.prove(db, device)

    def add(self, person: Person, given: Given, name: str) -> None:
        """Keep a passkey that a person's browser has made.

        Raises ``Invalid("passkey_refused" | "passkey_name_invalid")`` and
        ``Conflict("passkeys_full")``.
        """
        called, answer = require_name(name), Answer.read(given.written, new=True)
        self._require_ours(answer, given.bond)
        new = self.site.made(answer)
        row = {"person": person.id, "id": new.credential_id, "name": called}
        try:
            with self.transact() as db:
                _require_room(db, person.id)
                if not challenges.spend(db, answer.challenge):
                    raise refused()
                db.execute(_ADD, {**row, "public_key": new.public_key, "counter": new.counter})
                people.note(db, person.id, "passkey added", person.code)
        except IntegrityError as error:
            raise refused() from error

    def _proven(self, given: Given) -> int:
        """Return whose passkey has truly answered; what is wrong is counted."""
        answer = Answer.read(given.written)
        counted = backoff.keys(self.key, b"passkey:" + answer.credential_id, given.source)
        with self.transact() as db:
            seconds = backoff.attempt(db, counted)
        backoff.require_no_wait(seconds)
        self._require_ours(answer, given.bond)
        with self.transact() as db:
            row, person = self._counted(db, answer)
            if row is not None:
                backoff.forgive(db, counted)
        if row is None:
            raise refused()
        return person

    def _counted(self, db: Connection, answer: Answer) -> tuple[Any, int]:
        """Compare with the kept key, under its lock; no row when the counter did not rise."""
        row: Any = db.execute(_FIND, {"id": answer.credential_id}).one_or_none()
        if row is None or not hmac.compare_digest(answer.handle, self._handle(row.person_id)):
            raise refused()
        counter = self.site.prove(answer, bytes(row.public_key))
        if not challenges.spend(db, answer.challenge):
            raise refused()
        if counter <= row.counter and (counter or row.counter):
            people.note(db, row.person_id, "passkey counter fell", "?")
            return None, row.person_id
        db.execute(_USED, {"id": row.id, "counter": counter})
        return row, row.person_id

    def _require_ours(self, answer: Answer, bond: Bond) -> None:
        if not challenges.is_ours(self.key, bond, answer.challenge, now()):
            raise refused()

    def _handle(self, person: int) -> bytes:
        return hmac.digest(self.key, f"passkey handle:{person}".encode(), "sha256")


def listing(db: Connection, person: int) -> list[Passkey]:
    """Return a person's passkeys, the first one added first."""
    rows = db.execute(_LIST, {"person": person})
    return [Passkey(r.id, r.name, bytes(r.credential_id), r.added_at, r.used_at) for r in rows]


def rename(db: Connection, person: int, number: int, name: str) -> None:
    """Call a passkey otherwise.

    Raises ``NotFound("passkey_unknown")``, ``Invalid("passkey_name_invalid")``.
    """
    row = {"id": number, "person": person, "name": require_name(name)}
    _require_there(db.execute(_RENAME, row).one_or_none())


def remove(db: Connection, person: int, number: int) -> None:
    """Let a passkey open nothing any more. Raises ``NotFound("passkey_unknown")``."""
    _require_there(db.execute(_REMOVE, {"id": number, "person": person}).one_or_none())


def remove_all(db: Connection, person: int) -> None:
    """Let none of a person's passkeys open anything any more."""
    db.execute(_REMOVE_ALL, {"person": person})


def require_name(name: str) -> str:
    """Return a passkey's name in one line. Raises ``Invalid("passkey_name_invalid")``."""
    clean = " ".join(name.split())
    if 1 <= len(clean) <= _NAME_MOST and clean.isprintable():
        return clean
    raise Invalid(
        "passkey_name_invalid",
        "Call it in 1 to 60 visible characters, for example: my phone.",
        "Hãy đặt tên từ 1 đến 60 ký tự, ví dụ: điện thoại của tôi.",
    )


def _require_there(row: object) -> None:
    if row is None:
        raise NotFound(
            "passkey_unknown",
            "There is no such passkey, or it was removed before.",
            "Không có khóa này, hoặc đã gỡ từ trước.",
        )


def _require_room(db: Connection, person: int) -> None:
    if len(listing(db, person)) >= MOST:
        raise Conflict(
            "passkeys_full",
            f"You have {MOST} passkeys already. Remove one first.",
            f"Bạn đã có {MOST} khóa. Hãy gỡ bớt một khóa trước.",
        )
