"""Onboarding: a merchant's way into the register in five steps, each saved when it is taken.

1. *who* sells, 2. *where* and what, 3. the receiving *account*: these are a draft, sealed with the
vault key, that any officer of the place goes on with, on any device. 4. an officer confirms, which
makes the merchant and a stand that nobody may pay to yet (``opening``). 5. the first payment proves
what it can prove (``proof``), and the stall is live.

Two officers may hold one draft open: a step is saved against the ``revision`` it was read at, and
who comes second is told and shown what is there. One phone number has one open registration. A
draft is good for ``KEEP``; then it counts as gone and is removed, because it is personal data of
somebody who did not finish. Who took which step, and who looked, stays, without what was said.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from cashless import vault
from cashless.access.contact import Contact
from cashless.clock import now
from cashless.errors import Conflict, NotFound

KEEP: Final = timedelta(days=14)
"""How long a draft is good for."""
STEPS: Final = ("who", "where", "account")
"""The steps of which the draft consists, in their order."""
_PROGRAM: Final = "cashless"

_START = text(
    "INSERT INTO registration (place_code, opened_at, opened_by, expires_at)"
    " VALUES (:place, :at, :who, :end) RETURNING id"
)
_COLUMNS: Final = """
SELECT r.id, r.place_code, r.opened_at, r.opened_by, r.expires_at, r.revision, r.ended_at,
       r.merchant_id, m.code AS merchant, m.name, m.status,
       ARRAY(SELECT DISTINCT s.step FROM registration_step s WHERE s.registration_id = r.id) AS done
FROM registration r LEFT JOIN merchant m ON m.id = r.merchant_id
"""
_FIND = text(f"{_COLUMNS} WHERE r.id = :id AND r.place_code = :place")
_BY_NUMBER = text(f"{_COLUMNS} WHERE r.id = :id AND r.merchant_id IS NOT NULL")
_OF_MERCHANT = text(f"{_COLUMNS} WHERE r.merchant_id = :merchant")
_LIST = text(
    f"{_COLUMNS} WHERE r.place_code = :place AND r.ended_at IS NULL"
    " AND (r.merchant_id IS NOT NULL OR r.expires_at > :at)"
    " AND m.status IS DISTINCT FROM 'active' ORDER BY r.id DESC"
)
_SAVE = text(
    "UPDATE registration SET revision = revision + 1"
    " WHERE id = :id AND revision = :seen AND merchant_id IS NULL AND ended_at IS NULL"
    " RETURNING revision"
)
_MARK = text("UPDATE registration SET phone_mark = :mark WHERE id = :id")
_PUT = text(
    "INSERT INTO registration_draft (registration_id, step, sealed) VALUES (:id, :step, :sealed)"
    " ON CONFLICT (registration_id, step) DO UPDATE SET sealed = excluded.sealed"
)
_DRAFT = text("SELECT step, sealed FROM registration_draft WHERE registration_id = :id")
_NOTE = text(
    "INSERT INTO registration_step (registration_id, step, who, at) VALUES (:id, :step, :who, :at)"
)
_TRAIL = text("SELECT step, who, at FROM registration_step WHERE registration_id = :id ORDER BY id")
_FORGET = text("DELETE FROM registration_draft WHERE registration_id = ANY (:ids)")
_OVER = text(
    "SELECT id FROM registration WHERE expires_at <= :at AND merchant_id IS NULL"
    " AND ended_at IS NULL ORDER BY id FOR UPDATE SKIP LOCKED"
)
_END = text(
    "UPDATE registration SET ended_at = :at, phone_mark = NULL"
    " WHERE id = ANY (:ids) AND merchant_id IS NULL AND ended_at IS NULL"
)


@dataclass(frozen=True, slots=True)
class Registration:
    """A registration as it stands, without what was said in it; times in UTC."""

    id: int
    place: str
    opened_at: datetime
    opened_by: str
    expires_at: datetime
    revision: int
    ended_at: datetime | None
    merchant_id: int | None
    merchant: str | None
    name: str | None
    merchant_status: str | None
    done: list[str]

    @property
    def state(self) -> str:
        """Return ended, live, waiting (for its proof) or draft."""
        states = (
            ("ended", self.ended_at is not None),
            ("live", "live" in self.done),
            ("waiting", self.merchant_id is not None),
            ("draft", True),
        )
        return next(name for name, holds in states if holds)

    @property
    def next_step(self) -> str:
        """Return the step that comes next: one of the draft's, confirm, or prove."""
        if self.merchant_id is not None:
            return "prove"
        return next((step for step in STEPS if step not in self.done), "confirm")


@dataclass(frozen=True, slots=True)
class Hand:
    """Who acts: the person's id (None for the program) and code, and the vault key."""

    id: int | None
    who: str
    key: bytes


@dataclass(frozen=True, slots=True)
class Step:
    """A step that is saved: its name, its answers, and the revision at which it was read."""

    name: str
    values: Mapping[str, str]
    seen: int


@dataclass(frozen=True, slots=True)
class Trace:
    """Who did what, when (UTC)."""

    step: str
    who: str
    at: datetime


def start(db: Connection, place: str, who: str) -> Registration:
    """Open a registration at a place."""
    at = now()
    row = {"place": place, "at": at, "who": who, "end": at + KEEP}
    return find(db, place, int(db.execute(_START, row).scalar_one()))


def begin(db: Connection, place: str, step: Step, hand: Hand) -> Registration:
    """Open a registration with its first step saved; both or neither. Raises as ``save``."""
    with db.begin_nested():
        found = start(db, place, hand.who)
        save(db, found, step, hand)
    return find(db, place, found.id)


def save(db: Connection, registration: Registration, step: Step, hand: Hand) -> None:
    """Save a step of the draft.

    Raises ``Conflict("registration_changed")`` when somebody else saved meanwhile and
    ``Conflict("registration_open")`` when the phone number has another open registration.
    """
    row = {"id": registration.id, "seen": step.seen, "step": step.name}
    if db.execute(_SAVE, row).one_or_none() is None:
        raise _changed()
    if step.name == "who":
        _hold(db, registration, Contact("phone", step.values["phone"]).mark(hand.key))
    plain = orjson.dumps(dict(step.values))
    sealed = vault.seal(hand.key, plain, _about(registration.id, step.name))
    db.execute(_PUT, {**row, "sealed": sealed})
    note(db, registration, step.name, hand.who)


def draft(db: Connection, registration: Registration, key: bytes) -> dict[str, dict[str, str]]:
    """Return what was said so far: step → field → stored form."""
    return {
        row.step: orjson.loads(
            vault.unseal(key, bytes(row.sealed), _about(registration.id, row.step))
        )
        for row in db.execute(_DRAFT, {"id": registration.id})
    }


def note(db: Connection, registration: Registration, step: str, who: str) -> None:
    """Write down that somebody took a step. Raises ``Conflict("registration_over")``."""
    row = {"id": registration.id, "step": step, "who": who, "at": now()}
    try:
        with db.begin_nested():
            db.execute(_NOTE, row)
    except IntegrityError as error:
        raise Conflict(
            "registration_over",
            "Somebody has taken this step already. Open the registration again.",
            "Bước này đã có người làm rồi. Hãy mở lại hồ sơ.",
        ) from error


def look(db: Connection, registration: Registration, who: str) -> None:
    """Write down that somebody looks at what was said, unless who looks has a trace in it."""
    if all(one.who != who for one in trail(db, registration)):
        note(db, registration, "seen", who)


def find(db: Connection, place: str, number: int) -> Registration:
    """Return a registration of a place. Raises ``NotFound("registration_unknown")``."""
    row: Any = db.execute(_FIND, {"id": number, "place": place}).one_or_none()
    if row is None or _is_gone(row):
        raise NotFound(
            "registration_unknown",
            "There is no such registration, or its draft was removed after 14 days.",
            "Không có hồ sơ này, hoặc hồ sơ nháp đã tự xóa sau 14 ngày.",
        )
    return _registration(row)


def confirmed(db: Connection, number: int) -> Registration | None:
    """Return a registration of any place that was confirmed."""
    row = db.execute(_BY_NUMBER, {"id": number}).one_or_none()
    return None if row is None else _registration(row)


def of_merchant(db: Connection, merchant: int) -> Registration | None:
    """Return the registration a merchant came by, if it was one."""
    row = db.execute(_OF_MERCHANT, {"merchant": merchant}).one_or_none()
    return None if row is None else _registration(row)


def listing(db: Connection, place: str) -> list[Registration]:
    """Return what is open at a place: drafts and stalls that wait for their proof."""
    return [_registration(row) for row in db.execute(_LIST, {"place": place, "at": now()})]


def trail(db: Connection, registration: Registration) -> list[Trace]:
    """Return who took which step, the first one first."""
    return [Trace(*row) for row in db.execute(_TRAIL, {"id": registration.id})]


def forget(db: Connection, registration: Registration) -> None:
    """Remove what was said; the trail stays."""
    db.execute(_FORGET, {"ids": [registration.id]})


def end(db: Connection, registration: Registration) -> None:
    """Give a draft up: what was said is removed now. Raises ``Conflict("registration_over")``."""
    if db.execute(_END, {"ids": [registration.id], "at": now()}).rowcount != 1:
        raise _changed()
    forget(db, registration)


def purge(db: Connection, at: datetime) -> int:
    """Remove the drafts whose time is over at that moment, and return how many there were."""
    ids = list(db.execute(_OVER, {"at": at}).scalars())
    db.execute(_FORGET, {"ids": ids})
    db.execute(_END, {"ids": ids, "at": at})
    for number in ids:
        db.execute(_NOTE, {"id": number, "step": "purged", "who": _PROGRAM, "at": at})
    return len(ids)


def _hold(db: Connection, registration: Registration, mark: bytes) -> None:
    """Let the phone number have this one open registration."""
    try:
        with db.begin_nested():
            db.execute(_MARK, {"id": registration.id, "mark": mark})
    except IntegrityError as error:
        raise Conflict(
            "registration_open",
            "This phone number has a registration that is not finished, here or at another market."
            " Go on with that one.",
            "Số điện thoại này đang có một hồ sơ chưa xong, ở đây hoặc ở chợ khác. Hãy làm tiếp"
            " hồ sơ đó.",
        ) from error


def _changed() -> Conflict:
    return Conflict(
        "registration_changed",
        "Another officer saved this registration meanwhile; what is kept now stands beside the"
        " fields. Send it again to keep yours.",
        "Cán bộ khác vừa lưu hồ sơ này; nội dung đã lưu ghi cạnh từng ô. Bấm lại để lưu nội dung"
        " của bạn.",
    )


def _is_gone(row: Any) -> bool:  # noqa: ANN401  a row of the query above
    return row.merchant_id is None and row.expires_at <= now()


def _registration(row: Any) -> Registration:  # noqa: ANN401  a row of the queries above
    return Registration(*row)


def _about(number: int, step: str) -> str:
    return f"registration:{number}:{step}"
