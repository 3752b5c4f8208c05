"""``cashless orders``: what was asked for and what came."""

from typing import Any

import click

from cashless.clock import now
from cashless.commands.session import answer, json_option, ledger, read_settings
from cashless.money import format_dong
from merchants import orders as room


@click.group()
def orders() -> None:
    """Phiếu thu: amounts asked for once."""


@orders.command()
@click.argument("code")
@json_option
def show(code: str, as_json: bool) -> None:
    """Show order CODE: amount, what was paid, status and exception."""
    with ledger() as db:
        shown = shape(room.find(db, code))
    answer(shown, as_json, lines)


def shape(order: room.Order) -> dict[str, Any]:
    """Return an order in the JSON shape that stays (design §8), and the address of its page."""
    return {
        "code": order.code,
        "merchant": order.merchant,
        "amount": order.amount,
        "paid": order.paid,
        "status": order.status(now()),
        "exception": order.exception,
        "final": order.is_final,
        "expires_at": order.expires_at,
        "payload": order.payload,
        "note": order.note,
        "page": f"{read_settings().base_url}/p/{order.code}",
    }


def lines(shown: dict[str, Any]) -> str:
    """Return an order as a person reads it."""
    waits = "" if shown["final"] else ", chờ xác nhận / to be confirmed"
    return (
        f"Phiếu thu / order {shown['code']} của / of {shown['merchant']}\n"
        f"  số tiền / amount {format_dong(shown['amount'])}, đã nhận / paid"
        f" {format_dong(shown['paid'])}\n"
        f"  trạng thái / status {shown['status']} ({shown['exception']}){waits}\n"
        f"  trang / page {shown['page']}\n"
        f"  {shown['payload']}"
    )
