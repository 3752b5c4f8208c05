"""``cashless suspense``: money whose owner is not known yet."""

import getpass
from typing import Any

import click
import orjson

from cashless.commands.payments import number
from cashless.commands.session import answer, json_option, ledger, table
from cashless.money import format_dong
from webhooks import desk
from webhooks import suspense as room

_COLUMNS = {
    "id": "Số",
    "business_date": "Ngày",
    "provider": "Tổ chức",
    "dong": "Số tiền",
    "account": "Tài khoản",
    "reason": "Lý do",
    "memo": "Nội dung",
}


@click.group()
def suspense() -> None:
    """Chưa rõ của ai: payments that no rule could match."""


@suspense.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List what is in suspense, with the reason."""
    with ledger() as db:
        rows = [_shape(row) for row in room.listing(db)]
    empty = "Không có khoản nào chưa rõ. / Nothing is in suspense."
    answer(rows, as_json, lambda it: table(it, _COLUMNS, empty))


@suspense.command()
@click.argument("payment")
@click.argument("merchant")
@click.option("--why", required=True, help="The reason; it is kept with the match.")
@json_option
def assign(payment: str, merchant: str, why: str, as_json: bool) -> None:
    """Give PAYMENT to MERCHANT, with a reason. Nothing is erased: entries are added."""
    with ledger() as db:
        claim = desk.assign(db, number(payment), merchant, why, getpass.getuser())
    said = {
        "payment": claim.payment.id,
        "merchant": merchant.upper(),
        "amount": claim.payment.amount,
        "rule": claim.rule,
    }
    answer(
        said,
        as_json,
        lambda it: (
            f"{format_dong(it['amount'])} → {it['merchant']} (khoản / payment {it['payment']})"
        ),
    )


def _shape(row: dict[str, Any]) -> dict[str, Any]:
    facts = orjson.loads(row.pop("explanation"))
    return {**row, "reason": facts["reason"], "facts": facts, "dong": format_dong(row["amount"])}
