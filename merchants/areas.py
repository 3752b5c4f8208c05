"""Administrative areas: provinces, wards and communes, each with the days in which it was meant.

The reform of 1 July 2025 merged provinces and wards and used codes again: 30742 was the ward Vĩnh
Bảo, then Vĩnh Thanh Vân, and is Rạch Giá now. So an area is named by code and life, and an old ward
is still a label that people write: ``named`` leads from it to the area of today. The list is data
with provenance (``areas.json`` beside this file): all provinces, the 102 units of An Giang, the
former wards of the city of Rạch Giá, and the two provinces that became An Giang.
"""

import json
import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from cashless.errors import NotFound
from cashless.vietqr.text import ascii_text

FILE: Final = Path(__file__).with_name("areas.json")
REFORM: Final = date(2025, 7, 1)

_LEVELS: Final = {
    "province": ("Tỉnh", "Province"),
    "ward": ("Phường", "Ward"),
    "commune": ("Xã", "Commune"),
    "special_zone": ("Đặc khu", "Special zone"),
}
_PREFIXES: Final = re.compile(r"^(?:THANH PHO|TP|TINH|PHUONG|P|XA|DAC KHU)[ .]+")


@dataclass(frozen=True, slots=True)
class Area:
    """One life of a code; ``valid_from`` or ``valid_to`` is None where the day is not recorded.

    ``into`` is the code of the area that it became part of, None for an area of today.
    """

    code: str
    life: int
    level: str
    name: str
    province: str
    valid_from: date | None
    valid_to: date | None
    into: str | None
    source: str

    @property
    def written(self) -> str:
        """The name as people write it, ``Phường Rạch Giá``."""
        return f"{_LEVELS[self.level][0]} {self.name}"

    def is_valid(self, at: date) -> bool:
        """Tell whether the area is known to have been meant by its code on that day."""
        if self.into is None:
            return self.valid_from is None or self.valid_from <= at
        return self.valid_to is not None and at <= self.valid_to


@cache
def every_area() -> tuple[Area, ...]:
    """Return all areas, provinces first, each code in the order of its lives."""
    document = json.loads(FILE.read_text(encoding="utf-8"))
    return tuple(_area(row) for row in document["areas"])


def lives(code: str) -> tuple[Area, ...]:
    """Return every area that a ward's or commune's code has meant, oldest first."""
    return tuple(one for one in every_area() if one.code == code and one.level != "province")


def find(code: str, at: date) -> Area:
    """Return what a ward's code meant on a day. Raises ``NotFound("area_unknown")``."""
    found = [one for one in lives(code) if one.is_valid(at)]
    if not found:
        raise unknown(code)
    return found[-1]


def named(written: str) -> Area:
    """Return the area of today that a name or code stands for, an old ward's name included.

    Raises ``NotFound("area_unknown")``.
    """
    wanted = plain(written)
    for one in reversed(every_area()):
        if one.level != "province" and wanted in {one.code, plain(one.name), plain(one.written)}:
            return _today(one)
    raise unknown(written)


def full_name(area: Area) -> str:
    """Return the area with its province: ``Phường Rạch Giá, Tỉnh An Giang``."""
    return f"{area.written}, {_province(area).written}"


def _today(area: Area) -> Area:
    return area if area.into is None else lives(area.into)[-1]


def _province(area: Area) -> Area:
    """Return the province of an area: of a former one the former, where it is known."""
    known = [one for one in every_area() if one.level == "province" and one.code == area.province]
    of_its_days = [one for one in known if (one.into is None) == (area.into is None)]
    return (of_its_days or known)[-1]


def plain(written: str) -> str:
    """Return a name without accents, case and the word for its level."""
    plain = " ".join(ascii_text(written).upper().split())
    return _PREFIXES.sub("", plain)


def _area(row: dict[str, Any]) -> Area:
    return Area(
        code=row["code"],
        life=row["life"],
        level=row["level"],
        name=row["name"],
        province=row["province"],
        valid_from=_day(row["from"]),
        valid_to=_day(row["to"]),
        into=row["into"],
        source=row["source"],
    )


def _day(written: str | None) -> date | None:
    return None if written is None else date.fromisoformat(written)


def unknown(written: str) -> NotFound:
    """Return the error of a name or code that is not in the list."""
    return NotFound(
        "area_unknown",
        f"No ward, commune or special zone {written!r} is in the list of areas.",
        f"Không có phường, xã hay đặc khu {written!r} trong danh mục.",
    )
