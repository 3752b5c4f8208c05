"""Replay: build the books once more in an empty database, and compare every hash.

The raw deliveries are proven and read again, so the payments come from them and from nothing else;
``reposting`` then posts every entry once more. What no delivery tells (merchants, accounts, orders)
is copied before. The source is only read.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, text

from cashless.clock import now
from cashless.db.copying import copy
from cashless.errors import Problem
from cashless.ledger.blank import open_blank
from webhooks import connections, inbox, reposting, reread
from webhooks.connections import Connection as Connected
from webhooks.receive import Received, Turned
from webhooks.reposting import Reposted
from webhooks.reread import Kept
from webhooks.statements import again as statements
from webhooks.statements import keep

_GROUP = 500
_COPIED = ("merchant", "receiving_account", "terminal", '"order"', "connection", "stand")
_COLUMNS = text(
    "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
    " WHERE attrelid = CAST(:table AS regclass) AND attnum > 0 AND NOT attisdropped"
    " AND attgenerated = ''"
)
_SNAPSHOT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
# Keys to rows that are not copied (places, people) are not looked at here.
_UNGUARDED = text("SET LOCAL session_replication_role = replica")
_GUARDED = text("SET LOCAL session_replication_role = origin")
_COUNTED = text("SELECT (SELECT count(*) FROM delivery), (SELECT count(*) FROM payment)")
# A withdrawn statement stands in nobody's way, from the moment when it was withdrawn.
_WITHDRAWN = text(
    "SELECT s.digest, w.withdrawn_at, w.why, w.withdrawn_by FROM statement_withdrawal w"
    " JOIN statement_told s ON s.id = w.statement_id ORDER BY w.withdrawn_at"
)
_WITHDRAW = text(
    "INSERT INTO statement_withdrawal (statement_id, why, withdrawn_by, withdrawn_at)"
    " SELECT id, :why, :withdrawn_by, :withdrawn_at FROM statement WHERE digest = :digest"
)
# A statement that told no payment before it was withdrawn is passed over. First those that were the
# first to tell of a payment, in the order in which payments were kept.
_DELIVERIES = text(
    """
SELECT d.day, d.id AS delivery, d.connection_id AS through, d.method, d.operation, d.query,
       d.headers, d.body, d.source, d.received_at, c.provider
FROM delivery d LEFT JOIN connection c ON c.id = d.connection_id LEFT JOIN
  (SELECT delivery_day, delivery_id, min(id) AS payment FROM payment GROUP BY 1, 2) AS told
  ON told.delivery_day = d.day AND told.delivery_id = d.id
WHERE told.payment IS NOT NULL OR NOT EXISTS (SELECT FROM statement_told s
  JOIN statement_withdrawal w ON w.statement_id = s.id
  WHERE s.delivery_day = d.day AND s.delivery_id = d.id)
ORDER BY told.payment NULLS LAST, d.received_at, d.id
"""
)


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay came to; ``turned`` are deliveries that are not genuine any more."""

    deliveries: int
    payments: int
    turned: tuple[str, ...]
    books: Reposted
    milliseconds: int

    @property
    def is_same(self) -> bool:
        """Tell whether every delivery was genuine and every hash the same."""
        return not self.turned and self.books.is_same

    @property
    def seconds_per_million(self) -> int:
        """How long a million entries take at this pace."""
        return self.milliseconds * 1000 // max(self.books.entries, 1)


def replay(source: Connection, target: Connection, key: bytes) -> Replayed:
    """Replay what ``source`` holds into the empty, migrated ``target``; ``key`` opens the secrets.

    ``source`` must be at the beginning of its transaction, ``target`` the owner's.
    """
    began = now()
    source.execute(_SNAPSHOT)
    _copy_registry(source, target)
    turned = tuple(_hear(source, target, connections.every(source, key)))
    deliveries, payments = target.execute(_COUNTED).one()
    books = reposting.repost(source, target)
    took = (now() - began).total_seconds() * 1000
    return Replayed(deliveries, payments, turned, books, int(took))


def _copy_registry(source: Connection, target: Connection) -> None:
    target.execute(_UNGUARDED)
    for table in _COPIED:
        columns = source.execute(_COLUMNS, {"table": table}).scalar_one()
        rows = f"SELECT {columns} FROM {table}"  # noqa: S608  our own names
        copy(source, target, rows, f"{table} ({columns})")
    open_blank(source, target)
    target.execute(_GUARDED)


def _hear(source: Connection, target: Connection, known: Mapping[int, Connected]) -> list[str]:
    """Keep every delivery again, in groups; return what was turned away."""
    turned: list[str] = []
    withdrawn = deque(source.execute(_WITHDRAWN).all())
    rows = source.execute(_DELIVERIES.execution_options(yield_per=_GROUP))
    for part in rows.partitions():
        for is_statement, group in groupby(part, statements.is_statement):
            if is_statement:
                _import(target, group, withdrawn, turned)
            else:
                _keep(target, list(group), known, turned)
    return turned


def _keep(
    target: Connection, group: list[Kept], known: Mapping[int, Connected], turned: list[str]
) -> None:
    received = [one for row in group if (one := _again(row, known, turned)) is not None]
    inbox.keep(target, received, max(row.received_at for row in group))


def _withdraw(target: Connection, before: Kept, withdrawn: deque[Row[Any]]) -> None:
    """Withdraw what had been withdrawn when this file was imported."""
    while withdrawn and withdrawn[0].withdrawn_at <= before.received_at:
        target.execute(_WITHDRAW, dict(withdrawn.popleft()._mapping))


def _import(
    target: Connection, group: Iterable[Kept], withdrawn: deque[Row[Any]], turned: list[str]
) -> None:
    for row in group:
        _withdraw(target, row, withdrawn)
        try:
            keep.keep(target, *statements.file_of(row, row.provider))
        except Problem as problem:
            turned.append(f"delivery {row.delivery}: {problem.code}")


def _again(row: Kept, known: Mapping[int, Connected], turned: list[str]) -> Received | None:
    connection = known.get(row.through)
    if connection is None:
        turned.append(f"delivery {row.delivery}: connection {row.through} missing")
        return None
    try:
        return replace(reread.again(row, connection), id=row.delivery)
    except Turned as refused:
        turned.append(f"delivery {row.delivery}: {refused.reason}")
        return None
