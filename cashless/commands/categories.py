"""``cashless categories``: what is sold, its code and tax group by date, and changing it."""

import getpass
from datetime import date, datetime
from typing import Any

import click

from cashless.clock import business_date, now
from cashless.commands.session import answer, json_option, ledger, table
from merchants import categories as room
from merchants import category_changes, register, tax_groups
from merchants.category_changes import Sold

_COLUMNS = {
    "category": "Ngành",
    "name": "Tên",
    "mcc": "MCC",
    "group_name": "Nhóm thuế",
    "rate": "GTGT + TNCN",
}
_HISTORY = {"category": "Ngành", "valid_from": "Từ ngày", "who": "Ai ghi", "why": "Lý do"}
_ALWAYS = "Chưa đổi lần nào. / It has never changed."
_at = click.option(
    "--at", type=click.DateTime(["%Y-%m-%d"]), help="As it counts on that day; today if left out."
)


@click.group()
def categories() -> None:
    """Ngành hàng: what is sold, the code our QR codes carry for it, and the group of the tax.

    The rates are percent of revenue (VAT + income tax) of a household business above the threshold,
    by dated rules. The tax office decides; this is a table to look things up in.
    """


@categories.command("list")
@_at
@json_option
def list_(at: datetime | None, as_json: bool) -> None:
    """List every category with merchant category code, tax group and rates on a day."""
    day = at.date() if at else business_date(now())
    rows = [_shape(category, day) for category in room.CATEGORIES]
    answer(rows, as_json, lambda it: table(it, _COLUMNS, ""))


@categories.command()
@json_option
def sources(as_json: bool) -> None:
    """Tell where codes, groups and rates are from, and from when to when each rate counts."""
    told = {
        **room.sources(),
        "rates": [
            {
                "group": one.group,
                "rate": one.written,
                "income_on": one.income_on,
                "valid_from": one.valid_from,
                "valid_to": one.valid_to,
                "source": one.source,
            }
            for one in tax_groups.rates()
        ],
    }
    answer(told, as_json, _source_lines)


@categories.command()
@click.argument("merchant")
@json_option
def history(merchant: str, as_json: bool) -> None:
    """Show what MERCHANT has sold, from which day on."""
    with ledger() as db:
        found = category_changes.history(db, register.find(db, merchant))
    answer([_sold(one) for one in found.changes], as_json, lambda it: table(it, _HISTORY, _ALWAYS))


@categories.command()
@click.argument("merchant")
@click.argument("category")
@click.option(
    "--from",
    "first_day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="First day of the new category, today if left out; not to come.",
)
@click.option("--why", required=True, help="The reason; it is kept.")
@json_option
def change(
    merchant: str, category: str, first_day: datetime | None, why: str, as_json: bool
) -> None:
    """Note that MERCHANT sells CATEGORY from a day on. Books of earlier days keep the old group."""
    day = first_day.date() if first_day else business_date(now())
    with ledger() as db:
        found = register.find(db, merchant)
        done = category_changes.change(db, found, Sold(category, day, getpass.getuser(), why))
    answer([_sold(one) for one in done.changes], as_json, lambda it: table(it, _HISTORY, _ALWAYS))


def _shape(category: str, day: date) -> dict[str, Any]:
    meaning = room.meaning(category, day)
    rate = tax_groups.rates_at(day).get(meaning.group)
    return {
        "category": category,
        "name": room.CATEGORIES[category][0],
        "name_en": room.CATEGORIES[category][1],
        "mcc": meaning.mcc,
        "group": meaning.group,
        "group_name": tax_groups.groups()[meaning.group][0],
        "rate": rate and rate.written,
        "source": rate and rate.source,
    }


def _sold(one: Sold) -> dict[str, Any]:
    first = one.valid_from if one.valid_from.year > 1 else None
    return {"category": one.category, "valid_from": first, "who": one.who, "why": one.why}


def _source_lines(told: dict[str, Any]) -> str:
    rates = "\n".join(
        f"  {one['group']:<11} {one['rate']:<14} {one['valid_from']:%d/%m/%Y} –"
        f" {_until(one['valid_to'])}  {one['source']}"
        for one in told["rates"]
    )
    return f"MCC: {told['mcc']}\nNhóm / groups: {told['group']}\nTỷ lệ / rates:\n{rates}"


def _until(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else "…"
