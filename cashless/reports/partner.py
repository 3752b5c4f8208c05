"""What a provider's engineer may know: that provider's payments, by id, amount and time.

No merchant, memo or payer. Both questions name the provider; for a signed-in engineer row-level
security asks the same once more.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, text

_DAYS_MOST: Final = 14
_NEWEST_MOST: Final = 50
_DAYS = text(
    "SELECT business_date, count(*) AS payments FROM payment WHERE provider = :provider"
    " AND kept_at > now() - make_interval(days => :days) GROUP BY 1 ORDER BY 1 DESC"
)
_NEWEST = text(
    "SELECT provider_txn_id, kind, amount, occurred_at, kept_at FROM payment"
    " WHERE provider = :provider ORDER BY id DESC LIMIT :most"
)


@dataclass(frozen=True, slots=True)
class Day:
    """How many payments of a provider counted for a business date."""

    day: date
    payments: int


@dataclass(frozen=True, slots=True)
class Told:
    """One payment as its provider knows it; the amount in đồng, times in UTC."""

    provider_txn_id: str
    kind: str
    amount: int
    occurred_at: datetime
    kept_at: datetime


def days(db: Connection, provider: str) -> list[Day]:
    """Return the last two weeks' counts, the newest day first."""
    asked = {"provider": provider, "days": _DAYS_MOST}
    return [Day(*row) for row in db.execute(_DAYS, asked)]


def newest(db: Connection, provider: str) -> list[Told]:
    """Return the last fifty payments, the newest first."""
    asked = {"provider": provider, "most": _NEWEST_MOST}
    return [Told(*row) for row in db.execute(_NEWEST, asked)]
