"""Faces: sizes as proposed, parts inside the paper and not on top of each other."""

from itertools import combinations

import pytest

from cashless.vietqr import stand_face
from cashless.vietqr.stand_face import Box, Face

FACES = {
    "A4": stand_face.A4,
    "A5": stand_face.A5,
    "A6": stand_face.A6,
    "A7": stand_face.A7,
    "sticker": stand_face.STICKER_80,
    "card": stand_face.CR80,
    "lanyard": stand_face.LANYARD,
}
EVERY = pytest.mark.parametrize("face", FACES.values(), ids=FACES)


def meet(one: Box, other: Box) -> bool:
    across = one.x < other.right - 1e-9 and other.x < one.right - 1e-9
    return across and one.y < other.bottom - 1e-9 and other.y < one.bottom - 1e-9


@EVERY
def test_no_part_stands_on_another(face: Face) -> None:
    for one, other in combinations(face.parts, 2):
        assert not meet(face.parts[one], face.parts[other]), (one, other)


@EVERY
def test_every_part_keeps_three_millimetres_from_the_edge(face: Face) -> None:
    for name, box in face.parts.items():
        assert min(box.x, box.y, face.width - box.right, face.height - box.bottom) >= 3, name


@EVERY
def test_the_code_is_square_and_every_face_says_all_there_is_to_say(face: Face) -> None:
    assert face.code.width == face.code.height
    assert {"band", "code", "name", "place", "account", "check", "hint", "foot"} <= set(face.parts)


@pytest.mark.parametrize(
    ("name", "narrowest", "widest"),
    [("A6", 65, 75), ("A5", 90, 110), ("sticker", 50, 70), ("card", 42, 46)],
)
def test_codes_are_as_wide_as_proposed(name: str, narrowest: float, widest: float) -> None:
    assert narrowest <= FACES[name].code.width <= widest


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("A4", (210, 297)),
        ("A5", (148.5, 210)),
        ("A6", (105, 148.5)),
        ("A7", (74.25, 105)),
        ("sticker", (80, 80)),
        ("card", (54, 86)),
    ],
)
def test_faces_have_the_size_of_their_paper(name: str, size: tuple[float, float]) -> None:
    assert (FACES[name].width, FACES[name].height) == pytest.approx(size, abs=0.05)


def test_no_text_is_meant_to_be_smaller_than_five_points() -> None:
    for face in FACES.values():
        assert all(
            box.size >= 5 for name, box in face.parts.items() if name not in {"code", "slot"}
        )
