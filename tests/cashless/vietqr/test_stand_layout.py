"""Sheets: items lie on the paper and apart, and a knife along the marks hits none of them."""

from itertools import combinations

import pytest

from cashless.errors import Invalid
from cashless.vietqr.stand_layout import LAYOUTS, Layout, layout
from tests.cashless.vietqr.test_stand_face import meet

EVERY = pytest.mark.parametrize("name", LAYOUTS)
PER_PAGE = {
    "a6": 1,
    "a5": 1,
    "a4": 1,
    "a4x2": 2,
    "a4x4": 4,
    "a4x8": 8,
    "tent": 2,
    "sticker": 6,
    "card": 9,
    "lanyard": 4,
}


def boxes_of(sheet: Layout) -> list:
    return [place.box for places in sheet.places for place in places]


def test_sheets_carry_what_their_names_say() -> None:
    assert {name: sheet.stands_per_page for name, sheet in LAYOUTS.items()} == PER_PAGE


@EVERY
def test_items_lie_on_the_paper_and_apart(name: str) -> None:
    sheet = layout(name)
    for box in boxes_of(sheet):
        assert min(box.x, box.y) >= 0
        assert box.right <= sheet.width + 0.01
        assert box.bottom <= sheet.height + 0.01
    assert not any(meet(one, other) for one, other in combinations(boxes_of(sheet), 2))


@EVERY
def test_an_item_is_as_large_as_its_face(name: str) -> None:
    sheet = layout(name)
    for box in boxes_of(sheet):
        assert (box.width, box.height) == (sheet.face.width, sheet.face.height)


@pytest.mark.parametrize("name", ["a4x2", "a4x4", "a4x8", "tent", "sticker", "card", "lanyard"])
def test_marks_stay_off_the_items_and_show_every_edge(name: str) -> None:
    sheet = layout(name)
    for x, y, x_end, y_end in sheet.cuts:
        for box in boxes_of(sheet):
            inside_x = box.x + 1e-6 < max(x, x_end) and min(x, x_end) < box.right - 1e-6
            inside_y = box.y + 1e-6 < max(y, y_end) and min(y, y_end) < box.bottom - 1e-6
            assert not (inside_x and inside_y)
    upright = {round(x, 3) for x, _, x_end, _ in sheet.cuts if x == x_end}
    edges = {round(edge, 3) for box in boxes_of(sheet) for edge in (box.x, box.right)}
    assert edges - {0, round(sheet.width, 3)} <= upright


def test_a_tent_is_one_stand_twice_head_to_head_over_a_fold() -> None:
    sheet = layout("tent")
    (fold,) = sheet.folds
    for upright, turned in sheet.places:
        assert (upright.turned, turned.turned) == (False, True)
        assert upright.box.x == turned.box.x
        assert turned.box.bottom == upright.box.y == fold[1] == fold[3]


def test_an_unknown_sheet_is_refused_with_those_there_are() -> None:
    with pytest.raises(Invalid) as refusal:
        layout("a3")
    assert refusal.value.code == "stand_layout_unknown"
    assert "a4x4" in refusal.value.message
