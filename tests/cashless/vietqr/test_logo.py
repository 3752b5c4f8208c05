"""Logos: the bound is proven by counting code words, then tried with the worst logo there is."""

import io

import pytest
import qrcode.base
import qrcode.constants
import qrcode.util
import zxingcpp
from PIL import Image

from cashless.errors import Broken, Invalid
from cashless.vietqr import logo
from cashless.vietqr.payload import Transfer, encode

PAYLOAD = encode(Transfer(bin="970452", account="1234567890", terminal="A12", city="Rach Gia"))
BLACK = Image.new("RGB", (300, 200), "black")
LEVELS = {"Q": qrcode.constants.ERROR_CORRECT_Q, "H": qrcode.constants.ERROR_CORRECT_H}

Module = tuple[int, int]


def square(top: int, left: int, height: int, width: int) -> set[Module]:
    return {(y, x) for y in range(top, top + height) for x in range(left, left + width)}


def function_modules(version: int) -> set[Module]:
    """Return the modules that carry no data (ISO/IEC 18004, 6.3): patterns, format, version."""
    side = 17 + 4 * version
    taken = square(0, 0, 9, 9) | square(0, side - 8, 9, 8) | square(side - 8, 0, 8, 9)
    taken |= square(6, 0, 1, side) | square(0, 6, side, 1)
    centres = qrcode.util.pattern_position(version)
    corners = {(6, 6), (6, side - 7), (side - 7, 6)}
    for centre in {(y, x) for y in centres for x in centres} - corners:
        taken |= square(centre[0] - 2, centre[1] - 2, 5, 5)
    if version >= 7:
        taken |= square(side - 11, 0, 3, 6) | square(0, side - 11, 6, 3)
    return taken


def code_words(version: int) -> dict[Module, int]:
    """Tell which code word each data module belongs to: two columns at a time, up and down."""
    side, taken = 17 + 4 * version, function_modules(version)
    columns = [x for x in range(side - 1, 0, -2) if x > 6] + [5, 3, 1]
    words: dict[Module, int] = {}
    for turn, right in enumerate(columns):
        rows = range(side) if turn % 2 else range(side - 1, -1, -1)
        for module in ((y, x) for y in rows for x in (right, right - 1)):
            if module not in taken:
                words[module] = len(words) // 8
    return words


def blocks_of_words(version: int, level: str) -> tuple[list[int], list[int]]:
    """Return the block of each code word in its order on the symbol, and what each can mend."""
    blocks = qrcode.base.rs_blocks(version, LEVELS[level])
    counts = [(one.data_count, one.total_count - one.data_count) for one in blocks]
    order = [
        number
        for part in (0, 1)
        for word in range(max(count[part] for count in counts))
        for number, count in enumerate(counts)
        if word < count[part]
    ]
    return order, [mending // 2 for _, mending in counts]


@pytest.mark.parametrize("level", ["Q", "H"])
@pytest.mark.parametrize("version", range(1, 41))
def test_a_fifth_of_the_side_costs_less_than_each_block_can_mend(version: int, level: str) -> None:
    side = 17 + 4 * version
    pad = logo.pad_modules(side)
    start = (side - pad) // 2
    words = code_words(version)
    lost = {words[one] for one in square(start, start, pad, pad) if one in words}
    order, mendable = blocks_of_words(version, level)
    assert len(order) == (max(words.values()) + 1 if len(words) % 8 == 0 else max(words.values()))
    for number, most in enumerate(mendable):
        hit = sum(1 for word in lost if word < len(order) and order[word] == number)
        assert hit <= 0.6 * most


@pytest.mark.parametrize("side", range(21, 178, 4))
def test_the_white_square_stands_in_the_middle_and_covers_a_fifth_at_most(side: int) -> None:
    pad = logo.pad_modules(side)
    assert pad % 2 == 1
    assert 0.1 < pad / side <= 0.2


@pytest.mark.parametrize("fraction", [-0.1, 0, 0.2001, 0.36, 1, float("nan")])
def test_a_larger_logo_is_refused(fraction: float) -> None:
    with pytest.raises(Invalid) as refusal:
        logo.png(PAYLOAD, BLACK, fraction=fraction)
    assert refusal.value.code == "logo_too_large"


@pytest.mark.parametrize("correction", ["L", "M"])
def test_a_weak_code_takes_no_logo(correction: str) -> None:
    with pytest.raises(Invalid) as refusal:
        logo.png(PAYLOAD, BLACK, correction=correction)
    assert refusal.value.code == "logo_needs_strength"


@pytest.mark.parametrize("correction", ["Q", "H"])
@pytest.mark.parametrize("fraction", [0.1, 0.15, 0.2])
def test_a_code_with_a_black_logo_is_read(fraction: float, correction: str) -> None:
    made = logo.png(PAYLOAD, BLACK, fraction=fraction, correction=correction)
    picture = Image.open(io.BytesIO(made))
    (found,) = zxingcpp.read_barcodes(picture)
    assert found.text == PAYLOAD
    assert picture.getpixel((picture.width // 2, picture.height // 2)) == (0, 0, 0)


def test_a_logo_keeps_its_proportions() -> None:
    assert logo.fitted(BLACK, 60).size == (60, 40)
    assert logo.fitted(Image.new("RGB", (1000, 1)), 60).size == (60, 1)


def test_a_code_that_does_not_read_back_is_not_given_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logo, "pad_modules", lambda side, _fraction: side)
    with pytest.raises(Broken) as refusal:
        logo.png(PAYLOAD, BLACK)
    assert refusal.value.code == "code_unreadable"
