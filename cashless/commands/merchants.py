"""``cashless merchants``: register merchants and look at them."""

from collections.abc import Mapping
from typing import Any

import click
from sqlalchemy import Connection

from cashless.access.page_seal import seal
from cashless.commands.merchants_import import import_, template_
from cashless.commands.session import answer, json_option, ledger, read_settings, table
from cashless.settings import vault_key
from merchants import accounts, categories, places, register, shifts


@click.group()
def merchants() -> None:
    """Người bán: register merchants, list and show them."""


merchants.add_command(import_)
merchants.add_command(template_)


@merchants.command()
@click.option("--name", required=True, help="Name on the stall, e.g. 'Chị Tư Cá Biển'.")
@click.option(
    "--category", required=True, help=f"What is sold: {', '.join(categories.CATEGORIES)}."
)
@click.option("--market", help="Code or name of the market or street; a new one is added.")
@click.option("--stall", help="Stall code, e.g. RS-TS-012.")
@click.option("--shift", default="", help="Hours at a shared stall: sáng, 03:00-11:00, T7,CN.")
@click.option("--account", required=True, help="Receiving account BIN:NUMBER.")
@click.option("--holder", required=True, help="Name of the account's holder.")
@click.option("--kind", default="household", show_default=True, help=", ".join(register.KINDS))
@json_option
def add(as_json: bool, market: str | None, **given: str) -> None:
    """Register a merchant with one receiving account.

    Example: cashless merchants add --name 'Chị Tư' --category seafood --market RS
    --stall RS-TS-012 --account 970405:7704205001234 --holder 'NGUYEN THI TU'
    """
    with ledger() as db:
        place = places.named(db, market) if market else None
        merchant = register.add(db, _application(place, given))
        shown = _shown(db, merchant)
    answer(shown, as_json, _lines)


@merchants.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List merchants in walking order."""
    with ledger() as db:
        rows = [_row(merchant) for merchant in register.listing(db)]
    columns = {
        "code": "Mã",
        "name": "Tên",
        "category": "Ngành hàng",
        "market": "Chợ",
        "stall": "Sạp",
        "status": "Trạng thái",
    }
    empty = "Chưa có người bán nào. / No merchant yet: cashless merchants add --help"
    answer(rows, as_json, lambda it: table(it, columns, empty))


@merchants.command()
@click.argument("code")
@json_option
def show(code: str, as_json: bool) -> None:
    """Show one merchant, with receiving accounts and the link to the merchant's own page."""
    with ledger() as db:
        shown = _shown(db, register.find(db, code))
    answer(shown, as_json, _lines)


@merchants.command()
@click.argument("code")
@click.argument("status", type=click.Choice(["active", "suspended", "closed"]))
@json_option
def status(code: str, status: str, as_json: bool) -> None:
    """Suspend, close or reopen a merchant. Money for a closed one goes to suspense."""
    with ledger() as db:
        shown = _shown(db, register.set_status(db, code, status))
    answer(shown, as_json, _lines)


def _application(place: str | None, given: Mapping[str, str]) -> register.Application:
    return register.Application(
        name=given["name"],
        category=given["category"],
        account=given["account"],
        holder=given["holder"],
        kind=given["kind"],
        place=place,
        stall=given["stall"],
        shift=shifts.read(given["shift"]),
    )


def _row(merchant: register.Merchant) -> dict[str, Any]:
    return {
        "id": merchant.code,
        "code": merchant.code,
        "name": merchant.name,
        "category": merchant.category,
        "kind": merchant.kind,
        "status": merchant.status,
        "market": merchant.place,
        "stall": merchant.stall,
    }


def _shown(db: Connection, merchant: register.Merchant) -> dict[str, Any]:
    settings = read_settings()
    proof = seal(vault_key(settings), merchant.code, merchant.page_version)
    return {
        **_row(merchant),
        "accounts": [
            {"account": a.written, "holder": a.holder, "provider": a.provider}
            for a in accounts.open_accounts(db, merchant.id)
        ],
        "page": f"{settings.base_url}/m/{merchant.code}/{proof}",
    }


def _lines(shown: dict[str, Any]) -> str:
    held = "\n".join(
        f"  tài khoản / account   {a['account']}  {a['holder']}  ({a['provider'] or 'chưa nối'})"
        for a in shown["accounts"]
    )
    return (
        f"{shown['code']}  {shown['name']}\n"
        f"  ngành hàng / category {shown['category']}\n"
        f"  sạp / stall           {shown['stall'] or '-'} ({shown['market'] or '-'})\n"
        f"  trạng thái / status   {shown['status']}\n{held}\n"
        f"  trang riêng / page    {shown['page']}"
    )
