"""What every command needs: settings, a transaction, and one way to answer.

An answer is data. With ``--json`` it is printed as JSON with Vietnamese left readable; without it a
function of the command turns it into lines for a person.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import click
import orjson
from sqlalchemy import Connection, Engine

from cashless import settings as settings_room
from cashless.clock import VIETNAM
from cashless.db.engine import opened, transaction
from cashless.settings import Settings

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")


def read_settings() -> Settings:
    """Read the settings of this process from the environment."""
    return settings_room.load()


@contextmanager
def database() -> Iterator[Engine]:
    """Yield the engine of the configured (or embedded, running or started for now) database."""
    with opened(read_settings()) as engine:
        yield engine


@contextmanager
def ledger() -> Iterator[Connection]:
    """Yield one transaction; all of a command's work is in it or none of it."""
    with database() as engine, transaction(engine) as db:
        yield db


def answer(data: Any, as_json: bool, lines: Callable[[Any], str]) -> None:  # noqa: ANN401  any JSON document
    """Print the answer: JSON, or what ``lines`` makes of it."""
    click.echo(as_text(data) if as_json else lines(data))


def as_text(data: Any, *, indent: bool = True) -> str:  # noqa: ANN401  any JSON document
    """Return data as JSON text; times in ISO 8601 with their offset."""
    option = orjson.OPT_INDENT_2 if indent else 0
    return orjson.dumps(data, default=_plain, option=option | orjson.OPT_NON_STR_KEYS).decode()


def table(rows: list[dict[str, Any]], columns: dict[str, str], empty: str) -> str:
    """Lay rows out under headings; ``columns`` is key → heading, ``empty`` what to say of none."""
    if not rows:
        return empty
    cells = [[_cell(row.get(key)) for key in columns] for row in rows]
    heads = list(columns.values())
    widths = [max(len(line[i]) for line in [heads, *cells]) for i in range(len(heads))]
    laid = [
        "  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip()
        for line in [heads, *cells]
    ]
    return "\n".join(laid)


def progress_to_terminal(text: str) -> None:
    """Show progress on a terminal, in place; nothing when nobody watches."""
    if sys.stderr.isatty():
        click.echo(f"\r{text}", nl=False, err=True)


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(type(value).__name__)


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M:%S")
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    return "" if value is None else str(value)
