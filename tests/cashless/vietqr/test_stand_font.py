"""Letters: what has a picture, how wide it is, and that no line leaves its box."""

import hashlib
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageFont
from reportlab.pdfbase import pdfmetrics

import cashless.vietqr
from cashless.vietqr import stand_font
from cashless.vietqr.stand_font import BOLD, LINE_MM, POINT_MM, REGULAR, Kind

FONTS = Path(cashless.vietqr.__file__).with_name("fonts")
VIETNAMESE = (
    "aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ"
)
NAMES = st.text(VIETNAMESE + VIETNAMESE.upper() + "0123456789 -–·.,&/()", min_size=1, max_size=200)
KIND = Kind(BOLD, 17, 8.5, lines=3)


def test_the_fonts_are_those_of_the_package_and_carry_their_licence() -> None:
    told = (FONTS / "PROVENANCE.txt").read_text(encoding="utf-8")
    listed = re.findall(r"^(\d+) +([0-9a-f]{64}) +(\S+)$", told, re.MULTILINE)
    found = {path.name for path in FONTS.iterdir()} - {"PROVENANCE.txt"}
    assert {name for _, _, name in listed} == found
    for size, digest, name in listed:
        content = (FONTS / name).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (int(size), digest)
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / "OFL.txt").read_text(encoding="utf-8")


def test_every_vietnamese_letter_and_what_we_print_beside_has_a_picture() -> None:
    assert stand_font.unprintable(VIETNAMESE + VIETNAMESE.upper() + "•·–—…₫“”’0123456789") == ""


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Phở 🍜 Bà Tư 🍜", "🍜"),
        ("ផ្សារ", "ផ្សារ"),
        ("right\u202eleft", "\u202e"),
        ("zero\u200bwidth", "\u200b"),
        ("a mark on q\u0323", "\u0323"),
        ("soft\u00adhyphen", "\u00ad"),
        ("nul\x00", "\x00"),
        ("= 1 + 1 <b>", ""),
    ],
)
def test_what_has_no_picture_is_told(text: str, wrong: str) -> None:
    assert stand_font.unprintable(text) == "".join(dict.fromkeys(wrong))


def test_decomposed_letters_are_composed_before_they_are_judged() -> None:
    name = "Hộ kinh doanh Đặng Thị Ẵm"
    assert stand_font.plain(unicodedata.normalize("NFD", f"  {name}\n")) == name
    assert stand_font.unprintable(unicodedata.normalize("NFD", name)) == ""


@pytest.mark.parametrize("font", [REGULAR, BOLD])
def test_widths_are_those_the_pdf_is_set_with(font: str) -> None:
    text = "Nguyễn Thị Bảy · 0297"
    ours = stand_font.width(text, font, 10)
    assert ours == pytest.approx(pdfmetrics.stringWidth(text, font, 10) * POINT_MM)


@pytest.mark.parametrize("font", [REGULAR, BOLD])
def test_no_vietnamese_letter_leaves_its_line_by_more_than_a_twentieth(font: str) -> None:
    drawn = ImageFont.truetype(str(FONTS / f"{font}.ttf"), 1000)
    for sign in VIETNAMESE + VIETNAMESE.upper():
        _, top, _, bottom = drawn.getbbox(sign, anchor="ls")
        above = stand_font.leading(sign, 1) - stand_font.DESCENT_MM
        assert -top * POINT_MM / 1000 <= above + 0.055 * POINT_MM
        assert bottom * POINT_MM / 1000 <= stand_font.DESCENT_MM


def test_a_short_name_is_set_large_on_one_line() -> None:
    fitted = stand_font.fit("Chị Tư", KIND, 93, 13)
    assert fitted == stand_font.Fitted(("Chị Tư",), 17)


def test_a_long_name_is_wrapped_into_lines_of_like_length() -> None:
    fitted = stand_font.fit("Hộ kinh doanh rau củ quả sạch Rạch Giá", KIND, 93, 13)
    assert fitted is not None
    assert len(fitted.lines) == 2
    assert " ".join(fitted.lines) == "Hộ kinh doanh rau củ quả sạch Rạch Giá"
    widths = [stand_font.width(line, BOLD, fitted.size) for line in fitted.lines]
    assert min(widths) > 0.7 * max(widths)


def test_a_dash_does_not_begin_a_line() -> None:
    name = "Hộ kinh doanh Đặng Thị An – Rau củ quả sạch"
    for width in range(40, 120):
        fitted = stand_font.fit(name, KIND, width, 13)
        assert fitted is None or not any(line.startswith("–") for line in fitted.lines)


def test_a_word_that_is_too_wide_is_broken_at_the_smallest_size_only() -> None:
    fitted = stand_font.fit("Â" * 60, KIND, 60, 20)
    assert fitted is not None
    assert fitted.size == KIND.size_min
    assert "".join(fitted.lines) == "Â" * 60


def test_what_cannot_fit_is_refused() -> None:
    assert stand_font.fit("Â" * 200, KIND, 60, 20) is None
    assert stand_font.fit("Chị Tư", KIND, 93, 2) is None


@given(NAMES, st.floats(10, 120), st.floats(3, 30))
def test_whatever_fits_is_whole_and_inside(text: str, width: float, height: float) -> None:
    fitted = stand_font.fit(text, KIND, width, height)
    if fitted is None:
        return
    assert "".join("".join(fitted.lines).split()) == "".join(text.split())
    assert KIND.size_min <= fitted.size <= KIND.size
    assert len(fitted.lines) * fitted.size * LINE_MM <= height + 1e-5
    for line in fitted.lines:
        assert stand_font.width(line, BOLD, fitted.size) <= width + 1e-9
