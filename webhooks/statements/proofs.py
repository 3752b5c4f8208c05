"""What a file must say of itself: sums, checksums, balances, and every movement once.

Opening balance plus movements is the closing balance of each account, or the file is not whole. A
movement with an id of its own stands once; without an id two equal rows may be two payments. A gap
between balances told line by line is no fault of the file: ``webhooks.continuity`` finds those.
"""

import hashlib
from collections.abc import Iterator, Sequence

from webhooks.statements.faults import fault
from webhooks.statements.layout import Layout
from webhooks.statements.line import Claim, Fault, Line, Span
from webhooks.statements.source import Row


def doubled(lines: Sequence[Line], layout: Layout) -> Iterator[Fault]:
    """Report a movement whose id, or whose every word with a reference, stands there already."""
    seen: dict[object, int] = {}
    for line in lines:
        if line.provider_txn_id or line.reference:
            first = seen.setdefault(_identity(line), line.number)
            if first != line.number:
                column = layout.columns["provider_txn_id" if line.provider_txn_id else "reference"]
                yield fault(line.number, column.names[0], "row_doubled", first)


def _identity(line: Line) -> object:
    if line.provider_txn_id:
        return (line.provider_txn_id, line.kind)
    return (line.account, line.kind, line.amount, line.occurred_at, line.reference, line.memo)


def unproven(rows: Sequence[Row], layout: Layout, key: str) -> Iterator[Fault]:
    """Report records whose MD5 over all fields before the checksum, and the key, is another."""
    for row in rows:
        text = "".join(row.fields[:-1]) + key
        said = row.cells[layout.checksum].text.lower()
        if said != hashlib.md5(text.encode(), usedforsecurity=False).hexdigest():
            yield fault(row.number, layout.checksum, "checksum_wrong")


def unfulfilled(claims: Sequence[Claim], rows: int, lines: Sequence[Line]) -> Iterator[Fault]:
    """Report totals of the file that its rows do not make."""
    sums = {
        "count": rows,
        "amount": sum(line.amount for line in lines if line.kind == "credit"),
    }
    codes = {"count": "count_wrong", "amount": "total_wrong"}
    for claim in claims:
        if claim.number != sums[claim.what]:
            yield fault(claim.line, claim.column, codes[claim.what], claim.number)


def unbalanced(spans: Sequence[Span], lines: Sequence[Line]) -> Iterator[Fault]:
    """Report accounts whose closing balance is not the opening one plus the movements."""
    for span in spans:
        moved = [line.signed for line in lines if span.first <= line.number <= span.last]
        if span.opening + sum(moved) != span.closing:
            yield fault(span.last, "", "balance_wrong", span.opening + sum(moved))
