"""Shifts: at which hours of which weekdays a merchant sells at a stall.

One stall may have several merchants by the clock: fish in the morning, phở in the evening. A shift
is a name (optional), weekdays, and hours of Vietnam; where it ends at or before the hour at which
it begins, it goes over midnight into the next day, and from and to the same hour it is 24 hours
long. ``WHOLE`` is all day, every day: a stall with one merchant.

A shift says who sells and which stand should hang there. It never says whose money is whose: that
is the account's word alone (``webhooks.match``). A seller who stays late is paid late.

Written ``sáng``, ``03:00-11:00``, ``T2-T6 tối 17:00-23:00``, ``T7,CN``, ``cả ngày``; English words
do as well. The names stand for the hours of ``NAMED``, which hours that are written put right.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cashless.clock import VIETNAM
from cashless.errors import Invalid
from cashless.vietqr.text import ascii_text

DAY: Final = 24 * 60
EVERY_DAY: Final = 0b111_1111

NAMED: Final[Mapping[str, tuple[str, int, int]]] = {
    "SANG": ("sáng", 3 * 60, 11 * 60),
    "CHIEU": ("chiều", 11 * 60, 17 * 60),
    "TOI": ("tối", 17 * 60, 23 * 60),
    "DEM": ("đêm", 23 * 60, 3 * 60),
}
"""Plain word → the name, and the minutes of the day from and to which it is meant (assumed)."""

_ALSO: Final = {"MORNING": "SANG", "AFTERNOON": "CHIEU", "EVENING": "TOI", "NIGHT": "DEM"}
_ALL_DAY: Final = frozenset({"", "CA NGAY", "ALL DAY", "WHOLE DAY"})
_DAYS: Final = ("T2", "T3", "T4", "T5", "T6", "T7", "CN")
_DAY_OF: Final = {
    **{word: place for place, word in enumerate(_DAYS)},
    **{word: place for place, word in enumerate(("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"))},
}
_HOUR = r"([01]?[0-9]|2[0-4])(?:[:H]([0-5][0-9])?)?"
_HOURS: Final = re.compile(rf"{_HOUR}-{_HOUR}")


@dataclass(frozen=True, slots=True)
class Shift:
    """Weekdays as bits (1 is Monday), and minutes of the day from and to which it lasts."""

    name: str = ""
    days: int = EVERY_DAY
    begins: int = 0
    ends: int = 0

    @property
    def minutes(self) -> int:
        """The minutes of the week, Monday 00:00 first, as bits; over Sunday's end it wraps."""
        length = (self.ends - self.begins) % DAY or DAY
        bits = 0
        for day in self._weekdays():
            bits |= ((1 << length) - 1) << (day * DAY + self.begins)
        week = 7 * DAY
        return (bits & ((1 << week) - 1)) | bits >> week

    @property
    def is_whole(self) -> bool:
        """Tell whether it is all day, every day."""
        return self.days == EVERY_DAY and self.begins == self.ends

    @property
    def written(self) -> str:
        """The shift as people write it and ``read`` reads it again; ``cả ngày`` for the whole."""
        if self.is_whole:
            return "cả ngày"
        is_all_day = self.begins == self.ends == 0 and not self.name
        hours = "" if is_all_day else f"{_clock(self.begins)}-{_clock(self.ends)}"
        days = "" if self.days == EVERY_DAY else self._written_days()
        return " ".join(part for part in (days, self.name, hours) if part)

    def overlaps(self, other: "Shift") -> bool:
        """Tell whether both are on at some minute of the week."""
        return self.minutes & other.minutes != 0

    def covers(self, other: "Shift") -> bool:
        """Tell whether this one is on at every minute of the other."""
        return other.minutes & ~self.minutes == 0

    def is_on(self, at: datetime) -> bool:
        """Tell whether it is on at a moment."""
        there = at.astimezone(VIETNAM)
        minute = there.weekday() * DAY + there.hour * 60 + there.minute
        return bool(self.minutes >> minute & 1)

    def _weekdays(self) -> list[int]:
        return [day for day in range(len(_DAYS)) if self.days >> day & 1]

    def _written_days(self) -> str:
        """Write days in a row as ``T2-T6``, others one by one."""
        days = self._weekdays()
        first, last = days[0], days[-1]
        if len(days) > 2 and last - first == len(days) - 1:  # noqa: PLR2004  a pair has no middle
            return f"{_DAYS[first]}-{_DAYS[last]}"
        return ",".join(_DAYS[day] for day in days)


WHOLE: Final = Shift()


def read(written: str) -> Shift:
    """Read a shift as people write it. Raises ``Invalid("shift_invalid")``."""
    plain = " ".join(ascii_text(written).upper().replace("–", "-").split())
    if plain in _ALL_DAY:
        return WHOLE
    name, days, clock, usual = "", 0, None, (0, 0)
    for word in re.sub(r"\s*([-,])\s*", r"\1", plain).split():
        named = NAMED.get(_ALSO.get(word, word))
        if named and not name:
            name, usual = named[0], named[1:]
        elif not days and _days(word):
            days = _days(word)
        elif clock is None and _hours(word):
            clock = _hours(word)
        else:
            raise _wrong(written)
    return Shift(name, days or EVERY_DAY, *(clock or usual))


def _days(word: str) -> int:
    """Return the weekdays of ``T2-T6,CN`` as bits; 0 where the word names none."""
    bits = 0
    for part in word.split(","):
        first, _, last = part.partition("-")
        if first not in _DAY_OF or (last or first) not in _DAY_OF:
            return 0
        begin, end = _DAY_OF[first], _DAY_OF[last or first]
        for step in range((end - begin) % len(_DAYS) + 1):
            bits |= 1 << (begin + step) % len(_DAYS)
    return bits


def _hours(word: str) -> tuple[int, int] | None:
    found = _HOURS.fullmatch(word)
    if found is None:
        return None
    hour, minute, to_hour, to_minute = (int(part or 0) for part in found.groups())
    begins, ends = hour * 60 + minute, to_hour * 60 + to_minute
    return (begins % DAY, ends % DAY) if max(begins, ends) <= DAY else None


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _wrong(written: str) -> Invalid:
    return Invalid(
        "shift_invalid",
        f"{written!r} is no shift. Write sáng, chiều, tối, đêm, hours such as 03:00-11:00, or days"
        " and hours such as T2-T6 17:00-23:00; nothing for all day.",
        f"“{written}” không phải là ca bán. Hãy ghi sáng, chiều, tối, đêm, giờ như 03:00-11:00,"
        " hoặc thứ và giờ như T2-T6 17:00-23:00; bỏ trống nếu bán cả ngày.",
    )
