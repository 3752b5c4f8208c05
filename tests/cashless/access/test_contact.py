"""A phone number or an e-mail is stored in one form, sealed, and found without being opened."""

import pytest

from cashless.access import contact
from cashless.errors import Invalid

KEY = bytes(range(32))


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("0912.345.678", "+84912345678"),
        ("+84 912 345 678", "+84912345678"),
        ("84912345678", "+84912345678"),
        ("(0297) 386-2044", "+842973862044"),
        ("0562345678", "+84562345678"),
        ("0168 234 5678", "+84382345678"),
        ("+84 122 234 5678", "+84772345678"),
        ("01992345678", "+84592345678"),
    ],
)
def test_a_phone_number_is_stored_in_one_form(written: str, stored: str) -> None:
    assert contact.phone(written) == stored


@pytest.mark.parametrize(
    "written",
    [
        "0112345678",
        "091234567",
        "09123456789",
        "+1 202 555 0123",
        "0512345678",
        "01612345678",
        "abc",
    ],
)
def test_a_number_that_rings_nowhere_is_refused(written: str) -> None:
    with pytest.raises(Invalid, match="phone_invalid"):
        contact.phone(written)


def test_a_phone_number_is_shown_as_people_read_it() -> None:
    assert contact.shown_phone("+84912345678") == "0912 345 678"


@pytest.mark.parametrize(
    ("written", "kind", "value"),
    [
        (" 0912 345 678 ", "phone", "+84912345678"),
        ("Khoa@NganHang.example", "email", "khoa@nganhang.example"),
    ],
)
def test_what_a_person_types_is_read_as_what_it_is(written: str, kind: str, value: str) -> None:
    assert contact.read(written) == contact.Contact(kind, value)


@pytest.mark.parametrize(
    "written", ["", "a@b", "a b@c.vn", "@c.vn", "a@c..vn", "x" * 250 + "@c.vn"]
)
def test_what_is_neither_is_refused(written: str) -> None:
    with pytest.raises(Invalid, match=r"phone_invalid|email_invalid"):
        contact.read(written)


def test_the_mark_needs_the_key_and_tells_kinds_apart() -> None:
    mine = contact.read("0912345678")
    assert mine.mark(KEY) == contact.read("+84 912 345 678").mark(KEY)
    assert mine.mark(KEY) != mine.mark(bytes(32))
    assert mine.mark(KEY) != contact.Contact("email", mine.value).mark(KEY)


def test_a_shown_contact_gives_little_away() -> None:
    assert contact.read("0912345678").masked == "•••678"
    assert contact.read("khoa@nganhang.example").masked == "k•••@nganhang.example"
