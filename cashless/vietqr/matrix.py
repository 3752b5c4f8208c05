"""The modules of a code in a millisecond, for hundreds of codes at a time.

``image`` draws single codes with the library ``qrcode``; it needs ten to
twenty times as long for one symbol as the writer inside zxing-cpp, which is
used here (docs/adr/0010). The two choose different segments and masks, so their
symbols differ; the tests read each with the other's eyes.

How strong the correction is, how dense the symbol may be and whether a logo
may stand in its middle is decided by what the code is printed on (``Use``).
The version is the smallest that holds the payload. Always dark on light, with
four light modules around (ISO/IEC 18004).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import zxingcpp
from PIL import Image

from cashless.errors import Invalid
from cashless.vietqr.image import Correction

QUIET_MODULES: Final = 4

_PAYLOAD_LENGTH_MAX: Final = 512
_DARK: Final = re.compile(rb"\x00+")


@dataclass(frozen=True, slots=True)
class Use:
    """What a code is printed on: its correction, its finest module (mm), whether a logo fits."""

    correction: Correction
    module_mm_min: float
    takes_logo: bool


# A module of 0.5 mm is what a phone reads at arm's length and four dots of a thermal printer.
STAND: Final = Use("Q", 0.5, takes_logo=True)
STICKER: Final = Use("Q", 0.5, takes_logo=True)
CARD: Final = Use("Q", 0.5, takes_logo=False)
RECEIPT: Final = Use("M", 0.5, takes_logo=False)


def bitmap(payload: str, correction: Correction = "Q") -> Image.Image:
    """Return the symbol as a picture of one bit, a pixel a module, quiet zone included.

    Raises Invalid("payload_invalid") for a payload that is empty, over 512
    characters, or not printable ASCII: other text would need a mark for its
    character set, which bank apps are not known to read.
    """
    if not 1 <= len(payload) <= _PAYLOAD_LENGTH_MAX or not _is_plain(payload):
        raise Invalid(
            "payload_invalid",
            f"A printed code holds 1 to {_PAYLOAD_LENGTH_MAX} characters of printable ASCII.",
            f"Mã để in chứa từ 1 đến {_PAYLOAD_LENGTH_MAX} ký tự ASCII in được.",
        )
    symbol = zxingcpp.create_barcode(payload, zxingcpp.BarcodeFormat.QRCode, ec_level=correction)
    drawn = zxingcpp.write_barcode_to_image(symbol)
    height, width = drawn.shape
    grey = Image.frombytes("L", (width, height), bytes(memoryview(drawn)))  # type: ignore[arg-type]  # it has the buffer protocol
    return grey.convert("1", dither=Image.Dither.NONE)


def bitmap_for(use: Use, payload: str, side_mm: float) -> Image.Image:
    """Return the symbol for a square of ``side_mm``, quiet zone included.

    Raises Invalid("code_too_dense") where a module would be finer than the use
    allows, and what ``bitmap`` raises.
    """
    drawn = bitmap(payload, use.correction)
    if side_mm / drawn.width < use.module_mm_min:
        raise Invalid(
            "code_too_dense",
            f"{len(payload)} characters are too many for a code of {side_mm:g} mm: choose a larger"
            " sheet or a shorter payload.",
            f"{len(payload)} ký tự là quá nhiều cho mã {side_mm:g} mm: hãy chọn khổ lớn hơn hoặc"
            " nội dung ngắn hơn.",
        )
    return drawn


def bars(symbol: Image.Image) -> Iterator[tuple[int, int, int]]:
    """Give each run of dark modules: its left end, its row from the top, its length."""
    modules, width = symbol.convert("L").tobytes(), symbol.width
    for row in range(symbol.height):
        start = row * width
        for run in _DARK.finditer(modules, start, start + width):
            left, right = run.span()
            yield left - start, row, right - left


def _is_plain(payload: str) -> bool:
    return payload.isascii() and payload.isprintable()
