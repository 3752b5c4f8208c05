"""Register merchants: who sells, at which stall, with which receiving account.

Registering writes everything of one merchant in one transaction: the merchant, the tenancy of the
stall from today, the receiving account, and the empty book. Nothing is half-registered.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from cashless.clock import business_date, now
from cashless.errors import Conflict, Invalid, NotFound
from cashless.ids import random_text
from cashless.ledger.post import open_book
from merchants import accounts, categories, places
from merchants.shifts import WHOLE, Shift

_NAME_MAX = 120
KINDS = ("household", "unregistered", "enterprise", "cooperative", "market_board")

_ADD = text(
    "INSERT INTO merchant (code, kind, name, category, status)"
    " VALUES (:code, :kind, :name, :category, 'active') RETURNING id"
)
_HOLD = text(
    "INSERT INTO tenancy (stall_id, merchant_id, during, shift_name, shift_days, shift_begins,"
    " shift_ends) VALUES (:stall, :merchant, daterange(:day, NULL, '[)'), :name, :days, :begins,"
    " :ends)"
)
_STATUS = text("UPDATE merchant SET status = :status WHERE code = :code RETURNING id")
_COLUMNS = """
SELECT m.id, m.code, m.name, m.category, m.kind, m.status, m.page_version, s.code AS stall,
       p.code AS place, p.name AS place_name
FROM merchant m
LEFT JOIN tenancy t ON t.merchant_id = m.id AND t.during @> CAST(:day AS date)
LEFT JOIN stall s ON s.id = t.stall_id
LEFT JOIN place p ON p.code = s.place_code
"""
_FIND = text(f"{_COLUMNS} WHERE m.code = :code ORDER BY t.id LIMIT 1")
_LIST = text(f"{_COLUMNS} ORDER BY p.code, {places.WALKED}, m.id")

# A merchant with several stalls is one merchant: the first of them in the order of codes.
_PAGE = text(
    f"SELECT DISTINCT ON (code) * FROM ({_COLUMNS} WHERE m.code > :after"  # noqa: S608  our own text
    " AND (CAST(:place AS text) IS NULL OR p.code = :place)) held"
    " ORDER BY code, stall LIMIT :most"
)


@dataclass(frozen=True, slots=True)
class Application:
    """What is needed to register a merchant.

    ``account`` is written ``BIN:NUMBER``; it may be empty and follow later.
    """

    name: str
    category: str
    account: str
    holder: str
    place: str | None = None
    stall: str | None = None
    kind: str = "household"
    walking_order: int = 0
    shift: Shift = WHOLE


@dataclass(frozen=True, slots=True)
class Merchant:
    """A registered merchant and the stall held today, if any."""

    id: int
    code: str
    name: str
    category: str
    kind: str
    status: str
    page_version: int
    stall: str | None
    place: str | None
    place_name: str | None


def add(db: Connection, application: Application) -> Merchant:
    """Register a merchant and return it; all of it or nothing.

    Raises ``Invalid`` for a wrong field, ``NotFound("place_unknown" | "bank_unknown")``,
    ``Conflict("account_taken" | "stall_taken")``.
    """
    row = {
        "code": f"M{random_text(7)}",
        "kind": require_kind(application.kind),
        "name": require_name(application.name),
        "category": categories.require(application.category),
    }
    if application.account:
        accounts.read(application.account)
    id_ = int(db.execute(_ADD, row).scalar_one())
    if application.stall is not None and application.place is not None:
        take_stall(db, id_, application)
    if application.account:
        accounts.add(db, id_, application.account, application.holder)
    open_book(db, row["code"], id_)
    return find(db, row["code"])


def find(db: Connection, code: str) -> Merchant:
    """Return the merchant with that code. Raises ``NotFound("merchant_unknown")``."""
    row = db.execute(_FIND, {"code": code.upper(), "day": _today()}).one_or_none()
    if row is None:
        raise _unknown(code)
    return _merchant(row)


def listing(db: Connection) -> list[Merchant]:
    """Return all merchants in walking order of their places."""
    return [_merchant(row) for row in db.execute(_LIST, {"day": _today()})]


def page(db: Connection, after: str, most: int, place: str | None = None) -> list[Merchant]:
    """Return up to ``most`` merchants whose code comes after one, of a place if one is named."""
    asked = {"day": _today(), "after": after, "most": most, "place": place}
    return [_merchant(row) for row in db.execute(_PAGE, asked)]


def set_status(db: Connection, code: str, status: str) -> Merchant:
    """Suspend, close or reopen a merchant. Raises ``NotFound("merchant_unknown")``."""
    if db.execute(_STATUS, {"code": code.upper(), "status": status}).one_or_none() is None:
        raise _unknown(code)
    return find(db, code)


def require_kind(kind: str) -> str:
    """Return one of ``KINDS``. Raises ``Invalid("merchant_kind_unknown")``."""
    if kind in KINDS:
        return kind
    known = ", ".join(KINDS)
    raise Invalid(
        "merchant_kind_unknown",
        f"A merchant is one of: {known}.",
        f"Loại người bán là một trong: {known}.",
    )


def require_name(name: str) -> str:
    """Return a name in one line. Raises ``Invalid("merchant_name_invalid")``."""
    clean = " ".join(name.split())
    if 1 <= len(clean) <= _NAME_MAX and clean.isprintable():
        return clean
    raise Invalid(
        "merchant_name_invalid",
        "Write the merchant's name, 1 to 120 visible characters.",
        "Hãy ghi tên người bán, từ 1 đến 120 ký tự nhìn thấy được.",
    )


def take_stall(db: Connection, merchant: int, application: Application) -> None:
    """Give a merchant the stall that an application names, from today; others it holds stay.

    Raises ``NotFound("place_unknown")``, ``Invalid("stall_elsewhere")``,
    ``Conflict("stall_taken")``.
    """
    place = places.find(db, application.place or "")
    stall = places.stall(db, place.code, application.stall or "", application.walking_order)
    shift = application.shift
    row = {"stall": stall, "merchant": merchant, "day": _today(), "name": shift.name}
    row |= {"days": shift.days, "begins": shift.begins, "ends": shift.ends}
    try:
        with db.begin_nested():
            db.execute(_HOLD, row)
    except IntegrityError as error:
        raise Conflict(
            "stall_taken",
            f"Stall {application.stall} is held by another merchant. End that tenancy first,"
            " or name a shift in which nobody sells.",
            f"Sạp {application.stall} đang có người khác giữ. Hãy kết thúc hợp đồng đó trước,"
            " hoặc ghi ca bán chưa có ai.",
        ) from error


def _merchant(row: Any) -> Merchant:  # noqa: ANN401  a row of the two queries above
    return Merchant(*row)


def _unknown(code: str) -> NotFound:
    return NotFound(
        "merchant_unknown",
        f"There is no merchant {code!r}. `cashless merchants list` shows all.",
        f"Không có người bán {code!r}. Lệnh `cashless merchants list` liệt kê tất cả.",
    )


def _today() -> date:
    return business_date(now())
