"""Sheets as PDF: page sizes, letters to be searched and embedded, the same bytes again."""

import re

import pypdfium2
import pytest
from PIL import Image

from cashless.errors import Invalid
from cashless.vietqr import stand_sheet
from cashless.vietqr.payload import Transfer, encode
from cashless.vietqr.stand_layout import LAYOUTS, layout
from tests.cashless.vietqr.stalls import stand, stands

LOGO = Image.new("RGB", (200, 120), "#aa0000")


def drawn(name: str, count: int = 1, logos: dict | None = None) -> bytes:
    return stand_sheet.draw(stands(count), layout(name), logos or {}, lambda _done: None)


def text_of(content: bytes, page: int = 0) -> str:
    with pypdfium2.PdfDocument(content) as document:
        return " ".join(document[page].get_textpage().get_text_bounded().split())


def rendered(content: bytes, dpi: int = 100) -> Image.Image:
    with pypdfium2.PdfDocument(content) as document:
        return document[0].render(scale=dpi / 72).to_pil()


@pytest.mark.parametrize("name", LAYOUTS)
def test_pages_have_the_size_of_their_paper_and_as_many_as_needed(name: str) -> None:
    sheet = layout(name)
    with pypdfium2.PdfDocument(drawn(name, 10)) as document:
        assert len(document) == -(-10 // sheet.stands_per_page)
        points = (sheet.width * 72 / 25.4, sheet.height * 72 / 25.4)
        assert document[0].get_size() == pytest.approx(points, abs=0.01)


def test_the_text_of_a_page_can_be_searched_in_vietnamese() -> None:
    one = stand(2)
    said = text_of(drawn("a6", 3), page=2)
    for text in (one.place_name, one.check_word, one.public_token, one.last_digits, "Quét mã để"):
        assert text in said
    assert "Đặng Thị Ẵm" in said


def test_letters_are_embedded_and_only_those_that_are_used() -> None:
    content = drawn("a6", 5)
    assert len(re.findall(rb"/FontFile2", content)) >= 2
    assert b"BeVietnamPro-Bold" in content
    assert len(content) < 80_000
    assert len(drawn("a6", 55)) - len(content) < 50 * 4_000


def test_the_same_stands_give_the_same_bytes() -> None:
    assert drawn("a4x4", 6) == drawn("a4x4", 6)


def test_progress_hears_every_page() -> None:
    heard: list[int] = []
    stand_sheet.draw(stands(9), layout("a4x4"), {}, heard.append)
    assert heard == [1, 2, 3]


def test_a_logo_in_the_middle_covers_a_fifth_and_none_on_a_card() -> None:
    box = layout("a6").face.code
    with_logo = rendered(drawn("a6", logos={"centre": LOGO}))
    scale = 100 / 25.4
    middle = (round((box.x + box.width / 2) * scale), round((box.y + box.height / 2) * scale))
    assert with_logo.getpixel(middle) == (170, 0, 0)
    reds = [x for x in range(with_logo.width) if with_logo.getpixel((x, middle[1])) == (170, 0, 0)]
    assert 0.1 < len(reds) / (box.width * scale) < 0.2
    assert drawn("card", logos={"centre": LOGO}) == drawn("card")


def test_logos_fill_their_slots() -> None:
    one = stand(0)
    content = drawn("a6", logos={"vietqr": LOGO, f"bank:{one.bank_bin}": LOGO})
    said = text_of(content)
    assert said.count("VietQR") == 1
    assert said.count(one.bank_name) == 1
    assert rendered(content).getpixel((36, 94)) == (170, 0, 0)


def test_a_code_that_would_be_too_fine_stops_the_sheet() -> None:
    long = encode(
        Transfer(
            "970436", "A" * 19, purpose="x" * 25, terminal="y" * 25, name="z" * 25, city="w" * 15
        )
    )
    with pytest.raises(Invalid) as refusal:
        stand_sheet.draw([stand(payload=long * 2)], layout("card"), {}, lambda _done: None)
    assert refusal.value.code == "code_too_dense"
