"""Outer forms are read in one way or refused."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from providers._codecs import (
    read_base64,
    read_form,
    read_hex,
    read_object,
    read_pairs,
    write_base64,
    write_compact,
    write_form,
    write_json,
    write_local,
)
from providers._protocol import Refused


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"1", b"null", b'"x"', b"{", b'{"a":1,"a":1}', b"\xff"]
)
def test_what_is_no_json_object_is_malformed(raw: bytes) -> None:
    with pytest.raises(Refused) as caught:
        read_object(raw)
    assert caught.value.code == "malformed"
    assert caught.value.detail.startswith("json_")


def test_json_is_written_compactly_with_decimals_as_they_stood() -> None:
    said = {"b": "Thành công / ok", "a": [Decimal("50000.0"), None, True, {"z": 1, "y": 2}]}
    assert write_json(said).decode() == (
        '{"b":"Thành công / ok","a":[50000.0,null,true,{"z":1,"y":2}]}'
    )
    assert write_json(said, sort_keys=True).decode() == (
        '{"a":[50000.0,null,true,{"y":2,"z":1}],"b":"Thành công / ok"}'
    )
    with pytest.raises(TypeError):
        write_json({"a": object()})


@pytest.mark.parametrize(
    "text", [None, 1, "a", "aGk", "aGk=\n", "aGk =", "aGl=", "aGk==", "a-_=", "đ="]
)
def test_base64_has_one_spelling(text: object) -> None:
    assert read_base64(write_base64(b"hi")) == b"hi"
    with pytest.raises(Refused, match="malformed"):
        read_base64(text)


@pytest.mark.parametrize("text", ["", "0", "0a0", "0g", "0a0b0c", "0 0a", "٣٣٣٣"])
def test_hex_has_exactly_its_length(text: str) -> None:
    assert read_hex("0aFF", 2) == b"\n\xff"
    with pytest.raises(Refused, match="malformed"):
        read_hex(text, 2)


def test_local_time_is_vietnams() -> None:
    assert write_local(datetime(2026, 1, 7, 17, 0, 0, 999, tzinfo=UTC)) == "2026-01-08 00:00:00"


def test_compact_time_is_vietnams() -> None:
    assert write_compact(datetime(2026, 1, 7, 17, 0, 5, 999, tzinfo=UTC)) == "20260108000005"


def test_the_pairs_of_a_form_stand_as_they_came() -> None:
    raw = "b=x+y%20z&a=%C4%91&empty=&eq=a%3d=b"
    assert read_pairs(raw) == read_pairs(raw.encode())
    assert read_pairs(raw) == [("b", "x+y%20z"), ("a", "%C4%91"), ("empty", ""), ("eq", "a%3d=b")]
    assert read_form(raw) == {"b": "x y z", "a": "đ", "empty": "", "eq": "a==b"}


def test_a_form_is_read_back_as_it_was_written() -> None:
    said = {"memo": "Thanh toán & cà phê + 1~*%=", "amount": "50000"}
    assert read_form(write_form(said)) == said


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "a",
        "a=1&a=2",
        "a=1&&b=2",
        "=1",
        "a b=1",
        "a[]=1",
        "a=đ",
        "a=%",
        "a=%zz",
        "a=%C4",
        "a=%00",
        b"a=\xff",
    ],
)
def test_a_form_that_two_readers_could_read_apart_is_malformed(raw: str | bytes) -> None:
    with pytest.raises(Refused, match="malformed"):
        read_form(raw)
