"""Tenancy: who held which stall, from which day to which, and handing it over.

Days are days of Vietnam; the first day belongs to the tenancy, the last one does too. A stall has
one tenant on any day, which the database sees to, and a merchant may hold several stalls. Handing a
stall over ends the tenancy of the one, begins that of the other, and revokes the stand that hangs
there, whose code points to the account of the one who leaves; before a day to come it hangs on, and
is out of use by itself from that day. Money that still comes to it is that merchant's, because an
account is matched whoever holds the stall.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from cashless.clock import business_date, now
from cashless.errors import Conflict, Invalid, NotFound
from cashless.reason import require_why
from merchants import stands
from merchants.register import Merchant

_BACK_MOST: Final = timedelta(days=366)

_COLUMNS = """
SELECT t.id, s.code AS stall, s.place_code AS place, m.code AS merchant, m.name,
       lower(t.during) AS first_day, upper(t.during) - 1 AS last_day
FROM tenancy t JOIN stall s ON s.id = t.stall_id JOIN merchant m ON m.id = t.merchant_id
"""
_OF_STALL = text(f"{_COLUMNS} WHERE s.code = :stall ORDER BY lower(t.during)")
_HELD = text(f"{_COLUMNS} WHERE s.code = :stall AND t.during @> CAST(:day AS date)")
_LOCK = text("SELECT id FROM stall WHERE code = :stall FOR UPDATE")
_END = text(
    "UPDATE tenancy SET during = daterange(lower(during), CAST(:after AS date), '[)')"
    " WHERE id = :id"
)
_BEGIN = text(
    "INSERT INTO tenancy (stall_id, merchant_id, during) VALUES (:stall, :merchant,"
    " daterange(CAST(:day AS date), NULL, '[)'))"
)
_LIVE_STAND = text("SELECT token FROM stand WHERE stall_id = :stall AND revoked_at IS NULL")


@dataclass(frozen=True, slots=True)
class Tenancy:
    """Who holds a stall; ``last_day`` is None while it goes on."""

    id: int
    stall: str
    place: str
    merchant: str
    name: str
    first_day: date
    last_day: date | None


@dataclass(frozen=True, slots=True)
class Handover:
    """What a hand-over does: the stall's code, the first day of the new tenant, by whom and why."""

    stall: str
    day: date
    who: str
    why: str


def history(db: Connection, stall: str) -> list[Tenancy]:
    """Return who held a stall, the first tenant first."""
    return [Tenancy(*row) for row in db.execute(_OF_STALL, {"stall": stall.upper()})]


def held(db: Connection, stall: str, day: date) -> Tenancy | None:
    """Return who holds a stall on a day, if anybody does."""
    row = db.execute(_HELD, {"stall": stall.upper(), "day": day}).one_or_none()
    return None if row is None else Tenancy(*row)


def hand_over(db: Connection, to: Merchant, over: Handover) -> Tenancy:
    """Give a stall to another merchant from a day on, and revoke the stand that hangs there.

    Raises ``NotFound("stall_unknown")``, ``Invalid("day_invalid" | "why_missing" |
    "merchant_closed")``, ``Conflict("stall_taken")`` when a later tenancy stands in the way or the
    merchant already holds it.
    """
    if to.status == "closed":
        raise Invalid(
            "merchant_closed",
            f"{to.name} is closed and cannot take a stall.",
            f"{to.name} đã ngừng kinh doanh, không nhận sạp được.",
        )
    number = _leave(db, over)
    try:
        with db.begin_nested():
            db.execute(_BEGIN, {"stall": number, "merchant": to.id, "day": over.day})
    except IntegrityError as error:
        raise _taken(over.stall) from error
    return history(db, over.stall)[-1]


def leave(db: Connection, over: Handover) -> list[Tenancy]:
    """End the tenancy of a stall before a day, with nobody after it; return its history.

    Raises as ``hand_over`` does.
    """
    _leave(db, over)
    return history(db, over.stall)


def _leave(db: Connection, over: Handover) -> int:
    """End what is held on the day, revoke the stand, and return the stall's id, locked."""
    require_why(over.why)
    _require_near(over.day)
    number = _locked(db, over.stall)
    before = held(db, over.stall, over.day)
    if before is not None:
        if before.first_day >= over.day:
            raise _taken(over.stall)
        db.execute(_END, {"id": before.id, "after": over.day})
    if over.day <= business_date(now()):
        _revoke_stand(db, number, over)
    return number


def _revoke_stand(db: Connection, stall: int, over: Handover) -> None:
    token = db.execute(_LIVE_STAND, {"stall": stall}).scalar_one_or_none()
    if token is not None:
        stands.revoke(db, token, over.why, over.who)


def _locked(db: Connection, stall: str) -> int:
    number = db.execute(_LOCK, {"stall": stall.upper()}).scalar_one_or_none()
    if number is None:
        raise NotFound("stall_unknown", f"There is no stall {stall!r}.", f"Không có sạp {stall!r}.")
    return int(number)


def _require_near(day: date) -> None:
    today = business_date(now())
    if abs(day - today) > _BACK_MOST:
        raise Invalid(
            "day_invalid",
            "The day must lie within a year of today.",
            "Ngày phải cách hôm nay không quá một năm.",
        )


def _taken(stall: str) -> Conflict:
    return Conflict(
        "stall_taken",
        f"Stall {stall} already has a tenant from that day or later. Look at its history.",
        f"Sạp {stall} đã có người giữ từ ngày đó hoặc sau đó. Hãy xem lịch sử của sạp.",
    )
