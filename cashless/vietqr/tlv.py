"""The objects of a payment code: id, length, value, and the check sum.

An object is two digits of id, two digits of length (01 to 99) and that many
characters of value; a template is an object whose value is objects again.
Lengths count characters, while the check sum runs over the UTF-8 bytes. Order
is free but for 00 and 63. Reading goes to the last character: a published
sample of the standard has a right check sum and yet a wrong account, because
one digit is left over behind the declared length.
"""

import binascii
import re
from collections.abc import Iterable
from typing import Final

from cashless.vietqr.flaws import Flaw, flaw

LENGTH_MAX: Final = 99

_ID: Final = 2
_HEAD: Final = 4
_HEAD_FORM: Final = re.compile(r"[0-9]{4}")
_CRC_START: Final = 0xFFFF


def crc(text: str) -> str:
    """Return the CRC-16/CCITT-FALSE of the text's UTF-8 bytes in four upper-case digits."""
    return f"{binascii.crc_hqx(text.encode('utf-8', 'surrogatepass'), _CRC_START):04X}"


def write(objects: Iterable[tuple[str, str | None]]) -> str:
    """Join (id, value) pairs to objects, leaving out those whose value is None.

    ValueError for an id that is not two digits or a value not of 1..99 characters.
    """
    return "".join(_object(name, value) for name, value in objects if value is not None)


def read(text: str, path: str = "") -> tuple[dict[str, str], tuple[Flaw, ...]]:
    """Split a text into objects, in order, and say what is wrong with it.

    ``path`` is where the text stands, empty for the whole payload. Of two
    objects with one id the first is kept. Behind an object whose end is not
    known nothing can be trusted, so reading stops there.
    """
    objects: dict[str, str] = {}
    flaws: list[Flaw] = []
    place = 0
    while place < len(text):
        head = text[place : place + _HEAD]
        if not _HEAD_FORM.fullmatch(head):
            return objects, (*flaws, _broken_head(head, path))
        name, end = head[:_ID], place + _HEAD + int(head[_ID:])
        if end > len(text):
            return objects, (*flaws, flaw("truncated", at(path, name)))
        if place + _HEAD == end:
            flaws.append(flaw("zero_length", at(path, name)))
        if name in objects:
            flaws.append(flaw("duplicate_id", at(path, name)))
        objects.setdefault(name, text[place + _HEAD : end])
        place = end
    return objects, tuple(flaws)


def at(path: str, name: str) -> str:
    """Return the path of object ``name`` inside ``path``."""
    return f"{path}.{name}" if path else name


def is_digits(text: str) -> bool:
    """Tell whether the text is ASCII digits only, and at least one."""
    return text.isascii() and text.isdigit()


def _object(name: str, value: str) -> str:
    if not (len(name) == _ID and is_digits(name) and 1 <= len(value) <= LENGTH_MAX):
        message = f"object {name} cannot hold {len(value)} characters"
        raise ValueError(message)
    return f"{name}{len(value):02d}{value}"


def _broken_head(head: str, path: str) -> Flaw:
    """Say what is wrong with what should be the four digits in front of a value."""
    if len(head) < _HEAD:
        return flaw("trailing_data", path or "root")
    if is_digits(head[:_ID]):
        return flaw("bad_length_digits", at(path, head[:_ID]))
    found = "".join(sign if sign.isprintable() else "?" for sign in head[:_ID])
    return flaw("bad_id", f"{path or 'root'}:{found}")
