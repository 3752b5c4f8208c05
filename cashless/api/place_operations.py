"""Markets and streets over the API: who has a right there reads them."""

from typing import Any, Final

from cashless.api import shapes
from cashless.api.door import Call
from cashless.api.operation import Operation, page, whole, written
from merchants import places, stands


def market_places(call: Call, asked: dict[str, Any]) -> dict[str, Any]:
    """List the markets and streets that this key's person sees, by code."""
    found = sorted(places.listing(call.db), key=lambda one: one.code)
    after = [one for one in found if one.code > asked["after"]]
    return page(after, asked["limit"])


def place(call: Call, code: str) -> places.Place:
    """Return one market or street."""
    return places.find(call.db, written(code))


def place_stands(call: Call, code: str) -> dict[str, Any]:
    """List the live stands of a place in walking order."""
    return whole(stands.listing(call.db, written(code)))


OPERATIONS: Final = (
    Operation(
        "/places",
        market_places,
        "registry",
        shapes.listed(shapes.PlaceShape),
        query=shapes.Paging,
        fails=(),
    ),
    Operation("/places/<code>", place, "registry", shapes.PlaceShape),
    Operation("/places/<code>/stands", place_stands, "registry", shapes.listed(shapes.StandShape)),
)
