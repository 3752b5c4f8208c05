"""A foreign value becomes ours in one place, or is unreadable with a reason."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from providers import _fields
from providers._protocol import Unreadable

Reader = Callable[[dict[str, object], str], object]


def unreadable(read: Callable[..., object], value: object, *how: object) -> str:
    with pytest.raises(Unreadable) as caught:
        read({"x": value}, "x", *how)
    assert caught.value.detail == "x"
    return caught.value.code


@pytest.mark.parametrize(
    "read",
    [_fields.text, _fields.identifier, _fields.number, _fields.flag],
    ids=lambda r: r.__name__,
)
@pytest.mark.parametrize("fields", [{}, {"x": None}])
def test_a_field_that_must_be_there_is_missed(read: Reader, fields: dict[str, object]) -> None:
    with pytest.raises(Unreadable, match="field_missing: x"):
        read(fields, "x")


@pytest.mark.parametrize(
    ("read", "wrong"),
    [
        (_fields.text, [1, True, [], {}, "x" * 4001]),
        (_fields.optional_text, [1, 0, False, []]),
        (_fields.identifier, ["", " a", "a ", "a\nb", "a\x7f", "x" * 129, 1, "\u202eab"]),
        (_fields.optional_identifier, [" ", 1, "x" * 129]),
        (_fields.number, ["1", True, Decimal("1.0"), []]),
        (_fields.flag, ["true", 1, 0, "", []]),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_value_of_another_type_or_range_is_invalid(read: Reader, wrong: list[object]) -> None:
    for value in wrong:
        assert unreadable(read, value) == "field_invalid"


@pytest.mark.parametrize("fields", [{}, {"x": None}, {"x": ""}])
def test_nothing_is_none(fields: dict[str, object]) -> None:
    assert _fields.optional_text(fields, "x") is None
    assert _fields.optional_identifier(fields, "x") is None


def test_good_values_pass_as_they_are() -> None:
    fields = {"t": " tiền\n", "i": "CM-2", "n": -3, "f": False, "e": ""}
    assert _fields.text(fields, "t") == " tiền\n"
    assert _fields.text(fields, "e") == ""
    assert _fields.optional_identifier(fields, "i") == "CM-2"
    assert _fields.number(fields, "n") == -3
    assert _fields.flag(fields, "f") is False


def test_a_word_is_translated_and_an_unknown_one_never_defaults() -> None:
    table = {"in": "credit"}
    assert _fields.choice({"x": "in"}, "x", table) == "credit"
    for word in ("IN", "", "out"):
        assert unreadable(_fields.choice, word, table) == "word_unknown"


@pytest.mark.parametrize(
    ("value", "unit", "dong"),
    [
        (1, "dong", 1),
        (10**12, "dong", 10**12),
        (100, "hundredths", 1),
        (5_000_000, "hundredths", 50_000),
    ],
)
def test_an_amount_is_counted_in_its_unit(value: int, unit: str, dong: int) -> None:
    assert _fields.amount({"x": value}, "x", unit) == dong


@pytest.mark.parametrize(
    ("value", "unit"),
    [
        (0, "dong"),
        (-1, "dong"),
        (10**12 + 1, "dong"),
        ("50000", "dong"),
        ("5e4", "dong"),
        (Decimal("50000.0"), "dong"),
        (Decimal("5e4"), "dong"),
        (True, "dong"),
        ([5], "dong"),
        (150, "hundredths"),
        (99, "hundredths"),
    ],
)
def test_an_amount_is_never_guessed(value: object, unit: str) -> None:
    assert unreadable(_fields.amount, value, unit) == "amount_invalid"


def test_an_amount_in_digits_or_with_an_empty_fraction_is_read_where_that_is_the_form() -> None:
    assert _fields.amount_digits({"x": "50000"}, "x", "dong") == 50_000
    assert _fields.amount_digits({"x": "5000000"}, "x", "hundredths") == 50_000
    for value in (25_000, Decimal("25000.0"), Decimal(25000)):
        assert _fields.amount_decimal({"x": value}, "x", "dong") == 25_000


@pytest.mark.parametrize(
    "value", ["", "0", "050", "-1", "+1", "5e4", "1.0", "50.000", " 1", "١", "1" * 19, 50_000]
)
def test_digits_that_are_no_amount_are_refused(value: object) -> None:
    assert unreadable(_fields.amount_digits, value, "dong") == "amount_invalid"


@pytest.mark.parametrize(
    "value", ["25000.0", Decimal("25000.5"), Decimal("-1.0"), Decimal(0), True, [1], 10**12 + 1]
)
def test_a_fraction_of_a_dong_is_refused(value: object) -> None:
    assert unreadable(_fields.amount_decimal, value, "dong") == "amount_invalid"


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("20251212090000", "compact"),
        ("2025-12-12 09:00:00", "local_or_day"),
        ("2025-12-12 09:00:00", "local"),
        ("2025-12-12 09:00:00", "local_or_iso"),
        ("2025-12-12T09:00:00+07:00", "local_or_iso"),
        ("2025-12-12T02:00:00Z", "local_or_iso"),
        (1_765_504_800_000, "epoch_ms"),
        ("2025-12-12T09:00:00+07:00", "rfc_3339"),
        ("2025-12-12T02:00:00.000000000Z", "rfc_3339"),
    ],
)
def test_a_time_becomes_utc(value: object, form: str) -> None:
    assert _fields.moment({"x": value}, "x", form) == datetime(2025, 12, 12, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("2025121209000", "compact"),
        ("20251312090000", "compact"),
        (20_251_212_090_000, "compact"),
        ("2025-12", "local_or_day"),
        ("2025-12-32", "local_or_day"),
        ("2025-12-12T09:00:00", "local"),
        ("2025-12-12", "local"),
        ("2025-13-12 09:00:00", "local"),
        ("0001-01-01 00:00:00", "local"),
        ("9999-12-31 23:59:59", "local"),
        ("2025-12-12 9:00:00", "local"),
        ("2025-12-12 09:00:00 ", "local"),
        ("2025-12-12 09:00:60", "local"),
        ("9999-12-31T23:59:59-07:00", "local_or_iso"),
        (1_765_504_800_000, "local"),
        ("2025-12-12T09:00:00", "local_or_iso"),
        ("0001-01-01T00:00:00+07:00", "local_or_iso"),
        ("T", "local_or_iso"),
        ("2025-12-12T09:00:00", "rfc_3339"),
        ("2025-12-12T09:00+07:00", "rfc_3339"),
        ("20251212T090000+0700", "rfc_3339"),
        ("2025-W50-5T09:00:00+07:00", "rfc_3339"),
        ("2025-12-12 09:00:00+07:00", "rfc_3339"),
        ("2025-12-12t02:00:00z", "rfc_3339"),
        ("2025-12-12T02:00:60Z", "rfc_3339"),
        (1_765_504_800, "epoch_ms"),
        (10**18, "epoch_ms"),
        ("1765504800000", "epoch_ms"),
        (True, "epoch_ms"),
        (Decimal("1765504800000.0"), "epoch_ms"),
    ],
)
def test_a_time_in_another_form_or_unit_is_never_guessed(value: object, form: str) -> None:
    assert unreadable(_fields.moment, value, form) == "time_invalid"


def test_a_day_alone_is_its_first_second() -> None:
    read = _fields.moment({"x": "2025-12-12"}, "x", "local_or_day")
    assert read == datetime(2025, 12, 11, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("account", "hint"),
    [(None, None), ("0123456789", "****6789"), ("1234567", "****"), ("****6789", "****6789")],
)
def test_of_a_payer_only_the_tail_of_a_long_number_stays(
    account: str | None, hint: str | None
) -> None:
    assert _fields.masked(account) == hint


def test_objects_inside_are_objects_and_nothing_else() -> None:
    said = {"one": {"a": 1}, "list": [{"a": 1}], "empty": [], "mixed": [{}, 1], "text": "{}"}
    assert _fields.inner(said, "one") == {"a": 1}
    assert _fields.objects(said, "list") == [{"a": 1}]
    assert _fields.objects(said, "empty") == []
    for name in ("list", "text", "absent"):
        with pytest.raises(Unreadable):
            _fields.inner(said, name)
    for name in ("one", "mixed", "text", "absent"):
        with pytest.raises(Unreadable):
            _fields.objects(said, name)
