"""``cashless markets``: the places where merchants stand."""

import click

from cashless.commands.session import answer, json_option, ledger, table
from merchants import places


@click.group()
def markets() -> None:
    """Markets and streets."""


@markets.command()
@click.argument("code")
@click.option("--name", required=True, help="Name on the page, e.g. 'Chợ Rạch Sỏi'.")
@click.option("--street", is_flag=True, help="It is a street, not a market.")
@click.option("--class", "market_class", type=click.IntRange(1, 3), help="Class of a market.")
@json_option
def add(code: str, name: str, street: bool, market_class: int | None, as_json: bool) -> None:
    """Add a market or a street under a short CODE such as RS."""
    place = places.Place(code.upper(), "street" if street else "market", name, market_class)
    with ledger() as db:
        places.add(db, [place])
        kept = places.find(db, place.code)
    answer(kept, as_json, lambda it: f"{it.code}  {it.name}")


@markets.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List markets and streets."""
    with ledger() as db:
        rows = [
            {"code": p.code, "kind": p.kind, "name": p.name, "market_class": p.market_class}
            for p in places.listing(db)
        ]
    columns = {"code": "Mã", "kind": "Loại", "name": "Tên", "market_class": "Hạng"}
    empty = "Chưa có chợ nào. / No market yet: cashless markets add --help"
    answer(rows, as_json, lambda it: table(it, columns, empty))
