"""``cashless ledger close|closes|slip``: the end of a day."""

import getpass
from pathlib import Path
from typing import Any

import click

from cashless.clock import now
from cashless.commands.days import parse_day
from cashless.commands.session import answer, json_option
from cashless.commands.session import ledger as transaction
from cashless.ledger import closing, day_cuts
from cashless.ledger.closing import Close, Wish
from cashless.money import format_dong, parse_amount
from cashless.reports import close_slip, day_close
from cashless.reports.day_close import Line
from merchants import register

_WIDE = 46


@click.command()
@click.argument("merchant")
@click.argument("date")
@click.option(
    "--market", type=click.Choice(day_cuts.MARKETS), default="day", help="night: cut at 03:00."
)
@click.option("--cash", help="Cash the merchant counted, in đồng; told beside the book, not in it.")
@json_option
def close(merchant: str, date: str, market: str, cash: str | None, as_json: bool) -> None:
    """Chốt ngày: close MERCHANT's book up to and including DATE (yyyy-mm-dd).

    The close is numbered and chained. The book takes no more entries for the days it covers: what
    comes late counts on the first open day and says which day it belongs to. Several days are
    closed at once only over Tết, or when nothing happened on them.
    """
    day = parse_day(date)
    with transaction() as db:
        found = register.find(db, merchant)
        counted = None if cash is None else 0 if cash == "0" else parse_amount(cash)
        noted = day_close.noted(db, found, day, (market, counted))
        wish = Wish(day, getpass.getuser(), now(), market, noted)
        made = closing.close(db, found.code, wish)
    answer(_shape(made), as_json, lambda _: _slip(day_close.slip(made, found.name)))


@click.command()
@click.argument("merchant")
@json_option
def closes(merchant: str, as_json: bool) -> None:
    """List the closes of MERCHANT, oldest first."""
    with transaction() as db:
        made = closing.closes(db, register.find(db, merchant).code)
    answer([_shape(one) for one in made], as_json, _lines)


@click.command()
@click.argument("merchant")
@click.argument("date")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="PDF file.")
@click.option("--paper", type=click.Choice(list(close_slip.PAPERS)), default="a6")
@json_option
def slip(merchant: str, date: str, output: Path, paper: str, as_json: bool) -> None:
    """Print the close of MERCHANT that covers DATE, on A6 or on a 58 mm roll, as PDF."""
    with transaction() as db:
        found = register.find(db, merchant)
        made = closing.find(db, found.code, parse_day(date))
    output.write_bytes(close_slip.draw(day_close.slip(made, found.name), close_slip.PAPERS[paper]))
    told = {"file": str(output), "number": made.number}
    answer(told, as_json, lambda it: f"Đã ghi / written {it['file']}")


def _shape(made: Close) -> dict[str, Any]:
    return {**made.said, "digest": made.digest.hex()}


def _lines(made: list[dict[str, Any]]) -> str:
    rows = [
        f"{one['number']:>4}  {one['first_day']} – {one['last_day']}"
        f"  {format_dong(one['figures']['revenue']):>18}  {one['digest'][:16]}"
        for one in made
    ]
    return "\n".join(rows) or "Chưa chốt ngày nào. / No day was closed."


def _slip(lines: list[Line]) -> str:
    return "\n".join(
        f"{line.what}  {line.value.rjust(_WIDE - len(line.what))}".rstrip() for line in lines
    )
