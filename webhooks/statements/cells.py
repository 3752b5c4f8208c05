"""Forms: how a cell's text becomes a value, strictly and without guessing.

Each form takes the texts of the named columns and returns the value, or raises ``Wrong`` with the
code of a fault. Amounts are whole đồng and keep their sign here; a fraction other than zeros is
refused, and dots that could be thousands or decimals are read only where the layout says which:
three zeros behind a point are refused, because ``50.000`` is fifty thousand to whoever saved it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from cashless.clock import VIETNAM, from_local, in_utc, plausible
from cashless.money import MAX_AMOUNT
from merchants.sheet import Cell

_IDENTIFIER_MAX: Final = 128
_DIGITS: Final = re.compile(r"()(0|[1-9][0-9]{0,17})")
_DECIMAL: Final = re.compile(r"([-+]?)(0|[1-9][0-9]{0,17})(?:\.(?:0{1,2}|0{4}))?")
_PADDED: Final = re.compile(r"()([0-9]{1,18})")
_DOTTED: Final = re.compile(r"([-+]?)(0|[1-9][0-9]{0,2}(?:\.[0-9]{3})*)")


class Wrong(Exception):
    """A cell is not as its form wants it: the code of the fault."""

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Moment:
    """When it happened; ``exact`` is False where only the day is told."""

    at: datetime
    exact: bool
    day: date


def identifier(cells: Sequence[Cell]) -> str:
    """Read a key or account number, whose leading zeros count."""
    if cells[0].kind == "number":
        raise Wrong("digits_lost")
    return key(cells)


def key(cells: Sequence[Cell]) -> str:
    """Read a key that may be a number without leading zeros."""
    value = cells[0].text
    if not 0 < len(value) <= _IDENTIFIER_MAX or not value.isprintable():
        raise Wrong("cell_invalid")
    return value


def text(cells: Sequence[Cell]) -> str:
    """Read free text; control characters become spaces."""
    return " ".join("".join(c if c.isprintable() else " " for c in cells[0].text).split())


def digits(cells: Sequence[Cell]) -> int:
    """Read whole đồng written as plain digits, without a sign."""
    return _whole(_DIGITS, cells[0].text)


def decimal(cells: Sequence[Cell]) -> int:
    """Read whole đồng written with a point and zeros behind it, or without."""
    return _whole(_DECIMAL, cells[0].text)


def dotted(cells: Sequence[Cell]) -> int:
    """Read whole đồng in groups of three by dots, as people in Vietnam write them."""
    return _whole(_DOTTED, cells[0].text)


def padded(cells: Sequence[Cell]) -> int:
    """Read whole đồng with zeros in front, as fixed columns have them."""
    return _whole(_PADDED, cells[0].text)


def dotted_or_plain(cells: Sequence[Cell]) -> int:
    """Read whole đồng in groups of three by dots or without any; ``1.50`` is neither."""
    try:
        return dotted(cells)
    except Wrong:
        return digits(cells)


def balance(cells: Sequence[Cell]) -> int | None:
    """Read a balance; 0 stands for one that the teller does not know."""
    return decimal(cells) or None


def in_out(cells: Sequence[Cell]) -> int:
    """Read two columns, money in and money out, of which one is empty or zero."""
    came, left = (decimal([cell]) if cell.text else 0 for cell in cells)
    if came < 0 or left < 0 or (came and left):
        raise Wrong("amount_unreadable")
    return came - left


def moment(pattern: str) -> Callable[[Sequence[Cell]], Moment]:
    """Make the form of a time of Vietnam, as ``strptime`` writes patterns."""

    def read(cells: Sequence[Cell]) -> Moment:
        try:
            at = from_local(" ".join(cell.text for cell in cells), pattern)
        except ValueError as error:
            raise Wrong("time_unreadable") from error
        if "%H" in pattern:
            return Moment(at, exact=True, day=at.astimezone(VIETNAM).date())
        return noon(at.astimezone(VIETNAM).date())

    return read


def iso(cells: Sequence[Cell]) -> Moment:
    """Read ISO 8601 with its offset, or a day."""
    value = cells[0].text
    try:
        if len(value) == len("2026-07-01"):
            return noon(date.fromisoformat(value))
        written = datetime.fromisoformat(value)
        at = plausible(in_utc(written if written.tzinfo else written.replace(tzinfo=VIETNAM)))
    except ValueError as error:
        raise Wrong("time_unreadable") from error
    return Moment(at, exact=True, day=at.astimezone(VIETNAM).date())


def noon(day: date) -> Moment:
    """Stand a day that has no time at its noon in Vietnam; ValueError outside 2000..2100."""
    at = plausible(in_utc(datetime.combine(day, time(12), VIETNAM)))
    return Moment(at, exact=False, day=day)


def either(*forms: Callable[[Sequence[Cell]], Moment]) -> Callable[[Sequence[Cell]], Moment]:
    """Make the form of a time that is written in one of several ways."""

    def read(cells: Sequence[Cell]) -> Moment:
        for form in forms:
            try:
                return form(cells)
            except Wrong:
                continue
        raise Wrong("time_unreadable")

    return read


def _whole(pattern: re.Pattern[str], written: str) -> int:
    found = pattern.fullmatch(written)
    if found is None:
        raise Wrong("amount_unreadable")
    value = int(found[2].replace(".", ""))
    if value > MAX_AMOUNT:
        raise Wrong("amount_unreadable")
    return -value if found[1] == "-" else value


_LOCAL: Final = moment("%Y-%m-%d %H:%M:%S")

FORMS: Final[Mapping[str, Callable[[Sequence[Cell]], object]]] = {
    "identifier": identifier,
    "key": key,
    "text": text,
    "digits": digits,
    "decimal": decimal,
    "dotted": dotted,
    "padded": padded,
    "dotted_or_plain": dotted_or_plain,
    "balance": balance,
    "in_out": in_out,
    "compact_day": moment("%Y%m%d"),
    "compact": moment("%Y%m%d%H%M%S"),
    "compact_pair": moment("%Y%m%d %H%M%S"),
    "local": _LOCAL,
    "local_or_day": either(_LOCAL, moment("%Y-%m-%d")),
    "slashed": either(
        moment("%d/%m/%Y %H:%M:%S"), moment("%d/%m/%Y %H:%M"), moment("%d/%m/%Y"), _LOCAL
    ),
    "iso": iso,
}
