"""Answers: each field in its stored form, or its own problem, all at once."""

from datetime import date

import pytest

from merchants import answers, consent_text
from merchants.answers import same_name
from merchants.consents import PURPOSES, TEXT_VERSION

TODAY = date(2026, 11, 25)
RIGHT = {
    "name": " Nguyễn  Thị Bảy ",
    "phone": "0912.345.678",
    "kind": "household",
    "registration": TEXT_VERSION,
}


def test_all_that_is_wrong_is_told_at_once() -> None:
    read = answers.read("who", {"phone": "12", "id_card": "1", "registration": "on"}, TODAY)
    assert {name: one.code for name, one in read.wrong.items()} == {
        "name": "person_name_invalid",
        "phone": "phone_invalid",
        "kind": "merchant_kind_unknown",
        "id_card": "id_card_invalid",
        "registration": "consent_missing",
    }


def test_what_is_right_is_kept_in_its_stored_form() -> None:
    read = answers.read("who", RIGHT | {"statistics": "on"}, TODAY)
    assert read.wrong == {}
    assert read.values == {
        "name": "Nguyễn Thị Bảy",
        "stall_name": "",
        "phone": "+84912345678",
        "kind": "household",
        "id_card": "",
        "same_person": "",
        "registration": TEXT_VERSION,
        "statistics": "yes",
        "contact": "",
    }


@pytest.mark.parametrize("day", ["2026-11-26", "2025-11-23", "25/11/2026", ""])
def test_nobody_takes_a_stall_tomorrow_or_long_ago(day: str) -> None:
    typed = {"stall": "RS-01", "since": day, "category": "fish"}
    assert set(answers.read("where", typed, TODAY).wrong) == {"since"}


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"holder": "A"}, {"bin": "account_bank_missing", "number": "account_number_invalid"}),
        ({"bin": "1", "number": "1", "holder": "A"}, {"bin": "account_invalid"}),
        ({"bin": "999999", "number": "1", "holder": "A"}, {"bin": "bank_unknown"}),
        ({"bin": "970405", "number": "7704 2050 01234"}, {"holder": "holder_invalid"}),
    ],
)
def test_an_account_is_told_field_by_field(typed: dict[str, str], wrong: dict[str, str]) -> None:
    read = answers.read("account", typed, TODAY)
    assert {name: one.code for name, one in read.wrong.items()} == wrong


@pytest.mark.parametrize(
    "holder",
    ["NGUYEN THI BAY", "nguyễn thị bảy", "HKD NGUYEN THI BAY", "Hộ kinh doanh Cá Chị Bảy"],
)
def test_names_are_compared_after_folding(holder: str) -> None:
    assert same_name(holder, "Nguyễn Thị Bảy", "Cá Chị Bảy")
    assert not same_name(f"{holder} A", "Nguyễn Thị Bảy", "Cá Chị Bảy")


def test_an_empty_stall_name_is_nobody_s_name() -> None:
    assert not same_name("", "Nguyễn Thị Bảy", "")


def test_every_purpose_has_a_text_and_one_is_needed() -> None:
    clauses = consent_text.current()
    assert tuple(one.purpose for one in clauses) == PURPOSES
    assert [one.purpose for one in clauses if one.is_needed] == ["registration"]
