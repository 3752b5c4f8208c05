"""Places: markets and streets, and the stalls in them.

A ward code alone is no key: code 30742 has meant three wards in turn (facts of the 2025 reform), so
a place keeps the date from which its ward code is meant. The ward it lay in before the reform stays
as a label: one ward now holds a quarter of a million people, and a report by it says little. Kinds
and classes of markets are those of Decree 60/2024; where people sell and no market was planned is
told apart. A position is degrees north and east.

Stalls are walked in their own order (``WALKED``); where nobody gave one, by their codes as people
count them, A2 before A10.
"""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Final

from sqlalchemy import Connection, text

from cashless.clock import business_date, now
from cashless.errors import Invalid, NotFound
from cashless.vietqr.text import ascii_text
from merchants import areas

_POSITION: Final = re.compile(r"([0-9]{1,2}\.[0-9]{1,6}),([0-9]{3}\.[0-9]{1,6})")
_SOUTH, _NORTH, _WEST, _EAST = 8, 24, 102, 118

# SQL to order the stalls ``s`` of one place: each number in a code is as wide as ten digits.
WALKED: Final = r"""s.walking_order, regexp_replace(
  regexp_replace(s.code, '([0-9]+)', '0000000000\1', 'g'), '[0-9]*([0-9]{10})', '\1', 'g')
  COLLATE "C", s.code"""

MARKET_KINDS: Final = {
    "planned": ("theo quy hoạch", "planned"),
    "wholesale": ("đầu mối", "wholesale"),
    "night": ("chợ đêm", "night market"),
    "temporary": ("chợ tạm", "temporary"),
    "unplanned": ("điểm tự phát", "unplanned"),
}
"""Kind of market → how it is called, in Vietnamese and English."""

_ADD = text(
    "INSERT INTO place (code, kind, name, market_class, ward, ward_valid_from, old_ward,"
    " market_kind, latitude, longitude) VALUES (:code, :kind, :name, :market_class, :ward,"
    " :ward_valid_from, :old_ward, :market_kind, :latitude, :longitude)"
    " ON CONFLICT (code) DO NOTHING"
)
_CHANGE = text(
    "UPDATE place SET market_class = :market_class, ward = :ward,"
    " ward_valid_from = :ward_valid_from, old_ward = :old_ward, market_kind = :market_kind,"
    " latitude = :latitude, longitude = :longitude WHERE code = :code"
)
_COLUMNS = (
    "SELECT code, kind, name, market_class, ward, old_ward, market_kind, latitude, longitude"
    " FROM place"
)
_FIND = text(f"{_COLUMNS} WHERE code = :code")
_LIST = text(f"{_COLUMNS} ORDER BY kind, code")
_STALL = text(
    "INSERT INTO stall (place_code, code, walking_order) VALUES (:place, :code, :walking_order)"
    " ON CONFLICT (code) DO UPDATE SET walking_order = stall.walking_order"
    " RETURNING id, place_code"
)


@dataclass(frozen=True, slots=True)
class Place:
    """A market or a street; ``market_class`` is 1 to 3 (Decree 60/2024), None for a street.

    ``ward`` is a code of today, ``old_ward`` the name of a ward that became part of it.
    """

    code: str
    kind: str
    name: str
    market_class: int | None = None
    ward: str = "30742"
    old_ward: str | None = None
    market_kind: str | None = None
    latitude: Decimal | None = None
    longitude: Decimal | None = None


def add(db: Connection, places: Iterable[Place]) -> None:
    """Add places; a code that is there already keeps its row."""
    for place in places:
        db.execute(_ADD, _row(place))


def change(db: Connection, place: Place) -> Place:
    """Put right where a place lies and what kind it is; code, name and stalls stay.

    Raises ``NotFound("place_unknown" | "area_unknown")``.
    """
    find(db, place.code)
    db.execute(_CHANGE, _row(place))
    return find(db, place.code)


def position(written: str) -> tuple[Decimal, Decimal]:
    """Read degrees north and east, ``10.0123,105.0809``. Raises ``Invalid("position_invalid")``."""
    found = _POSITION.fullmatch("".join(written.split()))
    north, east = (Decimal(found[1]), Decimal(found[2])) if found else (Decimal(), Decimal())
    if _SOUTH <= north <= _NORTH and _WEST <= east <= _EAST:
        return north, east
    raise Invalid(
        "position_invalid",
        "Write a position in Vietnam as degrees north, a comma, degrees east: 10.0123,105.0809.",
        "Hãy ghi vị trí ở Việt Nam: vĩ độ, dấu phẩy, kinh độ, ví dụ 10.0123,105.0809.",
    )


def old_ward(written: str, ward: str) -> str:
    """Return the name of a former ward that became part of ``ward``.

    Raises ``NotFound("area_unknown")``.
    """
    wanted = areas.plain(written)
    for one in areas.every_area():
        if one.into == ward and one.valid_to is not None and areas.plain(one.name) == wanted:
            return one.name
    raise areas.unknown(written)


def find(db: Connection, code: str) -> Place:
    """Return the place with that code. Raises ``NotFound("place_unknown")``."""
    row = db.execute(_FIND, {"code": code.upper()}).one_or_none()
    if row is None:
        known = ", ".join(place.code for place in listing(db)) or "-"
        raise NotFound(
            "place_unknown",
            f"There is no market or street {code!r}. Known: {known}.",
            f"Không có chợ hay tuyến phố {code!r}. Đang có: {known}.",
        )
    return Place(*row)


def listing(db: Connection) -> list[Place]:
    """Return all places, markets first."""
    return [Place(*row) for row in db.execute(_LIST)]


def stall(db: Connection, place: str, code: str, walking_order: int = 0) -> int:
    """Return the id of a stall of a place, adding it when it is new.

    Raises ``Invalid("stall_elsewhere")`` when the code stands in another place.
    """
    row = db.execute(
        _STALL, {"place": place, "code": code.upper(), "walking_order": walking_order}
    ).one()
    if row.place_code != place:
        raise Invalid(
            "stall_elsewhere",
            f"Stall {code} stands in {row.place_code}, not in {place}.",
            f"Sạp {code} thuộc {row.place_code}, không thuộc {place}.",
        )
    return int(row.id)


def named(db: Connection, written: str) -> str:
    """Return the code of the place a person wrote, by code or by name; a new name is added.

    The code of a new place is its name in plain letters, so that a typing error makes a new place
    that can be seen in the list, and never a wrong one.
    """
    wanted = _plain(written)
    for place in listing(db):
        if wanted in {_plain(place.code), _plain(place.name)}:
            return place.code
    code = wanted[:20].strip("-")
    if not code:
        raise Invalid(
            "place_name_invalid",
            "Write the market or street with letters or digits.",
            "Hãy ghi tên chợ hoặc tuyến phố bằng chữ hoặc số.",
        )
    add(db, [Place(code, "market", " ".join(written.split()))])
    return code


def _row(place: Place) -> dict[str, object]:
    area = areas.find(place.ward, business_date(now()))
    return {**asdict(place), "ward_valid_from": area.valid_from or areas.REFORM}


def _plain(written: str) -> str:
    return re.sub(r"[^A-Z0-9]+", "-", ascii_text(written).upper()).strip("-")
