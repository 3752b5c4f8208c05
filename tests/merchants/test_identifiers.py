"""Numbers of people and businesses: right ones in one stored form, wrong ones with a sentence."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cashless.errors import Invalid
from merchants import identifiers

TODAY = date(2026, 7, 1)
BEFORE = date(2025, 6, 30)
CARD = "091085123456"  # invented


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("0100233488", "0100233488"),
        (" 0100 233 488 ", "0100233488"),
        ("0314409058-002", "0314409058-002"),
        ("0314409058002", "0314409058-002"),
        ("1700123457", "1700123457"),
        ("1701987650", "1701987650"),
    ],
)
def test_a_tax_code_of_an_organisation_is_checked(written: str, stored: str) -> None:
    assert identifiers.tax_code(written, "enterprise", TODAY) == stored


@pytest.mark.parametrize(
    "written",
    [
        "0100233480",
        "010023348",
        "0314409058-000",
        "0000000000",
        "01002334a8",
        "",
        "１７００１２３４５７",
    ],
)
def test_a_tax_code_with_a_slip_is_refused_without_repeating_it(written: str) -> None:
    with pytest.raises(Invalid) as caught:
        identifiers.tax_code(written, "enterprise", TODAY)
    assert caught.value.code == "tax_code_invalid"
    assert not written or written not in caught.value.message_vi


@pytest.mark.parametrize("kind", ["enterprise", "cooperative", "market_board"])
def test_an_organisation_keeps_its_ten_digits_before_and_after_the_reform(kind: str) -> None:
    for at in (BEFORE, TODAY):
        assert identifiers.tax_code("1700123457", kind, at) == "1700123457"
        with pytest.raises(Invalid, match="tax_code_invalid"):
            identifiers.tax_code(CARD, kind, at)


def test_since_the_reform_a_household_s_tax_code_is_the_owner_s_number() -> None:
    assert identifiers.tax_code(CARD, "household", TODAY) == CARD
    assert identifiers.tax_code("1700123457", "household", BEFORE) == "1700123457"
    for written, at in (("1700123457", TODAY), (CARD, BEFORE)):
        with pytest.raises(Invalid, match="tax_code_invalid"):
            identifiers.tax_code(written, "household", at)


@given(st.integers(0, 8), st.integers(1, 9))
def test_every_single_wrong_digit_of_a_tax_code_is_seen(place: int, shift: int) -> None:
    right = "1700123457"
    wrong = right[:place] + str((int(right[place]) + shift) % 10) + right[place + 1 :]
    with pytest.raises(Invalid):
        identifiers.tax_code(wrong, "enterprise", TODAY)


@pytest.mark.parametrize("written", [CARD, "091 085 123 456", "091.085.123.456", "091306123456"])
def test_an_id_card_is_twelve_digits_of_a_known_province(written: str) -> None:
    assert len(identifiers.id_card(written, TODAY)) == 12


@pytest.mark.parametrize(
    "written",
    [
        "371234567",  # the old card of nine digits
        "09108512345",
        "003085123456",  # no such province
        "091485123456",  # no such century
        "091220123456",  # born in 2020: no card yet
        "O91085123456",
        "",
    ],
)
def test_an_id_card_that_cannot_be_one_is_refused(written: str) -> None:
    with pytest.raises(Invalid) as caught:
        identifiers.id_card(written, TODAY)
    assert caught.value.code == "id_card_invalid"


def test_numbers_of_old_certificates_are_kept_as_they_are_written() -> None:
    assert identifiers.registration_number("56a8 00.1234") == "56A800.1234"
    for wrong in ("", "abc", "x" * 21, "<b>1</b>"):
        with pytest.raises(Invalid, match="registration_number_invalid"):
            identifiers.registration_number(wrong)


def test_a_masked_number_keeps_three_signs() -> None:
    assert identifiers.masked(CARD) == "•••456"
    assert identifiers.masked("12345") == "•••"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("There is no category '0913 572 468x'.", "There is no category '•••468x'."),
        ("+84 913.572.468", "•••468"),
        ("7704208135792468 và 091165738291", "•••468 và •••291"),
        ("2026-07-01 09:30, 12.345.678 đ, 123456", "2026-07-01 09:30, 12.345.678 đ, 123456"),
    ],
)
def test_a_sentence_shows_no_long_number(said: str, shown: str) -> None:
    assert identifiers.without_numbers(said) == shown
