"""Which payments a lump sum pays: the shortfall finder.

A wallet pays one sum for many payments and may leave some out. Given what is due and what came, the
finder answers honestly:

* ``all``: the sum is everything that is due;
* ``one``: exactly one choice of payments adds up to the sum;
* ``several``: more than one does (two payments of the same amount are enough), so a person decides;
* ``none``: no choice adds up to it;
* ``beyond_bound``: deciding it would take more memory or time than allowed.

It asks which sums of the first n payments can be reached, as bits of one big integer for each n
(amounts are divided by what they all have in common, so 1.000 đ steps cost little), and then walks
back only along sums that can be reached: no path ends blind, whatever the number of payments. The
smaller side is searched, what came or what is missing.
"""

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

BITS_MAX = 2_000_000_000
"""Bits of all steps together: 250 MB at most."""
LIMIT_SECONDS = 10
CHOICES_MAX = 2


@dataclass(frozen=True, slots=True)
class Due:
    """A payment that is due: its id and its amount in đồng."""

    payment: int
    amount: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found; ``choices`` are up to two sets of payments that the sum may pay."""

    found: str
    choices: tuple[tuple[int, ...], ...] = ()

    def missing(self, dues: Sequence[Due]) -> tuple[int, ...]:
        """Return the payments the first choice leaves out."""
        paid = set(self.choices[0]) if self.choices else set()
        return tuple(one.payment for one in dues if one.payment not in paid)


def find(
    dues: Sequence[Due], total: int, bits_max: int = BITS_MAX, limit_seconds: int = LIMIT_SECONDS
) -> Answer:
    """Find which of the payments add up to ``total`` đồng."""
    missing = sum(one.amount for one in dues) - total
    if missing == 0 and dues:
        return Answer("all", (tuple(one.payment for one in dues),))
    if missing <= 0 or total <= 0:
        return Answer("none")
    target = min(total, missing)
    if target % math.gcd(*(one.amount for one in dues)):
        return Answer("none")
    steps = _reached(dues, target, bits_max, time.monotonic() + limit_seconds)
    if steps is None:
        return Answer("beyond_bound")
    picked = _first(_choices(dues, target, steps))
    chosen = picked if target == total else [_others(dues, one) for one in picked]
    return Answer(("none", "one", "several")[len(chosen)], tuple(chosen))


def _reached(
    dues: Sequence[Due], target: int, bits_max: int, until: float
) -> list[tuple[int, int]] | None:
    """Return (reachable sums, step in đồng) after each payment; None beyond the bound."""
    step = math.gcd(*(one.amount for one in dues))
    width = target // step + 1
    if width * (len(dues) + 1) > bits_max:
        return None
    mask, sums = (1 << width) - 1, [1]
    for one in dues:
        if time.monotonic() > until:
            return None
        sums.append((sums[-1] | sums[-1] << one.amount // step) & mask)
    return [(bits, step) for bits in sums]


def _choices(
    dues: Sequence[Due], target: int, steps: list[tuple[int, int]]
) -> Iterator[tuple[int, ...]]:
    """Give the sets that add up to the target, walking back along reachable sums only."""
    ends: list[tuple[int, int, tuple[int, ...]]] = [(len(dues), target, ())]
    while ends:
        at, rest, picked = ends.pop()
        bits, step = steps[at]
        if rest < 0 or not bits >> rest // step & 1:
            continue
        if at == 0:
            yield picked
            continue
        last = dues[at - 1]
        ends.append((at - 1, rest - last.amount, (last.payment, *picked)))
        ends.append((at - 1, rest, picked))


def _first(choices: Iterator[tuple[int, ...]]) -> list[tuple[int, ...]]:
    return list(islice(choices, CHOICES_MAX))


def _others(dues: Sequence[Due], picked: tuple[int, ...]) -> tuple[int, ...]:
    left_out = set(picked)
    return tuple(one.payment for one in dues if one.payment not in left_out)
