"""Hours: is it the hour of the merchant whose stand somebody looks at, and if not, whose is it?

A shopper may scan the stand of the morning's fish seller in the evening, when phở is sold there.
The stand is genuine and money sent to it reaches the fish seller, at any hour: it is neither
refused nor told apart by the clock. But whoever buys phở must hear that before paying, and be led
to the stand of the one who sells now.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, text

from cashless.clock import business_date
from merchants import stands, tenancy
from merchants.shifts import Shift
from merchants.stands import Stand
from merchants.tenancy import Tenancy

_LIVE: Final = text(
    "SELECT k.token FROM stand k JOIN stall s ON s.id = k.stall_id"
    " JOIN merchant m ON m.id = k.merchant_id"
    " WHERE s.code = :stall AND m.code = :merchant AND k.revoked_at IS NULL"
)


@dataclass(frozen=True, slots=True)
class Hours:
    """The merchant's own shift, whether it is on, who sells now and the token of that stand."""

    own: Shift
    is_on: bool
    other: Tenancy | None = None
    other_stand: str | None = None


def at_stand(db: Connection, stand: Stand, at: datetime) -> Hours | None:
    """Return the hours of a stand's merchant; None where it hangs at no stall of the merchant's."""
    if stand.stall is None:
        return None
    there = tenancy.held(db, stand.stall, business_date(at))
    own = next((one.shift for one in there if one.merchant == stand.merchant), None)
    if own is None or own.is_on(at):
        return None if own is None else Hours(own, is_on=True)
    other = next((one for one in there if one.shift.is_on(at)), None)
    return Hours(own, is_on=False, other=other, other_stand=_payable(db, other))


def _payable(db: Connection, other: Tenancy | None) -> str | None:
    """Return the token of that merchant's stand at that stall, if a shopper may pay to it."""
    if other is None:
        return None
    asked = {"stall": other.stall, "merchant": other.merchant}
    token = db.execute(_LIVE, asked).scalar_one_or_none()
    return token if token and stands.find(db, token).is_payable else None
