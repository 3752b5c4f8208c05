"""Amounts read aloud in Vietnamese, as a loudspeaker at a stall says them.

A number is read in groups of three digits, each followed by its scale (nghìn,
triệu, tỷ); above a thousand tỷ the count of tỷ is itself read the same way.
An empty group is silent. A group behind the first one that has no hundreds
says "không trăm", so that a listener hears the missing place. Within a group:

* tens: 1 is mười, 2 to 9 are "... mươi", a missing ten before a unit is linh;
* unit 1 behind mươi is mốt, unit 4 behind mươi is tư, unit 5 behind mười or
  mươi is lăm.

The north says nghìn and linh, the south ngàn and lẻ. The text ends with đồng.
"""

from dataclasses import dataclass
from typing import Final, Literal

_DIGITS: Final = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_AFTER_MUOI: Final = {5: "lăm"}
_AFTER_TENS: Final = {1: "mốt", 4: "tư", 5: "lăm"}
_BILLION: Final = 10**9


@dataclass(frozen=True)
class _Voice:
    thousand: str
    gap: str


_VOICES: Final = {"north": _Voice("nghìn", "linh"), "south": _Voice("ngàn", "lẻ")}


def read_amount(amount: int, voice: Literal["north", "south"] = "north") -> str:
    """Return the amount in words, ending with đồng.

    ``amount`` is đồng, zero or more; a negative amount is a ValueError, since
    a speaker announces what came, not what left.
    """
    if amount < 0:
        message = f"a negative amount ({amount}) is not read aloud"
        raise ValueError(message)
    words = _number(amount, _VOICES[voice], inner=False) or _DIGITS[:1]
    return " ".join((*words, "đồng"))


def _number(number: int, voice: _Voice, *, inner: bool) -> tuple[str, ...]:
    """Read a number of any size; nothing for zero. Inner means digits were said before."""
    if number == 0:
        return ()
    billions, rest = divmod(number, _BILLION)
    head = _number(billions, voice, inner=inner)
    words = (*head, "tỷ") if head else ()
    scales = ((10**6, "triệu"), (10**3, voice.thousand), (1, ""))
    for size, name in scales:
        group = rest // size % 1000
        if group:
            spoken = _group(group, voice, inner=inner or bool(words))
            words = (*words, *spoken, name) if name else (*words, *spoken)
    return words


def _group(group: int, voice: _Voice, *, inner: bool) -> tuple[str, ...]:
    """Read 1..999; an inner group says its missing hundreds."""
    hundreds, rest = divmod(group, 100)
    said = inner or hundreds > 0
    head = (_DIGITS[hundreds], "trăm") if said else ()
    return (*head, *_below_hundred(rest, voice, said=said))


def _below_hundred(number: int, voice: _Voice, *, said: bool) -> tuple[str, ...]:
    tens, unit = divmod(number, 10)
    if tens == 0:
        gap = (voice.gap,) if said else ()
        return (*gap, _DIGITS[unit]) if unit else ()
    ten, special = (("mười",), _AFTER_MUOI) if tens == 1 else ((_DIGITS[tens], "mươi"), _AFTER_TENS)
    return (*ten, special.get(unit, _DIGITS[unit])) if unit else ten
