"""How many calls a key may make: a bucket of tokens in the database, the same for all processes.

A key may make ``CALLS`` calls in ``WINDOW`` seconds, at once or spread; what was used comes back
evenly. The whole bucket is one moment, ``full_at``, the time at which all calls are there again
(the generic cell rate algorithm): a call moves it on by one step, and is refused when that would
lie further away than a whole window. One statement does both, and its row lock lets two processes
count one after another.

It stands in PostgreSQL and not in the process, because ``serve`` runs several and a limit that
grows with their number, or is forgotten at a restart, is none. The table is unlogged and its commit
does not wait for the disk (``ADR 0023``): after a crash of the database all buckets are full.
"""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Any, Final

from sqlalchemy import Connection, text

CALLS: Final = 600
WINDOW: Final = timedelta(seconds=60)

_LIGHT = text("SET LOCAL synchronous_commit = off")
_TAKE = text(
    "INSERT INTO key_budget AS b (device_id, full_at)"
    " VALUES (:device, clock_timestamp() + CAST(:step AS interval))"
    " ON CONFLICT (device_id) DO UPDATE"
    " SET full_at = greatest(b.full_at, clock_timestamp()) + CAST(:step AS interval)"
    " WHERE greatest(b.full_at, clock_timestamp()) + CAST(:step AS interval)"
    "  <= clock_timestamp() + CAST(:window AS interval)"
    " RETURNING extract(epoch FROM full_at - clock_timestamp())"
)
_WAIT = text(
    "SELECT ceil(extract(epoch FROM full_at + CAST(:step AS interval) - clock_timestamp()"
    " - CAST(:window AS interval))) FROM key_budget WHERE device_id = :device"
)
_TIDY = text("DELETE FROM key_budget WHERE full_at < now() - interval '1 hour'")


@dataclass(frozen=True, slots=True)
class Budget:
    """What is left after a call: calls, seconds until all are back, and seconds to wait if none."""

    calls: int
    window: int
    left: int
    full_in: int
    wait: int = 0

    @property
    def headers(self) -> dict[str, str]:
        """The fields of draft-ietf-httpapi-ratelimit-headers, from its eighth version on."""
        return {
            "RateLimit-Policy": f'"key";q={self.calls};w={self.window}',
            "RateLimit": f'"key";r={self.left};t={self.full_in}',
        }


def take(db: Connection, device: int) -> Budget:
    """Take one call of a key's budget; a ``wait`` above zero refuses it, and takes none."""
    window = int(WINDOW.total_seconds())
    row = {"device": device, "step": WINDOW / CALLS, "window": WINDOW}
    db.execute(_LIGHT)
    used: Any = db.execute(_TAKE, row).scalar_one_or_none()
    if used is None:
        wait = max(1, int(db.execute(_WAIT, row).scalar_one()))
        return Budget(CALLS, window, 0, window, wait)
    left = max(0, CALLS - ceil(used * CALLS / window))
    return Budget(CALLS, window, left, ceil(used))


def tidy(db: Connection) -> int:
    """Forget budgets that are long full again; return how many."""
    return db.execute(_TIDY).rowcount
