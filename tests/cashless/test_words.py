"""Amounts read aloud: the cases that listeners notice, and a reader that turns words back."""

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cashless.words import read_amount

NORTH = {
    0: "không",
    200: "hai trăm",
    1_000: "một nghìn",
    10_000: "mười nghìn",
    14_000: "mười bốn nghìn",
    15_000: "mười lăm nghìn",
    20_000: "hai mươi nghìn",
    24_000: "hai mươi tư nghìn",
    44_000: "bốn mươi tư nghìn",
    55_000: "năm mươi lăm nghìn",
    101: "một trăm linh một",
    104: "một trăm linh bốn",
    105_000: "một trăm linh năm nghìn",
    110_000: "một trăm mười nghìn",
    111_000: "một trăm mười một nghìn",
    115_000: "một trăm mười lăm nghìn",
    121_000: "một trăm hai mươi mốt nghìn",
    150_000: "một trăm năm mươi nghìn",
    1_005_000: "một triệu không trăm linh năm nghìn",
    1_015_000: "một triệu không trăm mười lăm nghìn",
    1_050_000: "một triệu không trăm năm mươi nghìn",
    1_234_567: "một triệu hai trăm ba mươi tư nghìn năm trăm sáu mươi bảy",
    2_000_500: "hai triệu năm trăm",
    1_000_000_000: "một tỷ",
    1_001_000_005: "một tỷ không trăm linh một triệu không trăm linh năm",
    1_000_000_000_000: "một nghìn tỷ",
    1_050_000_000_000: "một nghìn không trăm năm mươi tỷ",
}
UNITS = {
    word: number
    for number, words in enumerate(
        ["không linh lẻ", "một mốt", "hai", "ba", "bốn tư", "năm lăm", "sáu", "bảy", "tám", "chín"]
    )
    for word in words.split()
} | {"mười": 10}
PLACES = {"mươi": 10, "trăm": 100}
SCALES = {"nghìn": 10**3, "ngàn": 10**3, "triệu": 10**6}


def understood(text: str) -> int:
    """Turn words back into a number, as a listener does: left to right."""
    billions, _, rest = text.removesuffix("đồng").rpartition("tỷ")
    total = understood(billions) * 10**9 if billions else 0
    group = unit = 0
    for word in rest.split():
        if word in SCALES:
            total, group, unit = total + (group + unit) * SCALES[word], 0, 0
        elif word in PLACES:
            group, unit = group + unit * PLACES[word], 0
        else:
            unit += UNITS[word]
    return total + group + unit


@pytest.mark.parametrize("amount", NORTH)
def test_the_north_reads_it_so(amount: int) -> None:
    assert read_amount(amount) == f"{NORTH[amount]} đồng"


@pytest.mark.parametrize("amount", NORTH)
def test_the_south_says_ngan_and_le(amount: int) -> None:
    expected = NORTH[amount].replace("nghìn", "ngàn").replace("linh", "lẻ")
    assert read_amount(amount, "south") == f"{expected} đồng"


@given(st.integers(0, 10**12), st.sampled_from(["north", "south"]))
def test_a_listener_hears_the_number_that_was_paid(
    amount: int, voice: Literal["north", "south"]
) -> None:
    assert understood(read_amount(amount, voice)) == amount


@given(st.integers(1, 10**9 - 1))
def test_empty_groups_are_silent_and_no_word_stands_twice(amount: int) -> None:
    words = read_amount(amount).split()
    assert "không nghìn" not in " ".join(words)
    assert "không triệu" not in " ".join(words)
    assert words.count("nghìn") <= 1
    assert words.count("triệu") <= 1


def test_what_left_is_not_announced() -> None:
    with pytest.raises(ValueError, match="not read aloud"):
        read_amount(-1)
