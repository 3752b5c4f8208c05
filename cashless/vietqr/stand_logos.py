"""Slots for logo files that the operator is licensed to print; none is shipped.

``vietqr`` replaces the plain word VietQR, ``bank:<BIN>`` the name of that bank,
``network`` stands between them, ``centre`` in the middle of the code where the
use allows it (a card and a lanyard refuse it: their modules are too fine).
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from PIL import Image

from cashless.errors import Invalid
from cashless.vietqr.logo import fitted
from cashless.vietqr.matrix import Use
from cashless.vietqr.picture import BYTES_MAX, open_picture

Logos = Mapping[str, Image.Image]

# Sharp at any size a slot has, and small in the file.
_SIDE_PIXELS_MAX: Final = 480
_NAMES: Final = re.compile(r"vietqr|network|centre|bank:[0-9]{6}")


def load(written: Iterable[str]) -> Logos:
    """Open the files of slots, each written ``SLOT=FILE``; a file alone goes into the centre.

    Raises Invalid("logo_slot_unknown"), Invalid("logo_unreadable") for a file
    that is not there, and what ``picture.open_picture`` raises.
    """
    files = dict(_named(one) for one in written)
    return {_slot(name): open_logo(Path(path)) for name, path in files.items()}


def open_logo(path: Path) -> Image.Image:
    """Return the logo in a file, no larger than a slot needs; raises like ``load``."""
    try:
        with path.open("rb") as file:
            data = file.read(BYTES_MAX + 1)
    except OSError as error:
        raise Invalid(
            "logo_unreadable",
            f"The logo {path} cannot be read: {error.strerror}.",
            f"Không đọc được logo {path}: {error.strerror}.",
        ) from error
    picture = open_picture(data)
    side = max(picture.size)
    return fitted(picture, _SIDE_PIXELS_MAX) if side > _SIDE_PIXELS_MAX else picture


def require_room(logos: Logos, use: Use) -> None:
    """Raise Invalid("logo_without_room") for a centre logo on a code too fine to carry it."""
    if "centre" in logos and not use.takes_logo:
        raise Invalid(
            "logo_without_room",
            "On this layout the code is too fine for a logo in its middle; leave it out"
            " or choose a stand or a sticker.",
            "Khổ này có mã quá nhỏ để đặt logo ở giữa; hãy bỏ logo hoặc chọn bảng, nhãn dán.",
        )


def _named(written: str) -> tuple[str, str]:
    slot, sign, path = written.partition("=")
    return (slot, path) if sign else ("centre", written)


def _slot(name: str) -> str:
    if not _NAMES.fullmatch(name):
        raise Invalid(
            "logo_slot_unknown",
            f"There is no slot {name!r} for a logo: vietqr, network, centre or bank:<BIN>.",
            f"Không có chỗ {name!r} cho logo: vietqr, network, centre hoặc bank:<BIN>.",
        )
    return name
