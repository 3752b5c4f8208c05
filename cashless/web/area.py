"""The wards' page: adoption of a ward for its officers, and of all wards for the city's.

Like the city's page it is given functions that return what is published, and has no other way to a
row. So a signed-in officer sees the public figures, sorted by who is responsible, and nobody's
takings: also not by subtracting one page from another (``cashless.reports.adoption_wards``).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response
from werkzeug.wrappers import Response as Answer

from cashless.reports.adoption import Adoption, everything
from cashless.reports.adoption_rows import adoption_csv
from cashless.reports.adoption_wards import Located, Ward, of_ward, wards
from cashless.web.city import RUNGS, sheet
from cashless.web.signed_in import Door, Visit, Way, nowhere

_OWN: Final = "/area/<ward>"


@dataclass(frozen=True, slots=True)
class Published:
    """What the pages may ask: the figures, where places lie, and the name of a ward of today."""

    read: Callable[[], tuple[Adoption, Sequence[Located]]]
    name: Callable[[str], str | None]


def blueprint(door: Door, published: Published) -> Blueprint:
    """Return the routes below ``/area``."""
    pages = _Pages(published)
    ways = (
        Way("/area", "GET", pages.areas, "adoption"),
        Way(_OWN, "GET", pages.area, "adoption", "ward"),
        Way(f"{_OWN}/adoption.csv", "GET", pages.area_csv, "adoption", "ward"),
    )
    return door.blueprint("area", ways)


@dataclass(frozen=True, slots=True)
class _Pages:
    """The views, and what they may ask."""

    published: Published

    def areas(self, visit: Visit) -> Answer:
        """Show every ward with its published totals."""
        found, places = self.published.read()
        rows = [(one, self.published.name(code)) for code, one in wards(found, places).items()]
        return visit.page("areas.html", adoption=found, wards=rows, rungs=RUNGS)

    def area(self, visit: Visit, ward: str) -> Answer:
        """Show the published figures of one ward."""
        name, found = self._find(ward)
        lines = everything(found.adoption)
        return visit.page(
            "area.html", name=name, ward=found, adoption=found.adoption, lines=lines, rungs=RUNGS
        )

    def area_csv(self, _visit: Visit, ward: str) -> Response:
        """Give the same figures to a spreadsheet."""
        _, found = self._find(ward)
        return sheet(adoption_csv(found.adoption), found.adoption, f"adoption-{ward}")

    def _find(self, ward: str) -> tuple[str, Ward]:
        name = self.published.name(ward)
        if name is None:
            raise nowhere()
        found, places = self.published.read()
        return name, of_ward(found, places, ward)
