"""Backoff: guessing gets slower and slower, and no stranger can lock anybody out.

Failures are counted for an account from one source, and for a source as a whole, where "account" is
the mark of what was typed, whether somebody has it or not. After three failures the next attempt
has to wait, twice as long each time, up to a quarter of an hour; a source may fail a hundred times
first, because a whole market may sit behind one address. Somebody else's failures come from
somebody else's source, so they make nobody wait. An attempt is counted before it is compared, and
those on one account are counted one after another, so many at once are no way around. A source is
an address of IPv4 or a /64 of IPv6 (``sources``).
"""

import hmac
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection, text

from cashless.access.sources import network
from cashless.errors import Unavailable

_FREE: Final = 3
_FREE_OF_SOURCE: Final = 100
_FIRST: Final = timedelta(seconds=1)
_LONGEST: Final = timedelta(minutes=15)
_FORGOTTEN: Final = timedelta(hours=24)

_WAITS = text(
    "SELECT coalesce(max(ceil(extract(epoch FROM last_at - now()) +"
    " least(:first * power(2, least(failures - free, 20)), :longest)))"
    "  FILTER (WHERE failures >= free), 0)::integer"
    " FROM backoff JOIN unnest(CAST(:keys AS bytea[]), CAST(:free AS integer[]))"
    "  AS asked (asked_key, free) ON key = asked_key"
    " WHERE last_at > now() - CAST(:forgotten AS interval)"
)
_QUEUE = text("SELECT pg_advisory_xact_lock(hashtextextended(encode(:key, 'hex'), 0))")
_COUNT = text(
    "INSERT INTO backoff (key, failures, last_at)"
    " SELECT asked_key, 1, now() FROM unnest(CAST(:keys AS bytea[])) AS asked_key ORDER BY 1"
    " ON CONFLICT (key) DO UPDATE SET last_at = now(), failures = CASE"
    " WHEN backoff.last_at < now() - CAST(:forgotten AS interval) THEN 1"
    " ELSE least(backoff.failures + 1, 1000000) END"
)
_FORGIVE = text("DELETE FROM backoff WHERE key = :key")
_TIDY = text("DELETE FROM backoff WHERE last_at < now() - CAST(:forgotten AS interval)")
_REPAY = text("UPDATE backoff SET failures = failures - 1 WHERE key = :key AND failures > 1")


def keys(key: bytes, mark: bytes, source: str) -> tuple[bytes, bytes]:
    """Return what is counted: the account from this source, and the source."""
    said = network(source).encode()
    return tuple(hmac.digest(key, b"backoff:" + one + said, "sha256") for one in (mark, b""))  # type: ignore[return-value]  # two in, two out


def attempt(db: Connection, counted: Sequence[bytes]) -> int:
    """Count an attempt and return 0, or count nothing and return the seconds to wait."""
    db.execute(_QUEUE, {"key": counted[0]})
    asked = {"keys": list(counted), "forgotten": _FORGOTTEN}
    times = {"first": _FIRST.total_seconds(), "longest": _LONGEST.total_seconds()}
    limits = {"free": [_FREE, _FREE_OF_SOURCE], **times}
    wait = int(db.execute(_WAITS, {**asked, **limits}).scalar_one())
    if wait <= 0:
        db.execute(_COUNT, asked)
    return max(wait, 0)


def require_no_wait(seconds: int) -> None:
    """Refuse who has to wait: ``Unavailable("sign_in_wait")``."""
    if seconds:
        raise Unavailable(
            "sign_in_wait",
            f"Too many attempts. Try again in {seconds} seconds.",
            f"Thử quá nhiều lần. Hãy thử lại sau {seconds} giây.",
        )


def forgive(db: Connection, counted: Sequence[bytes]) -> None:
    """Forget the failures of an account that has proven itself; the source keeps its others."""
    account, source = counted
    db.execute(_FORGIVE, {"key": account})
    db.execute(_REPAY, {"key": source})


def tidy(db: Connection) -> int:
    """Forget what is older than a day, so that strangers' attempts do not pile up."""
    return db.execute(_TIDY, {"forgotten": _FORGOTTEN}).rowcount
