"""JSON as a stranger sends it, read so that two readers cannot disagree.

Refused, each with its own code: bytes that are not UTF-8 or begin with a byte
order mark, a lone surrogate, the NUL sign (no text column can hold it), a key
that occurs twice in one object (also when only case or compatibility form
differ), NaN and Infinity, numbers nobody means (more than 19 digits, huge
exponents), nesting beyond the limit, and anything behind the document.

A number with a point or an exponent becomes a ``Decimal`` built from its own
digits, never a float. The work is done by the C scanner of the standard
library; nesting is counted beforehand, and only in bodies that have enough
brackets to be too deep.
"""

import json
import re
import unicodedata
from decimal import Decimal
from functools import lru_cache
from typing import Final, NoReturn

_BOM: Final = b"\xef\xbb\xbf"
_DIGITS_MAX: Final = 19
_DECIMAL_LENGTH_MAX: Final = 40
_EXPONENT_MAX: Final = 30

# A string (closed or not) is swallowed whole, so that its brackets do not
# count. Possessive quantifiers keep this linear on hostile input.
_STRING_OR_BRACKET: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
_STEP: Final = {"[": 1, "{": 1, "]": -1, "}": -1}
_ESCAPED_NUL: Final = re.compile(r"(?<!\\)(?:\\\\)*+\\u0000")


class StrictJsonError(ValueError):
    """The body is not JSON in the strict sense; ``code`` says why."""

    def __init__(self, code: str, message: str) -> None:
        """Keep the stable code; the message is for logs."""
        super().__init__(f"{code}: {message}")
        self.code = code


def loads(raw: bytes, *, max_depth: int = 16) -> object:
    """Return the one document in ``raw``.

    ``max_depth`` is how many objects and arrays may be open at once. Raises
    StrictJsonError with one of the codes json_encoding, json_surrogate,
    json_nul, json_duplicate_key, json_constant, json_number, json_depth and
    json_syntax.
    """
    text = _decoded(raw)
    if raw.count(b"{") + raw.count(b"[") > max_depth:
        _refuse_depth(text, max_depth)
    try:
        document: object = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise StrictJsonError("json_syntax", str(error)) from error
    if b"\\u" in raw:
        _refuse_escapes(text, document)
    return document


def _decoded(raw: bytes) -> str:
    if raw.startswith(_BOM):
        raise StrictJsonError("json_encoding", "begins with a byte order mark")
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise StrictJsonError("json_encoding", str(error)) from error


def _refuse_depth(text: str, max_depth: int) -> None:
    depth = 0
    for found in _STRING_OR_BRACKET.finditer(text):
        depth += _STEP.get(found[0], 0)
        if depth > max_depth:
            raise StrictJsonError("json_depth", f"more than {max_depth} levels")


def _refuse_escapes(text: str, document: object) -> None:
    """Refuse what only an escape can smuggle in: NUL and half a surrogate pair."""
    if _ESCAPED_NUL.search(text):
        raise StrictJsonError("json_nul", "holds the sign U+0000")
    try:
        json.dumps(document, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError as error:
        raise StrictJsonError("json_surrogate", str(error)) from error


def _integer(literal: str) -> int:
    if len(literal.lstrip("-")) > _DIGITS_MAX:
        raise StrictJsonError("json_number", f"more than {_DIGITS_MAX} digits")
    return int(literal)


def _decimal(literal: str) -> Decimal:
    exponent = literal.lower().partition("e")[2]
    if len(literal) > _DECIMAL_LENGTH_MAX or abs(int(exponent or "0")) > _EXPONENT_MAX:
        raise StrictJsonError("json_number", f"too long or too large: {literal[:20]}")
    return Decimal(literal)


def _constant(literal: str) -> NoReturn:
    raise StrictJsonError("json_constant", f"{literal} is not JSON")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len({_folded(key) for key in members}) != len(pairs):
        raise StrictJsonError("json_duplicate_key", "a key occurs twice in one object")
    return members


@lru_cache(4096)
def _folded(key: str) -> str:
    """Fold a key; the same few dozen keys come with every call, so they are remembered."""
    return key.lower() if key.isascii() else unicodedata.normalize("NFKC", key).casefold()


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_integer,
    parse_float=_decimal,
    parse_constant=_constant,
)
