"""The check sum at the end of a payment code: ``6304`` and four hexadecimal digits.

It covers everything before its own four digits, as UTF-8 bytes. It is looked
for where it must be, in the last eight signs, and again as object 63 among the
objects that were read: both must agree that it is there, and that it is last.
Upper case is written; lower case is seen in the wild and read with a warning.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from cashless.vietqr import tlv
from cashless.vietqr.flaws import Flaw, flaw

TAG: Final = "63"

_DIGITS: Final = 4
_HEAD: Final = f"{TAG}{_DIGITS:02d}"
_WHOLE: Final = re.compile(rf"{_HEAD}[0-9A-Fa-f]{{{_DIGITS}}}")


@dataclass(frozen=True, slots=True)
class Seal:
    """The check sum that is given and the one that would be right; None where none is given."""

    given: str | None = None
    computed: str | None = None

    @property
    def holds(self) -> bool | None:
        """Tell whether the two agree, whatever their case; None where none is given."""
        return None if self.given is None else self.given.upper() == self.computed


def sealed(text: str) -> str:
    """Return the text with its check sum behind it."""
    return text + _HEAD + tlv.crc(text + _HEAD)


def read(payload: str) -> Seal:
    """Return the check sum in the last signs of a payload."""
    if not _WHOLE.fullmatch(payload[-len(_HEAD) - _DIGITS :]):
        return Seal()
    return Seal(payload[-_DIGITS:], tlv.crc(payload[:-_DIGITS]))


def errors(seal: Seal, root: dict[str, str]) -> Iterator[Flaw]:
    """Yield what is wrong with the check sum, given the objects that were read."""
    if seal.given is None or len(root.get(TAG, seal.given)) != _DIGITS:
        yield flaw("crc_missing_or_not_last", TAG)
    elif not seal.holds:
        yield flaw("bad_crc", TAG)
    if TAG not in root:
        yield flaw("missing", TAG)
    elif next(reversed(root)) != TAG:
        yield flaw("63_not_last", TAG)


def warnings(seal: Seal) -> Iterator[Flaw]:
    """Yield what is odd about the check sum."""
    if seal.given is not None and seal.given != seal.given.upper():
        yield flaw("crc_lowercase", TAG)
