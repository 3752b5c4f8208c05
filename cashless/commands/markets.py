"""``cashless markets``: the places where merchants stand, where they lie, and their zones."""

from dataclasses import replace
from typing import Any

import click

from cashless.clock import business_date, now
from cashless.commands.session import answer, json_option, ledger, table
from merchants import areas, places, zones
from merchants.places import MARKET_KINDS, Place

_COLUMNS = {"code": "Mã", "kind": "Loại", "name": "Tên", "market_class": "Hạng", "ward": "Phường"}
_ZONES = {"code": "Khu", "name": "Tên", "stalls": "Sạp", "held": "Đang có người"}
_class = click.option(
    "--class", "market_class", type=click.IntRange(1, 3), help="Class of a market."
)
_kind = click.option(
    "--kind", "market_kind", type=click.Choice(list(MARKET_KINDS)), help="Of market."
)
_ward = click.option("--ward", help="Ward of today, by code or name; an old ward leads to it.")
_old = click.option("--old-ward", help="The ward before 1 July 2025: a label for reports.")
_at = click.option("--at", help="Position: degrees north, a comma, degrees east.")


@click.group()
def markets() -> None:
    """Markets and streets."""


@markets.command()
@click.argument("code")
@click.option("--name", required=True, help="Name on the page, e.g. 'Chợ Rạch Sỏi'.")
@click.option("--street", is_flag=True, help="It is a street, not a market.")
@_class
@_kind
@_ward
@_old
@_at
@json_option
def add(as_json: bool, code: str, name: str, *, street: bool, **given: Any) -> None:  # noqa: ANN401  click
    """Add a market or a street under a short CODE such as RS."""
    place = _placed(Place(code.upper(), "street" if street else "market", name), given)
    with ledger() as db:
        places.add(db, [place])
        kept = places.find(db, place.code)
    answer(_shape(kept), as_json, lambda it: f"{it['code']}  {it['name']}")


@markets.command()
@click.argument("code")
@_class
@_kind
@_ward
@_old
@_at
@json_option
def change(as_json: bool, code: str, **given: Any) -> None:  # noqa: ANN401  click
    """Put right where the market CODE lies and what kind it is; what is left out stays."""
    with ledger() as db:
        kept = places.change(db, _placed(places.find(db, code), given))
    answer(_shape(kept), as_json, _lines)


@markets.command()
@click.argument("code")
@json_option
def show(code: str, as_json: bool) -> None:
    """Show a market or street: ward of today and before, class, position, zones."""
    with ledger() as db:
        found = places.find(db, code)
        said = {**_shape(found), "zones": [_zone(one) for one in zones.listing(db, found.code)]}
    answer(said, as_json, _lines)


@markets.command()
@click.argument("market")
@click.argument("code")
@click.argument("name")
@json_option
def zone(market: str, code: str, name: str, as_json: bool) -> None:
    """Add the zone CODE of MARKET, or rename it: its stalls are those whose codes name it."""
    with ledger() as db:
        zones.add(db, market, code, name)
        rows = [_zone(one) for one in zones.listing(db, market.upper())]
    answer(rows, as_json, lambda it: table(it, _ZONES, ""))


@markets.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List markets and streets."""
    with ledger() as db:
        rows = [_shape(place) for place in places.listing(db)]
    empty = "Chưa có chợ nào. / No market yet: cashless markets add --help"
    answer(rows, as_json, lambda it: table(it, _COLUMNS, empty))


def _placed(place: Place, given: dict[str, Any]) -> Place:
    """Return the place with what was given, each read and checked."""
    ward = areas.named(given["ward"]).code if given["ward"] else place.ward
    old = places.old_ward(given["old_ward"], ward) if given["old_ward"] else place.old_ward
    north, east = places.position(given["at"]) if given["at"] else (place.latitude, place.longitude)
    return replace(
        place,
        ward=ward,
        old_ward=old,
        latitude=north,
        longitude=east,
        market_class=given["market_class"] or place.market_class,
        market_kind=given["market_kind"] or place.market_kind,
    )


def _zone(one: zones.Zone) -> dict[str, Any]:
    return {"code": one.code, "name": one.name, "stalls": one.stalls, "held": one.held}


def _shape(place: Place) -> dict[str, Any]:
    area = areas.find(place.ward, business_date(now()))
    at = None if place.latitude is None else f"{place.latitude},{place.longitude}"
    return {
        "code": place.code,
        "kind": place.kind,
        "name": place.name,
        "market_class": place.market_class,
        "market_kind": place.market_kind,
        "ward": place.ward,
        "ward_name": areas.full_name(area),
        "old_ward": place.old_ward,
        "at": at,
    }


def _lines(said: dict[str, Any]) -> str:
    kind = " / ".join(MARKET_KINDS[said["market_kind"]]) if said["market_kind"] else "-"
    rows = table(said["zones"], _ZONES, "") if said.get("zones") else "-"
    return (
        f"{said['code']}  {said['name']}\n"
        f"  phường / ward         {said['ward_name']} ({said['ward']})\n"
        f"  phường cũ / before    {said['old_ward'] or '-'}\n"
        f"  hạng, loại / class    {said['market_class'] or '-'}, {kind}\n"
        f"  vị trí / position     {said['at'] or '-'}\n"
        f"  khu / zones           {rows}"
    )
