"""Adoption by ward: what a ward's or the city's officer sees, made of what is public already.

A second table of the same merchants, hidden by its own rules, could be subtracted from the first.
So nothing is counted here: a ward's lines are the public lines of its places, and a ward's total is
told, column by column, only where every place of the ward is published in that column. What an
officer sees is a function of the public table and of which place lies in which ward, and so tells
nothing beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Final

from sqlalchemy import Connection, text

from cashless.reports.adoption import Adoption, Counts, Line

_PLACES: Final = text("SELECT code, name, ward FROM place ORDER BY kind, code")
_COLUMNS: Final = tuple(one.name for one in fields(Counts))


@dataclass(frozen=True, slots=True)
class Located:
    """A place, by its name, and the ward it lies in."""

    code: str
    name: str
    ward: str


@dataclass(frozen=True, slots=True)
class Ward:
    """A ward: its published lines and their total, and the places that are not published."""

    code: str
    adoption: Adoption
    unpublished: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether no place of ours lies in the ward."""
        return not self.adoption.lines and not self.unpublished


def located(db: Connection) -> list[Located]:
    """Return which place lies in which ward."""
    return [Located(*row) for row in db.execute(_PLACES)]


def of_ward(found: Adoption, places: Sequence[Located], code: str) -> Ward:
    """Return what the public table says of a ward."""
    there = {one.code: one.name for one in places if one.ward == code}
    lines = tuple(line for line in found.lines if line.code in there)
    shown = {line.code for line in lines}
    away = tuple(name for place, name in there.items() if place not in shown)
    total = _sum(lines, is_whole=not away)
    own = replace(found, lines=lines, total=total, folded=(), excluded=None)
    return Ward(code, own, away)


def wards(found: Adoption, places: Sequence[Located]) -> Mapping[str, Ward]:
    """Return the wards with a place of ours, by code."""
    codes = sorted({one.ward for one in places})
    return {code: of_ward(found, places, code) for code in codes}


def _sum(lines: Sequence[Line], *, is_whole: bool) -> Counts:
    """Add up columns that are published in every place of the ward."""
    columns = {name: [getattr(line.counts, name) for line in lines] for name in _COLUMNS}
    return Counts(
        **{
            name: sum(cells) if is_whole and None not in cells else None
            for name, cells in columns.items()
        }
    )
