"""Places: markets and streets, and the stalls in them.

A ward code alone is no key: code 30742 has meant three wards in turn (facts of the 2025 reform), so
a place keeps the date from which its ward code is meant.

Stalls are walked in their own order (``WALKED``); where nobody gave one, by their codes as people
count them, A2 before A10.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, text

from cashless.errors import Invalid, NotFound
from cashless.vietqr.text import ascii_text

# SQL to order the stalls ``s`` of one place: each number in a code is as wide as ten digits.
WALKED: Final = r"""s.walking_order, regexp_replace(
  regexp_replace(s.code, '([0-9]+)', '0000000000\1', 'g'), '[0-9]*([0-9]{10})', '\1', 'g')
  COLLATE "C", s.code"""

_ADD = text(
    "INSERT INTO place (code, kind, name, market_class)"
    " VALUES (:code, :kind, :name, :market_class) ON CONFLICT (code) DO NOTHING"
)
_FIND = text("SELECT code, kind, name, market_class FROM place WHERE code = :code")
_LIST = text("SELECT code, kind, name, market_class FROM place ORDER BY kind, code")
_STALL = text(
    "INSERT INTO stall (place_code, code, walking_order) VALUES (:place, :code, :walking_order)"
    " ON CONFLICT (code) DO UPDATE SET walking_order = stall.walking_order"
    " RETURNING id, place_code"
)


@dataclass(frozen=True, slots=True)
class Place:
    """A market or a street; ``market_class`` is 1 to 3 (Decree 60/2024), None for a street."""

    code: str
    kind: str
    name: str
    market_class: int | None = None


def add(db: Connection, places: Iterable[Place]) -> None:
    """Add places; a code that is there already keeps its row."""
    for place in places:
        db.execute(
            _ADD,
            {
                "code": place.code,
                "kind": place.kind,
                "name": place.name,
                "market_class": place.market_class,
            },
        )


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


def _plain(written: str) -> str:
    return re.sub(r"[^A-Z0-9]+", "-", ascii_text(written).upper()).strip("-")
