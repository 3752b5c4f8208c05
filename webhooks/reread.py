"""Read the kept deliveries once more and compare what they say with the payments.

The raw call is the evidence, the payment is what we made of it. Each delivery is proven again with
the secrets that were live when it came, read again, and compared field by field with the payment
that points to it. Whatever was changed behind our back, in the one or in the other, is named:
``payment 12: amount``, ``delivery …: signature_wrong``. Nothing is written.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from typing import Any

import orjson
from sqlalchemy import Connection as Database
from sqlalchemy import Row, text

from providers._protocol import Delivery, Notification
from webhooks import connections
from webhooks.connections import Connection
from webhooks.receive import Received, Turned, receive
from webhooks.statements import again as again_room

Key = tuple[str, str, str]
# What a delivery comes upon whose headers somebody has rewritten into no list of names and values.
_DAMAGE = (ValueError, TypeError)
_SPEAKING = ("stored", "duplicate", "conflict")
_TOLD = (
    *("amount", "account", "virtual_account", "order_ref", "memo", "payer", "occurred_at"),
    *("business_date", "digest"),
)
_LINKS = ("original", "reference", "balance")
"""Fields that a payment may leave out, but may not have otherwise than the delivery."""

_DELIVERIES = text(
    """
SELECT d.day, d.id AS delivery, d.connection_id AS through, d.method, d.operation, d.query,
       d.headers, d.body, d.digest AS body_digest, d.source, d.received_at, d.outcome,
       (SELECT c.provider FROM connection c WHERE c.id = d.connection_id) AS through_provider,
       (SELECT min(m.matched_at) FROM match m WHERE m.payment_id = p.id) AS matched_at, p.*
FROM delivery d LEFT JOIN payment p ON p.delivery_day = d.day AND p.delivery_id = d.id
ORDER BY d.day, d.id, p.id
"""
)
_KNOWN = text(
    "SELECT EXISTS (SELECT FROM payment WHERE provider = :provider"
    " AND provider_txn_id = :id AND kind = :kind)"
)

Kept = Row[tuple[Any, ...]]


def faults(db: Database, key: bytes) -> Iterator[str]:
    """Name everything in which payments and their deliveries differ; ``key`` opens the secrets."""
    known, unsound = connections.opened(db, key)
    yield from unsound
    rows = db.execute(_DELIVERIES.execution_options(yield_per=1000))
    for _place, group in groupby(rows, key=lambda row: (row.day, row.delivery)):
        yield from _delivery_faults(db, known, list(group))


def again(row: Kept, connection: Connection) -> Received:
    """Receive a kept delivery again. Raises ``Turned`` when it is not genuine any more.

    Where it may come from is a rule of today and was no rule when it came.
    """
    return receive(replace(connection, source_rule="record"), delivery(row), row.source)


def delivery(row: Kept) -> Delivery:
    """Return a kept delivery as it came."""
    headers = tuple((name, value) for name, value in orjson.loads(row.headers))
    body = bytes(row.body)
    return Delivery(row.method, row.operation, row.query, headers, body, row.received_at)


def _delivery_faults(
    db: Database, known: Mapping[int, Connection], rows: list[Kept]
) -> Iterator[str]:
    first = rows[0]
    kept = {_key(row): row for row in rows if row.provider is not None}
    name = f"delivery {first.delivery}"
    if again_room.is_statement(first):
        yield from again_room.faults(db, first, first.through_provider, kept.values())
        return
    connection = known.get(first.through)
    if connection is None:
        yield f"{name}: connection {first.through} missing"
        return
    try:
        received = again(first, connection)
    except Turned as turned:
        yield f"{name}: {turned.reason}"
        return
    except _DAMAGE as damage:
        yield f"{name}: {type(damage).__name__}"
        return
    if received.digest != bytes(first.body_digest):
        yield f"{name}: digest"
    speaks = first.outcome in _SPEAKING
    yield from _payment_faults(db, received, kept, received.notifications if speaks else ())


def _payment_faults(
    db: Database, received: Received, kept: dict[Key, Kept], told: Iterable[Notification]
) -> Iterator[str]:
    provider = received.connection.provider.name
    left = dict(kept)
    for said in told:
        key = (provider, said.provider_txn_id, said.kind)
        row = left.pop(key, None)
        if row is not None:
            yield from (f"payment {row.id}: {field}" for field in _unlike(row, said, received))
        elif key not in kept and not _is_known(db, key):
            yield f"payment {'/'.join(key)} missing"
    yield from (f"payment {row.id}: not what its delivery tells" for row in left.values())


def _unlike(row: Kept, said: Notification, received: Received) -> Iterator[str]:
    kept = row._mapping
    yield from (name for name in _TOLD if _plain(kept[name]) != getattr(said, name))
    yield from (name for name in _LINKS if kept[name] not in {None, getattr(said, name)})
    if row.trust != received.connection.trust:
        yield "trust"
    if row.connection_id != received.connection.id:
        yield "connection_id"
    if row.kept_at < row.received_at or (row.matched_at and row.kept_at > row.matched_at):
        yield "kept_at"


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value


def _key(row: Kept) -> Key:
    return row.provider, row.provider_txn_id, row.kind


def _is_known(db: Database, key: Key) -> bool:
    provider, id_, kind = key
    said = {"provider": provider, "id": id_, "kind": kind}
    return bool(db.execute(_KNOWN, said).scalar_one())
