"""Polls: payments whose standing is not final, to be asked about at the provider.

A signed "pending", "held" or a code that no table has is acknowledged, kept and listed here; it is
never money. The same call that ends it (paid or failed) closes it; so does an answer to a question
(``webhooks.polling``) or a person with a reason.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from cashless.clock import now
from cashless.db.batch import rows_json
from cashless.errors import Conflict, NotFound
from cashless.reason import require_why
from providers._protocol import TO_BE_ASKED, Result, Standing

CLOSED_AS = ("paid", "failed", "given_up")
_ENDS = frozenset({Standing.PAID, Standing.FAILED})

_OPEN = text(
    """
INSERT INTO poll AS kept (connection_id, subject, order_ref, provider_txn_id, standing, result_code,
                          first_at, last_at)
SELECT connection_id, subject, order_ref, provider_txn_id, standing, result_code, at, at
FROM json_to_recordset(:rows) AS p (connection_id bigint, subject text, order_ref text,
     provider_txn_id text, standing text, result_code text, at timestamptz)
ORDER BY connection_id, subject
ON CONFLICT (connection_id, subject) DO UPDATE SET standing = excluded.standing,
  result_code = excluded.result_code, last_at = excluded.last_at,
  closed_at = NULL, closed_as = NULL, closed_by = NULL, closed_why = NULL
WHERE kept.closed_as IS DISTINCT FROM 'paid'
"""
)
_CLOSE = text(
    """
UPDATE poll SET closed_at = e.at, closed_as = e.closed_as, closed_by = 'provider', last_at = e.at
FROM json_to_recordset(:rows) AS e (connection_id bigint, subject text, closed_as text,
     at timestamptz)
WHERE poll.connection_id = e.connection_id AND poll.subject = e.subject AND poll.closed_at IS NULL
"""
)
_LIST = text(
    """
SELECT p.id, c.provider, c.protocol, p.connection_id, p.order_ref, p.provider_txn_id, p.standing,
       p.result_code, p.first_at, p.last_at, p.closed_at, p.closed_as, p.closed_by, p.closed_why
FROM poll p JOIN connection c ON c.id = p.connection_id
WHERE (:every OR p.closed_at IS NULL) ORDER BY p.closed_at IS NOT NULL, p.last_at, p.id
"""
)
_END = text(
    """
UPDATE poll SET closed_at = :at, closed_as = :closed_as, closed_by = :who, closed_why = :why
WHERE id = :id AND closed_at IS NULL RETURNING id
"""
)
_EXISTS = text("SELECT EXISTS (SELECT FROM poll WHERE id = :id)")


def note(db: Connection, said: Iterable[tuple[int, Result]], at: datetime) -> None:
    """Open a poll for each standing that is not final and close those that have ended.

    ``said`` are results with the id of their connection, in the order they came: of several about
    one subject the last one counts.
    """
    latest = {(number, _subject(one)): one for number, one in said if _subject(one)}
    asked = [_row(key, one, at) for key, one in latest.items() if one.standing in TO_BE_ASKED]
    ended = [_row(key, one, at) for key, one in latest.items() if one.standing in _ENDS]
    if asked:
        db.execute(_OPEN, {"rows": rows_json(asked)})
    if ended:
        db.execute(_CLOSE, {"rows": rows_json(ended)})


def listing(db: Connection, *, every: bool = False) -> list[dict[str, Any]]:
    """Return what must be asked, the longest waiting first; with ``every`` also what has ended."""
    return [dict(row._mapping) for row in db.execute(_LIST, {"every": every})]


def close(db: Connection, poll: int, closed_as: str, why: str, who: str) -> None:
    """End a poll by hand: it was paid, failed, or is given up.

    Raises ``Invalid("why_missing")``, ``NotFound("poll_unknown")``, ``Conflict("poll_closed")``.
    """
    reason = require_why(why)
    ended = {"id": poll, "closed_as": closed_as, "why": reason, "who": who, "at": now()}
    if db.execute(_END, ended).one_or_none() is not None:
        return
    if not db.execute(_EXISTS, {"id": poll}).scalar_one():
        raise NotFound(
            "poll_unknown",
            f"There is no question number {poll}.",
            f"Không có mục hỏi số {poll}.",
        )
    raise Conflict(
        "poll_closed",
        f"Question {poll} has ended already.",
        f"Mục hỏi số {poll} đã kết thúc.",
    )


def _subject(one: Result) -> str:
    return one.order_ref or one.provider_txn_id or ""


def _row(key: tuple[int, str], one: Result, at: datetime) -> dict[str, object]:
    connection, subject = key
    return {
        "connection_id": connection,
        "subject": subject,
        "order_ref": one.order_ref,
        "provider_txn_id": one.provider_txn_id,
        "standing": one.standing,
        "closed_as": one.standing,
        "result_code": one.code,
        "at": at,
    }
