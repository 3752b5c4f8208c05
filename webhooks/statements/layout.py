"""A layout: what each column of a provider's settlement file means, stored as data.

One JSON file per layout in ``layouts``. ``columns`` maps our words to theirs: ``from`` names the
column (several are alternatives), ``join`` puts several together, ``as`` is the form of the value
(``cells``), ``words`` a table of foreign words. ``assumed`` says honestly what is not published.
Readers know forms, never providers: a new file of a known form is a new JSON file.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

import orjson

from cashless.errors import Invalid

ROLES: Final = ("lines", "differences", "totals")
"""Movements of money; the provider's own list of differences; its totals of a day."""


@dataclass(frozen=True, slots=True)
class Column:
    """Where one of our values stands and in which form; ``words`` translates foreign ones."""

    names: tuple[str, ...]
    form: str
    joined: bool = False
    needed: bool = False
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trailer:
    """The closing row: its columns, and which of them tell the number of rows and the sum."""

    names: tuple[str, ...]
    count: str | None
    amount: str | None


@dataclass(frozen=True, slots=True)
class Layout:
    """A stored column map. ``providers`` is empty where any provider may send such a file."""

    name: str
    title: str
    source: str
    assumed: tuple[str, ...]
    providers: tuple[str, ...]
    role: str
    form: str
    ids: str  # "webhook" where the ids are those of the webhook, "own" where they are not
    columns: Mapping[str, Column]
    names: tuple[str, ...] = ()
    widths: tuple[int, ...] = ()
    separator: str = ""
    file_name: str = ""
    line_words: tuple[str, ...] = ()  # what the first column of a movement may be; empty: anything
    trailer: Trailer | None = None
    required: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    checksum: str = ""
    horizon_days: int = 3  # from a business date until its file must have come
    scope: str = "provider"  # whose days it tells: of all accounts there, or of its own "account"

    def serves(self, provider: str) -> bool:
        """Tell whether a file of this provider may be laid out so."""
        return not self.providers or provider in self.providers

    def is_called(self, name: str) -> bool:
        """Tell whether a file of that name is, by its name, one of these."""
        return bool(self.file_name) and re.fullmatch(self.file_name, name) is not None


@cache
def everything() -> Mapping[str, Layout]:
    """Return every stored layout by name, in alphabetical order."""
    stored = files("webhooks.statements") / "layouts"
    texts = sorted(one.name for one in stored.iterdir() if one.name.endswith(".json"))
    read = (_layout(orjson.loads((stored / name).read_bytes())) for name in texts)
    return MappingProxyType({one.name: one for one in read})


def find(name: str) -> Layout:
    """Return the layout of that name. Raises ``Invalid("layout_unknown")``."""
    found = everything().get(name)
    if found is None:
        raise Invalid(
            "layout_unknown",
            f"There is no layout {name!r}. Known: {', '.join(everything())}.",
            f"Không có mẫu sao kê {name!r}. Hiện có: {', '.join(everything())}.",
        )
    return found


def _layout(data: Mapping[str, Any]) -> Layout:
    given = dict(data)
    for name in ("assumed", "providers", "names", "widths", "line_words"):
        given[name] = tuple(given.get(name, ()))
    given["columns"] = {ours: _column(one) for ours, one in data["columns"].items()}
    given["required"] = {name: tuple(words) for name, words in data.get("required", {}).items()}
    given["trailer"] = _trailer(data.get("trailer"))
    return Layout(**given)


def _column(data: Mapping[str, Any]) -> Column:
    return Column(
        names=tuple(data.get("from") or data.get("join", ())),
        form=data.get("as", "text"),
        joined="join" in data,
        needed=data.get("needed", False),
        words=data.get("words", {}),
    )


def _trailer(data: Mapping[str, Any] | None) -> Trailer | None:
    if data is None:
        return None
    return Trailer(tuple(data["names"]), data.get("count"), data.get("amount"))
