"""Separated and fixed text: one record a line, columns by a separator or by their widths.

A heading is passed over where it stands. ``line_words`` of the layout say which first columns make
a movement; the closing row is told by its number of columns or by its first word. A file that
should have a closing row and has none may have been cut on its way, which is a fault.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from merchants.sheet import Cell
from webhooks.statements.faults import fault
from webhooks.statements.layout import Layout, Trailer
from webhooks.statements.line import Claim, Fault
from webhooks.statements.source import Row, Source, lines

_SIZE: Final = re.compile(r"[0-9]{1,18}")


@dataclass(slots=True)
class _Seen:
    """What the lines of a file have given so far."""

    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    closed: bool = False


def separated(raw: bytes, layout: Layout) -> Source:
    """Read lines whose columns are divided by one character."""
    return _read(raw, layout, lambda text: text.split(layout.separator))


def fixed(raw: bytes, layout: Layout) -> Source:
    """Read lines whose columns have widths, counted in characters."""
    return _read(raw, layout, lambda text: _filled(_cut(text.rstrip(), layout.widths), layout))


def _filled(fields: list[str], layout: Layout) -> list[str]:
    """Give a movement the empty columns that were cut off at the end of its line."""
    missing = len(layout.names) - len(fields)
    return fields + [""] * missing if fields and fields[0] in layout.line_words else fields


def _cut(text: str, widths: Sequence[int]) -> list[str]:
    """Cut a line at its columns; what stands behind the last of them is a column too many."""
    ends = [sum(widths[: place + 1]) for place in range(len(widths))]
    cells = [
        text[end - width : end]
        for end, width in zip(ends, widths, strict=True)
        if end - width < len(text)
    ]
    return [*cells, text[ends[-1] :]] if text[ends[-1] :].strip() else cells


def _read(raw: bytes, layout: Layout, split: Callable[[str], list[str]]) -> Source:
    seen = _Seen()
    for number, text in enumerate(lines(raw), start=1):
        fields = tuple(split(text))
        if text.strip() and not _is_heading(fields, layout):
            _take(seen, layout, number, fields)
    if layout.trailer is not None and not seen.closed and seen.rows:
        seen.faults.append(fault(seen.rows[-1].number, "", "trailer_missing"))
    return Source(tuple(seen.rows), tuple(seen.faults), tuple(seen.claims))


def _is_heading(fields: Sequence[str], layout: Layout) -> bool:
    return [one.strip().casefold() for one in fields[:2]] == [
        name.casefold() for name in layout.names[:2]
    ]


def _take(seen: _Seen, layout: Layout, number: int, fields: tuple[str, ...]) -> None:
    """Add one line to what was seen: a movement, the closing row, or a fault."""
    if seen.closed:
        seen.faults.append(fault(number, "", "row_after_trailer"))
    elif _is_trailer(fields, layout):
        seen.closed = True
        seen.claims.extend(_claims(number, fields, layout.trailer))
    elif len(fields) != len(layout.names):
        seen.faults.append(fault(number, "", "columns_differ", len(fields)))
    elif layout.line_words and fields[0].strip() not in layout.line_words:
        seen.faults.append(fault(number, layout.names[0], "word_unread", fields[0]))
    else:
        cells = {
            name: Cell(" ".join(text.split()))
            for name, text in zip(layout.names, fields, strict=True)
        }
        seen.rows.append(Row(number, cells, fields))


def _is_trailer(fields: Sequence[str], layout: Layout) -> bool:
    if layout.trailer is None:
        return False
    if layout.line_words and fields[0].strip() in layout.line_words:
        return False
    return len(fields) == len(layout.trailer.names)


def _claims(number: int, fields: Sequence[str], trailer: Trailer | None) -> Iterator[Claim]:
    if trailer is None:
        return
    said = dict(zip(trailer.names, fields, strict=True))
    for what, column in (("count", trailer.count), ("amount", trailer.amount)):
        if column is not None:
            text = said[column].strip()
            yield Claim(number, column, what, int(text) if _SIZE.fullmatch(text) else -1)
