"""``cashless payments``, ``story`` and ``settle``: what came and what became of it."""

import getpass
from typing import Any

import click

from cashless.commands.session import (
    answer,
    database,
    json_option,
    ledger,
    progress_to_terminal,
    table,
)
from cashless.db.engine import transaction
from cashless.errors import Invalid
from cashless.ledger.cause import reason
from cashless.money import format_dong
from webhooks import confirmations, explaining, tellings
from webhooks import payments as room
from webhooks import story as story_room
from webhooks.cases import advice
from webhooks.settle import drain, unpark

_COLUMNS = {
    "id": "Số",
    "business_date": "Ngày",
    "provider": "Tổ chức",
    "dong": "Số tiền",
    "state": "Trạng thái",
    "merchant": "Người bán",
    "order": "Phiếu thu",
    "rule": "Khớp theo",
    "provider_txn_id": "Mã giao dịch",
}
_UNCONFIRMED = ("id", "provider", "dong", "merchant", "order", "provider_txn_id")


@click.group()
def payments() -> None:
    """Khoản tiền: what the providers told, and whose it is."""


@payments.command("list")
@click.option("--state", type=click.Choice(room.STATES), help="Only payments in this state.")
@json_option
def list_(state: str | None, as_json: bool) -> None:
    """List payments, newest first."""
    with ledger() as db:
        rows = room.listing(db, state)
    answer(rows, as_json, _table)


@payments.command()
@click.argument("payment")
@json_option
def show(payment: str, as_json: bool) -> None:
    """Show one PAYMENT by its number: what it is, and what to do about it."""
    with ledger() as db:
        row = room.show(db, number(payment))
        told = [advice.shape(one) for one in advice.of(db, row)]
    answer({**row, "cases": told}, as_json, lambda it: "\n".join([_table([it]), *_advised(told)]))


@payments.command()
@click.argument("payment")
@json_option
def explain(payment: str, as_json: bool) -> None:
    """Say why PAYMENT is matched as it is: each match, its rule set, the runner-up."""
    with ledger() as db:
        row = room.show(db, number(payment))
        told = explaining.explained(db, row["id"])
    answer({"payment": row, "matches": told}, as_json, _explained)


@payments.command()
@json_option
def unconfirmed(as_json: bool) -> None:
    """List payments of weak protocols that nothing independent has confirmed yet."""
    with ledger() as db:
        rows = confirmations.waiting(db)
    told = [{**row, "dong": format_dong(row["amount"])} for row in rows]
    columns = {name: title for name, title in _COLUMNS.items() if name in _UNCONFIRMED}
    empty = "Không có khoản nào chờ xác nhận. / No payment waits for its confirmation."
    answer(rows, as_json, lambda _: table(told, columns, empty))


@payments.command()
@click.argument("payment")
@click.option("--why", required=True, help="By what you know that the money is there; it is kept.")
@json_option
def confirm(payment: str, why: str, as_json: bool) -> None:
    """Confirm PAYMENT of a weak protocol: you saw the money in the account.

    Statements and answers of providers confirm payments by themselves.
    """
    with ledger() as db:
        at = confirmations.confirm(db, number(payment), "person", why, getpass.getuser())
    said = {"payment": number(payment), "confirmed_at": at}
    answer(said, as_json, lambda it: f"Đã xác nhận / confirmed {it['payment']}")


@payments.command()
@click.argument("payment")
@click.option("--why", required=True, help="By what you know that they are two; it is kept.")
@json_option
def separate(payment: str, why: str, as_json: bool) -> None:
    """Tách ra: PAYMENT bears witness of another and is a payment of its own after all.

    It is matched, posted and told to its merchant. `cashless payments join` is the way back.
    """
    said = reason(getpass.getuser(), why)
    with database() as engine:
        with transaction(engine) as db:
            of = tellings.separate(db, number(payment), said)
        drain(engine)
    told = {"payment": number(payment), "told_of": of}
    answer(told, as_json, lambda it: f"Đã tách {it['payment']} khỏi / separated from {of}")


@payments.command()
@click.argument("payment")
@click.argument("of")
@click.option("--why", required=True, help="By what you know that they are one; it is kept.")
@json_option
def join(payment: str, of: str, why: str, as_json: bool) -> None:
    """Gộp lại: PAYMENT is only another telling of the payment OF, and counts no more.

    Its entries are taken back by new ones. `cashless payments separate` is the way back.
    """
    with ledger() as db:
        tellings.join(db, number(payment), number(of), reason(getpass.getuser(), why))
    told = {"payment": number(payment), "tells_of": number(of)}
    answer(told, as_json, lambda it: f"Đã gộp {it['payment']} vào / joined with {it['tells_of']}")


@click.command()
@click.argument("payment")
@json_option
def story(payment: str, as_json: bool) -> None:
    """Tell PAYMENT from the rows its steps left."""
    with ledger() as db:
        told = story_room.tell(db, number(payment))
    answer(told, as_json, _told)


@click.command()
@json_option
def settle(as_json: bool) -> None:
    """Match and post what waits, and try again what could not be settled before.

    Running it again changes nothing.
    """
    with database() as engine:
        unpark(engine)
        done = drain(engine, told=lambda n: progress_to_terminal(f"đã xử lý / settled {n}"))
    said = {"payments": done.payments, "suspense": done.suspense, "failed": done.failed}
    answer(
        said,
        as_json,
        lambda it: (
            f"Đã xử lý / settled {it['payments']}, chưa rõ / suspense {it['suspense']},"
            f" lỗi / failed {it['failed']}"
        ),
    )


def number(written: str) -> int:
    """Read a payment's number. Raises ``Invalid("payment_number_invalid")``."""
    if written.isascii() and written.isdigit() and len(written) <= 18:  # noqa: PLR2004  bigint
        return int(written)
    raise Invalid(
        "payment_number_invalid",
        "A payment is named by its number; `cashless payments list` shows them.",
        "Khoản tiền được gọi bằng số; lệnh `cashless payments list` liệt kê.",
    )


def _table(rows: list[dict[str, Any]]) -> str:
    told = [{**row, "dong": format_dong(row["amount"])} for row in rows]
    return table(told, _COLUMNS, "Chưa có khoản tiền nào. / No payment yet.")


def _advised(told: list[dict[str, Any]]) -> list[str]:
    return [
        f"  {one['case']}: {one[f'means{language}']} → {one[f'advice{language}']}"
        for one in told
        for language in ("_vi", "")
    ]


def _explained(told: dict[str, Any]) -> str:
    lines = [_table([told["payment"]])]
    for one in told["matches"]:
        under = f"bộ quy tắc / rule set {one['rule_set'] or '-'}"
        lines.append(f"  {one['seq']}. {one['rule']} ({under}, {one['matched_by']})")
        lines += [f"     {one['said_vi']}", f"     {one['said']}"]
    return "\n".join(lines)


def _told(told: dict[str, Any]) -> str:
    lines = [f"Khoản tiền / payment {told['payment']['id']}"]
    for sentence in told["story"]:
        lines.append(f"  {sentence['at'] or '':24} {sentence['vi']}")
        lines.append(f"  {'':24} {sentence['en']}")
    return "\n".join(lines)
