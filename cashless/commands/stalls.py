"""``cashless stalls``: who holds a stall, and handing it over."""

import getpass
from datetime import datetime
from typing import Any

import click

from cashless.commands.session import answer, json_option, ledger, table
from merchants import register, tenancy
from merchants.tenancy import Handover, Tenancy

_COLUMNS = {
    "stall": "Sạp",
    "merchant": "Người bán",
    "name": "Tên",
    "first_day": "Từ ngày",
    "last_day": "Đến hết ngày",
}
_EMPTY = "Sạp chưa có ai giữ. / Nobody has held this stall."
_day = click.option(
    "--from",
    "first_day",
    type=click.DateTime(["%Y-%m-%d"]),
    required=True,
    help="First day of the new state, YYYY-MM-DD.",
)
_why = click.option("--why", required=True, help="The reason; it is kept with the revoked stand.")


@click.group()
def stalls() -> None:
    """Sạp: who held a stall from when to when. A hand-over revokes the stand that hangs there."""


@stalls.command()
@click.argument("stall")
@json_option
def history(stall: str, as_json: bool) -> None:
    """List who held STALL, the first tenant first."""
    with ledger() as db:
        rows = [_shape(one) for one in tenancy.history(db, stall)]
    answer(rows, as_json, lambda it: table(it, _COLUMNS, _EMPTY))


@stalls.command("hand-over")
@click.argument("stall")
@click.argument("merchant")
@_day
@_why
@json_option
def hand_over(stall: str, merchant: str, first_day: datetime, why: str, as_json: bool) -> None:
    """Give STALL to MERCHANT from a day on; the other tenant's stand there is revoked."""
    over = Handover(stall, first_day.date(), getpass.getuser(), why)
    with ledger() as db:
        tenancy.hand_over(db, register.find(db, merchant), over)
        rows = [_shape(one) for one in tenancy.history(db, stall)]
    answer(rows, as_json, lambda it: table(it, _COLUMNS, _EMPTY))


@stalls.command()
@click.argument("stall")
@_day
@_why
@json_option
def leave(stall: str, first_day: datetime, why: str, as_json: bool) -> None:
    """Let STALL stand empty from a day on; the stand there is revoked."""
    over = Handover(stall, first_day.date(), getpass.getuser(), why)
    with ledger() as db:
        rows = [_shape(one) for one in tenancy.leave(db, over)]
    answer(rows, as_json, lambda it: table(it, _COLUMNS, _EMPTY))


def _shape(one: Tenancy) -> dict[str, Any]:
    return {
        "stall": one.stall,
        "place": one.place,
        "merchant": one.merchant,
        "name": one.name,
        "first_day": one.first_day,
        "last_day": one.last_day,
    }
