"""Shifts are read as people write them, and the database sees the same overlaps as we do."""

import itertools
import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from cashless.db.engine import transaction
from cashless.errors import Invalid
from merchants.shifts import DAY, WHOLE, Shift, read
from tests.market import Market

SHIFTS = st.builds(
    Shift,
    name=st.sampled_from(["", "sáng", "tối"]),
    days=st.integers(1, 127),
    begins=st.integers(0, DAY - 1),
    ends=st.integers(0, DAY - 1),
)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("", "cả ngày"),
        ("Cả ngày", "cả ngày"),
        ("sáng", "sáng 03:00-11:00"),
        ("Morning", "sáng 03:00-11:00"),
        ("sáng 4h-10h30", "sáng 04:00-10:30"),
        ("22:00 – 4:00", "22:00-04:00"),
        ("T2-T6 tối", "T2-T6 tối 17:00-23:00"),
        ("tối 17:00-23:00 T7, CN", "T7,CN tối 17:00-23:00"),
        ("Mon-Fri 5h-9h", "T2-T6 05:00-09:00"),
        ("CN-T3", "T2,T3,CN"),
        ("T7,CN", "T7,CN"),
        ("0:00-24:00", "cả ngày"),
    ],
)
def test_a_shift_is_read_as_people_write_it(written: str, canonical: str) -> None:
    assert read(written).written == canonical
    assert read(canonical) == read(written)


@pytest.mark.parametrize(
    "written",
    [
        "trưa nay",
        "25:00-26:00",
        "3-",
        "T8",
        "sáng tối",
        "03:00-11:00 04:00-05:00",
        "T2 T3",
        "7:60-8",
    ],
)
def test_what_is_no_shift_is_refused(written: str) -> None:
    with pytest.raises(Invalid, match="shift_invalid"):
        read(written)


@given(SHIFTS)
def test_what_is_written_is_read_again(shift: Shift) -> None:
    again = read(shift.written)
    assert again.minutes == shift.minutes
    assert again.name == ("" if shift.is_whole else shift.name)


def test_a_night_shift_goes_over_midnight_and_over_sunday() -> None:
    night = read("CN 22:00-04:00")
    hours = [
        (datetime(2026, 7, 5, 15, 30, tzinfo=UTC), True),  # Sunday 22:30 in Vietnam
        (datetime(2026, 7, 5, 20, 59, tzinfo=UTC), True),  # Monday 03:59
        (datetime(2026, 7, 5, 21, 0, tzinfo=UTC), False),  # Monday 04:00
        (datetime(2026, 7, 4, 15, 30, tzinfo=UTC), False),  # Saturday 22:30
    ]
    assert [night.is_on(at) for at, _ in hours] == [is_on for _, is_on in hours]
    assert night.overlaps(read("T2 03:00-05:00"))
    assert not night.overlaps(read("T3-CN 04:00-22:00"))
    assert WHOLE.covers(night)
    assert not night.covers(WHOLE)


def test_the_database_counts_the_same_minutes(market: Market) -> None:
    question = text(
        "SELECT shift_minutes(:d, :b, :e) && shift_minutes(:d2, :b2, :e2),"
        " (SELECT sum(upper(r) - lower(r)) FROM unnest(shift_minutes(:d, :b, :e)) r)"
    )
    chance = random.Random(30742)
    shifts = [
        Shift(
            "", chance.randint(1, 127), chance.randrange(0, DAY, 30), chance.randrange(0, DAY, 30)
        )
        for _ in range(100)
    ]
    with transaction(market.engine) as db:
        for one, other in itertools.pairwise(shifts):
            asked = {"d": one.days, "b": one.begins, "e": one.ends}
            asked |= {"d2": other.days, "b2": other.begins, "e2": other.ends}
            row = db.execute(question, asked).one()
            assert row == (one.overlaps(other), one.minutes.bit_count())
