"""Sheets: how faces are put on paper, and where the knife goes.

Three kinds. Paper that is as large as the stand carries one and no marks. A
sheet tiled without gaps (2, 4 or 8 on A4) has short lines where the cuts meet.
Small items stand apart, with crop marks outside each of them, so that nothing
of a mark stays on the item. A table tent is two faces head to head: cut in the
middle, fold along the dashed line, and it is read from both sides.
"""

from dataclasses import dataclass
from typing import Final

from cashless.errors import Invalid
from cashless.vietqr import stand_face
from cashless.vietqr.stand_face import Box, Face

A4_WIDTH: Final = 210.0
A4_HEIGHT: Final = 297.0

_CROSS: Final = 3.0
_EDGE_TICK: Final = 9.0
_MARK: Final = 4.0
_MARK_GAP: Final = 1.5

Line = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a face stands on its page (mm from the upper left), and whether upside down."""

    box: Box
    turned: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """A sheet: its paper in mm, its face, the places of each stand, and lines to cut and fold."""

    width: float
    height: float
    face: Face
    places: tuple[tuple[Place, ...], ...]
    cuts: tuple[Line, ...] = ()
    folds: tuple[Line, ...] = ()

    @property
    def stands_per_page(self) -> int:
        """Return how many stands one sheet carries."""
        return len(self.places)


def layout(name: str) -> Layout:
    """Return the layout of that name, or raise Invalid("stand_layout_unknown")."""
    try:
        return LAYOUTS[name]
    except KeyError:
        raise Invalid(
            "stand_layout_unknown",
            f"There is no layout {name!r}; choose one of {', '.join(LAYOUTS)}.",
            f"Không có khổ in {name!r}; hãy chọn một trong {', '.join(LAYOUTS)}.",
        ) from None


def _alone(face: Face) -> Layout:
    whole = Box(0, 0, face.width, face.height)
    return Layout(face.width, face.height, face, ((Place(whole),),))


def _tiled(face: Face, columns: int, rows: int, *, sideways: bool = False) -> Layout:
    """Cover A4 without gaps; lines at the edges, crosses where cuts meet."""
    width, height = (A4_HEIGHT, A4_WIDTH) if sideways else (A4_WIDTH, A4_HEIGHT)
    cell_width, cell_height = width / columns, height / rows
    boxes = [
        _centred(face, column * cell_width, row * cell_height, (cell_width, cell_height))
        for row in range(rows)
        for column in range(columns)
    ]
    xs = [column * cell_width for column in range(1, columns)]
    ys = [row * cell_height for row in range(1, rows)]
    cuts = [*_ticks(xs, ys, width, height), *_crosses(xs, ys)]
    return Layout(width, height, face, tuple((Place(box),) for box in boxes), tuple(cuts))


def _spaced(face: Face, columns: int, rows: int, gap: float) -> Layout:
    """Put items apart in the middle of A4, crop marks around each."""
    left = (A4_WIDTH - columns * face.width - (columns - 1) * gap) / 2
    top = (A4_HEIGHT - rows * face.height - (rows - 1) * gap) / 2
    boxes = [
        Box(left + c * (face.width + gap), top + r * (face.height + gap), face.width, face.height)
        for r in range(rows)
        for c in range(columns)
    ]
    cuts = [line for box in boxes for line in _corners(box, gap)]
    return Layout(A4_WIDTH, A4_HEIGHT, face, tuple((Place(box),) for box in boxes), tuple(cuts))


def _tents(face: Face) -> Layout:
    """Stand two tents side by side: a face upright below, the same upside down above."""
    half, fold = A4_WIDTH / 2, A4_HEIGHT / 2
    places = tuple(
        (
            Place(Box(left, fold, face.width, face.height)),
            Place(Box(left, 0, face.width, face.height), turned=True),
        )
        for left in (0.0, half)
    )
    cuts = tuple(_ticks([half], [], A4_WIDTH, A4_HEIGHT))
    return Layout(A4_WIDTH, A4_HEIGHT, face, places, cuts, ((0, fold, A4_WIDTH, fold),))


def _centred(face: Face, x: float, y: float, cell: tuple[float, float]) -> Box:
    return Box(x + (cell[0] - face.width) / 2, y + (cell[1] - face.height) / 2, *_size(face))


def _size(face: Face) -> tuple[float, float]:
    return face.width, face.height


def _ticks(xs: list[float], ys: list[float], width: float, height: float) -> list[Line]:
    upright = [(x, y, x, y + _EDGE_TICK) for x in xs for y in (0, height - _EDGE_TICK)]
    level = [(x, y, x + _EDGE_TICK, y) for y in ys for x in (0, width - _EDGE_TICK)]
    return upright + level


def _crosses(xs: list[float], ys: list[float]) -> list[Line]:
    level = [(x - _CROSS, y, x + _CROSS, y) for x in xs for y in ys]
    upright = [(x, y - _CROSS, x, y + _CROSS) for x in xs for y in ys]
    return level + upright


def _corners(box: Box, gap: float) -> list[Line]:
    """Draw two short lines at each corner, outside the item and short of its neighbour."""
    length = min(_MARK, gap / 2 - _MARK_GAP) if gap else _MARK
    ends = ((-1, box.x, box.y), (1, box.right, box.bottom))
    level = [
        (x + side * _MARK_GAP, y, x + side * (_MARK_GAP + length), y)
        for side, x, _ in ends
        for y in (box.y, box.bottom)
    ]
    upright = [
        (x, y + side * _MARK_GAP, x, y + side * (_MARK_GAP + length))
        for side, _, y in ends
        for x in (box.x, box.right)
    ]
    return level + upright


LAYOUTS: Final[dict[str, Layout]] = {
    "a6": _alone(stand_face.A6),
    "a5": _alone(stand_face.A5),
    "a4": _alone(stand_face.A4),
    "a4x2": _tiled(stand_face.A5, 2, 1, sideways=True),
    "a4x4": _tiled(stand_face.A6, 2, 2),
    "a4x8": _tiled(stand_face.A7, 4, 2, sideways=True),
    "tent": _tents(stand_face.A6),
    "sticker": _spaced(stand_face.STICKER_80, 2, 3, 8),
    "card": _spaced(stand_face.CR80, 3, 3, 8),
    "lanyard": _spaced(stand_face.LANYARD, 2, 2, 12),
}
