"""A picture that somebody hands in: opened only if it is one, and small enough.

PNG and JPEG, told by their first bytes and never by a file name; at most 5 MB;
at most 12 megapixels, which the header says before anything is unpacked. A
picture of a few kilobytes can otherwise unpack to gigabytes. SVG is refused,
because it can carry scripts.
"""

import io
from typing import Final

from PIL import Image, ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from cashless.errors import Invalid

BYTES_MAX: Final = 5_000_000
# What phones call 12 megapixels is a little more than 12 million: 4032 × 3024, 4080 × 3072.
PIXELS_MAX: Final = 4_096 * 3_072

# The readers themselves, not Image.open: it would warn of a bomb by a global limit of its own.
_READERS: Final[dict[bytes, type[ImageFile.ImageFile]]] = {
    b"\x89PNG\r\n\x1a\n": PngImageFile,
    b"\xff\xd8\xff": JpegImageFile,
}


def open_picture(data: bytes) -> Image.Image:
    """Return the picture, unpacked, on a white ground, in the mode RGB.

    Raises Invalid with the code picture_too_heavy (over 5 MB),
    picture_format_unknown (neither PNG nor JPEG), picture_too_large (over 12
    megapixels) or picture_unreadable (damaged).
    """
    if len(data) > BYTES_MAX:
        raise Invalid(
            "picture_too_heavy",
            f"The picture has {len(data):,} bytes; at most {BYTES_MAX:,} are taken.",
            f"Ảnh có {len(data):,} byte; chỉ nhận tối đa {BYTES_MAX:,} byte.",
        )
    try:
        picture = _reader(data)(io.BytesIO(data))
        _require_size(picture)
        return _on_white(picture)
    except (OSError, SyntaxError, ValueError) as error:
        raise Invalid(
            "picture_unreadable",
            "The picture is damaged and cannot be read.",
            "Ảnh bị hỏng, không đọc được.",
        ) from error


def _reader(data: bytes) -> type[ImageFile.ImageFile]:
    for head, reader in _READERS.items():
        if data.startswith(head):
            return reader
    raise Invalid(
        "picture_format_unknown",
        "Only PNG and JPEG pictures are taken.",
        "Chỉ nhận ảnh PNG và JPEG.",
    )


def _require_size(picture: Image.Image) -> None:
    if picture.width * picture.height > PIXELS_MAX:
        raise Invalid(
            "picture_too_large",
            f"The picture has {picture.width} × {picture.height} pixels; at most"
            f" {PIXELS_MAX:,} pixels are taken.",
            f"Ảnh có {picture.width} × {picture.height} điểm ảnh; chỉ nhận tối đa"
            f" {PIXELS_MAX:,} điểm ảnh.",
        )


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        ground = Image.new("RGBA", clear.size, "white")
        return Image.alpha_composite(ground, clear).convert("RGB")
    return picture.convert("RGB")
