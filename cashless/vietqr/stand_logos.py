"""Slots for logo files that the operator is licensed to print; none is shipped.

``vietqr`` replaces the plain word VietQR, ``bank:<BIN>`` the name of that bank,
``network`` stands between them, ``centre`` in the middle of the code where the
use allows it (a card and a lanyard have none: their modules are too fine).
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from PIL import Image

from cashless.errors import Invalid
from cashless.vietqr.logo import fitted
from cashless.vietqr.picture import open_picture

Logos = Mapping[str, Image.Image]

# Sharp at any size a slot has, and small in the file.
_SIDE_PIXELS_MAX: Final = 480
_NAMES: Final = re.compile(r"vietqr|network|centre|bank:[0-9]{6}")


def load(files: Mapping[str, Path]) -> Logos:
    """Open the files of slots.

    Raises Invalid("logo_slot_unknown"), Invalid("logo_unreadable") for a file
    that is not there, and what ``picture.open_picture`` raises.
    """
    return {_slot(name): _opened(path) for name, path in files.items()}


def _slot(name: str) -> str:
    if not _NAMES.fullmatch(name):
        raise Invalid(
            "logo_slot_unknown",
            f"There is no slot {name!r} for a logo: vietqr, network, centre or bank:<BIN>.",
            f"Không có chỗ {name!r} cho logo: vietqr, network, centre hoặc bank:<BIN>.",
        )
    return name


def _opened(path: Path) -> Image.Image:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Invalid(
            "logo_unreadable",
            f"The logo {path} cannot be read: {error.strerror}.",
            f"Không đọc được logo {path}: {error.strerror}.",
        ) from error
    picture = open_picture(data)
    side = max(picture.size)
    return fitted(picture, _SIDE_PIXELS_MAX) if side > _SIDE_PIXELS_MAX else picture
