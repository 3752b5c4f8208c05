"""The letters on a stand: Be Vietnam Pro, measured and fitted into boxes.

Text is NFC and single-spaced before it is measured. A sign the font has no
picture for (an emoji, Khmer), a mark that stands alone and anything invisible
is not printable: leaving it out would print another name than the merchant's.

Fitting never lets text leave its box: it is set as large as fits, wrapped at
spaces with lines of about equal length; at the smallest size a word may be
broken; what does not fit even then is refused.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR: Final = "BeVietnamPro-Regular"
BOLD: Final = "BeVietnamPro-Bold"
POINT_MM: Final = 25.4 / 72
# The font's own line, in mm for one point of size: a whole above the base line, the rest below.
LINE_MM: Final = 1.265 * POINT_MM
DESCENT_MM: Final = 0.265 * POINT_MM

# Capitals with two marks (Ẵ, Ấ) rise above that: this much for one point of size.
_TALL_MM: Final = 0.225 * POINT_MM
_TALL_PARTS: Final = 3

_FOLDER: Final = Path(__file__).with_name("fonts")
_EM: Final = 1000
_SIZE_STEP: Final = 0.5
_ROUNDING_MM: Final = 1e-6
# A dash or a dot is not put at the beginning of a line.
_SPACE: Final = re.compile(r" (?![-–—·&/+](?: |$))")
_BALANCE_STEPS: Final = 12


@dataclass(frozen=True, slots=True)
class Kind:
    """How a text is set: font, the largest and the smallest size in points, most lines."""

    font: str
    size: float
    size_min: float
    lines: int = 1


@dataclass(frozen=True, slots=True)
class Fitted:
    """A text in lines of one size (points), none wider and all not higher than their box."""

    lines: tuple[str, ...]
    size: float


def plain(text: str) -> str:
    """Return the text composed (NFC), trimmed and single-spaced."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def unprintable(text: str) -> str:
    """Return the signs of a text that cannot be printed, each once."""
    signs = dict.fromkeys(plain(text))
    return "".join(sign for sign in signs if not _is_printable(sign))


def width(text: str, font: str, size: float) -> float:
    """Return the width of a line in mm at ``size`` points; the text is printable."""
    advances = _advances(font)
    return sum(advances[sign] for sign in text) * size * POINT_MM


def leading(text: str, size: float) -> float:
    """Return the height of each line of a text in mm, so that signs of two lines never touch."""
    is_tall = any(map(_is_tall, plain(text)))
    return size * (LINE_MM + (_TALL_MM if is_tall else 0))


@lru_cache(maxsize=4096)
def fit(text: str, kind: Kind, width_mm: float, height_mm: float) -> Fitted | None:
    """Set a text into a box as large as it goes; None where it does not go at all."""
    words = _SPACE.split(plain(text))
    for size in _sizes(kind):
        fitted = Fitted(_balanced(words, kind.font, size, width_mm), size)
        if _is_in(fitted, kind, height_mm):
            return fitted
    pieces = [piece for word in words for piece in _broken(word, kind, width_mm)]
    fitted = Fitted(_wrapped(pieces, kind.font, kind.size_min, width_mm), kind.size_min)
    return fitted if _is_in(fitted, kind, height_mm) else None


def _is_in(fitted: Fitted, kind: Kind, height_mm: float) -> bool:
    height = len(fitted.lines) * leading(" ".join(fitted.lines), fitted.size)
    return 1 <= len(fitted.lines) <= kind.lines and height <= height_mm + _ROUNDING_MM


def _sizes(kind: Kind) -> Iterator[float]:
    size = kind.size
    while size > kind.size_min:
        yield size
        size -= _SIZE_STEP
    yield kind.size_min


def _wrapped(words: list[str], font: str, size: float, width_mm: float) -> tuple[str, ...]:
    """Fill line by line; () if a single word is too wide."""
    lines = [""]
    for word in words:
        longer = f"{lines[-1]} {word}".strip()
        if width(word, font, size) > width_mm:
            return ()
        if width(longer, font, size) <= width_mm:
            lines[-1] = longer
        else:
            lines.append(word)
    return tuple(lines)


def _balanced(words: list[str], font: str, size: float, width_mm: float) -> tuple[str, ...]:
    """Wrap with as few lines as needed and as narrow as these lines allow."""
    best = _wrapped(words, font, size, width_mm)
    if len(best) <= 1:
        return best
    for step in range(1, _BALANCE_STEPS):
        narrower = _wrapped(words, font, size, width_mm * (1 - step / (2 * _BALANCE_STEPS)))
        if not narrower or len(narrower) > len(best):
            return best
        best = narrower
    return best


def _broken(word: str, kind: Kind, width_mm: float) -> Iterator[str]:
    """Cut a word into pieces that each fit a line at the smallest size."""
    piece = ""
    for sign in word:
        if piece and width(piece + sign, kind.font, kind.size_min) > width_mm:
            yield piece
            piece = ""
        piece += sign
    yield piece


def _is_printable(sign: str) -> bool:
    is_shape = unicodedata.category(sign)[0] not in "CM"
    return is_shape and all(sign in _advances(font) for font in (REGULAR, BOLD))


@cache
def _is_tall(sign: str) -> bool:
    return sign.isupper() and len(unicodedata.normalize("NFD", sign)) >= _TALL_PARTS


@cache
def _advances(name: str) -> dict[str, float]:
    """Register a font and return how wide each of its signs is, in sizes."""
    font = TTFont(name, str(_FOLDER / f"{name}.ttf"))
    pdfmetrics.registerFont(font)
    widths = font.face.charWidths
    return {chr(code): widths[code] / _EM for code in font.face.charToGlyph}
