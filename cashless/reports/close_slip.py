"""A day close on paper: A6, or a 58 mm roll as long as it needs.

The lines come from ``cashless.reports.day_close``; here they get letters and places, in mm. A line
is what and how much, the amount at the right edge; words that leave no room for the amount go above
it. A sign the font has no picture for is printed as ``?``. Several pages are numbered, and what a
section begins with does not stand alone at the end of one. The same close gives the same bytes.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from reportlab.pdfgen.canvas import Canvas

from cashless.reports.day_close import Line
from cashless.reports.letters import printable, wrapped
from cashless.vietqr.stand_font import BOLD, POINT_MM, REGULAR, width

_MM: Final = 1 / POINT_MM


@dataclass(frozen=True, slots=True)
class Paper:
    """Width and margin in mm, height in mm (None: as long as needed), size of plain letters."""

    width: float
    height: float | None
    margin: float
    points: float

    @property
    def room(self) -> float:
        """How wide a line may be, in mm."""
        return self.width - 2 * self.margin


PAPERS: Final = {"a6": Paper(105, 148, 8, 8.5), "58mm": Paper(58, None, 3, 7)}

# Style -> font, how much larger or smaller than plain, and the space above that holds a rule (mm).
_STYLES: Final[dict[str, tuple[str, float, float]]] = {
    "title": (BOLD, 4, 0),
    "head": (BOLD, 0.5, 2),
    "first": (REGULAR, 0, 2),
    "plain": (REGULAR, 0, 0),
    "strong": (BOLD, 2, 2),
    "words": (REGULAR, 0, 0),
    "small": (REGULAR, -1.5, 0),
}
_LEADING: Final = 1.36
_RULE: Final = 0.5


@dataclass(frozen=True, slots=True)
class _Set:
    """A line as it is drawn: letters left and right, and the space above that holds a rule."""

    font: str
    size: float
    left: str
    right: str
    above: float

    @property
    def height(self) -> float:
        return self.above + self.size * _LEADING * POINT_MM


def draw(lines: Sequence[Line], paper: Paper) -> bytes:
    """Return the slip as a PDF of one page, or of several on a paper of fixed height."""
    drawn = [one for line in lines for one in _set(line, paper)]
    height = paper.height or sum(one.height for one in drawn) + 2 * paper.margin
    buffer, size = io.BytesIO(), (paper.width * _MM, height * _MM)
    canvas = Canvas(buffer, pagesize=size, pageCompression=1, invariant=1)
    pages = _pages(drawn, height - 2 * paper.margin + 1)
    for number, page in enumerate(pages, start=1):
        at = height - paper.margin
        for one in page:
            _draw(canvas, one, at, paper)
            at -= one.height
        if len(pages) > 1:
            canvas.setFont(REGULAR, paper.points - 2)
            told = f"Trang {number}/{len(pages)}"
            canvas.drawCentredString(paper.width / 2 * _MM, paper.margin / 3 * _MM, told)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _pages(drawn: Sequence[_Set], room: float) -> list[list[_Set]]:
    """Divide lines into pages of that room in mm; a section's first line goes with its second."""
    pages: list[list[_Set]] = [[]]
    for one in drawn:
        page = pages[-1]
        if page and sum(other.height for other in page) + one.height > room:
            pages.append([page.pop()] if len(page) > 1 and page[-1].above else [])
        pages[-1].append(one)
    return pages


def _draw(canvas: Any, one: _Set, at: float, paper: Paper) -> None:  # noqa: ANN401  reportlab has no types
    right = paper.width - paper.margin
    base = at - one.above - one.size * POINT_MM
    if one.above:
        rule = at - one.above / 2
        canvas.setLineWidth(_RULE)
        canvas.line(paper.margin * _MM, rule * _MM, right * _MM, rule * _MM)
    canvas.setFont(one.font, one.size)
    canvas.drawString(paper.margin * _MM, base * _MM, one.left)
    canvas.drawRightString(right * _MM, base * _MM, one.right)


def _set(line: Line, paper: Paper) -> list[_Set]:
    """Set a line in as many lines as it needs; the amount stands beside the last one."""
    font, more, above = _STYLES[line.style]
    size = paper.points + more
    said = wrapped(printable(line.what), font, size, paper.room)
    if width(f"{said[-1]}  {line.value}", font, size) > paper.room:
        said.append("")
    rows = [_Set(font, size, words, "", 0) for words in said]
    rows[0] = replace(rows[0], above=above)
    rows[-1] = replace(rows[-1], right=line.value)
    return rows
