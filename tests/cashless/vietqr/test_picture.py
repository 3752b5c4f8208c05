"""Pictures that people hand in: what they weigh, what they unpack to, what they really are."""

import io
import struct
import zlib

import pytest
from PIL import Image

from cashless.errors import Invalid
from cashless.vietqr import picture


def saved(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def refusal(data: bytes) -> str:
    with pytest.raises(Invalid) as caught:
        picture.open_picture(data)
    return caught.value.code


def chunk(name: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + name
        + content
        + struct.pack(">I", zlib.crc32(name + content))
    )


def bomb(side: int) -> bytes:
    """Make a PNG of one bit and that side, all of it black, without ever holding it unpacked."""
    squeeze = zlib.compressobj(9)
    row = bytes(1 + side // 8)
    body = b"".join(squeeze.compress(row) for _ in range(side)) + squeeze.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_png_and_jpeg_are_opened(kind: str) -> None:
    opened = picture.open_picture(saved(Image.new("RGB", (30, 20), "#123456"), kind))
    assert (opened.mode, opened.size) == ("RGB", (30, 20))


def test_what_is_clear_becomes_white() -> None:
    clear = picture.open_picture(saved(Image.new("RGBA", (2, 2), (0, 0, 0, 0))))
    assert clear.getpixel((0, 0)) == (255, 255, 255)
    indexed = Image.new("P", (2, 2))
    assert picture.open_picture(saved(indexed, transparency=0)).getpixel((0, 0)) == (255, 255, 255)


def test_400_megapixels_in_a_few_kilobytes_are_refused_by_their_header() -> None:
    data = bomb(20_000)
    assert len(data) < 60_000
    assert refusal(data) == "picture_too_large"


def test_a_jpeg_that_says_it_is_huge_is_refused_by_its_header() -> None:
    small = saved(Image.new("L", (16, 16)), "JPEG")
    frame = small.index(b"\xff\xc0") + 5
    data = small[:frame] + struct.pack(">HH", 20_000, 20_000) + small[frame + 4 :]
    assert refusal(data) == "picture_too_large"


def test_the_12_megapixels_of_a_phone_are_taken_and_one_row_more_is_not() -> None:
    assert picture.open_picture(saved(Image.new("1", (4032, 3024)))).size == (4032, 3024)
    assert picture.open_picture(saved(Image.new("1", (4096, 3072)))).size == (4096, 3072)
    assert refusal(saved(Image.new("1", (4096, 3073)))) == "picture_too_large"


def test_more_than_five_megabytes_are_refused() -> None:
    head = saved(Image.new("1", (8, 8)))
    assert picture.open_picture(head.ljust(picture.BYTES_MAX, b"\x00")).size == (8, 8)
    assert refusal(head.ljust(picture.BYTES_MAX + 1, b"\x00")) == "picture_too_heavy"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        saved(Image.new("P", (8, 8)), "GIF"),
        saved(Image.new("RGB", (8, 8)), "BMP"),
        b"%PDF-1.7",
    ],
)
def test_other_files_are_refused_whatever_they_are_called(data: bytes) -> None:
    assert refusal(data) == "picture_format_unknown"


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_cut_off_file_is_refused(kind: str, share: float) -> None:
    whole = saved(Image.effect_noise((120, 120), 80), kind)
    assert refusal(whole[: int(len(whole) * share)]) == "picture_unreadable"


def test_a_damaged_file_is_refused_and_never_crashes() -> None:
    whole, told = saved(Image.effect_noise((60, 60), 80)), set()
    for place in range(8, len(whole), 97):
        data = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
        try:
            told.add(picture.open_picture(data).size)
        except Invalid as problem:
            told.add(problem.code)
    assert "picture_unreadable" in told
    assert told <= {"picture_unreadable", "picture_too_large", (60, 60)}
