"""A payload as a picture: SVG for pages and print, PNG for sharing, text for a terminal.

Dark modules on a light ground, always, also where the page around is dark;
a quiet zone of four modules on every side (ISO/IEC 18004); error correction M
unless asked otherwise (Q or H for printed stands that get dirty).
"""

import html
import io
from collections.abc import Iterable
from itertools import groupby
from typing import Final, Literal

import qrcode
import qrcode.constants
import qrcode.exceptions
from PIL import Image

from cashless.errors import Invalid

Correction = Literal["L", "M", "Q", "H"]

_QUIET_MODULES: Final = 4
_PAYLOAD_LENGTH_MAX: Final = 512
# Wider is a poster: that is what the SVG is for.
_MODULE_PIXELS_MAX: Final = 64
_LEVELS: Final[dict[Correction, int]] = {
    "L": qrcode.constants.ERROR_CORRECT_L,
    "M": qrcode.constants.ERROR_CORRECT_M,
    "Q": qrcode.constants.ERROR_CORRECT_Q,
    "H": qrcode.constants.ERROR_CORRECT_H,
}
# A terminal is light on dark, so the light modules are the ones that are drawn.
_HALF_BLOCKS: Final = {
    (False, False): "█",
    (False, True): "▀",
    (True, False): "▄",
    (True, True): " ",
}


def svg(payload: str, *, title: str = "VietQR", correction: Correction = "M") -> str:
    """Return a scalable picture: one module is one unit, all dark modules one line.

    ``title`` is what a screen reader says; signs that XML cannot hold are left
    out. Invalid("payload_invalid") for an empty payload or one over 512 characters.
    """
    rows = modules(payload, correction=correction)
    size = len(rows)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" role="img"'
        f' shape-rendering="crispEdges"><title>{_xml(title)}</title>'
        f'<rect width="{size}" height="{size}" fill="#fff"/>'
        f'<path stroke="#000" d="M0 .5{_path(rows)}"/></svg>'
    )


def png(payload: str, *, module_pixels: int = 8, correction: Correction = "M") -> bytes:
    """Return a black and white PNG, each module a square of ``module_pixels`` (1 to 64)."""
    if not 1 <= module_pixels <= _MODULE_PIXELS_MAX:
        message = f"a module cannot be {module_pixels} pixels wide"
        raise ValueError(message)
    rows = modules(payload, correction=correction)
    size = len(rows)
    picture = Image.new("1", (size, size))
    picture.putdata([0 if dark else 1 for row in rows for dark in row])
    wide = picture.resize((size * module_pixels, size * module_pixels), Image.Resampling.NEAREST)
    buffer = io.BytesIO()
    wide.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def terminal(payload: str) -> str:
    """Return lines of half blocks, two rows of modules a line, for a dark terminal."""
    rows = modules(payload)
    below = [*rows[1::2], *([[False] * len(rows)] if len(rows) % 2 else [])]
    return "\n".join(
        "".join(_HALF_BLOCKS[pair] for pair in zip(upper, lower, strict=True))
        for upper, lower in zip(rows[::2], below, strict=True)
    )


def modules(payload: str, *, correction: Correction = "M") -> list[list[bool]]:
    """Return the rows of the symbol, True where dark, quiet zone included."""
    if not 1 <= len(payload) <= _PAYLOAD_LENGTH_MAX:
        raise _unfit()
    code = qrcode.QRCode(error_correction=_LEVELS[correction], border=_QUIET_MODULES)
    code.add_data(payload)
    try:
        rows: list[list[bool]] = code.get_matrix()
    except (ValueError, qrcode.exceptions.DataOverflowError) as error:
        raise _unfit() from error
    return [[bool(dark) for dark in row] for row in rows]


def _path(rows: Iterable[Iterable[bool]]) -> str:
    """Draw each run of dark modules as a stroke one unit wide, moving on from the last one.

    That is half as long as filled bars, and the code is the heaviest part of a page to pay on.
    """
    steps, at = [], (0, 0)
    for y, row in enumerate(rows):
        for start, length in _runs(row):
            steps.append(f"m{start - at[0]} {y - at[1]}h{length}")
            at = (start + length, y)
    return "".join(steps).replace(" -", "-")


def _runs(row: Iterable[bool]) -> Iterable[tuple[int, int]]:
    for dark, run in groupby(enumerate(row), key=lambda place: place[1]):
        if dark:
            places = [x for x, _ in run]
            yield places[0], len(places)


def _xml(text: str) -> str:
    return html.escape("".join(sign for sign in text if sign.isprintable()))


def _unfit() -> Invalid:
    return Invalid(
        "payload_invalid",
        f"A payment code holds 1 to {_PAYLOAD_LENGTH_MAX} characters.",
        f"Mã thanh toán chứa từ 1 đến {_PAYLOAD_LENGTH_MAX} ký tự.",
    )
