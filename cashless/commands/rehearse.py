"""``cashless rules rehearse``: which matches a drafted rule set would make otherwise."""

import csv
import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

import click

from cashless.commands.session import (
    answer,
    database,
    json_option,
    progress_to_terminal,
    table,
)
from cashless.db.engine import transaction
from cashless.money import format_dong
from cashless.reports.book_csv import safe
from webhooks.rules import rehearsal
from webhooks.rules.differing import Difference
from webhooks.rules.rehearsal import Listener, Rehearsed, Scope

_COLUMNS = {
    "payment": "Số",
    "business_date": "Ngày",
    "provider": "Tổ chức",
    "dong": "Số tiền",
    "kind": "Khác",
    "old": "Đang khớp",
    "new": "Sẽ khớp",
    "person": "Người xem đã giao",
}
_KINDS = {
    "to_merchant": "chưa rõ → người bán / suspense → merchant",
    "other_merchant": "người bán khác / another merchant",
    "to_suspense": "người bán → chưa rõ / merchant → suspense",
    "other_order": "phiếu thu khác / another order",
    "other_rule": "chỉ khác quy tắc / another rule only",
    "unrepeatable": "không dựng lại được như lúc đó / history does not tell",
}
_PERSONS = {
    "agrees": "đúng với người đã giao / agrees with a person's assignment",
    "contradicts": "trái với người đã giao / contradicts it",
    "silent": "vẫn chưa rõ / still suspense",
}
_BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"


class _Lines(Protocol):
    """Takes rows, as a writer of CSV does."""

    def writerow(self, row: Any, /) -> object:  # noqa: ANN401  as the standard library has it
        """Take one row."""


@dataclass
class _Ear:
    """Hears differences: the first ones are shown, all of them go to the file."""

    most: int
    lines: _Lines | None
    shown: list[Difference] = field(default_factory=list)

    def hear(self, found: Difference) -> None:
        """Take one difference."""
        self.shown += [found][: max(self.most - len(self.shown), 0)]
        if self.lines is not None:
            self.lines.writerow([_cell(value) for value in found.row.values()])


@click.command()
@click.argument("number", type=int)
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="First business date, yyyy-mm-dd.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last business date.")
@click.option("--place", help="Only merchants who have or had a stall in this market or street.")
@click.option("--csv", "file", type=click.Path(dir_okay=False, path_type=Path), help="All of them.")
@click.option("--most", type=click.IntRange(0), default=50, help="How many are shown (50).")
@json_option
def rehearse(
    *,
    number: int,
    since: datetime | None,
    until: datetime | None,
    place: str | None,
    file: Path | None,
    most: int,
    as_json: bool,
) -> None:
    """Run rule set NUMBER over past payments and show what would be matched otherwise.

    It only reads; its figures and digest are kept. A set can be switched on after a rehearsal of
    all payments: no --since, --until or --place.
    """
    scope = Scope(since and since.date(), until and until.date(), place and place.upper())
    with _lines(file) as lines, database() as engine:
        ear = _Ear(most, lines)
        listener = Listener(
            ear.hear, lambda n: progress_to_terminal(f"đã diễn tập / rehearsed {n}")
        )
        with transaction(engine) as db:
            told = rehearsal.rehearse(db, number, scope, listener)
        with transaction(engine) as db:
            kept = rehearsal.keep(db, told, getpass.getuser())
    answer(_shape(told, kept, ear.shown), as_json, lambda _: _text(told, ear.shown))


@contextmanager
def _lines(file: Path | None) -> Iterator[_Lines | None]:
    """Open the file for the differences, if one is wanted: BOM, ``;``, a row each."""
    if file is None:
        yield None
        return
    with file.open("w", encoding="utf-8", newline="") as stream:
        stream.write(_BOM)
        writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
        writer.writerow([one.name for one in fields(Difference)])
        yield writer


def _cell(value: object) -> object:
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return safe(value) if isinstance(value, str) else value


def _shape(told: Rehearsed, kept: int, shown: list[Difference]) -> dict[str, Any]:
    return {
        "rehearsal": kept,
        "number": told.number,
        "against": told.against,
        "since": told.scope.since,
        "until": told.scope.until,
        "place": told.scope.place,
        "last_payment": told.last_payment,
        **told.figures,
        "digest": told.digest.hex(),
        "shown": [one.row for one in shown],
    }


def _text(told: Rehearsed, shown: list[Difference]) -> str:
    counted = [
        *(f"  {told.counts[name]:>9}  {said}" for name, said in _KINDS.items()),
        *(f"  {told.persons[name]:>9}  {said}" for name, said in _PERSONS.items()),
    ]
    rows = [{**one.row, **_sides(one)} for one in shown]
    head = f"Bộ quy tắc / rule set {told.number} ↔ {told.against}"
    looked = f"{told.payments} khoản tiền / payments, {told.differing} khác / differ"
    listed = table(rows, _COLUMNS, "Không có gì khác. / Nothing differs.")
    return "\n".join([f"{head}: {looked}", *counted, listed, f"  {told.digest.hex()}"])


def _sides(one: Difference) -> dict[str, str]:
    old = (one.old_rule, one.old_merchant, one.old_order, one.old_reason)
    new = (one.new_rule, one.new_merchant, one.new_order, one.new_reason)
    person = f"{one.assigned_to} ({one.person})" if one.assigned_to else ""
    return {
        "dong": format_dong(one.amount),
        "old": " ".join(filter(None, old)),
        "new": " ".join(filter(None, new)),
        "person": person,
    }
