"""``cashless suspense``: money whose owner is not known yet, and what people do with it."""

from typing import Any

import click

from cashless.commands.desk import act, told_of, why_option
from cashless.commands.payments import number
from cashless.commands.session import answer, json_option, ledger, table
from cashless.money import format_dong
from webhooks import suspense as room
from webhooks.proposals import Wish
from webhooks.suspense import Filter, Waiting

_COLUMNS = {
    "id": "Số",
    "business_date": "Ngày",
    "age": "Chờ",
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
@click.option("--provider", help="Only what this provider told.")
@click.option("--place", help="Only what may be of a merchant of this market or street.")
@click.option("--reason", type=click.Choice(sorted(room.REASONS)), help="Only for this reason.")
@click.option("--older-than", type=click.IntRange(0, 3650), default=0, help="Only older; days.")
@json_option
def list_(as_json: bool, **wanted: Any) -> None:  # noqa: ANN401  the options by name
    """List what is in suspense: why, how long, and whose it may be.

    A suggestion never decides. Each says why somebody may be the one, and why the rules did not
    take them.
    """
    with ledger() as db:
        found = room.waiting(db, Filter(**wanted))
    answer([_shape(one) for one in found], as_json, lambda _: _lines(found))


@suspense.command()
@click.argument("payment")
@click.argument("merchant")
@click.option("--order", help="The code of the order that it pays.")
@why_option
@json_option
def assign(payment: str, merchant: str, order: str | None, why: str, as_json: bool) -> None:
    """Give PAYMENT to MERCHANT, with a reason. Nothing is erased: entries are added."""
    wish = Wish("assign", why, number(payment), merchant, order)
    done = act(wish)
    said = {**done.as_json(), "rule": "assigned" if done.state == "done" else None}
    line = f"{format_dong(done.amount)} → {done.merchant} (khoản / payment {done.payment})"
    answer(said, as_json, lambda _: f"{line}\n{told_of(done)}")


@suspense.command("return")
@click.argument("payment")
@click.option("--reference", required=True, help="By what the bank or the merchant names it.")
@why_option
@json_option
def return_(payment: str, reference: str, why: str, as_json: bool) -> None:
    """Note that PAYMENT was sent back to its payer, by the bank or the merchant.

    Nothing is moved here, because the platform never holds money: it is written down, with the
    reference of the sending back, and the payment waits for nobody any more.
    """
    done = act(Wish("return", why, number(payment), reference=reference))
    answer(done.as_json(), as_json, lambda _: told_of(done))


@suspense.command()
@click.argument("payment")
@why_option
@json_option
def undo(payment: str, why: str, as_json: bool) -> None:
    """Take the assignment or return of PAYMENT back by new entries; it is in suspense again."""
    done = act(Wish("undo", why, number(payment)))
    answer(done.as_json(), as_json, lambda _: told_of(done))


def _shape(one: Waiting) -> dict[str, Any]:
    return {
        **one.as_json(),
        "rule": one.facts["rule"],
        "facts": one.facts,
        "dong": format_dong(one.payment.amount),
    }


def _lines(found: list[Waiting]) -> str:
    """Lay the list out, and under it the suggestions of each payment."""
    rows = [{**_shape(one), "age": f"{one.age_days} ngày"} for one in found]
    lines = [table(rows, _COLUMNS, "Không có khoản nào chưa rõ. / Nothing is in suspense.")]
    for one in found:
        lines.append(f"\nKhoản / payment {one.payment.id}: {' / '.join(one.words)}")
        for said in one.suggestions:
            lines.append(f"  ? {said.merchant} {said.name} {said.order or ''}".rstrip())
            lines.append(f"    {' / '.join(said.words.why)}")
            lines.append(f"    {' / '.join(said.words.why_not)}")
    return "\n".join(lines)
