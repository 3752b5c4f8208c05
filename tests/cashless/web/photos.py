"""Photos for tests: codes on paper, several codes, none, light on dark, and what is no photo."""

import io
import struct
import zlib

from PIL import Image, ImageOps

from cashless.vietqr.image import png


def photo(*payloads: str, inverted: bool = False, form: str = "PNG") -> bytes:
    """Lay codes beside each other on a grey table and take a picture."""
    codes = [Image.open(io.BytesIO(png(one, module_pixels=6))).convert("L") for one in payloads]
    table = Image.new("L", (80 + sum(code.width + 60 for code in codes), 700), 190)
    left = 60
    for code in codes:
        table.paste(ImageOps.invert(code) if inverted else code, (left, 80))
        left += code.width + 60
    return saved(table, form)


def pasted_over(payload: str, other: str) -> bytes:
    """Paste another code over most of the first, a little askew, as it is done at night."""
    under = Image.open(io.BytesIO(png(payload, module_pixels=10))).convert("RGB")
    over = Image.open(io.BytesIO(png(other, module_pixels=9))).convert("RGB")
    askew = over.rotate(4, expand=True, fillcolor="white", resample=Image.Resampling.BICUBIC)
    table = Image.new("RGB", (900, 900), (120, 110, 100))
    table.paste(under, (120, 120))
    table.paste(askew, (140, 100))
    return saved(table, "JPEG")


def saved(picture: Image.Image, form: str = "PNG", **more: object) -> bytes:
    """Return a picture as the bytes of a file."""
    buffer = io.BytesIO()
    picture.save(buffer, form, **more)
    return buffer.getvalue()


def bomb(side: int = 20_000) -> bytes:
    """Return a PNG of a few dozen kilobytes that unpacks to 400 million pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    packer = zlib.compressobj(9)
    row = b"\0" + b"\0" * (side // 8)
    body = b"".join(packer.compress(row * 500) for _ in range(side // 500)) + packer.flush()
    parts = chunk(b"IHDR", head), chunk(b"IDAT", body), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)
