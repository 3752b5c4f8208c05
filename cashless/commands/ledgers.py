"""``cashless ledger``: the book of a merchant."""

from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import click
from sqlalchemy import Connection

from cashless.clock import VIETNAM
from cashless.commands import ledger_acts, ledger_close, ledger_export
from cashless.commands.days import parse_day
from cashless.commands.session import answer, json_option
from cashless.commands.session import ledger as transaction
from cashless.errors import Invalid
from cashless.ledger import balance
from cashless.ledger.chart import PLATFORM
from cashless.money import format_dong
from merchants import register


@click.group()
def ledger() -> None:
    """Sổ: the double-entry book of a merchant."""


@ledger.command()
@click.argument("merchant")
@click.option("--at", help="Up to and including this day, yyyy-mm-dd.")
@click.option("--known-at", help="As it was known then: 2026-11-22T18:00, time of Vietnam.")
@json_option
def show(merchant: str, at: str | None, known_at: str | None, as_json: bool) -> None:
    """Show the book of MERCHANT (or of `platform`): balances and entries.

    A balance is debits minus credits, so income and liabilities are negative and the balances of a
    book sum to zero. A book has two clocks: --at asks for what counts up to a day, --known-at for
    what had been posted by a moment.
    """
    day, moment = parse_day(at) if at else None, _moment(known_at) if known_at else None
    with transaction() as db:
        book = book_of(db, merchant)
        lines = list(balance.lines(db, book, day, moment))
        shown = {
            "merchant": book,
            "accounts": balance.balances(db, book, day, moment),
            "entries": [_entry(list(group)) for group in _entries(lines)],
        }
    answer(shown, as_json, _lines)


def book_of(db: Connection, merchant: str) -> str:
    """Return the code of the book of a merchant, or of the platform's own."""
    return PLATFORM if merchant == PLATFORM else register.find(db, merchant).code


def _moment(written: str) -> datetime:
    try:
        read = datetime.fromisoformat(written)
    except ValueError as error:
        raise Invalid(
            "moment_invalid",
            "Write a moment as 2026-11-22T18:00.",
            "Hãy ghi thời điểm dạng 2026-11-22T18:00.",
        ) from error
    return (read if read.tzinfo else read.replace(tzinfo=VIETNAM)).astimezone(UTC)


def _entries(lines: list[balance.Line]) -> list[list[balance.Line]]:
    return [list(group) for _seq, group in groupby(lines, key=lambda line: line.seq)]


def _entry(lines: list[balance.Line]) -> dict[str, Any]:
    first = lines[0]
    return {
        "seq": first.seq,
        "kind": first.kind,
        "payment": first.payment,
        "business_date": first.business_date,
        "transfers": [
            {"debit": line.debit, "credit": line.credit, "amount": line.amount} for line in lines
        ],
    }


def _lines(shown: dict[str, Any]) -> str:
    head = [f"Sổ / book {shown['merchant']}"]
    if not shown["entries"]:
        return f"{head[0]}: chưa có bút toán nào / no entry yet"
    head += [f"  {name:28} {format_dong(value):>20}" for name, value in shown["accounts"].items()]
    for entry in shown["entries"]:
        head.append(f"  {entry['seq']:>5}  {entry['business_date']:%d/%m/%Y}  {entry['kind']}")
        head += [
            f"         {t['debit']} ← {t['credit']}  {format_dong(t['amount'])}"
            for t in entry["transfers"]
        ]
    return "\n".join(head)


for _command in (
    ledger_acts.not_a_sale,
    ledger_acts.correct,
    ledger_acts.opening,
    ledger_acts.payout,
    ledger_close.close,
    ledger_close.closes,
    ledger_close.slip,
    ledger_export.export,
    ledger_export.receipt,
    ledger_export.gauge,
):
    ledger.add_command(_command)
