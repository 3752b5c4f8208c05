"""Changes of a connection: new secrets, where it may call from, what it may speak of, its end.

New secrets verify at once, and the ones before them for as long as the overlap lasts, so a provider
and we need not change at the same second. Never more than two sets are live: what is older than the
one before ends at once. Secrets are shown to nobody after they were given.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection as Database
from sqlalchemy import text

from cashless import vault
from cashless.clock import now
from cashless.errors import Invalid, NotFound
from webhooks import connections
from webhooks.connections import Connection
from webhooks.sources import RULES, networks

OVERLAP = timedelta(hours=24)
_OVERLAP_MAX = timedelta(days=30)

_SHOW = text(
    """
SELECT c.id, c.provider, c.protocol, c.environment, c.sources, c.source_rule, c.accounts,
       c.created_at, c.closed_at,
       json_agg(json_build_object('valid_from', s.valid_from, 'valid_until', s.valid_until)
                ORDER BY s.id) AS secrets
FROM connection c JOIN connection_secret s ON s.connection_id = c.id
WHERE c.id = :id GROUP BY c.id
"""
)
_SET = text(
    "UPDATE connection SET sources = coalesce(CAST(:sources AS text[]), sources),"
    " source_rule = coalesce(:source_rule, source_rule),"
    " accounts = coalesce(CAST(:accounts AS text[]), accounts)"
    " WHERE id = :id AND closed_at IS NULL"
)
_CLOSE = text("UPDATE connection SET closed_at = :at WHERE id = :id AND closed_at IS NULL")
_INSERT = text(
    "INSERT INTO connection_secret (connection_id, sealed, valid_from)"
    " VALUES (:id, :sealed, :at) RETURNING id"
)
_END_ONE_BEFORE = text(
    """
UPDATE connection_secret SET valid_until = CASE WHEN id = (
    SELECT max(id) FROM connection_secret WHERE connection_id = :id AND id < :newest)
  THEN least(coalesce(valid_until, :until), :until) ELSE least(coalesce(valid_until, :at), :at) END
WHERE connection_id = :id AND id < :newest
"""
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to change; None leaves it as it is."""

    sources: Sequence[str] | None = None
    source_rule: str | None = None
    accounts: Sequence[str] | None = None


def show(db: Database, number: int) -> dict[str, Any]:
    """Return a connection, its trust and the times of its secrets, never the secrets themselves.

    Raises ``NotFound("connection_unknown")``.
    """
    row = db.execute(_SHOW, {"id": number}).one_or_none()
    if row is None:
        raise _unknown(number)
    return {**row._mapping, "trust": connections.trust_of(row)}


def change(db: Database, number: int, wanted: Wanted) -> None:
    """Set the sources, their rule and the accounts of an open connection.

    Raises ``NotFound("connection_unknown")``, ``Invalid("source_invalid" |
    "source_rule_unknown")``.
    """
    networks(wanted.sources or ())
    if wanted.source_rule not in {None, *RULES}:
        raise Invalid(
            "source_rule_unknown",
            "A call from elsewhere is recorded or blocked: write record or block.",
            "Cuộc gọi từ nơi khác được ghi lại hoặc chặn: hãy ghi record hoặc block.",
        )
    given = {
        "id": number,
        "sources": None if wanted.sources is None else list(wanted.sources),
        "source_rule": wanted.source_rule,
        "accounts": None if wanted.accounts is None else list(wanted.accounts),
    }
    if db.execute(_SET, given).rowcount == 0:
        raise _unknown(number)


def rotate(
    db: Database,
    key: bytes,
    number: int,
    secrets: Mapping[str, str],
    overlap: timedelta = OVERLAP,
) -> datetime:
    """Give a connection new secrets; return until when the ones before verify.

    A secret that is not given stays as it is. Raises ``NotFound("connection_unknown")``,
    ``Invalid("overlap_invalid" | "secret_unknown" | "secret_empty" | "secret_malformed" |
    "secret_published")``.
    """
    if not timedelta() <= overlap <= _OVERLAP_MAX:
        raise Invalid(
            "overlap_invalid",
            "Old secrets may live on for 0 hours to 30 days.",
            "Bí mật cũ có thể dùng tiếp từ 0 giờ đến 30 ngày.",
        )
    connection = _open(db, key, number)
    new = {**connection.secret_sets[-1].secrets, **secrets}
    connections.require_fit(connection.protocol, new, connection.environment)
    at = now()
    sealed = vault.seal(key, orjson.dumps(new), connections.about(number))
    newest = db.execute(_INSERT, {"id": number, "sealed": sealed, "at": at}).scalar_one()
    until = at + overlap
    db.execute(_END_ONE_BEFORE, {"id": number, "newest": newest, "at": at, "until": until})
    return until


def close(db: Database, number: int) -> None:
    """Close a connection: nobody enters by its token any more. ``NotFound("connection_unknown")``.

    What came over it stays, and so do its secrets, because old deliveries are proven with them.
    """
    if db.execute(_CLOSE, {"id": number, "at": now()}).rowcount == 0:
        raise _unknown(number)


def _open(db: Database, key: bytes, number: int) -> Connection:
    found = [one for one in connections.load(db, key).values() if one.id == number]
    if not found:
        raise _unknown(number)
    return found[0]


def _unknown(number: int) -> NotFound:
    return NotFound(
        "connection_unknown",
        f"There is no open connection {number}; `cashless connections list` shows them.",
        f"Không có kết nối {number} đang mở; lệnh `cashless connections list` liệt kê.",
    )
