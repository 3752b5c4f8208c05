"""``cashless deliveries``: calls as they came, and the count of those turned away."""

from typing import Any
from uuid import UUID

import click

from cashless.commands.session import answer, json_option, ledger, table
from cashless.errors import Invalid
from webhooks import deliveries as room
from webhooks import refusals

_COLUMNS = {
    "received_at": "Nhận lúc",
    "provider": "Tổ chức",
    "outcome": "Kết quả",
    "reason": "Lý do",
    "reply_status": "HTTP",
    "id": "Số",
}
_REFUSED = {
    "day": "Ngày",
    "connection_id": "Kết nối",
    "reason": "Lý do",
    "count": "Số lần",
    "last_at": "Lần cuối",
    "last_digest": "SHA-256 lần cuối",
}


@click.group()
def deliveries() -> None:
    """Lần gửi: what the providers sent, word for word."""


@deliveries.command("list")
@click.option("--outcome", type=click.Choice(room.OUTCOMES), help="Only calls with this outcome.")
@json_option
def list_(outcome: str | None, as_json: bool) -> None:
    """List the newest genuine calls. `--outcome unreadable` lists those a person must read."""
    with ledger() as db:
        rows = room.listing(db, outcome)
    empty = "Không có lần gửi nào. / No such delivery."
    answer(rows, as_json, lambda it: table(it, _COLUMNS, empty))


@deliveries.command()
@click.argument("delivery")
@json_option
def show(delivery: str, as_json: bool) -> None:
    """Show one DELIVERY with its body as it came."""
    with ledger() as db:
        shown = room.show(db, _id(delivery))
    answer(shown, as_json, _lines)


@deliveries.command()
@json_option
def refused(as_json: bool) -> None:
    """Count the calls that were turned away, by day, connection and reason."""
    with ledger() as db:
        rows = refusals.listing(db)
    empty = "Chưa từ chối lần gửi nào. / Nothing was turned away."
    answer(rows, as_json, lambda it: table(it, _REFUSED, empty))


def _id(written: str) -> str:
    try:
        return str(UUID(written))
    except ValueError as error:
        raise Invalid(
            "delivery_number_invalid",
            "A delivery is named by its number; `cashless deliveries list` shows them.",
            "Lần gửi được gọi bằng số; lệnh `cashless deliveries list` liệt kê.",
        ) from error


def _lines(shown: dict[str, Any]) -> str:
    return "\n".join(f"{name:13} {value}" for name, value in shown.items())
