"""Many rows in one parameter.

A step writes its rows with one statement, whatever their number: the rows
travel as one JSON text, and ``json_to_recordset`` unfolds them in the server.
Bytes travel as PostgreSQL's hex text, to be cast with ``::bytea``.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import orjson

from cashless.errors import Invalid

_NUL: Final = b"\\u0000"


def rows_json(rows: Iterable[Mapping[str, object]]) -> str:
    r"""Return the rows as one JSON text for ``json_to_recordset``.

    Times become ISO 8601 with their offset, dates ISO 8601, UUIDs and members
    of enumerations their text, bytes ``\x`` and hex, None null. Raises
    Invalid("text_invalid") for text PostgreSQL cannot hold (the character NUL,
    a lone surrogate), so that a batch fails before it is sent; TypeError for a
    value that has no form here, such as a Decimal or a number beyond 64 bits.
    """
    try:
        encoded = orjson.dumps(list(rows), default=_plain)
    except orjson.JSONEncodeError as error:
        if "surrogates" in str(error):
            raise _text_invalid() from error
        raise
    # An escaped backslash before u0000 is honest text, which only a second look can tell.
    if _NUL in encoded and _NUL in encoded.replace(b"\\\\", b""):
        raise _text_invalid()
    return encoded.decode()


def _plain(value: object) -> object:
    if isinstance(value, bytes | bytearray | memoryview):
        return f"\\x{value.hex()}"
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(type(value).__name__)


def _text_invalid() -> Invalid:
    return Invalid(
        "text_invalid",
        "A text holds a character that cannot be kept (NUL or half a surrogate pair).",
        "Có văn bản chứa ký tự không lưu được (NUL hoặc nửa cặp surrogate).",
    )
