"""Zones: the parts of a market, such as the hall of fish; a stall is of the zone its code names.

Stall codes are written market, zone, row, number (``RS-TS-012``), so nobody has to say twice where
a stall belongs: it is of the zone whose code stands after the market's. What names none is in none.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from cashless.errors import Invalid
from merchants import places

_ADD: Final = text(
    "INSERT INTO zone (place_code, code, name) VALUES (:place, :code, :name)"
    " ON CONFLICT (place_code, code) DO UPDATE SET name = excluded.name"
)
_OF: Final = text(
    """
SELECT z.code, z.name, count(s.id) AS stalls, count(t.stall_id) AS held
FROM zone z
LEFT JOIN stall s ON s.place_code = z.place_code
  AND starts_with(s.code, z.place_code || '-' || z.code || '-')
LEFT JOIN LATERAL (SELECT y.stall_id FROM tenancy y WHERE y.stall_id = s.id
  AND y.during @> (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date LIMIT 1) t ON true
WHERE z.place_code = :place GROUP BY z.place_code, z.code ORDER BY z.code
"""
)


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of a market, how many stalls it has and how many of them somebody holds today."""

    code: str
    name: str
    stalls: int
    held: int


def add(db: Connection, place: str, code: str, name: str) -> None:
    """Add a zone, or give it another name.

    Raises ``NotFound("place_unknown")``, ``Invalid("zone_invalid")``.
    """
    row = {
        "place": places.find(db, place).code,
        "code": code.upper(),
        "name": " ".join(name.split()),
    }
    try:
        with db.begin_nested():
            db.execute(_ADD, row)
    except IntegrityError as error:
        raise Invalid(
            "zone_invalid",
            "A zone has a code of up to 8 plain letters or digits, as in the codes of its stalls,"
            " and a name of up to 60 characters.",
            "Khu có mã tối đa 8 chữ không dấu hoặc số, như trong mã sạp, và tên tối đa 60 ký tự.",
        ) from error


def listing(db: Connection, place: str) -> list[Zone]:
    """Return the zones of a place by their codes."""
    return [Zone(*row) for row in db.execute(_OF, {"place": place})]
