"""Typed readers over proven fields: the one place where a foreign value becomes ours.

A missing field, a wrong type or a value outside its range is Unreadable with a stable code. An
amount is never guessed: a number written as text, a fraction or an exponent is refused where the
protocol declares whole numbers. Times become aware UTC between the years 2000 and 2100.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from cashless.clock import VIETNAM, from_epoch_ms, from_epoch_s
from cashless.errors import Invalid
from cashless.money import require_amount
from providers._protocol import Unreadable

Fields = Mapping[str, object]
Word = TypeVar("Word")

# Keys that end in an index of the database stay short; free text stays bounded.
_IDENTIFIER_MAX = 128
_TEXT_MAX = 4_000
_PAYER_DIGITS = 4

_LOCAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_COMPACT = re.compile(r"[0-9]{14}")
_RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_DIGITS = re.compile(r"0|[1-9][0-9]{0,17}")

# Name of the unit in which a protocol counts money -> units in one đồng.
AMOUNT_UNITS: Mapping[str, int] = {"dong": 1, "hundredths": 100}

# How a protocol writes an amount -> what that means. Another form is never read as an amount.
AMOUNT_FORMS: Mapping[str, str] = {
    "number": "a whole JSON number",
    "signed": "a whole JSON number, below zero for money that left",
    "decimal": "a JSON number that may end in .0",
    "digits": "digits in a text",
}


def text(fields: Fields, name: str) -> str:
    """Return a text that must be there; it may be empty."""
    value = _present(fields, name)
    if not isinstance(value, str) or len(value) > _TEXT_MAX:
        raise Unreadable("field_invalid", name)
    return value


def optional_text(fields: Fields, name: str) -> str | None:
    """Return a text, or None where it is absent, null or empty."""
    return text(fields, name) or None if fields.get(name) is not None else None


def identifier(fields: Fields, name: str) -> str:
    """Return a key or account number: text, 1 to 128 printable signs, no space around it."""
    value = text(fields, name)
    whole = 0 < len(value) <= _IDENTIFIER_MAX and value == value.strip()
    if not whole or not value.isprintable():
        raise Unreadable("field_invalid", name)
    return value


def optional_identifier(fields: Fields, name: str) -> str | None:
    """Return a key or account number, or None where it is absent, null or empty."""
    return identifier(fields, name) if optional_text(fields, name) is not None else None


def number(fields: Fields, name: str) -> int:
    """Return a whole number; text, fractions and booleans are not numbers."""
    value = _present(fields, name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Unreadable("field_invalid", name)
    return value


def flag(fields: Fields, name: str) -> bool:
    """Return a boolean; nothing else counts as true."""
    value = _present(fields, name)
    if not isinstance(value, bool):
        raise Unreadable("field_invalid", name)
    return value


def inner(fields: Fields, name: str) -> Fields:
    """Return an object inside the object."""
    value = _present(fields, name)
    if not isinstance(value, dict):
        raise Unreadable("field_invalid", name)
    return value


def objects(fields: Fields, name: str) -> list[Fields]:
    """Return a list of objects; it may be empty."""
    value = _present(fields, name)
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise Unreadable("field_invalid", name)
    return value


def choice(fields: Fields, name: str, table: Mapping[str, Word]) -> Word:
    """Translate a foreign word by a table; an unknown word is Unreadable, never a default."""
    value = text(fields, name)
    if value not in table:
        raise Unreadable("word_unknown", name)
    return table[value]


def amount(fields: Fields, name: str, unit: str) -> int:
    """Return whole đồng, 1 to 10^12, from a whole number counted in ``unit``."""
    value = _present(fields, name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Unreadable("amount_invalid", name)
    return _dong(value, name, unit)


def amount_digits(fields: Fields, name: str, unit: str) -> int:
    """Return whole đồng from digits in a text: no sign, no leading zero, no separator."""
    value = _present(fields, name)
    if not isinstance(value, str) or not _DIGITS.fullmatch(value):
        raise Unreadable("amount_invalid", name)
    return _dong(int(value), name, unit)


def amount_decimal(fields: Fields, name: str, unit: str) -> int:
    """Return whole đồng from a number that may be written ``25000.0``; a fraction is refused."""
    value = _present(fields, name)
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or value != int(value):
        raise Unreadable("amount_invalid", name)
    return _dong(int(value), name, unit)


def _dong(value: int, name: str, unit: str) -> int:
    dong, rest = divmod(value, AMOUNT_UNITS[unit])
    if rest:
        raise Unreadable("amount_invalid", name)
    try:
        return require_amount(dong)
    except Invalid as error:
        raise Unreadable("amount_invalid", name) from error


def moment(fields: Fields, name: str, form: str) -> datetime:
    """Return the UTC instant of a time written in ``form``, a name of TIME_FORMATS."""
    value = _present(fields, name)
    try:
        return TIME_FORMATS[form](value)
    except ValueError as error:
        raise Unreadable("time_invalid", name) from error


def masked(value: str | None) -> str | None:
    """Keep the last four signs of a payer's account; nothing at all of a short one."""
    if value is None:
        return None
    tail = value[-_PAYER_DIGITS:] if len(value) >= 2 * _PAYER_DIGITS else ""
    return f"****{tail}"


def _present(fields: Fields, name: str) -> object:
    if fields.get(name) is None:
        raise Unreadable("field_missing", name)
    return fields[name]


def _arrival(value: object) -> datetime:
    """Take the time of arrival, where the message tells no time that could be trusted."""
    if not isinstance(value, datetime):
        raise ValueError  # noqa: TRY004  every failure to read a time is one error to the caller
    return value


def _epoch_ms(value: object) -> datetime:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError  # noqa: TRY004  every failure to read a time is one error to the caller
    return from_epoch_ms(value)


def _local(value: object) -> datetime:
    """Read Vietnam time in its one form; this is several times faster than strptime."""
    if not isinstance(value, str) or not _LOCAL.fullmatch(value):
        raise ValueError
    at = datetime.fromisoformat(value).replace(tzinfo=VIETNAM)
    return from_epoch_s(int(at.timestamp()))


def _compact(value: object) -> datetime:
    """Read ``20260701093000``, Vietnam time."""
    if not isinstance(value, str) or not _COMPACT.fullmatch(value):
        raise ValueError
    day, clock = f"{value[:4]}-{value[4:6]}-{value[6:8]}", f"{value[8:10]}:{value[10:12]}"
    return _local(f"{day} {clock}:{value[12:]}")


def _local_or_day(value: object) -> datetime:
    """Read local time, or a day alone, which stands for its first second."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        return _local(f"{value} 00:00:00")
    return _local(value)


def _local_or_iso(value: object) -> datetime:
    """Read local time, or ISO 8601 with its own offset, which a "T" tells apart."""
    if not isinstance(value, str) or "T" not in value:
        return _local(value)
    at = datetime.fromisoformat(value)
    if at.tzinfo is None:
        raise ValueError
    return from_epoch_ms(round(at.timestamp() * 1000))


def _rfc_3339(value: object) -> datetime:
    """Read a date, a "T", a time and an offset; nothing may be left out but the fraction."""
    if not isinstance(value, str) or not _RFC_3339.fullmatch(value):
        raise ValueError
    return from_epoch_ms(round(datetime.fromisoformat(value).timestamp() * 1000))


# Name of a time form -> reader; the axis ``time_format`` of a protocol is one of these names.
TIME_FORMATS: Mapping[str, Callable[[object], datetime]] = {
    "arrival": _arrival,
    "compact": _compact,
    "epoch_ms": _epoch_ms,
    "local": _local,
    "local_or_day": _local_or_day,
    "local_or_iso": _local_or_iso,
    "rfc_3339": _rfc_3339,
}
