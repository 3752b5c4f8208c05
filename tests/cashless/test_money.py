"""Money: what is an amount, and how people write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cashless import money
from cashless.errors import Invalid

AMOUNTS = st.integers(1, money.MAX_AMOUNT)


@given(AMOUNTS)
def test_every_amount_is_read_back_from_what_is_written(amount: int) -> None:
    assert money.require_amount(amount) == amount
    assert money.parse_amount(str(amount)) == amount
    assert money.parse_amount(money.format_dong(amount)) == amount


@pytest.mark.parametrize("value", [0, -1, money.MAX_AMOUNT + 1, True, 5.0, "5", None])
def test_what_is_not_a_positive_whole_number_is_refused(value: int) -> None:
    with pytest.raises(Invalid) as refusal:
        money.require_amount(value)
    assert refusal.value.code == "amount_invalid"


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("50000", 50_000),
        ("50.000", 50_000),
        ("50.000 đ", 50_000),
        ("50.000đ", 50_000),
        (" 1.250.000 VND ", 1_250_000),
        ("50000 đồng", 50_000),
        ("1", 1),
        ("1.000.000.000.000", money.MAX_AMOUNT),
    ],
)
def test_people_type_amounts_in_these_ways(text: str, amount: int) -> None:
    assert money.parse_amount(text) == amount


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "đ", "0", "00", "050", "-1", "+1", "5e4", "50,5", "50,000", "50.5", "50.0000"),
        *("5.00.000", "50 000", "50.000.", ".500", "1.000.000.000.001", "٥٠٠٠٠", "５００", "0x10"),
        *("50_000", "50000 usd", "50k", "9" * 5000),
    ],
)
def test_a_doubtful_amount_is_refused_not_guessed(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        money.parse_amount(text)
    assert refusal.value.code == "amount_invalid"
    assert len(refusal.value.message) < 200


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "0 đ"), (500, "500 đ"), (150_000, "150.000 đ"), (-1_234_567, "-1.234.567 đ")],
)
def test_amounts_are_grouped_by_dots(amount: int, text: str) -> None:
    assert money.format_dong(amount) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "0 đ"),
        (999, "999 đ"),
        (1000, "1 nghìn"),
        (1500, "1,5 nghìn"),
        (45_000, "45 nghìn"),
        (86_500_000, "86,5 triệu"),
        (86_549_999, "86,5 triệu"),
        (86_550_000, "86,6 triệu"),
        (999_499, "999 nghìn"),
        (999_500, "1 triệu"),
        (1_320_000_000, "1,32 tỷ"),
        (1_005_000_000, "1,01 tỷ"),
        (1_050_000_000, "1,05 tỷ"),
        (1_320_000_000_000, "1.320 tỷ"),
        (-86_500_000, "-86,5 triệu"),
        (-999, "-999 đ"),
    ],
)
def test_large_amounts_are_shortened_to_three_digits(amount: int, text: str) -> None:
    assert money.format_short(amount) == text
