"""Keep: write what was received, once, in one transaction for as many calls as are waiting.

Two or three statements per group, whatever its size. The unique key of ``payment`` decides what is
new; there is no look before the insert. The same key with the same digest is a duplicate, with
another digest a conflict: kept beside the first and shown to a person, never posted. Every genuine
call becomes a ``delivery`` row together with the answer it got; calls turned away are counted.
"""

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, text

from cashless.clock import business_date
from cashless.db.batch import rows_json
from providers._protocol import Notification, Outcome, Reply
from webhooks import polls
from webhooks.agreement import agrees, note_late
from webhooks.receive import Received

Row = dict[str, object]
Key = tuple[str, str, str]
_KEY_NAMES = ("provider", "provider_txn_id", "kind")

_FIELDS = """provider text, provider_txn_id text, kind text, amount bigint, account text,
  virtual_account text, order_ref text, memo text, payer text, occurred_at timestamptz,
  business_date date, digest text, trust text, connection_id bigint, delivery_day date,
  delivery_id uuid, kept_at timestamptz, original text, reference text, balance bigint"""

_COLUMNS = """provider, provider_txn_id, kind, amount, account, virtual_account, order_ref, memo,
  payer, occurred_at, business_date, digest, trust, connection_id, delivery_day, delivery_id,
  kept_at, original, reference, balance"""

_KEEP = text(
    f"""
WITH fresh AS (
  INSERT INTO payment ({_COLUMNS})
  SELECT {_COLUMNS.replace("digest", "digest::bytea")}
  FROM json_to_recordset(:rows) AS given ({_FIELDS})
  ORDER BY provider, provider_txn_id, kind
  ON CONFLICT (provider, provider_txn_id, kind) DO NOTHING
  RETURNING id, provider, provider_txn_id, kind, digest),
queued AS (INSERT INTO arrival (payment_id) SELECT id FROM fresh)
SELECT * FROM fresh
"""  # noqa: S608  only our own column lists are put together here
)

_KNOWN = text(
    """
SELECT p.id, p.provider, p.provider_txn_id, p.kind, p.digest
FROM json_to_recordset(:keys) AS k (provider text, provider_txn_id text, kind text)
JOIN payment p USING (provider, provider_txn_id, kind)
"""
)

_CONFLICT = text(
    """
INSERT INTO conflict (payment_id, amount, account, memo, occurred_at, business_date, digest,
                      delivery_day, delivery_id, noted_at)
SELECT payment_id, amount, account, memo, occurred_at, business_date, digest::bytea, delivery_day,
       delivery_id, kept_at
FROM json_to_recordset(:rows) AS c (payment_id bigint, amount bigint, account text, memo text,
     occurred_at timestamptz, business_date date, digest text, delivery_day date,
     delivery_id uuid, kept_at timestamptz)
ON CONFLICT (payment_id, digest) DO NOTHING
"""
)

_DELIVERIES = text(
    """
INSERT INTO delivery (day, id, connection_id, method, operation, query, headers, body, digest,
                      source, received_at, outcome, reason, reply_status, reply_headers, reply_body,
                      order_ref, standing, result_code, is_foreign)
SELECT day, id, connection_id, method, operation, query, headers, decode(body, 'base64'),
       digest::bytea, source, received_at, outcome, reason, reply_status, reply_headers,
       decode(reply_body, 'base64'), order_ref, standing, result_code, is_foreign
FROM json_to_recordset(:rows) AS d (day date, id uuid, connection_id bigint, method text,
     operation text, query text, headers text, body text, digest text, source text,
     received_at timestamptz, outcome text, reason text, reply_status smallint,
     reply_headers text, reply_body text, order_ref text, standing text, result_code text,
     is_foreign boolean)
"""
)


@dataclass(frozen=True, slots=True)
class _Known:
    """The payment that holds a key: its id and the digest of its business fields."""

    id: int
    digest: bytes


def keep(db: Connection, group: Sequence[Received], at: datetime) -> tuple[Reply, ...]:
    """Keep a group of received calls and return the answer to each, in the same order.

    The answers may be given only after the caller's transaction has been committed.
    """
    rows = [_payment_row(one, said, at) for one in group for said in one.notifications]
    fresh = _insert(db, rows)
    known = fresh | _lookup(db, [row for row in rows if _key(row) not in fresh])
    conflicts = [row for row in rows if not agrees(known[_key(row)].digest, row)]
    _note_conflicts(db, conflicts, known)
    _note_late(db, rows, conflicts, known)
    in_conflict = {row["delivery_id"] for row in conflicts}
    new = _first_tellers(rows, fresh)
    outcomes = [_outcome(one, new, in_conflict) for one in group]
    replies = tuple(
        one.acknowledge(_ANSWERS[outcome]) for one, outcome in zip(group, outcomes, strict=True)
    )
    delivered = zip(group, outcomes, replies, strict=True)
    db.execute(_DELIVERIES, {"rows": rows_json(_delivery_row(*each) for each in delivered)})
    polls.note(db, ((one.connection.id, one.result) for one in group if one.result), at)
    return replies


_ANSWERS: Mapping[str, Outcome] = {
    "stored": Outcome.STORED,
    "silent": Outcome.STORED,
    "conflict": Outcome.STORED,
    "duplicate": Outcome.DUPLICATE,
    "unreadable": Outcome.REFUSED,
}
"""What is answered for each outcome. A conflict is durable on its desk, so it counts as stored."""


def _key(row: Mapping[str, object]) -> Key:
    provider, provider_txn_id, kind = (str(row[name]) for name in _KEY_NAMES)
    return provider, provider_txn_id, kind


def _insert(db: Connection, rows: Sequence[Row]) -> dict[Key, _Known]:
    if not rows:
        return {}
    first: dict[Key, Row] = {}
    for row in rows:
        first.setdefault(_key(row), row)
    return _by_key(db.execute(_KEEP, {"rows": rows_json(first.values())}).all())


def _lookup(db: Connection, rows: Sequence[Row]) -> dict[Key, _Known]:
    """Read the payments that were there before: a new statement sees what others committed."""
    if not rows:
        return {}
    keys = ({name: row[name] for name in _KEY_NAMES} for row in rows)
    return _by_key(db.execute(_KNOWN, {"keys": rows_json(keys)}).all())


def _by_key(rows: Iterable[Any]) -> dict[Key, _Known]:
    return {
        (row.provider, row.provider_txn_id, row.kind): _Known(row.id, bytes(row.digest))
        for row in rows
    }


def _note_conflicts(db: Connection, rows: Sequence[Row], known: Mapping[Key, _Known]) -> None:
    if rows:
        noted = ({"payment_id": known[_key(row)].id, **row} for row in rows)
        db.execute(_CONFLICT, {"rows": rows_json(noted)})


def _note_late(
    db: Connection, rows: Sequence[Row], conflicts: Sequence[Row], known: Mapping[Key, _Known]
) -> None:
    """Note what agrees with a payment only as a statement told it."""
    late = [
        {"payment_id": known[_key(row)].id, **row}
        for row in rows
        if known[_key(row)].digest != row["digest"] and row not in conflicts
    ]
    if late:
        note_late(db, late)


def _first_tellers(rows: Sequence[Row], fresh: Mapping[Key, _Known]) -> set[object]:
    """Return the deliveries that were the first to tell of a payment that is new."""
    tellers: dict[Key, object] = {}
    for row in rows:
        if _key(row) in fresh:
            tellers.setdefault(_key(row), row["delivery_id"])
    return set(tellers.values())


def _outcome(one: Received, new: set[object], in_conflict: set[object]) -> str:
    """Say what became of a call, the gravest first."""
    cases = (
        ("unreadable", one.reason is not None),
        ("conflict", one.id in in_conflict),
        ("stored", one.id in new),
        ("duplicate", bool(one.notifications)),
        ("silent", True),
    )
    return next(name for name, holds in cases if holds)


def _payment_row(one: Received, said: Notification, at: datetime) -> Row:
    return {
        "provider": one.connection.provider.name,
        "provider_txn_id": said.provider_txn_id,
        "kind": said.kind,
        "amount": said.amount,
        "account": said.account,
        "virtual_account": said.virtual_account,
        "order_ref": said.order_ref,
        "memo": said.memo,
        "payer": said.payer,
        "occurred_at": said.occurred_at,
        "business_date": said.business_date,
        "digest": said.digest,
        "trust": one.connection.trust,
        "connection_id": one.connection.id,
        "delivery_day": business_date(one.delivery.received_at),
        "delivery_id": one.id,
        "kept_at": at,
        "original": said.original,
        "reference": said.reference,
        "balance": said.balance,
    }


def _order_ref(one: Received) -> str | None:
    """Return the order a call spoke of, so that "what did you answer?" finds it again."""
    if one.result is not None and one.result.order_ref is not None:
        return one.result.order_ref
    return next((said.order_ref for said in one.notifications if said.order_ref), None)


def _delivery_row(one: Received, outcome: str, reply: Reply) -> Row:
    came = one.delivery
    return {
        "day": business_date(came.received_at),
        "id": one.id,
        "connection_id": one.connection.id,
        "method": came.method,
        "operation": came.operation,
        "query": came.query,
        "headers": orjson.dumps(came.headers).decode(),
        "body": b64encode(came.body).decode(),
        "digest": one.digest,
        "source": one.source,
        "received_at": came.received_at,
        "outcome": outcome,
        "reason": one.reason,
        "reply_status": reply.status,
        "reply_headers": orjson.dumps(reply.headers).decode(),
        "reply_body": b64encode(reply.body).decode(),
        "order_ref": _order_ref(one),
        "standing": one.result.standing if one.result else None,
        "result_code": one.result.code if one.result else None,
        "is_foreign": one.is_foreign,
    }
