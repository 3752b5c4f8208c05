"""A logo in the middle of a code, no larger than the code can lose.

The white square it stands on covers at most a fifth of the symbol's side, quiet
zone not counted, and whole modules only. Under correction Q or H that is proven
to be less than what each block can mend, for every version (the test counts the
lost code words block by block); other levels are refused. No logo is shipped:
the marks of banks and networks belong to them, the operator brings the files
they are licensed to use.
"""

import io
from typing import Final

import zxingcpp
from PIL import Image

from cashless.errors import Broken, Invalid
from cashless.vietqr import matrix
from cashless.vietqr.image import Correction

FRACTION_MAX: Final = 0.2

_QR: Final = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
_STRONG: Final = ("Q", "H")


def pad_modules(side_modules: int, fraction: float = FRACTION_MAX) -> int:
    """Return the side of the white square in modules, for a symbol without its quiet zone.

    It is odd like the symbol's own side, so it stands exactly in the middle.
    Raises Invalid("logo_too_large") for a fraction over a fifth, or so small
    that nothing is left.
    """
    if not 0 < fraction <= FRACTION_MAX:
        raise Invalid(
            "logo_too_large",
            "A logo covers at most a fifth of the code's side.",
            "Logo chỉ được che tối đa một phần năm cạnh của mã.",
        )
    whole = int(side_modules * fraction)
    return max(whole - (whole + 1) % 2, 1)


def require_strength(correction: Correction) -> None:
    """Raise Invalid("logo_needs_strength") unless the correction is Q or H."""
    if correction not in _STRONG:
        raise Invalid(
            "logo_needs_strength",
            "A code with a logo needs the error correction Q or H.",
            "Mã có logo cần mức sửa lỗi Q hoặc H.",
        )


def png(
    payload: str,
    logo: Image.Image,
    *,
    fraction: float = FRACTION_MAX,
    module_pixels: int = 8,
    correction: Correction = "Q",
) -> bytes:
    """Return a PNG of the code with the logo in its middle, read back before it is given out.

    Raises Invalid with the codes of ``pad_modules``, ``require_strength`` and
    ``matrix.bitmap``, and Broken("code_unreadable") if it does not read back.
    """
    require_strength(correction)
    symbol = matrix.bitmap(payload, correction)
    pad = pad_modules(symbol.width - 2 * matrix.QUIET_MODULES, fraction) * module_pixels
    side = symbol.width * module_pixels
    drawn = symbol.resize((side, side), Image.Resampling.NEAREST).convert("RGB")
    corner = (side - pad) // 2
    drawn.paste("white", (corner, corner, corner + pad, corner + pad))
    small = fitted(logo, pad - module_pixels)
    drawn.paste(small, ((side - small.width) // 2, (side - small.height) // 2))
    _require_read(drawn, payload)
    buffer = io.BytesIO()
    drawn.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def fitted(logo: Image.Image, side: int) -> Image.Image:
    """Return the logo scaled into a square of ``side`` pixels, its proportions kept."""
    scale = side / max(logo.size)
    width, height = (max(round(length * scale), 1) for length in logo.size)
    return logo.resize((width, height), Image.Resampling.LANCZOS)


def _require_read(drawn: Image.Image, payload: str) -> None:
    found = zxingcpp.read_barcodes(drawn, _QR)
    if [one.text for one in found] != [payload]:
        raise Broken(
            "code_unreadable",
            "The code does not read back with this logo.",
            "Mã không đọc lại được khi có logo này.",
        )
