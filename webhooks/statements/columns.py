"""Columns: from the named cells of a row to a line in our terms, or to the faults in it.

All faults of a file are found at once. A row whose status says that no money moved (failed,
pending) is passed over and counted; a status that the layout does not know is a fault.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from merchants.sheet import Cell
from webhooks.statements.cells import FORMS, Moment, Wrong
from webhooks.statements.faults import fault
from webhooks.statements.layout import Column, Layout
from webhooks.statements.line import Fault, Line
from webhooks.statements.source import Row

PASSED: Final = "passed"
_FOREIGN: Final = ("formula", "error")
_BANK_SUFFIX: Final = "\\BNK"
_COMING: Final = ("credit", "return")
"""Kinds that bring money to the account, whose amount has no minus."""

_TAKING_BACK: Final = ("refund", "reversal")
"""Kinds that take a credit back; a bank writes them with the reference of that credit."""


@dataclass(frozen=True, slots=True)
class Lined:
    """The lines of some rows, how many rows told of no money, and the faults."""

    lines: tuple[Line, ...]
    passed_over: int
    faults: tuple[Fault, ...]


def lined(rows: Sequence[Row], layout: Layout) -> Lined:
    """Translate rows by the layout's column map."""
    lines: list[Line] = []
    faults: list[Fault] = []
    passed = 0
    for row in rows:
        values, wrong = _values(row, layout)
        faults.extend(wrong)
        if values.get("status") == PASSED or values.get("kind") == PASSED:
            passed += 1
        elif not wrong:
            lines.append(_line(row.number, values))
    return Lined(tuple(lines), passed, tuple(faults))


def _values(row: Row, layout: Layout) -> tuple[dict[str, Any], list[Fault]]:
    values: dict[str, Any] = {}
    wrong = list(_required(row, layout))
    for ours, column in layout.columns.items():
        cells = _cells(row, column)
        try:
            values[ours] = _value(cells, column)
        except Wrong as error:
            shown = " ".join(cell.text for cell in cells)
            wrong.append(fault(row.number, column.names[0], error.code, shown))
    if not wrong and values.get("status") != PASSED and _is_amiss(values):
        column = layout.columns["amount"]
        wrong.append(fault(row.number, column.names[0], "amount_unreadable", values["amount"]))
    return values, wrong


def _is_amiss(values: Mapping[str, Any]) -> bool:
    """Tell whether an amount is none, or its sign says the opposite of the row's own kind."""
    return not values["amount"] or (values["amount"] < 0 and values.get("kind") in _COMING)


def _required(row: Row, layout: Layout) -> Iterator[Fault]:
    for name, words in layout.required.items():
        text = row.cells.get(name, Cell()).text
        if text not in words:
            yield fault(row.number, name, "currency_foreign", text)


def _cells(row: Row, column: Column) -> list[Cell]:
    """Return the cells a column is read from: all where they are joined, else the first one."""
    there = [row.cells.get(name, Cell()) for name in column.names]
    if column.joined:
        return there
    return [next((cell for cell in there if cell.text), Cell())]


def _value(cells: Sequence[Cell], column: Column) -> object:
    if any(cell.kind in _FOREIGN for cell in cells):
        raise Wrong("cell_formula" if cells[0].kind == "formula" else "cell_invalid")
    if not any(cell.text for cell in cells):
        if column.needed:
            raise Wrong("cell_missing")
        return None
    value = FORMS[column.form](cells)
    if not column.words:
        return value
    if str(value) not in column.words:
        raise Wrong("word_unread")
    return column.words[str(value)]


def _line(number: int, values: Mapping[str, Any]) -> Line:
    signed: int = values["amount"]
    moment: Moment = values["occurred_at"]
    day: Moment | None = values.get("business_date")
    reference: str | None = (values.get("reference") or "").removesuffix(_BANK_SUFFIX) or None
    kind: str = values.get("kind") or ("credit" if signed > 0 else "debit")
    return Line(
        number=number,
        kind=kind,
        amount=abs(signed),
        occurred_at=moment.at,
        exact=moment.exact,
        business_date=(day or moment).day,
        account=values.get("account"),
        memo=values.get("memo") or "",
        virtual_account=values.get("virtual_account"),
        order_ref=values.get("order_ref"),
        provider_txn_id=values.get("provider_txn_id"),
        reference=reference,
        original=(values.get("original") or reference) if kind in _TAKING_BACK else None,
        balance=values.get("balance"),
        fee=abs(values.get("fee") or 0),
        count=1 if values.get("count") is None else abs(values["count"]),
    )
