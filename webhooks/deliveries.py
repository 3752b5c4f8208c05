"""Deliveries as they came: what a person reads when a payment is missing or could not be read.

Only genuine calls have a row (docs/adr/0008). Headers are not shown: some protocols carry a secret
there. The body is shown as text only by ``show``, for the operator who must read what we could not.
"""

from typing import Any

from sqlalchemy import Connection, text

from cashless.errors import NotFound

OUTCOMES = ("stored", "duplicate", "conflict", "silent", "unreadable")

_LIST = text(
    """
SELECT d.id, d.received_at, c.provider, c.protocol, d.outcome, d.reason, d.source, d.reply_status,
       encode(d.digest, 'hex') AS digest
FROM delivery d LEFT JOIN connection c ON c.id = d.connection_id
WHERE CAST(:outcome AS text) IS NULL OR d.outcome = :outcome
ORDER BY d.day DESC, d.id DESC LIMIT :most
"""
)
_SHOW = text(
    """
SELECT d.id, d.received_at, c.provider, c.protocol, d.outcome, d.reason, d.source, d.method,
       d.operation, d.query, d.reply_status, encode(d.digest, 'hex') AS digest, d.body
FROM delivery d LEFT JOIN connection c ON c.id = d.connection_id
WHERE d.id = CAST(:id AS uuid)
"""
)


def listing(db: Connection, outcome: str | None = None, most: int = 50) -> list[dict[str, Any]]:
    """Return the newest genuine calls, of one outcome when it is given."""
    rows = db.execute(_LIST, {"outcome": outcome, "most": most})
    return [{**row._mapping, "id": str(row.id)} for row in rows]


def show(db: Connection, delivery: str) -> dict[str, Any]:
    """Return one call with its body as text. Raises ``NotFound("delivery_unknown")``."""
    row = db.execute(_SHOW, {"id": delivery}).one_or_none()
    if row is None:
        raise NotFound(
            "delivery_unknown",
            f"There is no delivery {delivery}.",
            f"Không có lần gửi {delivery}.",
        )
    body = bytes(row.body).decode(errors="replace")
    return {**row._mapping, "id": str(row.id), "body": body}
