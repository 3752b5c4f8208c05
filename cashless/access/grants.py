"""Grants: which role a person has, in which scope, from when until when.

| role | scope | |
|---|---|---|
| owner | a merchant | the one who sells |
| helper | a merchant | a relative who helps: today only, no sums, no account change |
| board | a market or street | the market board's officer |
| ward | a ward | sees shares, nobody's takings |
| city | the city | sees shares, nobody's takings |
| partner | a provider | a bank's engineer: own provider's payments only |
| operator | the platform | keeps it running; reads no sums |
| clerk | the platform | resolves suspense and conflicts, reads no book |
| auditor | the platform | reads everything, changes nothing |

What a role may is the table ``role_permission``, which row-level security reads as well. A grant
stays as it was; it can be revoked, once.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from cashless.clock import business_date, day_bounds, now
from cashless.errors import Conflict, Invalid, NotFound
from cashless.reason import require_why

SCOPES: Final[dict[str, str | None]] = {
    "owner": "merchant",
    "helper": "merchant",
    "board": "place",
    "ward": "ward",
    "city": None,
    "partner": "provider",
    "operator": None,
    "auditor": None,
    "clerk": None,
}
"""Role → what its scope is; None for the whole platform (or the whole city)."""
OFFICERS: Final = frozenset(SCOPES) - {"owner", "helper"}
"""Roles that need an authenticator app beside the password."""
SHORT: Final = frozenset({"operator", "auditor", "partner", "clerk"})
"""Roles whose sign-in ends after a quarter of an hour of silence."""

_COLUMNS: Final = """
SELECT g.id, g.person_id, g.role, g.merchant_id, m.code AS merchant, g.place_code AS place, g.ward,
       g.provider, g.valid_from, g.valid_until, g.granted_by, g.why, g.revoked_at, g.revoked_by
"""
_LIVE = text(
    f"{_COLUMNS} FROM live_grants(:person) g LEFT JOIN merchant m ON m.id = g.merchant_id"
    " ORDER BY g.id"
)
_ALL = text(
    f"{_COLUMNS} FROM role_grant g LEFT JOIN merchant m ON m.id = g.merchant_id"
    " WHERE CAST(:person AS bigint) IS NULL OR g.person_id = :person ORDER BY g.id"
)
_OF_MERCHANT = text(
    f"{_COLUMNS} FROM role_grant g JOIN merchant m ON m.id = g.merchant_id"
    " WHERE g.merchant_id = :merchant AND g.role = :role AND g.revoked_at IS NULL"
    " AND (g.valid_until IS NULL OR g.valid_until > now()) ORDER BY g.id"
)
_ADD = text(
    "INSERT INTO role_grant (person_id, role, merchant_id, place_code, ward, provider, valid_from,"
    " valid_until, granted_by, why) VALUES (:person, :role, :merchant, :place, :ward, :provider,"
    " coalesce(CAST(:valid_from AS timestamptz), now()), :valid_until, :who, :why) RETURNING id"
)
_REVOKE = text(
    "UPDATE role_grant SET revoked_at = now(), revoked_by = :who"
    " WHERE id = :id AND revoked_at IS NULL RETURNING person_id"
)
_PERMISSIONS = text("SELECT role, permission FROM role_permission ORDER BY role, permission")


@dataclass(frozen=True, slots=True)
class Grant:
    """A role of a person in a scope; times in UTC."""

    id: int
    person_id: int
    role: str
    merchant_id: int | None
    merchant: str | None
    place: str | None
    ward: str | None
    provider: str | None
    valid_from: datetime
    valid_until: datetime | None
    granted_by: str
    why: str
    revoked_at: datetime | None
    revoked_by: str | None

    @property
    def scope(self) -> str | None:
        """The code of the merchant, market, ward or provider; None for the whole platform."""
        return self.merchant or self.place or self.ward or self.provider


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be granted: the role, its scope (a merchant by id), and until when (UTC)."""

    role: str
    who: str
    why: str
    scope: int | str | None = None
    until: datetime | None = None
    since: datetime | None = None


def add(db: Connection, person: int, wish: Wish) -> int:
    """Grant a role and return the grant's number; a helper's ends with today.

    Raises ``Invalid("role_scope_wrong" | "role_end_invalid" | "why_missing")``,
    ``NotFound("role_scope_unknown")``.
    """
    kind = SCOPES[wish.role]
    if (kind is None) != (wish.scope is None):
        raise _wrong_scope(wish.role, kind)
    scopes = dict.fromkeys(("merchant", "place", "ward", "provider"))
    row = {**scopes, **({kind: wish.scope} if kind else {}), "person": person, "role": wish.role}
    times = {"valid_from": wish.since, "valid_until": _end(wish)}
    try:
        with db.begin_nested():
            told = {"who": wish.who, "why": require_why(wish.why)}
            return int(db.execute(_ADD, {**row, **times, **told}).scalar_one())
    except IntegrityError as error:
        raise NotFound(
            "role_scope_unknown",
            f"There is no {kind} {wish.scope!r}.",
            f"Không có {kind} {wish.scope!r}.",
        ) from error


def revoke(db: Connection, number: int, who: str) -> int:
    """End a grant now; return whose it was. Raises ``Conflict("grant_over")``."""
    person = db.execute(_REVOKE, {"id": number, "who": who}).scalar_one_or_none()
    if person is None:
        raise Conflict(
            "grant_over",
            f"Grant {number} is not there, or was revoked before.",
            f"Không có lần giao vai trò {number}, hoặc đã thu hồi từ trước.",
        )
    return int(person)


def live(db: Connection, person: int) -> list[Grant]:
    """Return the roles a person has now."""
    return [_grant(row) for row in db.execute(_LIVE, {"person": person})]


def everything(db: Connection, person: int | None = None) -> list[Grant]:
    """Return all that was ever granted (to a person), the first first."""
    return [_grant(row) for row in db.execute(_ALL, {"person": person})]


def of_merchant(db: Connection, merchant: int, role: str) -> list[Grant]:
    """Return who has a role for a merchant, now or later."""
    rows = db.execute(_OF_MERCHANT, {"merchant": merchant, "role": role})
    return [_grant(row) for row in rows]


def permissions(db: Connection) -> dict[str, frozenset[str]]:
    """Return role → what it may."""
    pairs = [(row.role, row.permission) for row in db.execute(_PERMISSIONS)]
    return {role: frozenset(p for r, p in pairs if r == role) for role in SCOPES}


def _end(wish: Wish) -> datetime | None:
    """Return when a grant ends; a helper's at midnight in Vietnam, whatever was wished."""
    since = wish.since or now()
    midnight = day_bounds(business_date(since))[1]
    end = min(wish.until or midnight, midnight) if wish.role == "helper" else wish.until
    if end is not None and end <= max(since, now()):
        raise Invalid(
            "role_end_invalid",
            "The role would end before it begins.",
            "Vai trò sẽ hết hạn trước khi bắt đầu.",
        )
    return end


def _wrong_scope(role: str, kind: str | None) -> Invalid:
    wanted = f"needs a {kind}" if kind else "has no scope"
    wanted_vi = f"cần {kind}" if kind else "không có phạm vi"
    return Invalid("role_scope_wrong", f"The role {role} {wanted}.", f"Vai trò {role} {wanted_vi}.")


def _grant(row: Any) -> Grant:  # noqa: ANN401  a row of the queries above
    return Grant(*row)
