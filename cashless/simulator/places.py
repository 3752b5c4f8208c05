"""Places: the markets and streets that the invented merchants stand in.

The names are those of real places of the city; sizes, zones and who stands where are invented. A
stall code is ``PLACE-ZONE-ROW-NUMBER`` in a market and ``PLACE-NUMBER`` in a street.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Final

from merchants.places import Place


@dataclass(frozen=True, slots=True)
class Site:
    """A place, how many of a hundred merchants stand there, its zones and what is sold there."""

    place: Place
    weight: int
    zones: tuple[str, ...]
    profile: str


SITES: Final = (
    Site(Place("TTTM", "market", "TTTM Rạch Giá", 1), 24, ("NL1", "NL2", "NL3"), "mixed"),
    Site(Place("RS", "market", "Chợ Rạch Sỏi", 1), 20, ("TS", "RC", "TH"), "fresh"),
    Site(Place("VTV", "market", "Chợ Vĩnh Thanh Vân", 2), 14, ("KI", "RC"), "fresh"),
    Site(Place("BS", "market", "Chợ Bắc Sơn", 2), 12, ("NL", "TP"), "fresh"),
    Site(Place("LB", "market", "Chợ đêm khu lấn biển", 3), 10, ("AU", "LN"), "night"),
    Site(Place("NTT", "street", "Đường Nguyễn Trung Trực"), 12, (), "street"),
    Site(Place("TP", "street", "Đường Trần Phú"), 8, (), "street"),
)

PROFILES: Final[Mapping[str, Mapping[str, int]]] = {
    "mixed": {
        "clothes": 28,
        "dried": 18,
        "grocery": 14,
        "household": 10,
        "phones": 6,
        "gold": 4,
        "services": 8,
        "drinks": 12,
    },
    "fresh": {
        "seafood": 26,
        "vegetables": 24,
        "meat": 16,
        "fruit": 12,
        "meals": 10,
        "rice": 6,
        "flowers": 6,
    },
    "night": {"meals": 55, "drinks": 30, "other": 15},
    "street": {"drinks": 40, "meals": 32, "phones": 14, "services": 14},
}
"""What is sold in each kind of place: category and weight."""


def stand(site: Site, rng: Random, number: int) -> str:
    """Return a stall code; ``number`` counts the stalls of the place and keeps codes apart."""
    if not site.zones:
        return f"{site.place.code}-{number * 8 + rng.randrange(8)}"
    row = rng.choice("ABCDEFGH")
    return f"{site.place.code}-{rng.choice(site.zones)}-{row}-{number * 4 + rng.randrange(4):03d}"


def category(site: Site, rng: Random) -> str:
    """Choose what is sold at a stall of that place."""
    sold = PROFILES[site.profile]
    return rng.choices(tuple(sold), tuple(sold.values()))[0]
