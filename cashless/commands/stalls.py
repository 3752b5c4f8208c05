"""``cashless stalls``: who sells at a stall and when, and handing it or a shift of it over."""

import getpass
from datetime import datetime
from typing import Any

import click

from cashless.clock import business_date, now
from cashless.commands.session import answer, json_option, ledger, table
from merchants import places, register, shifts, tenancy
from merchants.tenancy import Handover, Tenancy

_COLUMNS = {
    "stall": "Sạp",
    "merchant": "Người bán",
    "name": "Tên",
    "shift": "Ca",
    "first_day": "Từ ngày",
    "last_day": "Đến hết ngày",
}
_NOW = {**_COLUMNS, "selling": "Đang bán"}
_EMPTY = "Sạp chưa có ai giữ. / Nobody has held this stall."
_day = click.option(
    "--from",
    "first_day",
    type=click.DateTime(["%Y-%m-%d"]),
    required=True,
    help="First day of the new state, YYYY-MM-DD.",
)
_why = click.option("--why", required=True, help="The reason; it is kept with the revoked stand.")
_shift = click.option(
    "--shift",
    default="",
    help="Only this shift: sáng, chiều, tối, đêm, 03:00-11:00, 'T2-T6 17:00-23:00'.",
)


@click.group()
def stalls() -> None:
    """Sạp: who sells at a stall and when, and who held it before.

    Several merchants may share a stall by shift. A hand-over revokes the stands of those who leave.
    Money is never told apart by the hour: the account decides whose it is.
    """


@stalls.command()
@click.argument("where")
@json_option
def show(where: str, as_json: bool) -> None:
    """Show who sells when at WHERE, a stall or a market, and who sells now."""
    at = now()
    with ledger() as db:
        market = next((one for one in places.listing(db) if one.code == where.upper()), None)
        day = business_date(at)
        found = (
            tenancy.held_at_place(db, market.code, day) if market else tenancy.held(db, where, day)
        )
    rows = [{**_shape(one), "selling": one.shift.is_on(at)} for one in found]
    answer(rows, as_json, lambda it: table([_said(row) for row in it], _NOW, _EMPTY))


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
@_shift
@_why
@json_option
def hand_over(as_json: bool, stall: str, merchant: str, **given: Any) -> None:  # noqa: ANN401  click
    """Give STALL, or a shift of it, to MERCHANT from a day on.

    Who sells there in those hours leaves, and their stands are revoked; others stay.
    """
    over = _over(stall, given)
    with ledger() as db:
        tenancy.hand_over(db, register.find(db, merchant), over)
        rows = [_shape(one) for one in tenancy.history(db, stall)]
    answer(rows, as_json, lambda it: table(it, _COLUMNS, _EMPTY))


@stalls.command()
@click.argument("stall")
@click.argument("merchant")
@_day
@_shift
@_why
@json_option
def shift(as_json: bool, stall: str, merchant: str, **given: Any) -> None:  # noqa: ANN401  click
    """Let MERCHANT sell at STALL at other hours from a day on; the stand stays.

    Without --shift all day. So a stall is shared: first narrow the hours of who is there, then
    hand the other shift over.
    """
    over = _over(stall, given)
    with ledger() as db:
        tenancy.change_shift(db, register.find(db, merchant), over)
        rows = [_shape(one) for one in tenancy.history(db, stall)]
    answer(rows, as_json, lambda it: table(it, _COLUMNS, _EMPTY))


@stalls.command()
@click.argument("stall")
@_day
@_shift
@_why
@json_option
def leave(as_json: bool, stall: str, **given: Any) -> None:  # noqa: ANN401  click
    """Let STALL, or a shift of it, stand empty from a day on; the stands there are revoked."""
    over = _over(stall, given)
    with ledger() as db:
        rows = [_shape(one) for one in tenancy.leave(db, over)]
    answer(rows, as_json, lambda it: table(it, _COLUMNS, _EMPTY))


def _over(stall: str, given: dict[str, Any]) -> Handover:
    first_day: datetime = given["first_day"]
    read = shifts.read(given["shift"])
    return Handover(stall, first_day.date(), getpass.getuser(), given["why"], read)


def _said(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "selling": "đang bán / now" if row["selling"] else ""}


def _shape(one: Tenancy) -> dict[str, Any]:
    return {
        "stall": one.stall,
        "place": one.place,
        "merchant": one.merchant,
        "name": one.name,
        "shift": one.shift.written,
        "first_day": one.first_day,
        "last_day": one.last_day,
    }
