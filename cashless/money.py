"""Money: whole đồng as ``int``, and how people write it.

VND has no decimals (ISO 4217), so an amount is an integer and never a float.
People group by dots and mark the decimals of large values with a comma:
``150.000 đ``, ``86,5 triệu``. What a person types is read strictly; a doubtful
form is refused with a sentence instead of being guessed.
"""

import re
from typing import Final

from cashless.errors import Invalid

MAX_AMOUNT: Final = 10**12

# Either plain digits or groups of three by dots, then perhaps the unit. A comma
# may mean decimals or thousands, depending on who writes it: never guessed.
_TYPED: Final = re.compile(r"([1-9][0-9]{0,2}(?:\.[0-9]{3})+|[1-9][0-9]*)\s?(?:đồng|đ|₫|vnd|vnđ)?")
_TYPED_LENGTH_MAX: Final = 30
_SIGNIFICANT_DIGITS: Final = 3
_LARGE: Final = ((10**9, "tỷ"), (10**6, "triệu"), (10**3, "nghìn"))


def require_amount(value: int) -> int:
    """Return the amount if it is a whole number of 1..MAX_AMOUNT đồng.

    Invalid("amount_invalid") otherwise; True and False are not numbers here.
    """
    if not _is_whole(value) or not 1 <= value <= MAX_AMOUNT:
        raise _refused(repr(value)[:_TYPED_LENGTH_MAX])
    return value


def parse_amount(text: str) -> int:
    """Read what a person types, such as ``50000``, ``50.000`` or ``50.000 đ``.

    Returns đồng. Invalid("amount_invalid") for anything doubtful: signs,
    exponents, commas, leading zeros, zero, groups that are not of three.
    """
    typed = text.strip().lower()
    found = _TYPED.fullmatch(typed) if len(typed) <= _TYPED_LENGTH_MAX else None
    if found is None:
        raise _refused(text[:_TYPED_LENGTH_MAX])
    return require_amount(int(found[1].replace(".", "")))


def format_dong(amount: int) -> str:
    """Write đồng in full, grouped by dots: ``150.000 đ``, ``0 đ``, ``-5.000 đ``."""
    return f"{_grouped(amount)} đ"


def format_short(amount: int) -> str:
    """Write đồng to three digits for a chart or a tile: ``86,5 triệu``.

    Rounds half away from zero; below 1.000 the amount is written in full.
    """
    sign = "-" if amount < 0 else ""
    rounded = _rounded(abs(amount))
    for unit, name in _LARGE:
        if rounded >= unit:
            return f"{sign}{_decimal(rounded, unit)} {name}"
    return format_dong(amount)


def _is_whole(value: object) -> bool:
    """Tell what types promise but foreign data may break: an int and not a bool."""
    return isinstance(value, int) and not isinstance(value, bool)


def _rounded(amount: int) -> int:
    step: int = 10 ** max(0, len(str(amount)) - _SIGNIFICANT_DIGITS)
    return (amount + step // 2) // step * step


def _decimal(amount: int, unit: int) -> str:
    whole, rest = divmod(amount, unit)
    decimals = str(unit + rest)[1:].rstrip("0")
    return f"{_grouped(whole)},{decimals}" if decimals else _grouped(whole)


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def _refused(text: str) -> Invalid:
    return Invalid(
        "amount_invalid",
        f"{text!r} is not an amount: write whole đồng from 1 to {_grouped(MAX_AMOUNT)},"
        " such as 50000 or 50.000.",
        f"{text!r} không phải là số tiền hợp lệ: hãy ghi số đồng nguyên từ 1 đến"
        f" {_grouped(MAX_AMOUNT)}, ví dụ 50000 hoặc 50.000.",
    )
