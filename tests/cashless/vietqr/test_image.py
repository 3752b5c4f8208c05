"""Pictures: read again by another library's reader before anybody trusts them."""

import io
import re
from xml.etree import ElementTree as ET

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cashless.errors import Invalid
from cashless.vietqr import image
from cashless.vietqr.payload import Transfer, encode

STATIC = encode(Transfer(bin="970452", account="1234567890", terminal="A12", city="Rach Gia"))
ORDER = encode(
    Transfer(
        bin="970405",
        account="99MM24011M000123450",
        amount=1_250_000,
        purpose="JX2345678ABC tien ca",
        name="Ho kinh doanh Dang Thi An",
        city="Rach Gia",
        mcc="5411",
    )
)
SVG = "{http://www.w3.org/2000/svg}"


def read(picture: Image.Image) -> zxingcpp.Barcode:
    (found,) = zxingcpp.read_barcodes(picture)
    assert found.format == zxingcpp.BarcodeFormat.QRCode
    return found


def drawn(rows: list[list[bool]], pixels: int = 4) -> Image.Image:
    """Draw modules as a picture, dark ones black."""
    picture = Image.new("L", (len(rows[0]), len(rows)))
    picture.putdata([0 if dark else 255 for row in rows for dark in row])
    return picture.resize((picture.width * pixels, picture.height * pixels))


def stroked(svg: str) -> list[list[bool]]:
    """Follow the one line, a unit wide, as a browser does."""
    root = ET.fromstring(svg)  # noqa: S314 - our own picture
    size = int(root.attrib["viewBox"].split()[2])
    rows = [[False] * size for _ in range(size)]
    (path,) = root.findall(f"{SVG}path")
    assert path.attrib["d"].startswith("M0 .5m")
    x = y = 0
    for right, down, length in re.findall(r"m(-?\d+) ?(-?\d+)h(\d+)", path.attrib["d"]):
        x, y = x + int(right), y + int(down)
        rows[y][x : x + int(length)] = [True] * int(length)
        x += int(length)
    return rows


@pytest.mark.parametrize("payload", [STATIC, ORDER])
@pytest.mark.parametrize("correction", ["L", "M", "Q", "H"])
def test_a_png_is_read_back(payload: str, correction: image.Correction) -> None:
    picture = Image.open(io.BytesIO(image.png(payload, correction=correction)))
    found = read(picture)
    assert found.text == payload
    assert found.ec_level == correction


@settings(max_examples=10)
@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=265))
def test_any_ascii_payload_is_read_back(payload: str) -> None:
    picture = Image.open(io.BytesIO(image.png(payload, module_pixels=4)))
    assert read(picture).text == payload


@pytest.mark.parametrize("payload", [STATIC, ORDER])
def test_an_svg_shows_the_same_modules(payload: str) -> None:
    rows = stroked(image.svg(payload))
    assert rows == image.modules(payload)
    assert read(drawn(rows)).text == payload


@pytest.mark.parametrize("payload", [STATIC, ORDER])
def test_a_terminal_shows_the_same_modules(payload: str) -> None:
    halves = {"█": (False, False), "▀": (False, True), "▄": (True, False), " ": (True, True)}
    lines = [[halves[sign] for sign in line] for line in image.terminal(payload).split("\n")]
    rows = [[pair[half] for pair in line] for line in lines for half in (0, 1)]
    expected = image.modules(payload)
    assert rows[: len(expected)] == expected
    assert read(drawn(rows)).text == payload


def test_four_light_modules_stand_around() -> None:
    rows = image.modules(STATIC)
    edges = [*rows[:4], *rows[-4:], *([*row[:4], *row[-4:]] for row in rows)]
    assert not any(dark for edge in edges for dark in edge)
    assert any(rows[4])


def test_an_svg_is_small_and_says_what_it_is() -> None:
    svg = image.svg(STATIC, title="Mã của sạp A12")
    root = ET.fromstring(svg)  # noqa: S314 - our own picture
    assert root.attrib["role"] == "img"
    assert [one.tag for one in root] == [f"{SVG}title", f"{SVG}rect", f"{SVG}path"]
    assert root[0].text == "Mã của sạp A12"
    assert len(svg) < 10_000


def test_a_title_cannot_leave_its_place() -> None:
    title = "</title><script>alert(1)</script>\x00 & \"Chị\" 'Bảy'"
    root = ET.fromstring(image.svg(STATIC, title=title))  # noqa: S314 - our own picture
    assert root[0].text == title.replace("\x00", "")
    assert len(root) == 3


def test_a_png_is_as_wide_as_was_asked() -> None:
    modules = len(image.modules(STATIC))
    picture = Image.open(io.BytesIO(image.png(STATIC, module_pixels=3)))
    assert picture.size == (3 * modules, 3 * modules)
    assert picture.mode == "1"


@pytest.mark.parametrize("pixels", [0, -1, 65])
def test_a_module_has_a_sensible_width(pixels: int) -> None:
    with pytest.raises(ValueError, match="pixels wide"):
        image.png(STATIC, module_pixels=pixels)


@pytest.mark.parametrize("payload", ["", "0" * 513, "\N{COOKING}" * 512])
def test_what_is_no_payment_code_is_not_drawn(payload: str) -> None:
    with pytest.raises(Invalid) as refusal:
        image.svg(payload, correction="H")
    assert refusal.value.code == "payload_invalid"
