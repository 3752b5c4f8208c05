"""Stands drawn on sheets as a PDF.

The code is one path in whole modules, so that no viewer or printer has pixels to
smooth; text is text, in the letters it needs and no others.
The same stands give the same bytes. What is drawn where is decided by
``stand_parts`` and ``stand_layout``; here millimetres from the upper left
become points from the lower left.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, Final

from PIL import Image
from reportlab import rl_config
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from cashless.vietqr import matrix
from cashless.vietqr.logo import pad_modules
from cashless.vietqr.stand import Stand
from cashless.vietqr.stand_face import Box, Face
from cashless.vietqr.stand_font import POINT_MM
from cashless.vietqr.stand_ground import ground
from cashless.vietqr.stand_layout import Layout, Line, Place
from cashless.vietqr.stand_logos import Logos
from cashless.vietqr.stand_marks import INK, WHITE, Area, Code, Mark, Slot, Text
from cashless.vietqr.stand_parts import compose

# Streams as they are, not spelled out in printable signs: smaller and faster.
rl_config.useA85 = 0

_MM: Final = 1 / POINT_MM
_HAIRLINE: Final = 0.25
_FRAME_WIDTH: Final = 1.1
_GROUND: Final = "ground"
_ANCHORS: Final = {"left": "w", "middle": "c", "right": "e"}
_TURNED: Final = 180


class Pen:
    """A canvas on which one face is drawn, in mm from the face's upper left corner."""

    def __init__(self, canvas: Canvas, face: Face, logos: Logos) -> None:
        self.canvas = canvas
        self.face = face
        self.logos = logos

    def draw_ground(self) -> None:
        """Keep what all faces share under a name, to be put on each page by it."""
        self.canvas.beginForm(_GROUND, 0, 0, self.face.width * _MM, self.face.height * _MM)
        for mark in ground(self.face):
            _DRAWN[type(mark)](self, mark)
        self.canvas.endForm()

    def draw(self, stand: Stand) -> None:
        """Draw all parts of a stand."""
        self.canvas.doForm(_GROUND)
        for mark in compose(stand, self.face, frozenset(self.logos)):
            if isinstance(mark, Code):
                _draw_code(self, mark.box, stand.payload)
            else:
                _DRAWN[type(mark)](self, mark)

    def rectangle(self, box: Box) -> tuple[float, float, float, float]:
        """Return a box as the canvas wants it: lower left corner, width, height in points."""
        return (
            box.x * _MM,
            (self.face.height - box.bottom) * _MM,
            box.width * _MM,
            box.height * _MM,
        )


def pages(stands: Sequence[Stand], layout: Layout) -> Iterator[Sequence[Stand]]:
    """Give the stands of each page."""
    for start in range(0, len(stands), layout.stands_per_page):
        yield stands[start : start + layout.stands_per_page]


def draw(
    stands: Sequence[Stand], layout: Layout, logos: Logos, progress: Callable[[int], None]
) -> bytes:
    """Return the PDF; ``progress`` hears the number of each page that is done."""
    buffer = io.BytesIO()
    size = (layout.width * _MM, layout.height * _MM)
    canvas = Canvas(buffer, pagesize=size, pageCompression=1, invariant=1)
    canvas.setTitle("Bảng QR · Payment stands")
    canvas.setCreator("Cashless Market")
    pen = Pen(canvas, layout.face, logos)
    pen.draw_ground()
    for number, page in enumerate(pages(stands, layout), start=1):
        for stand, places in zip(page, layout.places, strict=False):
            for place in places:
                _draw_at(pen, place, layout.height, stand)
        _draw_lines(canvas, layout)
        canvas.showPage()
        progress(number)
    canvas.save()
    return buffer.getvalue()


def _draw_at(pen: Pen, place: Place, page_height: float, stand: Stand) -> None:
    box = place.box
    pen.canvas.saveState()
    pen.canvas.translate(box.x * _MM, (page_height - box.bottom) * _MM)
    if place.turned:
        pen.canvas.translate(box.width * _MM, box.height * _MM)
        pen.canvas.rotate(_TURNED)
    pen.draw(stand)
    pen.canvas.restoreState()


def _draw_lines(canvas: Canvas, layout: Layout) -> None:
    canvas.setStrokeColor(_colour(INK))
    canvas.setLineWidth(_HAIRLINE)
    for line in layout.cuts:
        canvas.line(*_flipped(line, layout))
    canvas.setDash(3, 3)
    for line in layout.folds:
        canvas.line(*_flipped(line, layout))


def _flipped(line: Line, layout: Layout) -> tuple[float, float, float, float]:
    x, y, x_end, y_end = line
    return (x * _MM, (layout.height - y) * _MM, x_end * _MM, (layout.height - y_end) * _MM)


def _text(pen: Pen, mark: Text) -> None:
    pen.canvas.setFont(mark.font, mark.size)
    pen.canvas.setFillColor(_colour(mark.colour))
    pen.canvas.drawString(mark.x * _MM, (pen.face.height - mark.y) * _MM, mark.text)


def _area(pen: Pen, mark: Area) -> None:
    canvas = pen.canvas
    canvas.saveState()
    if mark.fill:
        canvas.setFillColor(_colour(mark.fill))
    if mark.frame:
        canvas.setStrokeColor(_colour(mark.frame))
        canvas.setLineWidth(_HAIRLINE if mark.dashed else _FRAME_WIDTH)
    if mark.dashed:
        canvas.setDash(2, 2)
    x, y, width, height = pen.rectangle(mark.box)
    canvas.roundRect(
        x, y, width, height, mark.radius * _MM, stroke=bool(mark.frame), fill=bool(mark.fill)
    )
    canvas.restoreState()


def _slot(pen: Pen, mark: Slot) -> None:
    _picture(pen, pen.logos[mark.name], mark.box, _ANCHORS[mark.align])


def _draw_code(pen: Pen, box: Box, payload: str) -> None:
    """Fill all dark modules as one path, a bar for each run in a row, a module one unit."""
    symbol = matrix.bitmap_for(pen.face.use, payload, box.width)
    x, y, side, _ = pen.rectangle(box)
    module = side / symbol.width
    bars = "\n".join(f"{left} {top} {length} 1 re" for left, top, length in matrix.bars(symbol))
    head = f"q 0 g {module:.6f} 0 0 {-module:.6f} {x:.4f} {y + side:.4f} cm"
    pen.canvas.addLiteral(f"{head}\n{bars}\nf Q")
    if pen.face.use.takes_logo and "centre" in pen.logos:
        _draw_centre(pen, box, symbol.width)


def _draw_centre(pen: Pen, box: Box, modules: int) -> None:
    """Draw the logo on its white square, half a module of white around it."""
    module = box.width / modules
    side = pad_modules(modules - 2 * matrix.QUIET_MODULES) * module
    start = (box.width - side) / 2
    pad = Box(box.x + start, box.y + start, side, side)
    pen.canvas.setFillColor(_colour(WHITE))
    pen.canvas.rect(*pen.rectangle(pad), stroke=0, fill=1)
    inner = Box(pad.x + module / 2, pad.y + module / 2, side - module, side - module)
    _picture(pen, pen.logos["centre"], inner, "c")


def _picture(pen: Pen, picture: Image.Image, box: Box, anchor: str) -> None:
    pen.canvas.drawImage(
        ImageReader(picture), *pen.rectangle(box), preserveAspectRatio=True, anchor=anchor
    )


@cache
def _colour(code: str) -> Color:
    return HexColor(code)


# Each function takes the kind of mark it stands beside.
_DRAWN: Final[dict[type[Mark], Callable[[Pen, Any], None]]] = {
    Text: _text,
    Area: _area,
    Slot: _slot,
}
