"""The QR codes in a photo or a picture.

Codes are read with zxing-cpp, also when they are turned, small, or printed
light on dark; the last is told, because many bank apps cannot read such a code.
What a code holds is bytes. They are taken as UTF-8; where they are not, the
half-read text goes on to ``payload.decode``, which says so.
"""

from dataclasses import dataclass
from typing import Final

import zxingcpp
from PIL import Image

from cashless.errors import Invalid
from cashless.vietqr.picture import open_picture

_FORMATS: Final = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


@dataclass(frozen=True, slots=True)
class Found:
    """What one code holds; ``is_inverted`` if it is light on dark."""

    text: str
    is_inverted: bool = False


def codes(picture: Image.Image) -> tuple[Found, ...]:
    """Return the codes of a picture, each content once; none if there are none."""
    every = _texts(picture, try_invert=True)
    plain = _texts(picture, try_invert=False) if every else []
    return tuple(Found(text, text not in plain) for text in dict.fromkeys(every))


def only_code(data: bytes) -> Found:
    """Return the one code in the bytes of a PNG or JPEG file.

    Raises Invalid with the codes of ``open_picture``, or photo_without_code,
    or photo_with_codes where different codes are seen.
    """
    found = codes(open_picture(data))
    if not found:
        raise Invalid(
            "photo_without_code",
            "No QR code is seen in the picture. Take it again: closer, straight, in good light.",
            "Không thấy mã QR trong ảnh. Hãy chụp lại gần hơn, thẳng và đủ sáng.",
        )
    if len(found) > 1:
        raise Invalid(
            "photo_with_codes",
            f"The picture shows {len(found)} different QR codes. Take one at a time;"
            " a second code on a stand may have been pasted there.",
            f"Ảnh có {len(found)} mã QR khác nhau. Hãy chụp từng mã một;"
            " mã thứ hai trên bảng có thể là mã bị dán thêm.",
        )
    return found[0]


def _texts(picture: Image.Image, *, try_invert: bool) -> list[str]:
    read = zxingcpp.read_barcodes(picture, formats=_FORMATS, try_invert=try_invert)
    return [one.bytes.decode("utf-8", "surrogateescape") for one in read]
