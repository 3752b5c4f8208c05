"""Challenges: what an authenticator signs; ours, for one browser and one purpose, and only once.

A challenge is sixteen random bytes, the second it ends, and an HMAC over both and what it is bound
to: the purpose and the visitor's secret cookie or device. So nothing is kept for somebody who only
opens a page. When the answer to one has been proven, its digest is kept until the challenge would
have ended anyway: the same answer does not count again, also not at the same moment.
"""

import hmac
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection, text

LIFE: Final = timedelta(minutes=5)
_RANDOM: Final = 16
_TIME: Final = 8
_SEAL: Final = 16

_SPEND = text(
    "INSERT INTO spent_challenge (digest, ends_at)"
    " VALUES (:digest, now() + 2 * CAST(:life AS interval)) ON CONFLICT DO NOTHING"
)
_FORGET = text("DELETE FROM spent_challenge WHERE ends_at < now()")


@dataclass(frozen=True, slots=True)
class Bond:
    """What a challenge is bound to: a purpose, and the secret of one browser or device."""

    purpose: str
    secret: str

    def seal(self, key: bytes, said: bytes) -> bytes:
        """Return the seal of a challenge with this bond."""
        told = b"\0".join((b"challenge", self.purpose.encode(), self.secret.encode(), said))
        return hmac.digest(key, told, "sha256")[:_SEAL]


def made(key: bytes, bond: Bond, at: datetime) -> bytes:
    """Return a new challenge for this bond, good for five minutes."""
    ends = int((at + LIFE).timestamp())
    said = os.urandom(_RANDOM) + ends.to_bytes(_TIME, "big")
    return said + bond.seal(key, said)


def is_ours(key: bytes, bond: Bond, challenge: bytes, at: datetime) -> bool:
    """Tell whether a challenge was made here for this bond and has not ended."""
    said, seal = challenge[: _RANDOM + _TIME], challenge[_RANDOM + _TIME :]
    ends = int.from_bytes(said[_RANDOM:], "big")
    return hmac.compare_digest(bond.seal(key, said), seal) and at.timestamp() <= ends


def spend(db: Connection, challenge: bytes) -> bool:
    """Use a challenge up; False when it was used before."""
    db.execute(_FORGET)
    row = {"digest": sha256(challenge).digest(), "life": LIFE}
    return bool(db.execute(_SPEND, row).rowcount)
