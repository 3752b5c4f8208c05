"""``cashless ledger``: the book of a merchant."""

from itertools import groupby
from typing import Any

import click

from cashless.commands.session import answer, json_option
from cashless.commands.session import ledger as transaction
from cashless.ledger import balance
from cashless.ledger.chart import PLATFORM
from cashless.money import format_dong
from merchants import register


@click.group()
def ledger() -> None:
    """Sổ: the double-entry book of a merchant."""


@ledger.command()
@click.argument("merchant")
@json_option
def show(merchant: str, as_json: bool) -> None:
    """Show the book of MERCHANT (or of `platform`): balances and entries.

    A balance is debits minus credits, so income and liabilities are negative and the balances of a
    book sum to zero.
    """
    with transaction() as db:
        book = PLATFORM if merchant == PLATFORM else register.find(db, merchant).code
        shown = {
            "merchant": book,
            "accounts": balance.balances(db, book),
            "entries": [_entry(list(group)) for group in _entries(list(balance.lines(db, book)))],
        }
    answer(shown, as_json, _lines)


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
