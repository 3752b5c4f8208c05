"""The faces of stands: where each part stands on a sheet, a sticker, a card, a lanyard.

A face is a table: for each part its box in mm from the upper left corner and
its largest size in points. Proposed sizes (no Vietnamese standard was found):
the code 65 to 75 mm wide on A6, 90 to 110 on A5, 50 on a sticker, 42 to 46 on
a card; read from ten times its width.
"""

from dataclasses import dataclass, replace
from typing import Final

from cashless.vietqr.matrix import CARD, STAND, STICKER, Use


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in mm, from the upper left corner of the face; the size of its text in points."""

    x: float
    y: float
    width: float
    height: float
    size: float = 0.0

    @property
    def right(self) -> float:
        """Return the right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Return the lower edge."""
        return self.y + self.height

    def scaled(self, factor: float) -> "Box":
        """Return the box on a larger or smaller sheet of the same shape."""
        return Box(*(length * factor for length in self._lengths()))

    def inside(self) -> "Box":
        """Return the part that text may fill: off the edges by a share of its size."""
        across, down = self.size * 0.14, self.size * 0.05
        width, height = self.width - 2 * across, self.height - 2 * down
        return Box(self.x + across, self.y + down, width, height, self.size)

    def halves(self) -> tuple["Box", "Box"]:
        """Return the upper and the lower half."""
        half = self.height / 2
        upper = Box(self.x, self.y, self.width, half, self.size)
        return upper, Box(self.x, self.y + half, self.width, half, self.size)

    def _lengths(self) -> tuple[float, ...]:
        return (self.x, self.y, self.width, self.height, self.size)


@dataclass(frozen=True, slots=True)
class Face:
    """One printed face: its size in mm, what it is used for, and its parts by name."""

    width: float
    height: float
    use: Use
    parts: dict[str, Box]

    @property
    def code(self) -> Box:
        """Return the square of the code, quiet zone included."""
        return self.parts["code"]


def _enlarged(face: Face, width: float, height: float) -> Face:
    """Put the same face on larger paper of (nearly) the same shape."""
    factor = min(width / face.width, height / face.height)
    parts = {name: box.scaled(factor) for name, box in face.parts.items()}
    return replace(face, width=width, height=height, parts=parts)


A6: Final = Face(
    105,
    148.5,
    STAND,
    {
        "band": Box(6, 6, 93, 14, 15.5),
        "marks": Box(8, 21, 89, 5.8, 11),
        "code": Box(17.5, 28.2, 70, 70),
        "name": Box(6, 99.8, 93, 12.4, 17),
        "place": Box(6, 112.4, 93, 4.7, 10),
        "account": Box(6, 118.6, 59, 11.8, 10),
        "check": Box(67, 118.6, 32, 11.8, 14),
        "hint": Box(6, 131.6, 93, 3.4, 7),
        "foot": Box(6, 136.4, 93, 6, 6.5),
    },
)
A5: Final = _enlarged(A6, 148.5, 210)
A4: Final = _enlarged(A6, 210, 297)
A7: Final = Face(
    74.25,
    105,
    STAND,
    {
        "band": Box(4.5, 4.3, 65.25, 9.2, 11),
        "marks": Box(6, 13.8, 62.25, 4.1, 8),
        "code": Box(12.125, 18.9, 50, 50),
        "name": Box(4.5, 70.2, 65.25, 7.9, 11.5),
        "place": Box(4.5, 78.2, 65.25, 3.2, 7),
        "account": Box(4.5, 82.2, 41, 10.7, 7),
        "check": Box(46.75, 82.2, 23, 10.7, 10.5),
        "hint": Box(4.5, 93.6, 65.25, 2.4, 5),
        "foot": Box(4.5, 96.4, 65.25, 4.6, 5),
    },
)
STICKER_80: Final = Face(
    80,
    80,
    STICKER,
    {
        "band": Box(3.5, 3.5, 73, 7.4, 9),
        "code": Box(4.3, 12.4, 50, 50),
        "account": Box(56.2, 11.6, 20.3, 21, 8),
        "check": Box(56.2, 34.2, 20.3, 13, 12),
        "hint": Box(56.2, 48.8, 20.3, 14.4, 6),
        "name": Box(3.5, 64, 73, 5.4, 12),
        "place": Box(3.5, 69.4, 73, 2.8, 6.2),
        "foot": Box(3.5, 72.3, 73, 4.6, 5),
    },
)
CR80: Final = Face(
    54,
    86,
    CARD,
    {
        "band": Box(4, 3.4, 46, 6.2, 7.2),
        "code": Box(5.5, 11, 43, 43),
        "name": Box(4, 54.7, 46, 5.5, 9.5),
        "place": Box(4, 60.2, 46, 2.4, 5.3),
        "account": Box(4, 62.8, 30.4, 10.1, 6.5),
        "check": Box(35.2, 62.8, 14.8, 10.1, 9),
        "hint": Box(4, 73.3, 46, 4.6, 5),
        "foot": Box(4, 78.1, 46, 4.6, 5),
    },
)
LANYARD: Final = Face(
    74,
    105,
    CARD,
    {
        "slot": Box(30, 4, 14, 3.5),
        "band": Box(4.5, 8.5, 65, 8.6, 10.5),
        "code": Box(12, 18.9, 50, 50),
        "name": Box(4.5, 70.2, 65, 7.9, 11.5),
        "place": Box(4.5, 78.2, 65, 3.2, 7),
        "account": Box(4.5, 82.2, 41, 10.7, 7),
        "check": Box(46.5, 82.2, 23, 10.7, 10.5),
        "hint": Box(4.5, 93.6, 65, 2.4, 5),
        "foot": Box(4.5, 96.4, 65, 4.6, 5),
    },
)
