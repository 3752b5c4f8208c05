"""Compare what is written of a statement with its kept file: every field of every row.

The file is the evidence and cannot be guessed again from the rows, so a row that says anything else
was changed, and one that the file has and the tables have not was taken away. Places are named
``statement 3: amount_in``, ``statement 3 line 7: memo`` and ``statement 3 balance 7: opening``.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, text

from webhooks.statements.keys import keyed
from webhooks.statements.line import Reading
from webhooks.statements.rows import File, line_row, span_rows, statement_row

_STATEMENT = text(
    "SELECT s.*, d.digest AS body_digest, d.received_at FROM statement_told s JOIN delivery d"
    " ON d.day = s.delivery_day AND d.id = s.delivery_id WHERE s.delivery_id = :delivery"
)
_LINES = text("SELECT * FROM statement_line_told WHERE statement_id = :id")
_SPANS = text("SELECT * FROM statement_span WHERE statement_id = :id")

_Row = Mapping[str, Any]


def faults(db: Connection, delivery: object, file: File, reading: Reading) -> Iterator[str]:
    """Name in what the rows of a statement differ from its file, whose provider is the wanted."""
    row = db.execute(_STATEMENT, {"delivery": delivery}).one_or_none()
    if row is None:
        yield f"delivery {delivery}: statement missing"
        return
    evident = {"digest": row.body_digest, "imported_by": file.who, "imported_at": row.received_at}
    name, said = f"statement {row.id}", dict(row._mapping)
    yield from _unlike(name, {**statement_row(file, reading), **evident}, said)
    asked = {"id": row.id}
    lines = {one.line: dict(one._mapping) for one in db.execute(_LINES, asked)}
    wanted = (line_row(key, line) for key, line in keyed(reading.lines, file.layout))
    yield from _all_unlike(f"{name} line", "line", wanted, lines)
    spans = {(one.account, one.first_line): dict(one._mapping) for one in db.execute(_SPANS, asked)}
    balances = ({**one, "place": (one["account"], one["first_line"])} for one in span_rows(reading))
    yield from _all_unlike(f"{name} balance", "place", balances, spans)


def _all_unlike(
    name: str, key: str, wanted: Iterator[dict[str, Any]], kept: dict[Any, dict[str, Any]]
) -> Iterator[str]:
    """Compare rows by their key; one that only one side has is named, too."""
    for row in wanted:
        place = row.pop(key) if key == "place" else row[key]
        found = kept.pop(place, None)
        shown = f"{name} {_shown(place)}"
        yield from [f"{shown}: missing"] if found is None else _unlike(shown, row, found)
    yield from (f"{name} {_shown(place)}: not in its file" for place in kept)


def _shown(place: object) -> str:
    return str(place[1]) if isinstance(place, tuple) else str(place)


def _unlike(name: str, wanted: _Row, kept: _Row) -> Iterator[str]:
    for field, value in wanted.items():
        held = kept[field]
        if (bytes(held) if isinstance(held, memoryview) else held) != value:
            yield f"{name}: {field}"
