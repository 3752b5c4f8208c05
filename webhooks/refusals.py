"""Count the calls that were turned away: per day, connection and reason, with the last digest.

A flood of forged calls must not fill the disk, so refused calls are counters and not rows of their
own. Connection 0 stands for an address that does not exist.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from cashless.clock import business_date
from cashless.db.batch import rows_json

NO_CONNECTION = 0

_COUNT = text(
    """
INSERT INTO refusal AS kept (day, connection_id, reason, count, last_digest, first_at, last_at)
SELECT day, connection_id, reason, count, last_digest::bytea, first_at, last_at
FROM json_to_recordset(:rows) AS r (day date, connection_id bigint, reason text, count bigint,
     last_digest text, first_at timestamptz, last_at timestamptz)
ON CONFLICT (day, connection_id, reason) DO UPDATE SET
  count = kept.count + excluded.count, last_digest = excluded.last_digest,
  last_at = excluded.last_at
"""
)

_LIST = text(
    "SELECT day, connection_id, reason, count, last_at, encode(last_digest, 'hex') AS last_digest"
    " FROM refusal ORDER BY last_at DESC LIMIT :n"
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One call turned away."""

    connection_id: int
    reason: str
    digest: bytes
    at: datetime


def count(db: Connection, refusals: Sequence[Refusal]) -> None:
    """Add the refusals to their counters, in key order so that two processes never deadlock."""
    if refusals:
        db.execute(_COUNT, {"rows": rows_json(_summed(refusals))})


def listing(db: Connection, most: int = 50) -> list[dict[str, object]]:
    """Return the newest counters, for a person who asks why nothing arrives."""
    return [dict(row._mapping) for row in db.execute(_LIST, {"n": most})]


def _summed(refusals: Iterable[Refusal]) -> list[dict[str, object]]:
    sums: dict[tuple[object, int, str], dict[str, object]] = {}
    counts: dict[tuple[object, int, str], int] = {}
    for one in refusals:
        key = (business_date(one.at), one.connection_id, one.reason)
        counts[key] = counts.get(key, 0) + 1
        first_at = sums[key]["first_at"] if key in sums else one.at
        sums[key] = {
            "day": key[0],
            "connection_id": one.connection_id,
            "reason": one.reason,
            "count": counts[key],
            "last_digest": one.digest,
            "first_at": first_at,
            "last_at": one.at,
        }
    return [sums[key] for key in sorted(sums, key=str)]
