"""Marks: lines of text, rectangles, slots and codes, set in mm before anything is drawn.

Text is fitted into its box here, so that "nothing overflows" can be tested by
measuring, without a PDF.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from cashless.errors import Invalid
from cashless.vietqr import stand_font
from cashless.vietqr.stand_face import Box
from cashless.vietqr.stand_font import REGULAR, Kind

Align = Literal["left", "middle", "right"]

INK: Final = "#10211c"
SOFT: Final = "#53655f"
SEA: Final = "#0b6b5d"
WHITE: Final = "#ffffff"
PALE: Final = "#e9f2ef"

# Smaller than this (points) is not read on paper.
SIZE_MIN: Final = 5.0

_SHRINK: Final = 0.35
_JOINT: Final = " · "
_SHARES: Final[dict[Align, float]] = {"left": 0, "middle": 0.5, "right": 1}


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text: its left end and its base line in mm."""

    x: float
    y: float
    size: float
    text: str
    font: str = REGULAR
    colour: str = INK


@dataclass(frozen=True, slots=True)
class Area:
    """A rounded rectangle, filled or framed."""

    box: Box
    radius: float
    fill: str | None = None
    frame: str | None = None
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of a logo: it is drawn as large as the box allows, on that side of it."""

    box: Box
    name: str
    align: Align


@dataclass(frozen=True, slots=True)
class Code:
    """The square of the payment code, quiet zone included."""

    box: Box


Mark = Text | Area | Slot | Code


@dataclass(frozen=True, slots=True)
class Look:
    """How a text is set into its box: font, colour, side, most lines, at its top, least size."""

    font: str = REGULAR
    colour: str = INK
    align: Align = "left"
    lines: int = 1
    at_top: bool = False
    size_min: float = SIZE_MIN


def put(text: str, box: Box, look: Look) -> Iterator[Text]:
    """Fit a text into a box and give its lines, in the middle of its height unless at the top.

    Raises Invalid("stand_text_too_long") where it does not fit at a third
    of the size, or at the least size of the look.
    """
    if not text:
        return
    size_min = min(box.size, max(box.size * _SHRINK, look.size_min))
    kind = Kind(look.font, box.size, size_min, look.lines)
    fitted = stand_font.fit(text, kind, box.width, box.height)
    if fitted is None:
        raise _too_long(text)
    leading = stand_font.leading(text, fitted.size)
    spare = 0 if look.at_top else box.height - leading * len(fitted.lines)
    top = box.y + spare / 2
    for number, line in enumerate(fitted.lines, start=1):
        base = top + number * leading - fitted.size * stand_font.DESCENT_MM
        rest = box.width - stand_font.width(line, look.font, fitted.size)
        left = box.x + _SHARES[look.align] * rest
        yield Text(left, base, fitted.size, line, look.font, look.colour)


def put_pair(texts: tuple[str, str], box: Box, look: Look) -> Iterator[Text]:
    """Set both languages on one line, or one above the other where that is too wide."""
    joined = _JOINT.join(texts)
    if stand_font.width(joined, look.font, box.size) <= box.width:
        yield from put(joined, box, look)
        return
    for text, half in zip(texts, box.halves(), strict=True):
        yield from put(text, half, look)


def _too_long(text: str) -> Invalid:
    return Invalid(
        "stand_text_too_long",
        f"“{text}” does not fit on this sheet: shorten it or choose a larger one",
        f"“{text}” không vừa khổ in này: hãy rút ngắn hoặc chọn khổ lớn hơn",
    )
