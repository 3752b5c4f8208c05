"""Parts: nothing overflows, long texts are refused by name, English stands beside Vietnamese."""

from collections.abc import Iterable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cashless.errors import Invalid
from cashless.vietqr import stand_font
from cashless.vietqr.banks import every_bank
from cashless.vietqr.stand import Stand
from cashless.vietqr.stand_face import CR80, Face
from cashless.vietqr.stand_ground import ground
from cashless.vietqr.stand_marks import Code, Mark, Slot, Text
from cashless.vietqr.stand_parts import compose
from tests.cashless.vietqr.stalls import stand
from tests.cashless.vietqr.test_stand_face import EVERY, FACES
from tests.cashless.vietqr.test_stand_font import NAMES

NONE: frozenset[str] = frozenset()


def texts(marks: Iterable[Mark]) -> list[Text]:
    return [mark for mark in marks if isinstance(mark, Text)]


def assert_inside(face: Face, marks: list[Text]) -> None:
    """Every line lies in one of the boxes of its face, the accents of capitals included."""
    for mark in marks:
        right = mark.x + stand_font.width(mark.text, mark.font, mark.size)
        top = mark.y - (
            stand_font.leading(mark.text, mark.size) - mark.size * stand_font.DESCENT_MM
        )
        bottom = mark.y + mark.size * stand_font.DESCENT_MM
        assert any(
            box.x - 1e-6 <= mark.x <= right <= box.right + 1e-6
            and box.y - 1e-6 <= top <= bottom <= box.bottom + 1e-6
            for name, box in face.parts.items()
            if name not in {"code", "slot"}
        ), mark


class TooLong(Exception):
    """A refusal with the code that belongs to texts that do not fit."""


def composed(one: Stand, face: Face) -> list[Mark]:
    try:
        return compose(one, face, NONE)
    except Invalid as problem:
        raise (TooLong if problem.code == "stand_text_too_long" else AssertionError) from problem


@EVERY
def test_an_ordinary_stand_fits_everywhere(face: Face) -> None:
    for number in range(15):
        assert_inside(face, texts([*ground(face), *compose(stand(number), face, NONE)]))


@settings(max_examples=60, deadline=None)
@given(NAMES, NAMES, NAMES, st.sampled_from(sorted(FACES)))
def test_nothing_overflows_whatever_the_names_are(
    name: str, place: str, holder: str, face_name: str
) -> None:
    face = FACES[face_name]
    long = stand(merchant_name=name, place_name=place, holder_name=holder)
    with suppress(TooLong):
        assert_inside(face, texts(composed(long, face)))


@EVERY
def test_every_bank_of_the_list_fits(face: Face) -> None:
    for bank in every_bank():
        compose(stand(bank_name=bank.short_name), face, NONE)


@EVERY
def test_a_name_of_80_characters_and_a_holder_of_40_fit_everywhere_but_on_a_card(
    face: Face,
) -> None:
    name = "Hộ kinh doanh tạp hóa và thực phẩm sạch Nguyễn Thị Út Lành chợ Rạch Giá số 12345"
    long = stand(merchant_name=name, holder_name="CONG TY TNHH THUONG MAI DICH VU RACH GIA")
    assert (len(name), len(long.holder_name)) == (80, 40)
    if face is not CR80:
        assert_inside(face, texts(compose(long, face, NONE)))


def test_200_characters_fit_on_a_large_sheet_and_are_refused_by_name_on_a_small_one() -> None:
    name = ("Hộ kinh doanh rau củ quả sạch " * 7)[:200]
    long = stand(merchant_name=name)
    assert_inside(FACES["A4"], texts(compose(long, FACES["A4"], NONE)))
    with pytest.raises(Invalid) as refusal:
        compose(long, CR80, NONE)
    assert refusal.value.code == "stand_text_too_long"
    assert long.stall in refusal.value.message
    assert long.stall in refusal.value.message_vi


def test_a_stand_says_all_that_a_shopper_may_compare() -> None:
    one = stand(4, print_number=3, reason="mưa")
    said = " ".join(mark.text for mark in texts(compose(one, FACES["A6"], NONE)))
    for text in (
        one.merchant_name,
        f"Sạp {one.stall}",
        one.place_name,
        one.bank_name,
        f"•••• {one.last_digits}",
        one.holder_name,
        one.check_word,
        one.public_token,
        "23/11/2026",
        "In lại lần 3",
        one.help_line,
        "VietQR",
    ):
        assert text in said


@EVERY
def test_a_long_address_for_help_fits_everywhere(face: Face) -> None:
    line = "Kiểm tra bảng · Check: cashless.rachgia.example.gov.vn/s"
    assert_inside(face, texts(compose(stand(help_line=line), face, NONE)))


def test_a_stand_without_stall_or_holder_leaves_no_gap_sign() -> None:
    said = [mark.text for mark in texts(compose(stand(stall="", holder_name=""), CR80, NONE))]
    assert "Chợ Vĩnh Thanh, Rạch Giá" in said
    assert not any(text.startswith(("Sạp", " ", "·")) for text in said)


@EVERY
def test_what_is_the_same_everywhere_is_said_in_both_languages(face: Face) -> None:
    said = " ".join(mark.text for mark in texts(ground(face)))
    for text in ("Quét mã để trả tiền", "Scan to pay with VietQR", "Mã kiểm tra", "Check word"):
        assert text in said
    assert said.index("Xem đúng tên") < said.index("Check the name, then")


def test_a_licensed_logo_takes_the_place_of_the_word_and_of_its_own_bank_only() -> None:
    one, face = stand(0), FACES["A6"]
    marks = compose(one, face, frozenset({"vietqr", "network", f"bank:{one.bank_bin}"}))
    assert [mark.name for mark in marks if isinstance(mark, Slot)] == [
        "vietqr",
        "network",
        f"bank:{one.bank_bin}",
    ]
    assert "VietQR" not in [mark.text for mark in texts(marks)]
    others = compose(one, face, frozenset({"bank:970405"}))
    assert not any(isinstance(mark, Slot) for mark in others)
    assert {"VietQR", one.bank_name} <= {mark.text for mark in texts(others)}


@EVERY
def test_each_face_has_one_code_in_its_square(face: Face) -> None:
    codes = [mark for mark in compose(stand(), face, NONE) if isinstance(mark, Code)]
    assert [code.box for code in codes] == [face.code]
