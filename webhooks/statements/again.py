"""Again: read a kept statement once more, as the evidence of what was made of it.

The raw file is a delivery whose headers name the file, its layout and who brought it. Reading it
again gives the same lines with the same keys, so a payment that was posted from it can be compared
with its line, and a replay can import the file in its place.
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any

import orjson

from webhooks.agreement import plain_digest
from webhooks.connections import STATEMENT
from webhooks.statements import layout
from webhooks.statements.keep import File
from webhooks.statements.keys import keyed
from webhooks.statements.line import Line, Reading
from webhooks.statements.read import read

_TOLD = (
    *("amount", "account", "virtual_account", "order_ref", "memo", "occurred_at"),
    *("business_date", "original", "reference", "balance"),
)


def is_statement(row: Any) -> bool:  # noqa: ANN401  a row of a delivery
    """Tell whether a kept delivery is a statement."""
    return bool(row.source == STATEMENT)


def file_of(row: Any, provider: str) -> tuple[File, Reading]:  # noqa: ANN401  a row of a delivery
    """Return the file of a kept delivery and what it says."""
    said = dict(orjson.loads(row.headers))
    found = layout.find(said["layout"])
    file = File(bytes(row.body), said["file-name"], provider, found, said["by"])
    return file, read(file.raw, found)


def faults(row: Any, kept: Iterable[Any]) -> Iterator[str]:  # noqa: ANN401  rows of a delivery
    """Name in what the payments that point to a statement differ from its lines."""
    if sha256(bytes(row.body)).digest() != bytes(row.body_digest):
        yield f"delivery {row.delivery}: digest"
    file, reading = file_of(row, "")
    lines = {(key, line.kind): line for key, line in keyed(reading.lines, file.layout)}
    for payment in kept:
        line = lines.get((payment.provider_txn_id, payment.kind))
        if line is None:
            yield f"payment {payment.id}: not what its delivery tells"
        else:
            yield from (f"payment {payment.id}: {field}" for field in _unlike(payment, line))


def _unlike(payment: Any, line: Line) -> Iterator[str]:  # noqa: ANN401  a row of a payment
    said = payment._mapping
    yield from (name for name in _TOLD if said[name] != getattr(line, name))
    if bytes(payment.digest) != plain_digest(payment.kind, line.amount, line.account):
        yield "digest"
    if payment.payer is not None:
        yield "payer"
    if payment.trust != "weak":
        yield "trust"
    if payment.kept_at < payment.received_at or (
        payment.matched_at and payment.kept_at > payment.matched_at
    ):
        yield "kept_at"
