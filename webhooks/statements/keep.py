"""Keep a statement: the file whole, its lines, their pairs, and what follows from them.

The raw file is a delivery of source ``statement`` over a connection of the provider that has no
secrets, so it opens no door. Lines are paired with payments; what no payment told is a payment now,
weak and confirmed by the statement itself, and waits to be settled like any other. A payment of a
weak connection that a line confirms, to the đồng, is confirmed. Debits that only the statement has
are the merchant's own spending: they are kept as lines and are not posted. Imports of one provider
wait for each other; the same file again changes nothing and is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from itertools import islice
from typing import Final

import orjson
from sqlalchemy import Connection, text

from cashless.clock import business_date, now
from cashless.db.batch import rows_json
from cashless.errors import Invalid
from cashless.ids import new_id
from webhooks.statements import pairs
from webhooks.statements.choice import empty, foreign
from webhooks.statements.keys import keyed
from webhooks.statements.line import Reading
from webhooks.statements.rows import File, line_row, span_rows, statement_row, told_days

__all__ = ("DELIVERY", "File", "Kept", "keep")

_CHUNK: Final = 10_000
_AHEAD_MOST: Final = timedelta(days=31)
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('statement'), hashtext(:provider))")
_LOCK_FILE = text(
    "SELECT pg_advisory_xact_lock(hashtext('file'), hashtext(encode(:digest, 'hex')))"
)
_KNOWN = text("SELECT id, provider FROM statement WHERE digest = :digest")
_CONNECTION = text(
    "SELECT id FROM connection WHERE provider = :provider AND protocol = 'statement'"
    " ORDER BY id LIMIT 1"
)
_CONNECT = text(
    "INSERT INTO connection (token_hash, provider, protocol, environment)"
    " VALUES (sha256(uuid_send(gen_random_uuid())), :provider, 'statement', 'production')"
    " RETURNING id"
)
DELIVERY = text(
    "INSERT INTO delivery (day, id, connection_id, method, operation, query, headers, body, digest,"
    " source, received_at, outcome, reason, reply_status, reply_headers, reply_body)"
    " VALUES (:day, :id, :connection, 'FILE', 'statement', '', :headers, :body, :digest,"
    " 'statement', :at, 'stored', NULL, 200, '[]', '')"
)
_STATEMENT = text(
    "INSERT INTO statement (provider, layout, role, digest, file_name, first_day, last_day, lines,"
    " passed_over, amount_in, amount_out, delivery_day, delivery_id, imported_by, imported_at)"
    " VALUES (:provider, :layout, :role, :digest, :file_name, :first_day, :last_day, :lines,"
    " :passed_over, :amount_in, :amount_out, :day, :delivery, :who, :at) RETURNING id"
)
_LINES = text(
    """
INSERT INTO statement_line (statement_id, line, key, kind, amount, fee, count, account,
  virtual_account, order_ref, memo, occurred_at, exact, business_date, reference, original, balance)
SELECT :id, * FROM json_to_recordset(:rows) AS l (line integer, key text, kind text, amount bigint,
  fee bigint, count integer, account text, virtual_account text, order_ref text, memo text,
  occurred_at timestamptz, exact boolean, business_date date, reference text, original text,
  balance bigint)
"""
)
_SPANS = text(
    """
INSERT INTO statement_span (statement_id, account, opening, closing, first_line, last_line,
  first_day, last_day)
SELECT :id, * FROM json_to_recordset(:rows) AS l (account text, opening bigint, closing bigint,
  first_line integer, last_line integer, first_day date, last_day date)
"""
)
_HASHED = text("SET LOCAL enable_nestloop = off")
_PLAIN = text("SET LOCAL enable_nestloop = on")
_POST = text(
    """
WITH untold AS MATERIALIZED (
  SELECT s.*, nextval('payment_id') AS id FROM statement_line s
  WHERE s.statement_id = :id AND s.kind IN ('credit', 'refund', 'reversal') AND NOT EXISTS
    (SELECT FROM statement_pair x
     WHERE x.statement_id = s.statement_id AND x.line = s.line OFFSET 0)
  ORDER BY s.key, s.kind),
fresh AS (
  INSERT INTO payment (id, provider, provider_txn_id, kind, amount, account, virtual_account,
    order_ref, memo, payer, occurred_at, business_date, digest, trust, connection_id, delivery_day,
    delivery_id, kept_at, original, reference, balance)
  SELECT id, :provider, key, kind, amount, account, virtual_account, order_ref, memo, NULL,
    occurred_at, business_date,
    sha256(convert_to('statement|' || kind || '|' || amount || '|' || coalesce(account, ''),
                      'UTF8')),
    'weak', :connection, :day, :delivery, :at, original, reference, balance
  FROM untold
  ON CONFLICT (provider, provider_txn_id, kind) DO NOTHING
  RETURNING id),
queued AS (INSERT INTO arrival (payment_id) SELECT id FROM fresh)
INSERT INTO statement_pair (statement_id, line, payment_id, rule)
SELECT statement_id, line, id, 'posted' FROM untold JOIN fresh USING (id)
"""
)
_CONFIRM = text(
    """
INSERT INTO confirmation (payment_id, source, why, confirmed_by, confirmed_at)
SELECT DISTINCT p.id, 'statement', 'statement ' || x.statement_id || ', line ' || min(x.line),
  :who, CAST(:at AS timestamptz)
FROM statement_pair x
CROSS JOIN LATERAL (SELECT s.amount, s.account, s.virtual_account FROM statement_line s
  WHERE s.statement_id = x.statement_id AND s.line = x.line OFFSET 0) AS s
CROSS JOIN LATERAL (SELECT p.* FROM payment p WHERE p.id = x.payment_id OFFSET 0) AS p
WHERE x.statement_id = :id AND p.trust = 'weak' AND p.amount = s.amount
  AND (p.account = s.account OR p.virtual_account = s.virtual_account OR s.account IS NULL
       OR p.account IS NULL)
GROUP BY p.id, x.statement_id
ON CONFLICT (payment_id) DO NOTHING
"""
)
_COUNTS = text("SELECT rule, count(*) FROM statement_pair WHERE statement_id = :id GROUP BY rule")


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a file: its number, and how many lines were paired by each rule."""

    id: int
    repeated: bool
    pairs: Mapping[str, int]
    confirmed: int = 0


def keep(db: Connection, file: File, reading: Reading) -> Kept:
    """Keep a statement without faults, in the caller's transaction.

    Raises ``Invalid("statement_empty")`` when it has no line of money and no balance of a day,
    ``Invalid("statement_future")`` when it tells of a day more than a month ahead (a bank books
    ahead over weekends and Tết, and no further), ``Conflict("statement_foreign")`` when it was
    imported as another provider's.
    """
    db.execute(_LOCK, {"provider": file.provider})
    digest = sha256(file.raw).digest()
    db.execute(_LOCK_FILE, {"digest": digest})
    known = db.execute(_KNOWN, {"digest": digest}).one_or_none()
    if known is not None and known.provider != file.provider:
        raise foreign(known.provider, file.provider)
    if known is not None:
        return Kept(known.id, repeated=True, pairs=_counted(db, known.id))
    at = now()
    _require_days(told_days(reading), business_date(at))
    facts = _deliver(db, file, digest, at)
    number = _statement(db, file, reading, facts)
    if file.layout.role == "totals":
        return Kept(number, repeated=False, pairs={})
    pairs.pair(db, number, file.provider, file.layout.name)
    if file.layout.role == "lines":
        _post(db, {**facts, "id": number, "provider": file.provider})
        pairs.by_id(db, number, file.provider)
    confirmed = db.execute(_CONFIRM, {"id": number, "who": file.who, "at": at}).rowcount
    return Kept(number, repeated=False, pairs=_counted(db, number), confirmed=confirmed)


def _require_days(told: Sequence[date], today: date) -> None:
    if not told:
        raise empty()
    if max(told) > today + _AHEAD_MOST:
        raise Invalid(
            "statement_future",
            f"The file tells of {max(told):%d/%m/%Y}, a day that has not come.",
            f"Tệp nói về ngày {max(told):%d/%m/%Y}, ngày này chưa đến.",
        )


def _deliver(db: Connection, file: File, digest: bytes, at: datetime) -> dict[str, object]:
    """Keep the raw file; return what its payments and its own row point to."""
    asked = {"provider": file.provider}
    connection = db.execute(_CONNECTION, asked).scalar_one_or_none()
    if connection is None:
        connection = db.execute(_CONNECT, asked).scalar_one()
    facts: dict[str, object] = {
        "day": business_date(at),
        "delivery": new_id(),
        "connection": connection,
        "digest": digest,
        "at": at,
    }
    headers = [["file-name", file.name], ["layout", file.layout.name], ["by", file.who]]
    row = {"id": facts["delivery"], "headers": orjson.dumps(headers).decode(), "body": file.raw}
    db.execute(DELIVERY, {**facts, **row})
    return facts


def _post(db: Connection, facts: dict[str, object]) -> None:
    """Make payments of the lines that no payment tells of.

    The lines were written in this transaction, so the planner knows nothing of their number and
    would compare each with each; it is told not to.
    """
    db.execute(_HASHED)
    db.execute(_POST, facts)
    db.execute(_PLAIN)


def _statement(db: Connection, file: File, reading: Reading, facts: dict[str, object]) -> int:
    row = {**statement_row(file, reading), "who": file.who}
    number: int = db.execute(_STATEMENT, {**facts, **row}).scalar_one()
    rows = (line_row(key, line) for key, line in keyed(reading.lines, file.layout))
    while chunk := list(islice(rows, _CHUNK)):
        db.execute(_LINES, {"id": number, "rows": rows_json(chunk)})
    if reading.spans:
        db.execute(_SPANS, {"id": number, "rows": rows_json(span_rows(reading))})
    return number


def _counted(db: Connection, statement: int) -> dict[str, int]:
    return {row[0]: row[1] for row in db.execute(_COUNTS, {"id": statement})}
