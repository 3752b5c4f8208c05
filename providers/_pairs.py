"""The canonical string ``name=value&name=value`` and what keeps it unambiguous.

A join is only worth signing if it can be cut in one way. Values are free text (a memo a shopper
typed), so a value holding ``&name=`` could be moved into a neighbouring field without breaking
the seal; such a call is refused. Then the string has exactly one reading, because a separator
cannot begin inside a value and a name holds no ``&``.

Some formats join values with nothing between them. There only the form of each value can say where
the next one begins, so the forms are checked before any seal is believed.
"""

import re
from collections.abc import Container, Iterable, Mapping
from decimal import Decimal
from functools import lru_cache

from providers._protocol import Refused

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
BAR = "|"
_SEPARATOR = re.compile(r"&[A-Za-z][A-Za-z0-9_]*=")


def joined(fields: Mapping[str, object]) -> str:
    """Join in the order of the mapping. Numbers are written as they came, nothing is escaped.

    Refused("malformed") for a value that has no text (null, boolean, list, object) or an odd name,
    Refused("ambiguous") for a value that holds a separator.
    """
    return "&".join([f"{_name(name)}={_value(name, value)}" for name, value in fields.items()])


def picked(fields: Mapping[str, object], names: Iterable[str]) -> dict[str, object]:
    """Return those fields in that order; Refused("field_missing") if the message lacks one."""
    chosen = {name: fields[name] for name in names if name in fields}
    for name in names:
        if name not in chosen:
            raise Refused("field_missing", name)
    return chosen


def shaped(fields: Mapping[str, object], forms: Mapping[str, re.Pattern[str]]) -> dict[str, str]:
    """Return the fields that have a form, as text; one that is absent or null is an empty text.

    Refused("field_missing") where an empty text has not the form, Refused("malformed") for every
    other value that is no text or has another form.
    """
    return {name: _shaped(fields.get(name), name, form) for name, form in forms.items()}


def barred(
    fields: Mapping[str, object], names: Iterable[str], optional: Container[str]
) -> dict[str, str]:
    """Return those fields as texts that are to be joined by ``|``; an optional one may be absent.

    Refused("field_missing"), Refused("malformed") for what is no text, and Refused("ambiguous") for
    a value that holds the bar: it could be moved into its neighbour.
    """
    return {name: _barred(fields.get(name), name, optional) for name in names}


def _barred(value: object, name: str, optional: Container[str]) -> str:
    if value is None and name in optional:
        return ""
    if value is None:
        raise Refused("field_missing", name)
    if not isinstance(value, str):
        raise Refused("malformed", name)
    if BAR in value:
        raise Refused("ambiguous", name)
    return value


def _shaped(value: object, name: str, form: re.Pattern[str]) -> str:
    text = "" if value is None else value
    if isinstance(text, str) and form.fullmatch(text):
        return text
    raise Refused("malformed" if text else "field_missing", name)


@lru_cache(1024)
def _name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise Refused("malformed", "name")
    return name


def _value(name: str, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise Refused("malformed", name)
    text = str(value)
    if "&" in text and _SEPARATOR.search(text):
        raise Refused("ambiguous", name)
    return text
