"""Reading and writing the outer forms of a message: JSON, forms, base64, hex, local time.

Reading is strict, so that two readers cannot disagree about one message, and every failure is
Refused("malformed"): what cannot be read proves nothing. Writing gives compact UTF-8 JSON.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from urllib.parse import unquote_plus, urlencode

import orjson

from cashless import strict_json
from cashless.clock import VIETNAM
from providers._protocol import Refused

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_ESCAPED = re.compile(r"(?:[^%]|%[0-9A-Fa-f]{2})*")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+")


def read_object(raw: bytes) -> dict[str, object]:
    """Return the JSON object in the bytes; Refused("malformed") for anything else."""
    try:
        value = strict_json.loads(raw)
    except strict_json.StrictJsonError as error:
        raise Refused("malformed", error.code) from error
    if not isinstance(value, dict):
        raise Refused("malformed", "json_object")
    return value


def read_pairs(raw: str | bytes) -> list[tuple[str, str]]:
    """Return the pairs of a query or form exactly as they stand, undecoded.

    Refused("malformed") for what is not ASCII, a pair without ``=``, a name that is not plain, or
    one that comes twice, because two readers could disagree about any of these.
    """
    try:
        text = raw.decode("ascii") if isinstance(raw, bytes) else raw
        text.encode("ascii")
    except UnicodeError as error:
        raise Refused("malformed", "form") from error
    pairs = [part.partition("=") for part in text.split("&")]
    names = [name for name, _, _ in pairs]
    if len(set(names)) < len(names) or not all(
        equals and _PLAIN.fullmatch(n) for n, equals, _ in pairs
    ):
        raise Refused("malformed", "form")
    return [(name, value) for name, _, value in pairs]


def read_form(raw: str | bytes) -> dict[str, str]:
    """Return a form or query as decoded text; ``+`` is a space, text is UTF-8."""
    return {name: _decoded(value) for name, value in read_pairs(raw)}


def write_form(fields: Mapping[str, str]) -> str:
    """Write a form as browsers and Java do: ``+`` for a space, ``%7E`` for ``~``, ``*`` bare."""
    return urlencode(fields, safe="*").replace("~", "%7E")


def _decoded(value: str) -> str:
    if not _ESCAPED.fullmatch(value):
        raise Refused("malformed", "form")
    try:
        text = unquote_plus(value, errors="strict")
    except UnicodeDecodeError as error:
        raise Refused("malformed", "form") from error
    if "\x00" in text:
        raise Refused("malformed", "form")
    return text


def write_json(value: object, *, sort_keys: bool = False) -> bytes:
    """Write compact JSON (UTF-8, no escapes, no spaces); a Decimal keeps its digits."""
    option = orjson.OPT_SORT_KEYS if sort_keys else 0
    return orjson.dumps(value, default=_literal, option=option)


def read_base64(text: object) -> bytes:
    """Return the bytes of standard, padded base64 in its one canonical spelling."""
    if not isinstance(text, str):
        raise Refused("malformed", "base64")
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused("malformed", "base64") from error
    if write_base64(raw) != text:
        raise Refused("malformed", "base64")
    return raw


def write_base64(raw: bytes) -> str:
    """Write standard, padded base64."""
    return base64.b64encode(raw).decode("ascii")


def read_hex(text: str, size: int) -> bytes:
    """Return exactly ``size`` bytes written in hex, either case."""
    if not _HEX.fullmatch(text) or len(text) != 2 * size:
        raise Refused("malformed", "hex")
    return bytes.fromhex(text)


def write_local(at: datetime) -> str:
    """Write an instant as Vietnam time in whole seconds, ``2026-01-08 10:56:00``."""
    return at.astimezone(VIETNAM).strftime("%Y-%m-%d %H:%M:%S")


def write_compact(at: datetime) -> str:
    """Write an instant as Vietnam time without separators, ``20260108105600``."""
    return at.astimezone(VIETNAM).strftime("%Y%m%d%H%M%S")


def _literal(value: object) -> orjson.Fragment:
    if isinstance(value, Decimal):
        return orjson.Fragment(str(value))
    raise TypeError
