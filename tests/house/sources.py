"""What the house tests read: the project's own files, as text and as syntax trees."""

import ast
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("cashless", "merchants", "providers", "webhooks")
TEMPLATE_SUFFIXES = (".html", ".mako")
_TEXT_SUFFIXES = (
    *(".cfg", ".css", ".html", ".js", ".json", ".mako", ".md"),
    *(".py", ".sh", ".sql", ".svg", ".toml", ".txt"),
)
_TEXT_NAMES = ("Makefile", "run", ".gitignore", ".editorconfig")
_GENERATED = ("__pycache__", "build", "dist", "node_modules")


@dataclass(frozen=True)
class Source:
    """One Python file: where it stands, what it is called, what it says."""

    place: str
    module: str
    text: str
    tree: ast.Module

    @property
    def is_package(self) -> bool:
        """Tell whether the file is the sign on the door of a package."""
        return self.place.endswith("__init__.py")


@dataclass(frozen=True, order=True)
class Finding:
    """A rule that is broken, the place (path or path::name), and how."""

    rule: str
    place: str
    what: str

    def __str__(self) -> str:
        """Read as one line of a report."""
        return f"{self.place}: {self.what}"


def read(text: str, place: str = "cashless/sample.py") -> Source:
    """Make a Source of a text; ``place`` is its path below the root, with slashes."""
    parts = list(Path(place).with_suffix("").parts)
    module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return Source(place, module, text, ast.parse(text, place))


@cache
def files() -> tuple[Path, ...]:
    """Return every file that belongs to the project: nothing generated, nothing hidden but .ci."""
    found: list[Path] = []
    for folder, names, leaves in os.walk(ROOT):
        names[:] = sorted(name for name in names if _belongs(name))
        found += [Path(folder, leaf) for leaf in sorted(leaves)]
    return tuple(found)


@cache
def packages() -> tuple[Source, ...]:
    """Return the Python files of the four packages."""
    return tuple(source for source in everything() if source.place.split("/")[0] in PACKAGES)


@cache
def everything() -> tuple[Source, ...]:
    """Return all Python files: packages, tests and bench."""
    return tuple(
        read(path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix())
        for path in files()
        if path.suffix == ".py"
    )


def texts() -> Iterator[tuple[str, str]]:
    """Give path below the root and content of each file that people wrote."""
    for path in files():
        if path.suffix in _TEXT_SUFFIXES or path.name in _TEXT_NAMES:
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def package_files() -> Iterator[str]:
    """Give the paths of everything inside the four packages, data included."""
    for path in files():
        place = path.relative_to(ROOT)
        if place.parts[0] in PACKAGES:
            yield place.as_posix()


def _belongs(folder: str) -> bool:
    if folder in _GENERATED or folder.endswith(".egg-info"):
        return False
    return not folder.startswith(".") or folder == ".ci"
