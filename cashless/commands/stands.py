"""``cashless stands``: the printed codes of the stalls, and what became of them."""

import getpass
from typing import Any

import click

from cashless.commands.session import answer, json_option, ledger, read_settings, table
from cashless.vietqr.banks import bank
from merchants import stands as register
from merchants.stands import Stand

_COLUMNS = {
    "stall": "Sạp",
    "name": "Người bán",
    "bank": "Ngân hàng",
    "last_four": "Số cuối",
    "check_word": "Mã kiểm tra",
    "number": "Bảng số",
    "state": "Trạng thái",
    "issued_at": "Cấp lúc",
}
_STATES = {
    "issued": "chưa thử / not tested",
    "tested": "đang dùng / in use",
    "waiting": "chờ mở bán / not live yet",
    "out_of_use": "không còn dùng / out of use",
    "revoked": "đã thu hồi / revoked",
}


@click.group()
def stands() -> None:
    """Bảng QR: the printed codes of the stalls, and what became of them."""


@stands.command("list")
@click.option("--market", help="Code of a market or street; all of them if absent.")
@click.option("--all", "revoked", is_flag=True, help="Revoked stands as well.")
@json_option
def list_(market: str | None, revoked: bool, as_json: bool) -> None:
    """List stands in walking order."""
    with ledger() as db:
        rows = [_shape(one) for one in register.listing(db, market, revoked=revoked)]
    empty = "Chưa có bảng QR nào. / No stand yet: cashless qr stand --help"
    answer(rows, as_json, lambda it: table(it, _COLUMNS, empty))


@stands.command()
@click.argument("number")
@json_option
def show(number: str, as_json: bool) -> None:
    """Show the stand with that NUMBER: what is printed on it, and its life."""
    with ledger() as db:
        shown = _shape(register.find(db, number))
    answer(shown, as_json, _lines)


@stands.command()
@click.argument("number")
@click.option("--why", required=True, help="The reason; it is kept.")
@json_option
def revoke(number: str, why: str, as_json: bool) -> None:
    """Put the stand with that NUMBER out of use. Money that still comes to it is caught."""
    with ledger() as db:
        shown = _shape(register.revoke(db, number, why, getpass.getuser()))
    answer(shown, as_json, _lines)


def _shape(one: Stand) -> dict[str, Any]:
    return {
        "number": one.written,
        "state": one.state,
        "merchant": one.merchant,
        "name": one.name,
        "stall": one.stall,
        "place": one.place_name,
        "bank": bank(one.bin).short_name,
        "account": f"{one.bin}:{one.number}",
        "last_four": one.last_four,
        "holder": one.holder,
        "check_word": one.check_word,
        "payload": one.payload,
        "print_number": one.print_number,
        "issued_at": one.issued_at,
        "issued_by": one.issued_by,
        "reason": one.reason,
        "replaces": one.replaces and register.written(one.replaces),
        "tested_at": one.tested_at,
        "tested_payment": one.tested_payment,
        "revoked_at": one.revoked_at,
        "revoked_by": one.revoked_by,
        "revoke_reason": one.revoke_reason,
        "page": f"{read_settings().base_url}/s/{one.token}",
    }


def _lines(shown: dict[str, Any]) -> str:
    rows = [{"key": key, "value": value} for key, value in shown.items() if value is not None]
    title = f"{shown['name']} · {shown['stall'] or '-'} · {_STATES[shown['state']]}"
    return f"{title}\n{table(rows, {'key': '', 'value': ''}, '')}"
