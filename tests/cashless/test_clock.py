"""The clock: Vietnam's day, and foreign times read strictly."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cashless import clock

INSTANTS = st.datetimes(datetime(2000, 1, 2), datetime(2099, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 - the strategy adds the zone


def test_now_is_an_aware_instant_of_utc() -> None:
    assert clock.now().tzinfo is UTC
    assert abs(datetime.now(UTC) - clock.now()) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 3, 1, 16, 59, 59, tzinfo=UTC), date(2026, 3, 1)),
        (datetime(2026, 3, 1, 17, 0, 0, tzinfo=UTC), date(2026, 3, 2)),
        (datetime(2026, 12, 31, 17, 0, 0, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_the_day_changes_at_midnight_in_vietnam(at: datetime, day: date) -> None:
    assert clock.business_date(at) == day


def test_a_time_without_zone_has_no_business_date() -> None:
    with pytest.raises(ValueError, match="no zone"):
        clock.business_date(datetime(2026, 3, 1))  # noqa: DTZ001 - that is the point


@given(INSTANTS)
def test_each_instant_lies_within_the_bounds_of_its_day(at: datetime) -> None:
    start, end = clock.day_bounds(clock.business_date(at))
    assert start <= at < end
    assert end - start == timedelta(days=1)
    assert start.tzinfo is UTC


@given(INSTANTS)
def test_epoch_numbers_come_back_as_the_instant_they_count(at: datetime) -> None:
    milliseconds = int((at - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(milliseconds=1))
    assert abs(clock.from_epoch_ms(milliseconds) - at) < timedelta(milliseconds=1)
    assert clock.from_epoch_s(milliseconds // 1000) == at.replace(microsecond=0)


@pytest.mark.parametrize("seconds", [0, -1, 946_684_799, 4_102_444_800, 10**15, 10**30])
def test_a_number_outside_this_century_is_a_wrong_unit(seconds: int) -> None:
    with pytest.raises(ValueError, match=r".+"):
        clock.from_epoch_s(seconds)


def test_milliseconds_are_not_taken_for_seconds_nor_seconds_for_milliseconds() -> None:
    at = 1_767_225_600
    assert clock.from_epoch_s(at) == clock.from_epoch_ms(at * 1000)
    with pytest.raises(ValueError, match="2000 to 2100"):
        clock.from_epoch_ms(at)
    with pytest.raises(ValueError, match=r".+"):
        clock.from_epoch_s(at * 1000)


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("2026-03-02 00:30:00", "%Y-%m-%d %H:%M:%S"),
        ("20260302003000", "%Y%m%d%H%M%S"),
        ("02/03/2026 00:30", "%d/%m/%Y %H:%M"),
        ("2026-03-02T00:30:00.000", "%Y-%m-%dT%H:%M:%S.%f"),
    ],
)
def test_local_times_are_times_of_vietnam(text: str, pattern: str) -> None:
    assert clock.from_local(text, pattern) == datetime(2026, 3, 1, 17, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("2026-3-2 00:30:00", "%Y-%m-%d %H:%M:%S"),
        ("2026-03-02  00:30:00", "%Y-%m-%d %H:%M:%S"),
        ("2026-02-30 00:30:00", "%Y-%m-%d %H:%M:%S"),
        ("2026030200300", "%Y%m%d%H%M%S"),
        ("٢٠٢٦-03-02 00:30:00", "%Y-%m-%d %H:%M:%S"),
        ("1970-01-01 00:00:00", "%Y-%m-%d %H:%M:%S"),
        ("", "%Y-%m-%d %H:%M:%S"),
    ],
)
def test_a_loosely_written_time_is_refused(text: str, pattern: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        clock.from_local(text, pattern)
