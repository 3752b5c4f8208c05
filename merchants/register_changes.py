"""Changing what the register says of a merchant: name, category, kind, and whether one sells.

Each change is a row that stays (``merchant_change``): what it was, what it becomes, who, why. Who
reads before changing locks first (``locked``), so that nothing comes between the look and the
change. A merchant who is still being registered is not changed here, and reopening brings back only
what was open before: the way to the first day of sale is ``onboarding``'s.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, text

from cashless.access.acting import not_yours
from cashless.errors import Conflict
from merchants import categories, register
from merchants.account_changes import Actor
from merchants.register import Merchant

FIELDS: Final = ("name", "category", "kind")
_LOCK = text(
    "SELECT id FROM merchant WHERE code = :code AND status IN ('active', 'suspended', 'closed')"
    " FOR NO KEY UPDATE"
)
_SET: Final = {
    name: text(f"UPDATE merchant SET {name} = :becomes WHERE id = :merchant")  # noqa: S608  names of columns above
    for name in (*FIELDS, "status")
}
_NOTE = text(
    "INSERT INTO merchant_change (merchant_id, field, was, becomes, who, why)"
    " VALUES (:merchant, :field, :was, :becomes, :who, :why)"
)
_HISTORY = text(
    "SELECT field, was, becomes, who, why, at FROM merchant_change WHERE merchant_id = :merchant"
    " ORDER BY id DESC LIMIT 200"
)
_CHANGE_WHY: Final = "sửa trong sổ đăng ký"
_OPEN: Final = {"open": ("closed", "suspended"), "close": ("active", "suspended")}
_BECOMES: Final = {"open": "active", "close": "closed"}


@dataclass(frozen=True, slots=True)
class RegisterChange:
    """What was changed about a merchant: a field, by whom, why and when (UTC)."""

    field: str
    was: str
    becomes: str
    who: str
    why: str
    at: datetime


def locked(db: Connection, code: str) -> Merchant:
    """Return a merchant that nobody else changes before this transaction ends.

    Raises ``NotFound("merchant_unknown")``, ``Conflict("merchant_in_registration")``, and
    ``Forbidden("not_yours")`` for one who is seen but not the caller's to change.
    """
    found = register.find(db, code)
    if db.execute(_LOCK, {"code": found.code}).one_or_none() is not None:
        return register.find(db, code)
    if found.status in {"draft", "pending"}:
        raise Conflict(
            "merchant_in_registration",
            f"{found.name} is still being registered.",
            f"{found.name} đang trong quá trình đăng ký.",
        )
    raise not_yours()


def amend(db: Connection, merchant: Merchant, wanted: Mapping[str, str], who: str) -> Merchant:
    """Change name, category or kind of a locked merchant; what stays the same leaves no trace.

    Raises ``Invalid("merchant_name_invalid" | "category_unknown" | "merchant_kind_unknown")``.
    """
    read = {
        "name": register.require_name,
        "category": categories.require,
        "kind": register.require_kind,
    }
    values = {name: read[name](wanted[name]) for name in FIELDS if name in wanted}
    for name, becomes in values.items():
        _change(db, merchant, (name, becomes), Actor(who, _CHANGE_WHY))
    return register.find(db, merchant.code)


def turn(db: Connection, merchant: Merchant, act: str, actor: Actor) -> Merchant:
    """Close a locked merchant (``close``) or let one sell again (``open``).

    Raises ``Conflict("merchant_status_same")``.
    """
    if merchant.status not in _OPEN[act]:
        raise Conflict(
            "merchant_status_same",
            f"{merchant.name} is {merchant.status} already.",
            f"{merchant.name} đã ở trạng thái này ({merchant.status}).",
        )
    _change(db, merchant, ("status", _BECOMES[act]), actor)
    return register.find(db, merchant.code)


def history(db: Connection, merchant: Merchant) -> list[RegisterChange]:
    """Return the last 200 changes of a merchant, the newest first."""
    return [RegisterChange(*row) for row in db.execute(_HISTORY, {"merchant": merchant.id})]


def _change(db: Connection, merchant: Merchant, wanted: tuple[str, str], actor: Actor) -> None:
    field, becomes = wanted
    was = str(getattr(merchant, field))
    if was == becomes:
        return
    row = {"merchant": merchant.id, "field": field, "was": was, "becomes": becomes}
    db.execute(_SET[field], row)
    db.execute(_NOTE, {**row, "who": actor.who, "why": actor.why})
