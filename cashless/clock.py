"""The clock: instants are aware UTC, days are days of Vietnam.

An instant is a ``datetime`` with UTC as its zone. A business date is the date
a person in Rạch Giá would write at that instant (zone Asia/Ho_Chi_Minh, seven
hours ahead, no summer time). Foreign time forms are read strictly: a number
outside the years 2000 to 2100 is a wrong unit, not a date.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

VIETNAM: Final = ZoneInfo("Asia/Ho_Chi_Minh")

_EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def now() -> datetime:
    """Return the present instant in UTC."""
    return datetime.now(UTC)


def business_date(at: datetime) -> date:
    """Return the date in Vietnam at an aware instant; ValueError if it is naive."""
    if at.tzinfo is None:
        message = f"the time {at.isoformat()} has no zone"
        raise ValueError(message)
    return at.astimezone(VIETNAM).date()


def from_epoch_ms(value: int) -> datetime:
    """Turn milliseconds since 1970 into UTC; ValueError outside 2000..2100."""
    return plausible(_since_epoch(milliseconds=value))


def from_epoch_s(value: int) -> datetime:
    """Turn seconds since 1970 into UTC; ValueError outside 2000..2100."""
    return plausible(_since_epoch(seconds=value))


def from_local(text: str, pattern: str) -> datetime:
    """Read Vietnam local time written by ``pattern`` (strptime) as UTC.

    The text must be the form the pattern itself would write (a fraction of a
    second at the end may be shorter); anything looser, and a year outside
    2000..2100, is a ValueError.
    """
    local = datetime.strptime(text, pattern).replace(tzinfo=VIETNAM)
    if _levelled(local.strftime(pattern), pattern) != _levelled(text, pattern):
        message = f"the time {text!r} is not written as {pattern!r}"
        raise ValueError(message)
    return plausible(in_utc(local))


def in_utc(at: datetime) -> datetime:
    """Return an aware instant in UTC; ValueError where the calendar ends before it is there."""
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(str(error)) from error


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Return the UTC instants [start, end) of a day in Vietnam."""
    start = datetime.combine(day, time(), VIETNAM).astimezone(UTC)
    return start, start + timedelta(days=1)


def _since_epoch(*, milliseconds: int = 0, seconds: int = 0) -> datetime:
    """Add whole units to the epoch, without passing through a float."""
    try:
        return _EPOCH + timedelta(milliseconds=milliseconds, seconds=seconds)
    except OverflowError as error:
        raise ValueError(str(error)) from error


def plausible(at: datetime) -> datetime:
    """Return an instant of the years 2000 to 2100 as it is; ValueError for any other."""
    if not _EARLIEST <= at < _LATEST:
        message = f"the time {at.isoformat()} lies outside the years 2000 to 2100"
        raise ValueError(message)
    return at


def _levelled(text: str, pattern: str) -> str:
    """Level the case of AM and PM, and the length of a fraction at the end."""
    folded = text.casefold()
    return folded.rstrip("0") if pattern.endswith("%f") else folded
