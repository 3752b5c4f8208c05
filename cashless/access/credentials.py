"""Credentials: comparing what a person gives with what is kept, and changing it.

The slow comparison stands between two short transactions, so that no connection is held while a
password is being computed. An attempt is counted in the first; the second writes the step of the
authenticator's code, which counts once, and looks again whether the password is still the one that
was compared: who was slower than a change of it comes in no more. Every refusal is the same:
whether the account, the password or the code was wrong is told to nobody.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, text

from cashless import vault
from cashless.access import backoff, devices, grants, invitations, passwords, people, totp
from cashless.access.contact import Contact, read
from cashless.clock import now
from cashless.errors import Forbidden, Invalid

Transact = Callable[[], AbstractContextManager[Connection]]
_READ = text(
    "SELECT c.password, c.totp FROM credential c JOIN person p ON p.id = c.person_id"
    " WHERE c.person_id = :person AND p.closed_at IS NULL"
)
_STILL = text(
    "SELECT c.totp FROM credential c JOIN person p ON p.id = c.person_id"
    " WHERE c.person_id = :person AND c.password = :password AND p.closed_at IS NULL"
    " FOR NO KEY UPDATE OF c"
)
_STEP = text(
    "UPDATE credential SET totp_step = :step WHERE person_id = :person AND totp_step < :step"
)
_CHANGE = text(
    "UPDATE credential SET password = :password, changed_at = now() WHERE person_id = :person"
)
_TYPED_MOST: Final = 254


@dataclass(frozen=True, slots=True)
class Given:
    """What was typed into a form, and where it came from."""

    password: str
    code: str
    source: str
    device: str = "?"


@dataclass(frozen=True, slots=True)
class Desk:
    """Where credentials are compared: a way to the database and the vault key."""

    transact: Transact
    key: bytes

    def sign_in(self, written: str, given: Given) -> str:
        """Sign somebody in and return the token of the new device.

        Raises ``Invalid("sign_in_refused")``, ``Unavailable("sign_in_wait" | "sign_in_busy")``,
        ``Forbidden("authenticator_missing")``.
        """
        contact = _typed(written)
        with self.transact() as db:
            person = people.with_contact(db, contact, self.key)
        with self._proven(person, contact.mark(self.key), given) as (db, known):
            roles = {one.role for one in grants.live(db, known)}
            _require_app(db, known, roles)
            people.note(db, known, "signed in", given.device)
            return devices.add(db, known, given.device, short=bool(roles & grants.SHORT))

    def prove(self, device: devices.Device, given: Given) -> str:
        """Let a person prove the password again; return the device's new token."""
        with self._proven(device.person_id, _mark(device), given) as (db, _):
            return devices.prove(db, device)

    def change(self, device: devices.Device, given: Given, wanted: str) -> None:
        """Change the password, sign out everywhere else, and make open invitations worthless.

        Raises as ``sign_in`` does, and ``Invalid("password_weak")``.
        """
        kept = passwords.made(wanted)
        with self._proven(device.person_id, _mark(device), given) as (db, known):
            db.execute(_CHANGE, {"person": known, "password": kept})
            devices.revoke_all(db, known, but=device.id)
            invitations.void(db, known)
            people.note(db, known, "password changed", "self")

    @contextmanager
    def _proven(
        self, person: int | None, mark: bytes, given: Given
    ) -> Iterator[tuple[Connection, int]]:
        """Yield a transaction and the person once all that was given is right."""
        counted = backoff.keys(self.key, mark, given.source)
        with self.transact() as db:
            seconds = backoff.attempt(db, counted)
            row: Any = db.execute(_READ, {"person": person}).one_or_none()
        backoff.require_no_wait(seconds)
        is_right = passwords.is_right(given.password, None if row is None else row.password)
        if person is None or not is_right:
            raise _refused()
        with self.transact() as db:
            if not self._still_counts(db, person, row.password, given.code):
                raise _refused()
            backoff.forgive(db, counted)
            yield db, person

    def _still_counts(self, db: Connection, person: int, compared: str, given: str) -> bool:
        """Tell whether the password is still that one, and the app's code right and new.

        The row is held, so that a change of the password comes before this sign-in or after it.
        """
        row = db.execute(_STILL, {"person": person, "password": compared}).one_or_none()
        if row is None:
            return False
        if row.totp is None:
            return True
        secret = vault.unseal(self.key, bytes(row.totp), about_totp(person))
        step = totp.step_of(secret, given, now())
        written = step is not None and db.execute(_STEP, {"person": person, "step": step}).rowcount
        return bool(written)


def about_totp(person: int) -> str:
    """Return what a sealed secret of an authenticator app is bound to."""
    return f"totp:{person}"


def _typed(written: str) -> Contact:
    """Read what was typed as a contact; what is none is counted like one that nobody has."""
    try:
        return read(written)
    except Invalid:
        return Contact("phone", written[:_TYPED_MOST])


def _mark(device: devices.Device) -> bytes:
    return f"person:{device.person_id}".encode()


def _require_app(db: Connection, person: int, roles: set[str]) -> None:
    """Refuse an officer without an authenticator app: a role granted later asks for one."""
    row = db.execute(_READ, {"person": person}).one()
    if roles & grants.OFFICERS and row.totp is None:
        raise Forbidden(
            "authenticator_missing",
            "Your role needs an authenticator app: ask for a new invitation.",
            "Vai trò của bạn cần ứng dụng tạo mã: hãy xin thư mời mới.",
        )


def _refused() -> Invalid:
    return Invalid(
        "sign_in_refused",
        "Number or address, password and code do not go together. Who has forgotten them goes to"
        " the market office.",
        "Số điện thoại hoặc e-mail, mật khẩu và mã không khớp. Nếu quên, hãy đến văn phòng chợ.",
    )
