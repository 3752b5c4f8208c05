"""Obstacles: what stands in the way of an answer that is well written but cannot be.

The number of somebody who signs in already, a stall that another merchant holds, an account that
belongs to somebody else. Each is told at the field it is about, while the officer and the merchant
still stand together. What is asked here goes over all markets, so it runs as the program, and the
sentences say no more than the officer may know: names of the own place, elsewhere only that it is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Connection, text

from cashless.access import people
from cashless.access.contact import Contact
from cashless.errors import Conflict, NotFound, Problem
from merchants import places, shifts
from merchants import tenancy as tenancies
from merchants.tenancy import Tenancy

_SPOTS = text(
    f"""
SELECT s.code, held.names, coalesce(held.is_full, false) FROM stall s
LEFT JOIN LATERAL (
  SELECT string_agg(m.name, ', ' ORDER BY m.id) AS names,
         bool_or(t.shift_days = 127 AND t.shift_begins = t.shift_ends) AS is_full
  FROM tenancy t JOIN merchant m ON m.id = t.merchant_id
  WHERE t.stall_id = s.id AND coalesce(upper(t.during), 'infinity') > CAST(:day AS date)) held
  ON true
WHERE s.place_code = :place ORDER BY {places.WALKED}
"""  # noqa: S608  our own text
)
_ELSEWHERE = text("SELECT place_code FROM stall WHERE code = :code")
_SELLS = text(
    "SELECT DISTINCT m.name, s.code FROM role_grant g JOIN merchant m ON m.id = g.merchant_id"
    " JOIN tenancy t ON t.merchant_id = m.id JOIN stall s ON s.id = t.stall_id"
    " WHERE g.person_id = :person AND g.role = 'owner' AND g.revoked_at IS NULL"
    " AND s.place_code = :place ORDER BY s.code"
)
_TAKEN = text(
    "SELECT count(*) > 0 FROM receiving_account"
    " WHERE bin = :bin AND number = :number AND closed_at IS NULL"
)
_SPEAKING = text(
    "SELECT DISTINCT provider FROM connection WHERE protocol <> 'statement'"
    " AND environment = 'production' AND closed_at IS NULL"
)


@dataclass(frozen=True, slots=True)
class Spot:
    """A stall of a place: who holds it from the asked day on, and whether at all hours."""

    code: str
    names: str | None
    is_full: bool

    @property
    def is_free(self) -> bool:
        """Tell whether nobody holds it, at no hour."""
        return self.names is None


def spots(db: Connection, place: str, day: date) -> list[Spot]:
    """Return the stalls of a place in walking order, with who holds them on a day or later."""
    return [Spot(*row) for row in db.execute(_SPOTS, {"place": place, "day": day})]


def speaking(db: Connection) -> frozenset[str]:
    """Return the providers that tell us of payments: a connection is open, and no sandbox."""
    return frozenset(db.execute(_SPEAKING).scalars())


def obstacles(
    db: Connection, place: str, step: str, values: Mapping[str, str], key: bytes
) -> dict[str, Problem]:
    """Return field → what stands in its way, for the answers of a step that are well written."""
    return _ASKED[step](db, place, values, key)


def _of_who(
    db: Connection, place: str, values: Mapping[str, str], key: bytes
) -> dict[str, Problem]:
    person = people.with_contact(db, Contact("phone", values["phone"]), key)
    if person is None or values["same_person"]:
        return {}
    sells = db.execute(_SELLS, {"person": person, "place": place}).all()
    told = ", ".join(f"{row.name} ({row.code})" for row in sells)
    return {"phone": _known(told)}


def _of_where(
    db: Connection, place: str, values: Mapping[str, str], _key: bytes
) -> dict[str, Problem]:
    code, day = values["stall"], date.fromisoformat(values["since"])
    if code not in {spot.code for spot in spots(db, place, day)}:
        elsewhere = db.execute(_ELSEWHERE, {"code": code}).scalar_one_or_none()
        missing = _stands_elsewhere(code, elsewhere) if elsewhere else _not_listed(code)
        return {} if values["new_stall"] and not elsewhere else {"stall": missing}
    wanted = shifts.read(values["shift"])
    there = [one for one in tenancies.history(db, code) if (one.last_day or date.max) >= day]
    held = [one for one in there if one.shift.overlaps(wanted)]
    return {"stall": _taken(held[0])} if held else {}


def _of_account(
    db: Connection, _place: str, values: Mapping[str, str], _key: bytes
) -> dict[str, Problem]:
    asked = {"bin": values["bin"], "number": values["number"]}
    return {"number": _is_anothers()} if db.execute(_TAKEN, asked).scalar_one() else {}


_Asked = Callable[[Connection, str, Mapping[str, str], bytes], dict[str, Problem]]
_ASKED: Final[Mapping[str, _Asked]] = {
    "who": _of_who,
    "where": _of_where,
    "account": _of_account,
}


def _taken(held: Tenancy) -> Conflict:
    """Say who holds a stall, since when and at which hours, and what to do."""
    since, hours = held.first_day.strftime("%d/%m/%Y"), held.shift.written
    return Conflict(
        "stall_taken",
        f"Stall {held.stall} is held by {held.name} from {since} ({hours}). End that tenancy first,"
        " or choose another stall, day or shift.",
        f"Sạp {held.stall} đang có {held.name} giữ từ {since} ({hours}). Hãy kết thúc hợp đồng đó"
        " trước, hoặc chọn sạp khác, ngày khác, ca khác.",
    )


def _known(sells: str) -> Conflict:
    who, who_vi = (f": {sells}", f": {sells}") if sells else ("", "")
    return Conflict(
        "contact_known",
        f"Somebody signs in with this number already{who}. If it is the same person with one more"
        " stall, tick “the same person”. If not, check the number.",
        f"Số này đã có người dùng đăng nhập{who_vi}. Nếu đúng người đó mở thêm sạp, hãy đánh dấu"
        " «Đúng người này». Nếu không, hãy kiểm tra lại số.",
    )


def _not_listed(code: str) -> NotFound:
    return NotFound(
        "stall_unlisted",
        f"Stall {code} is not in the market's list. If it is new, tick “a new stall”.",
        f"Sạp {code} chưa có trong danh sách của chợ. Nếu đúng là sạp mới, đánh dấu «Sạp mới».",
    )


def _stands_elsewhere(code: str, place: str) -> Conflict:
    return Conflict(
        "stall_elsewhere",
        f"Stall {code} stands in {place}, not here.",
        f"Sạp {code} thuộc {place}, không thuộc chợ này.",
    )


def _is_anothers() -> Conflict:
    return Conflict(
        "account_taken",
        "This account belongs to another merchant of the register already. Is it really the"
        " merchant's own code that you read?",
        "Tài khoản này đã thuộc một người bán khác trong sổ. Có đúng là mã của chính người bán"
        " không?",
    )
