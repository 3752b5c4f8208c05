"""Bulk codes: each library's symbols are read by other eyes, and compared where they must agree."""

import random
import shutil
import subprocess
from pathlib import Path

import pytest
import qrcode
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cashless.errors import Invalid
from cashless.vietqr import image, matrix
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
ASCII = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=265)
FINDER = (0b1111111, 0b1000001, 0b1011101, 0b1011101, 0b1011101, 0b1000001, 0b1111111)


def drawn(rows: list[list[bool]]) -> Image.Image:
    """Draw the modules of the other library as a picture of one bit, a pixel a module."""
    picture = Image.new("1", (len(rows), len(rows)))
    picture.putdata([not dark for row in rows for dark in row])
    return picture


def enlarged(symbol: Image.Image, pixels: int = 4) -> Image.Image:
    return symbol.resize((symbol.width * pixels, symbol.height * pixels), Image.Resampling.NEAREST)


def read(symbol: Image.Image) -> zxingcpp.Barcode:
    (found,) = zxingcpp.read_barcodes(enlarged(symbol))
    assert found.format == zxingcpp.BarcodeFormat.QRCode
    return found


def dark_at(symbol: Image.Image, x: int, y: int) -> bool:
    return symbol.getpixel((x, y)) == 0


def some_payloads(count: int, seed: int) -> list[str]:
    """Make payloads of stalls and orders, all different."""
    dice = random.Random(seed)
    return [
        encode(
            Transfer(
                bin=dice.choice(("970405", "970436", "970452", "971025")),
                account="".join(dice.choices("0123456789", k=dice.randint(6, 19))),
                amount=dice.choice((None, dice.randint(1, 499_999_999))),
                purpose=dice.choice((None, "".join(dice.choices("ABCDEFGH23456789", k=12)))),
                terminal=dice.choice((None, f"A{dice.randint(1, 999)}")),
                city=dice.choice((None, "Rach Gia")),
            )
        )
        for _ in range(count)
    ]


def read_by_zbar(folder: Path, symbols: list[Image.Image]) -> list[str]:
    """Return what zbar reads from pictures, a line for each."""
    paths = [folder / f"{number:05}.png" for number in range(len(symbols))]
    for symbol, path in zip(symbols, paths, strict=True):
        enlarged(symbol).save(path)
    program = shutil.which("zbarimg")
    assert program is not None
    options = ("--quiet", "--raw", "-Sdisable", "-Sqrcode.enable")
    said = subprocess.run([program, *options, *paths], capture_output=True, check=True)
    return said.stdout.decode().splitlines()


@pytest.mark.parametrize("payload", [STATIC, ORDER])
@pytest.mark.parametrize("correction", ["L", "M", "Q", "H"])
def test_a_symbol_is_read_back_with_its_correction(
    payload: str, correction: image.Correction
) -> None:
    found = read(matrix.bitmap(payload, correction))
    assert found.text == payload
    assert found.ec_level == correction


@settings(max_examples=25)
@given(ASCII)
def test_both_libraries_say_the_same(payload: str) -> None:
    ours, theirs = matrix.bitmap(payload), drawn(image.modules(payload, correction="Q"))
    assert read(ours).text == read(theirs).text == payload
    assert ours.width <= theirs.width


@settings(max_examples=25)
@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", min_size=1, max_size=200))
def test_with_the_same_segments_version_and_mask_every_module_agrees(payload: str) -> None:
    ours = matrix.bitmap(payload)
    said = read(ours).extra
    other = qrcode.QRCode(
        version=int(said["Version"]),
        error_correction=qrcode.constants.ERROR_CORRECT_Q,
        mask_pattern=int(said["DataMask"]),
        border=matrix.QUIET_MODULES,
    )
    other.add_data(payload)
    other.make(fit=False)
    assert ours.tobytes() == drawn(other.get_matrix()).tobytes()


def test_a_symbol_is_one_bit_framed_by_four_light_modules_and_three_finders() -> None:
    symbol = matrix.bitmap(STATIC)
    assert symbol.mode == "1"
    assert (symbol.width - 17 - 2 * matrix.QUIET_MODULES) % 4 == 0
    quiet, last = matrix.QUIET_MODULES, symbol.width - matrix.QUIET_MODULES - 7
    for left, top in ((quiet, quiet), (last, quiet), (quiet, last)):
        rows = [[dark_at(symbol, left + x, top + y) for x in range(7)] for y in range(7)]
        assert tuple(int("".join("01"[dark] for dark in row), 2) for row in rows) == FINDER
    inner = symbol.crop((quiet, quiet, symbol.width - quiet, symbol.width - quiet))
    assert symbol.convert("L").histogram()[0] == inner.convert("L").histogram()[0]


@pytest.mark.parametrize("payload", [STATIC, ORDER])
def test_bars_cover_the_dark_modules_and_no_others(payload: str) -> None:
    symbol = matrix.bitmap(payload)
    filled = Image.new("1", symbol.size, 1)
    for left, top, length in matrix.bars(symbol):
        filled.paste(0, (left, top, left + length, top + 1))
    assert filled.tobytes() == symbol.tobytes()


@pytest.mark.parametrize("payload", ["", "A" * 513, "Phở", "two\nlines", "\N{COOKING}"])
def test_what_a_bank_app_may_misread_is_not_drawn(payload: str) -> None:
    with pytest.raises(Invalid) as refusal:
        matrix.bitmap(payload)
    assert refusal.value.code == "payload_invalid"


@pytest.mark.parametrize(
    ("use", "correction"),
    [(matrix.STAND, "Q"), (matrix.STICKER, "Q"), (matrix.CARD, "Q"), (matrix.RECEIPT, "M")],
)
def test_a_use_decides_the_correction(use: matrix.Use, correction: str) -> None:
    symbol = matrix.bitmap_for(use, STATIC, 50)
    assert read(symbol).ec_level == correction


def test_a_code_too_fine_for_its_paper_is_refused() -> None:
    finest = matrix.bitmap(ORDER).width * 0.5
    assert matrix.bitmap_for(matrix.CARD, ORDER, finest).width * 0.5 == finest
    with pytest.raises(Invalid) as refusal:
        matrix.bitmap_for(matrix.CARD, ORDER, finest - 0.1)
    assert refusal.value.code == "code_too_dense"


@pytest.mark.skipif(shutil.which("zbarimg") is None, reason="apt-get install zbar-tools")
def test_zxing_and_zbar_read_the_same_payloads(tmp_path: Path) -> None:
    payloads = some_payloads(60, seed=3)
    symbols = [matrix.bitmap(payload) for payload in payloads]
    assert [read(symbol).text for symbol in symbols] == payloads
    assert read_by_zbar(tmp_path, symbols) == payloads
