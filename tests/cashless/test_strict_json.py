"""Strict JSON: the same as the standard reader on sane input, a refusal on all else."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cashless.strict_json import StrictJsonError, loads

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
KEYS = st.text("abcdefgh_", min_size=1)
SCALARS = st.none() | st.booleans() | TEXT | st.integers(-(10**18), 10**18)
SANE = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(
    SANE, st.fixed_dictionaries({"ensure_ascii": st.booleans(), "indent": st.none() | st.just(1)})
)
def test_sane_documents_are_read_as_by_the_standard_reader(
    document: object, style: dict[str, Any]
) -> None:
    raw = json.dumps(document, **style).encode()
    assert loads(raw, max_depth=64) == json.loads(raw) == document


def read_or_code(raw: bytes) -> object:
    """Return the document, or the code with which it is refused."""
    try:
        return loads(raw)
    except StrictJsonError as refusal:
        return refusal.code


@given(st.binary(max_size=200) | st.text('[]{}",:\\u0d81ae.- ').map(str.encode))
def test_any_bytes_are_read_as_by_the_standard_reader_or_refused_with_a_code(raw: bytes) -> None:
    found = read_or_code(raw)
    refused = isinstance(found, str) and found.startswith("json_")
    assert refused or found == json.loads(raw, parse_float=Decimal)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"\xef\xbb\xbf{}", "json_encoding"),
        ("{}".encode("utf-16"), "json_encoding"),
        (b'"\xff"', "json_encoding"),
        (b'"\xed\xa0\x80"', "json_encoding"),
        (b'"\\ud800"', "json_surrogate"),
        (b'"\\uDC00\\uD800"', "json_surrogate"),
        (b'{"a":["\\udfff"]}', "json_surrogate"),
        (b'{"\\ud800":1}', "json_surrogate"),
        (b'"\\u0000"', "json_nul"),
        (b'{"a\\u0000":1}', "json_nul"),
        (b'"\\\\\\u0000"', "json_nul"),
        (b'{"amount":1,"amount":2}', "json_duplicate_key"),
        (b'{"amount":1,"Amount":1}', "json_duplicate_key"),
        ('{"amount":1,"ａmount":2}'.encode(), "json_duplicate_key"),
        ('{"ﬁ":1,"fi":2}'.encode(), "json_duplicate_key"),
        (b'[{"x":{"a":1,"\\u0061":2}}]', "json_duplicate_key"),
        (b"NaN", "json_constant"),
        (b'{"a":Infinity}', "json_constant"),
        (b"[-Infinity]", "json_constant"),
        (b"12345678901234567890", "json_number"),
        (b"1e999999999999", "json_number"),
        (b"1e31", "json_number"),
        (b"1." + b"0" * 50, "json_number"),
        (b"[" * 17 + b"]" * 17, "json_depth"),
        (b'{"a":' * 17 + b"1" + b"}" * 17, "json_depth"),
        (b"[" * 100_000, "json_depth"),
        (b"", "json_syntax"),
        (b"{} {}", "json_syntax"),
        (b"{}x", "json_syntax"),
        (b"{'a':1}", "json_syntax"),
        (b"[1,]", "json_syntax"),
        (b'"a\nb"', "json_syntax"),
        (b"01", "json_syntax"),
    ],
)
def test_what_two_readers_could_read_differently_is_refused(raw: bytes, code: str) -> None:
    with pytest.raises(StrictJsonError) as refusal:
        loads(raw)
    assert refusal.value.code == code
    assert isinstance(refusal.value, ValueError)


@pytest.mark.parametrize("literal", ["1.50", "0.1", "150000.00", "-0.0", "100000000000000000.01"])
def test_a_number_with_a_point_keeps_its_digits(literal: str) -> None:
    number = loads(literal.encode())
    assert isinstance(number, Decimal)
    assert str(number) == literal


def test_an_exponent_is_a_decimal_too() -> None:
    assert loads(b"5e4") == Decimal(50000)
    assert isinstance(loads(b"5e4"), Decimal)


def test_numbers_of_nineteen_digits_are_whole_numbers() -> None:
    assert loads(b"[9999999999999999999,-9999999999999999999]") == [10**19 - 1, 1 - 10**19]


def test_depth_is_what_is_open_at_once() -> None:
    assert loads(b"[" * 16 + b"]" * 16)
    assert loads(b"[" + b"[]," * 500 + b"[]]", max_depth=2)
    with pytest.raises(StrictJsonError):
        loads(b"[[[]]]", max_depth=2)


def test_brackets_inside_a_string_are_not_depth() -> None:
    text = '[[{{"\\' * 50
    assert loads(json.dumps([text]).encode()) == [text]


def test_escaped_pairs_and_backslashes_are_ordinary_text() -> None:
    assert loads(b'"\\ud83d\\ude00"') == "\N{GRINNING FACE}"
    assert loads(b'"\\\\u0000 \\\\ud800"') == "\\u0000 \\ud800"


def test_keys_that_only_share_letters_with_others_are_kept() -> None:
    assert loads(b'{"transId":1,"transid2":2,"id":3}') == {"transId": 1, "transid2": 2, "id": 3}
    assert loads(b'[{"a":1},{"a":2}]') == [{"a": 1}, {"a": 2}]


def test_hostile_quotes_do_not_slow_the_depth_count() -> None:
    with pytest.raises(StrictJsonError):
        loads(b"[" * 17 + b'"\\' * 500_000)
