"""Passes: by what somebody may go on listening, asked again for all open feeds at once.

A feed stays open for hours, and what opened it may end meanwhile: the device is signed out or
silent, its person closed, the role revoked or over at midnight, the sealed address given out anew.
One question a second for all of them is cheap, and no cause can be forgotten, because what counts
is the state and not what changed it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, text

_OVER: Final = text(
    """
SELECT NOT CASE WHEN asked.device IS NULL THEN EXISTS (
    SELECT FROM merchant m WHERE m.id = asked.merchant AND m.page_version = asked.version)
  ELSE EXISTS (
    SELECT FROM device d JOIN person p ON p.id = d.person_id AND p.closed_at IS NULL
    CROSS JOIN LATERAL live_grants(d.person_id) g
    JOIN role_permission r ON r.role = g.role AND r.permission = 'today'
    WHERE d.token_hash = asked.device AND d.permissions IS NULL AND d.revoked_at IS NULL
      AND d.ends_at > now() AND d.seen_at + d.idle_for > now()
      AND (g.merchant_id = asked.merchant
        OR num_nonnulls(g.merchant_id, g.place_code, g.ward, g.provider) = 0)) END
FROM unnest(CAST(:merchants AS bigint[]), CAST(:versions AS integer[]), CAST(:devices AS bytea[]))
  WITH ORDINALITY AS asked (merchant, version, device, at) ORDER BY at
"""
)


@dataclass(frozen=True, slots=True)
class Pass:
    """What lets somebody hear of a merchant's money: a sealed address's version, or a device."""

    merchant: int
    version: int | None = None
    device: bytes | None = None


def over(db: Connection, held: Sequence[Pass]) -> list[bool]:
    """Tell of each pass whether it has ended."""
    asked = {
        "merchants": [one.merchant for one in held],
        "versions": [one.version for one in held],
        "devices": [one.device for one in held],
    }
    return list(db.execute(_OVER, asked).scalars())
