"""Rows: what is written down of a statement, made from the file and its reading alone.

The import writes these rows, and an audit makes them again from the kept file to compare. Pure.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from webhooks.statements.layout import Layout
from webhooks.statements.line import Line, Reading, Span

_OF_LINE: Final = (
    *("kind", "amount", "fee", "count", "account", "virtual_account", "order_ref", "memo"),
    *("occurred_at", "exact", "business_date", "reference", "original", "balance"),
)


@dataclass(frozen=True, slots=True)
class File:
    """A file as it was handed in, by whom, and the layout it is read by."""

    raw: bytes
    name: str
    provider: str
    layout: Layout
    who: str


def statement_row(file: File, reading: Reading) -> dict[str, object]:
    """Return what is written of the whole: whose and which file, its days and sums in đồng."""
    days = told_days(reading)
    signed = [line.signed for line in reading.lines]
    return {
        "provider": file.provider,
        "layout": file.layout.name,
        "role": file.layout.role,
        "file_name": file.name,
        "first_day": min(days),
        "last_day": max(days),
        "lines": len(reading.lines),
        "passed_over": reading.passed_over,
        "amount_in": sum(amount for amount in signed if amount > 0),
        "amount_out": -sum(amount for amount in signed if amount < 0),
    }


def line_row(key: str, line: Line) -> dict[str, object]:
    """Return what is written of a line under its key."""
    return {"line": line.number, "key": key, **{name: getattr(line, name) for name in _OF_LINE}}


def span_rows(reading: Reading) -> Iterator[dict[str, object]]:
    """Give what is written of the balances of a file."""
    for span in reading.spans:
        days = _days(span, reading)
        yield {
            "account": span.account,
            "opening": span.opening,
            "closing": span.closing,
            "first_line": span.first,
            "last_line": span.last,
            "first_day": days[0],
            "last_day": days[1],
        }


def told_days(reading: Reading) -> list[date]:
    """Return the days that lines or balances of a file tell."""
    spans = [day for span in reading.spans for day in span.days or ()]
    return [*(line.business_date for line in reading.lines), *spans]


def _days(span: Span, reading: Reading) -> tuple[date, date]:
    """Return the days of a span: its own, and those of its lines; else the whole file's."""
    inside = [
        line.business_date for line in reading.lines if span.first <= line.number <= span.last
    ]
    days = [*inside, *(span.days or ())] or told_days(reading)
    return min(days), max(days)
