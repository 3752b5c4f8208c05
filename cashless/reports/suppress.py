"""Hide small numbers, so that no published count speaks of a handful of merchants.

A count of 1 to 4 is never published (k = 5). Where a total is published beside it, one hidden count
could be had by subtraction, so the smallest of the others is hidden with it, until the hidden ones
are at least two, add up to at least 5, and are not plainly all ones. When there is nothing left to
hide with, the total is hidden instead. Zero is published: it speaks of nobody.

Protected are counts of merchants who did something. The rest (registered, less those who did) is
not: whether a stall has a code on its table, everybody can see.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

SMALLEST: Final = 5
"""The smallest count of merchants that is published."""


@dataclass(frozen=True, slots=True)
class Protected:
    """A column as it may be published: None where a count, or the total, is hidden."""

    cells: tuple[int | None, ...]
    total: int | None

    @property
    def hidden(self) -> tuple[int, ...]:
        """Positions of the hidden cells."""
        return tuple(place for place, count in enumerate(self.cells) if count is None)


def is_small(count: int) -> bool:
    """Tell whether a count of merchants is too small to be published."""
    return 0 < count < SMALLEST


def protect(counts: Sequence[int]) -> Protected:
    """Hide what must be hidden of a column of counts (0 or more) with its total."""
    rising = sorted(range(len(counts)), key=lambda place: (counts[place], place))
    hidden = {place for place in rising if is_small(counts[place])}
    partners = [place for place in rising if counts[place] >= SMALLEST]
    for place in partners:
        if _is_safe([counts[one] for one in hidden]):
            break
        hidden.add(place)
    cells = tuple(None if place in hidden else count for place, count in enumerate(counts))
    safe = _is_safe([counts[one] for one in hidden])
    return Protected(cells, sum(counts) if safe else None)


def _is_safe(hidden: Sequence[int]) -> bool:
    """Tell whether knowing the sum of the hidden counts gives none of them away."""
    if not hidden:
        return True
    together = sum(hidden)
    return len(hidden) > 1 and together >= SMALLEST and together > len(hidden)
