"""Replies kept by the caller's Idempotency-Key: asked again, the same answer and no second act.

The key is written first, in the transaction of the act itself. A second request with the same key
waits for the first one's commit and then finds its answer; when the first one failed, nothing was
kept, and the second acts. The key belongs to the API key it came with, and stands for the whole
call: method, path and body. A reply is kept for ``KEPT``; the settle process forgets it after that.
"""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any, ClassVar, Final

from sqlalchemy import Connection, text

from cashless.errors import Conflict

KEPT: Final = timedelta(hours=72)
"""How long a reply is kept at least: longer than the longest weekend without a till."""

_BEGIN: Final = text(
    "INSERT INTO kept_reply (device_id, key, digest) VALUES (:device, :key, :digest)"
    " ON CONFLICT DO NOTHING"
)
_END: Final = text(
    "UPDATE kept_reply SET status = :status, body = :body WHERE device_id = :device AND key = :key"
)
_READ: Final = text(
    "SELECT digest, status, body FROM kept_reply WHERE device_id = :device AND key = :key"
)
_PURGE: Final = text("DELETE FROM kept_reply WHERE at < now() - CAST(:kept AS interval)")


class KeyReused(Conflict):
    """The same Idempotency-Key for another call; programs expect 422 for it, not 409."""

    status: ClassVar[int] = 422


def once(
    db: Connection, name: tuple[int, str], asked: str, act: Callable[[], tuple[int, str]]
) -> tuple[int, str, bool]:
    """Act once for a device and its key; return status, body, and whether it was done before.

    ``asked`` is everything the answer depends on. Raises ``KeyReused("idempotency_key_reused")``
    when the key stands for something else already.
    """
    row = {"device": name[0], "key": name[1], "digest": sha256(asked.encode()).digest()}
    if db.execute(_BEGIN, row).rowcount == 0:
        return (*_before(db, row), True)
    status, body = act()
    db.execute(_END, {**row, "status": status, "body": body})
    return status, body, False


def purge(db: Connection) -> int:
    """Forget the replies that were kept long enough; return how many."""
    return db.execute(_PURGE, {"kept": KEPT}).rowcount


def _before(db: Connection, row: dict[str, Any]) -> tuple[int, str]:
    kept = db.execute(_READ, row).one()
    if bytes(kept.digest) != row["digest"]:
        raise KeyReused(
            "idempotency_key_reused",
            "This Idempotency-Key was used for another request.",
            "Idempotency-Key này đã dùng cho một yêu cầu khác.",
        )
    return int(kept.status), str(kept.body)
