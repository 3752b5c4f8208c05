"""Outer forms are read in one way or refused."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from providers._codecs import (
    read_base64,
    read_hex,
    read_object,
    write_base64,
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
