"""How numbers and times stand on a page."""

from datetime import UTC, date, datetime

import pytest

from cashless.web import formats

LATE = datetime(2026, 11, 22, 18, 5, 9, tzinfo=UTC)


def test_times_and_days_are_vietnam_s() -> None:
    assert formats.clock(LATE) == "01:05:09"
    assert formats.day(LATE) == "23/11/2026"
    assert formats.day(date(2026, 1, 2)) == "02/01/2026"


@pytest.mark.parametrize(
    ("permille", "written"),
    [(None, "–"), (0, "0%"), (5, "0,5%"), (933, "93,3%"), (930, "93%"), (1000, "100%")],
)
def test_percentages_have_a_comma_or_nothing(permille: int | None, written: str) -> None:
    assert formats.percent(permille) == written


def test_counts_are_grouped_or_a_dash() -> None:
    assert [formats.count(one) for one in (None, 0, 1234567)] == ["–", "0", "1.234.567"]


def test_an_amount_never_loses_its_unit_at_the_end_of_a_line() -> None:
    assert formats.dong(150_000) == "150.000\u00a0đ"


def test_words_begin_a_sentence() -> None:
    assert formats.words(21_000) == "Hai mươi mốt nghìn đồng"
    assert formats.words(-5) == "Không đồng"


def test_account_numbers_are_read_in_fours() -> None:
    assert formats.grouped("7704205001234").replace("\u00a0", " ") == "7704 2050 0123 4"
