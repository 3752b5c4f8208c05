"""Tenancy: who held which stall, from which day to which, at which hours, and handing it over.

Days are days of Vietnam; the first day belongs to the tenancy, the last one does too. A stall has
one seller at any minute, which the database sees to by days and shift (``merchants.shifts``), and a
merchant may hold several stalls, one shift at each. Of a night that begins on the last day only the
part before midnight belongs to the tenancy.

Handing a stall over ends the tenancies of those who sell in its shift, begins that of the other,
and revokes the stands of those who leave, whose codes point to their accounts; before a day to come
they hang on, and are out of use by themselves from that day. Money that still comes to them is
those merchants', because an account is matched whoever holds the stall. Who keeps a stall with
other hours keeps the stand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from cashless.clock import business_date, now
from cashless.errors import Conflict, Invalid, NotFound
from cashless.reason import require_why
from merchants import stands
from merchants.register import Merchant
from merchants.shifts import WHOLE, Shift

_BACK_MOST: Final = timedelta(days=366)

_COLUMNS = """
SELECT t.id, s.code AS stall, s.place_code AS place, m.code AS merchant, m.name,
       lower(t.during) AS first_day, upper(t.during) - 1 AS last_day,
       t.shift_name, t.shift_days, t.shift_begins, t.shift_ends
FROM tenancy t JOIN stall s ON s.id = t.stall_id JOIN merchant m ON m.id = t.merchant_id
"""
_ORDER = "ORDER BY lower(t.during), lower(t.minutes)"
_OF_STALL = text(f"{_COLUMNS} WHERE s.code = :stall {_ORDER}")
_HELD = text(f"{_COLUMNS} WHERE s.code = :stall AND t.during @> CAST(:day AS date) {_ORDER}")
_OF_PLACE = text(
    f"{_COLUMNS} WHERE s.place_code = :place AND t.during @> CAST(:day AS date)"
    " ORDER BY s.walking_order, s.code, lower(t.minutes)"
)
_LOCK = text("SELECT id FROM stall WHERE code = :stall FOR UPDATE")
_END = text(
    "UPDATE tenancy SET during = daterange(lower(during), CAST(:after AS date), '[)')"
    " WHERE id = :id"
)
_BEGIN = text(
    "INSERT INTO tenancy (stall_id, merchant_id, during, shift_name, shift_days, shift_begins,"
    " shift_ends) VALUES (:stall, :merchant, daterange(CAST(:day AS date), NULL, '[)'),"
    " :name, :days, :begins, :ends)"
)
_LIVE_STAND = text(
    "SELECT k.token FROM stand k JOIN merchant m ON m.id = k.merchant_id"
    " WHERE k.stall_id = :stall AND m.code = :merchant AND k.revoked_at IS NULL"
)


@dataclass(frozen=True, slots=True)
class Tenancy:
    """Who holds a stall and when; ``last_day`` is None while it goes on."""

    id: int
    stall: str
    place: str
    merchant: str
    name: str
    first_day: date
    last_day: date | None
    shift: Shift = WHOLE


@dataclass(frozen=True, slots=True)
class Handover:
    """What a hand-over does: the stall's code, the first day, by whom and why, and which shift."""

    stall: str
    day: date
    who: str
    why: str
    shift: Shift = WHOLE


def history(db: Connection, stall: str) -> list[Tenancy]:
    """Return who held a stall, the first tenant first."""
    return [_tenancy(row) for row in db.execute(_OF_STALL, {"stall": stall.upper()})]


def held(db: Connection, stall: str, day: date) -> list[Tenancy]:
    """Return who holds a stall on a day, by the hour at which they sell; several by shift."""
    return [_tenancy(row) for row in db.execute(_HELD, {"stall": stall.upper(), "day": day})]


def held_at_place(db: Connection, place: str, day: date) -> list[Tenancy]:
    """Return who holds the stalls of a market or street on a day, in walking order."""
    return [_tenancy(row) for row in db.execute(_OF_PLACE, {"place": place, "day": day})]


def selling(db: Connection, stall: str, at: datetime) -> Tenancy | None:
    """Return whose hours a moment lies in at a stall, if anybody's."""
    holders = held(db, stall, business_date(at))
    return next((one for one in holders if one.shift.is_on(at)), None)


def hand_over(db: Connection, to: Merchant, over: Handover) -> Tenancy:
    """Give a stall, or a shift of it, to another merchant from a day on.

    Who sells in that shift leaves, and their stands are revoked; others stay. Raises
    ``NotFound("stall_unknown")``, ``Invalid("day_invalid" | "why_missing" | "merchant_closed")``,
    ``Conflict("shift_too_narrow")`` when somebody there also sells outside the shift,
    ``Conflict("stall_taken")`` when a later tenancy stands in the way or the merchant holds it.
    """
    if to.status == "closed":
        raise Invalid(
            "merchant_closed",
            f"{to.name} is closed and cannot take a stall.",
            f"{to.name} đã ngừng kinh doanh, không nhận sạp được.",
        )
    number = _leave(db, over)
    return _begin(db, number, to, over)


def change_shift(db: Connection, merchant: Merchant, over: Handover) -> Tenancy:
    """Let a merchant sell at other hours from a day on; the stand stays, it is the same seller's.

    Raises as ``hand_over`` does, and ``NotFound("stall_not_held")``.
    """
    require_why(over.why)
    _require_near(over.day)
    number = _locked(db, over.stall)
    mine = [one for one in held(db, over.stall, over.day) if one.merchant == merchant.code]
    if not mine:
        raise NotFound(
            "stall_not_held",
            f"{merchant.name} does not hold stall {over.stall} on that day.",
            f"{merchant.name} không giữ sạp {over.stall} vào ngày đó.",
        )
    _end(db, mine, over)
    return _begin(db, number, merchant, over)


def leave(db: Connection, over: Handover) -> list[Tenancy]:
    """End the tenancies in a shift of a stall before a day, nobody after them; return the history.

    Raises as ``hand_over`` does.
    """
    _leave(db, over)
    return history(db, over.stall)


def _leave(db: Connection, over: Handover) -> int:
    """End what is held on the day in the shift, revoke the stands, return the stall's id locked."""
    require_why(over.why)
    _require_near(over.day)
    number = _locked(db, over.stall)
    leaving = [one for one in held(db, over.stall, over.day) if one.shift.overlaps(over.shift)]
    _require_covered(leaving, over)
    _end(db, leaving, over)
    if over.day <= business_date(now()):
        for one in leaving:
            _revoke_stand(db, number, one, over)
    return number


def _begin(db: Connection, number: int, to: Merchant, over: Handover) -> Tenancy:
    shift = over.shift
    row = {"stall": number, "merchant": to.id, "day": over.day, "name": shift.name}
    row |= {"days": shift.days, "begins": shift.begins, "ends": shift.ends}
    try:
        with db.begin_nested():
            db.execute(_BEGIN, row)
    except IntegrityError as error:
        raise _taken(db, over) from error
    return next(one for one in held(db, over.stall, over.day) if one.merchant == to.code)


def _end(db: Connection, leaving: Sequence[Tenancy], over: Handover) -> None:
    if any(one.first_day >= over.day for one in leaving):
        raise _taken(db, over)
    for one in leaving:
        db.execute(_END, {"id": one.id, "after": over.day})


def _require_covered(leaving: Sequence[Tenancy], over: Handover) -> None:
    """Refuse to take away hours that nobody spoke of."""
    wider = next((one for one in leaving if not over.shift.covers(one.shift)), None)
    if wider is not None:
        raise Conflict(
            "shift_too_narrow",
            f"{wider.name} sells {wider.shift.written}, longer than {over.shift.written}."
            " Change that shift first: cashless stalls shift.",
            f"{wider.name} bán {wider.shift.written}, dài hơn ca {over.shift.written}."
            " Hãy đổi ca đó trước: cashless stalls shift.",
        )


def _revoke_stand(db: Connection, stall: int, leaving: Tenancy, over: Handover) -> None:
    asked = {"stall": stall, "merchant": leaving.merchant}
    token = db.execute(_LIVE_STAND, asked).scalar_one_or_none()
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


def _taken(db: Connection, over: Handover) -> Conflict:
    """Say who is in the way: the tenancies from the day on, with their days and hours."""
    there = [one for one in history(db, over.stall) if one.last_day is None or _after(one, over)]
    told = "; ".join(f"{one.name}: {one.shift.written}, {_days(one)}" for one in there)
    return Conflict(
        "stall_taken",
        f"Stall {over.stall} already has a tenant in those hours from that day or later: {told}.",
        f"Sạp {over.stall} đã có người giữ trong giờ đó từ ngày đó hoặc sau đó: {told}.",
    )


def _after(one: Tenancy, over: Handover) -> bool:
    return one.last_day is not None and one.last_day >= over.day


def _days(one: Tenancy) -> str:
    last = f"{one.last_day:%d/%m/%Y}" if one.last_day else "…"
    return f"{one.first_day:%d/%m/%Y} – {last}"


def _tenancy(row: Any) -> Tenancy:  # noqa: ANN401  a row of the queries above
    shift = Shift(row.shift_name, row.shift_days, row.shift_begins, row.shift_ends)
    first, last = row.first_day, row.last_day
    return Tenancy(row.id, row.stall, row.place, row.merchant, row.name, first, last, shift)
