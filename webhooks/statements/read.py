"""Read: from a file to what it says. Pure; every fault of the file is found at once."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from webhooks.statements import camt, lists, mt940, proofs, sheets, texts
from webhooks.statements.columns import Lined, lined
from webhooks.statements.layout import Layout
from webhooks.statements.line import Fault, Reading
from webhooks.statements.source import Source

SOURCES: Final[Mapping[str, Callable[[bytes, Layout], Source]]] = {
    "separated": texts.separated,
    "fixed": texts.fixed,
    "sheet": sheets.read,
    "list": lists.read,
    "camt": camt.read,
    "mt940": mt940.read,
}


def read(raw: bytes, layout: Layout, key: str | None = None) -> Reading:
    """Read a file by its layout; ``key`` proves record checksums where the layout has them.

    Raises ``Invalid`` for a file that cannot be opened at all; what is wrong inside is a fault.
    """
    source = SOURCES[layout.form](raw, layout)
    told = lined(source.rows, layout)
    faults = [*source.faults, *told.faults, *_proofs(source, told, layout, key)]
    keyless = bool(layout.checksum) and key is None
    return Reading(
        lines=told.lines,
        faults=tuple(sorted(set(faults), key=lambda one: (one.line, one.column))),
        spans=source.spans,
        passed_over=told.passed_over,
        unchecked=(layout.checksum,) if keyless else (),
        claims=source.claims,
    )


def _proofs(source: Source, told: Lined, layout: Layout, key: str | None) -> Iterator[Fault]:
    yield from proofs.doubled(told.lines, layout)
    if layout.checksum and key is not None:
        yield from proofs.unproven(source.rows, layout, key)
    if source.faults or told.faults:  # sums over rows that could not be read say nothing
        return
    yield from proofs.unfulfilled(source.claims, len(source.rows), told.lines)
    yield from proofs.unbalanced(source.spans, told.lines)
