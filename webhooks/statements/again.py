"""Again: read a kept statement once more, as the evidence of what was made of it.

The raw file is a delivery whose headers name the file, its layout and who brought it. Reading it
again gives the same lines with the same keys, so everything that was written of it (the statement,
its lines and balances, the payments posted from it) can be compared with it, and a replay can
import the file in its place. What was damaged since is named and never raised.
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import Connection

from cashless.errors import Broken, Problem
from webhooks.agreement import plain_digest
from webhooks.connections import STATEMENT
from webhooks.statements import compare, layout
from webhooks.statements.keys import keyed
from webhooks.statements.line import Line, Reading
from webhooks.statements.read import read
from webhooks.statements.rows import File

_TOLD = (
    *("amount", "account", "virtual_account", "order_ref", "memo", "occurred_at"),
    *("business_date", "original", "reference", "balance"),
)


def is_statement(row: Any) -> bool:  # noqa: ANN401  a row of a delivery
    """Tell whether a kept delivery is a statement."""
    return bool(row.source == STATEMENT)


def file_of(row: Any, provider: str) -> tuple[File, Reading]:  # noqa: ANN401  a row of a delivery
    """Return the file of a kept delivery and what it says.

    Raises ``Broken("delivery_damaged")`` for headers that name no file, and what reading raises.
    """
    try:
        said = dict(orjson.loads(row.headers))
        name, by, wanted = str(said["file-name"]), str(said["by"]), str(said["layout"])
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(row) from error
    found = layout.find(wanted)
    file = File(bytes(row.body), name, provider, found, by)
    return file, read(file.raw, found)


def faults(db: Connection, row: Any, provider: str | None, kept: Iterable[Any]) -> Iterator[str]:  # noqa: ANN401  rows of a delivery
    """Name in what the rows and payments that point to a statement differ from its file."""
    if sha256(bytes(row.body)).digest() != bytes(row.body_digest):
        yield f"delivery {row.delivery}: digest"
    if provider is None:
        yield f"delivery {row.delivery}: connection {row.through} missing"
        return
    try:
        file, reading = file_of(row, provider)
    except Problem as problem:
        yield f"delivery {row.delivery}: {problem.code}"
        return
    yield from compare.faults(db, row.delivery, file, reading)
    lines = {(key, line.kind): line for key, line in keyed(reading.lines, file.layout)}
    for payment in kept:
        line = lines.get((payment.provider_txn_id, payment.kind))
        if line is None:
            yield f"payment {payment.id}: not what its delivery tells"
        else:
            yield from (f"payment {payment.id}: {field}" for field in _unlike(payment, line))
            if (payment.provider, payment.connection_id) != (provider, row.through):
                yield f"payment {payment.id}: connection_id"


def _damaged(row: Any) -> Broken:  # noqa: ANN401  a row of a delivery
    return Broken(
        "delivery_damaged",
        f"The headers of delivery {row.delivery} name no file.",
        f"Phần đầu của lần gửi {row.delivery} không nêu tệp nào.",
    )


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
