"""Codes in pictures: one is read, none and two are told, the odd ones are named."""

import io

import pytest
import zxingcpp
from PIL import Image, ImageOps

from cashless.errors import Invalid
from cashless.vietqr import image
from cashless.vietqr.payload import Transfer, encode
from cashless.vietqr.photo import Found, codes, only_code

PAYLOAD = encode(Transfer("970452", "1234567890", terminal="A12"))
OTHER = encode(Transfer("970436", "99999"))


def drawn(payload: str) -> Image.Image:
    return Image.open(io.BytesIO(image.png(payload, module_pixels=4))).convert("L")


def beside(*pictures: Image.Image) -> Image.Image:
    """Put pictures next to each other on white."""
    ground = Image.new("L", (sum(one.width for one in pictures), 400), 255)
    left = 0
    for one in pictures:
        ground.paste(one, (left, 0))
        left += one.width
    return ground


def saved(picture: Image.Image, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("angle", [0, 7, 90, 180])
def test_the_code_of_a_photo_is_read_however_it_is_turned(kind: str, angle: int) -> None:
    picture = drawn(PAYLOAD).rotate(angle, expand=True, fillcolor=255)
    assert only_code(saved(picture, kind)) == Found(PAYLOAD)


def test_a_code_on_a_transparent_ground_is_read() -> None:
    clear = drawn(PAYLOAD).convert("RGBA")
    clear.putalpha(ImageOps.invert(drawn(PAYLOAD)))
    assert only_code(saved(clear)) == Found(PAYLOAD)


def test_a_code_that_is_light_on_dark_is_read_and_told() -> None:
    assert only_code(saved(ImageOps.invert(drawn(PAYLOAD)))) == Found(PAYLOAD, is_inverted=True)


def test_the_same_code_twice_is_one_code() -> None:
    assert codes(beside(drawn(PAYLOAD), drawn(PAYLOAD))) == (Found(PAYLOAD),)


@pytest.mark.parametrize("second", [drawn(OTHER), ImageOps.invert(drawn(OTHER))])
def test_two_codes_are_told_and_none_is_chosen(second: Image.Image) -> None:
    both = beside(drawn(PAYLOAD), second)
    assert {one.text for one in codes(both)} == {PAYLOAD, OTHER}
    with pytest.raises(Invalid) as refusal:
        only_code(saved(both))
    assert refusal.value.code == "photo_with_codes"


def test_a_picture_without_a_code_is_told() -> None:
    with pytest.raises(Invalid) as refusal:
        only_code(saved(Image.new("L", (300, 300), 255)))
    assert refusal.value.code == "photo_without_code"


def test_a_bar_code_is_no_payment_code() -> None:
    bars = zxingcpp.create_barcode("8934563138165", zxingcpp.BarcodeFormat.EAN13)
    picture = Image.fromarray(bars.to_image(scale=3))
    with pytest.raises(Invalid) as refusal:
        only_code(saved(picture))
    assert refusal.value.code == "photo_without_code"


def test_accents_come_through_and_other_bytes_are_not_guessed() -> None:
    assert only_code(saved(drawn("Phở Bà Tư"))).text == "Phở Bà Tư"
    latin = zxingcpp.create_barcode(b"caf\xe9\xff", zxingcpp.BarcodeFormat.QRCode)
    picture = Image.fromarray(latin.to_image(scale=4, add_quiet_zones=True))
    assert only_code(saved(picture)).text == "caf\udce9\udcff"


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    header = saved(Image.new("1", (100, 100)))
    bomb = header.replace((100).to_bytes(4) * 2, (20_000).to_bytes(4) * 2)
    with pytest.raises(Invalid) as refusal:
        only_code(bomb)
    assert refusal.value.code in {"picture_too_large", "picture_unreadable"}
