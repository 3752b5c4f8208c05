"""Rooms and doors: dead files, signs on doors, docstrings, what a provider may know."""

import ast
import re
import sys
from collections.abc import Iterable, Iterator

from tests.house.sources import PACKAGES, Finding, Source

# Files that nobody imports by name because something else finds them.
FOUND_OTHERWISE = {
    r"cashless\.cli": "the console script of pyproject.toml",
    r"\w+\.__main__": "python -m",
    r"cashless\.db\.migrations\..+": "run by the migration tool",
    r"providers\.[a-z]\w*": "the registry is the folder",
}
GROUND = ("clock", "errors", "ids", "money", "strict_json", "words")
_SIGN_LETTERS = 60


def dead_files(sources: Iterable[Source]) -> Iterator[Finding]:
    """Report modules that no other module imports or names in a string."""
    everybody = list(sources)
    alive = {name for source in everybody for name in mentioned(source)}
    for source in everybody:
        found = any(re.fullmatch(pattern, source.module) for pattern in FOUND_OTHERWISE)
        if not source.is_package and not found and source.module not in alive:
            yield Finding("dead file", source.place, "nobody imports it")


def mentioned(source: Source) -> Iterator[str]:
    """Give the dotted names that a file imports, or names as ``module:attribute``."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value.partition(":")[0]
        yield from _imported(node, source)


def imports(source: Source) -> Iterator[str]:
    """Give the dotted names that a file imports, with ``from a import b`` as a and a.b."""
    for node in ast.walk(source.tree):
        yield from _imported(node, source)


def _imported(node: ast.AST, source: Source) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        origin = _origin(node, source)
        yield origin
        yield from (f"{origin}.{alias.name}" for alias in node.names)


def _origin(node: ast.ImportFrom, source: Source) -> str:
    if not node.level:
        return node.module or ""
    parts = source.module.split(".")
    up = node.level - source.is_package
    return ".".join([*parts[: len(parts) - up], *([node.module] if node.module else [])])


def knowing_providers(source: Source) -> Iterator[Finding]:
    """Report a provider file that imports more than the kit, the ground and the language."""
    if not re.fullmatch(r"providers\.[a-z]\w*", source.module):
        return
    for name in sorted(set(imports(source))):
        if not _may_know(name):
            yield Finding("provider", source.place, f"may not import {name}")


def _may_know(name: str) -> bool:
    first, _, rest = name.partition(".")
    if first == "providers":
        return not rest or rest.startswith("_")
    if first == "cashless":
        return not rest or rest.split(".")[0] in GROUND
    return first in sys.stdlib_module_names or first == "cryptography"


def unsigned_doors(source: Source) -> Iterator[Finding]:
    """Report a package whose ``__init__`` does not say what is behind the door."""
    if source.is_package and len(ast.get_docstring(source.tree) or "") < _SIGN_LETTERS:
        yield Finding("sign", source.place, "the docstring should say what is here and what not")


def silent_modules(source: Source) -> Iterator[Finding]:
    """Report a module without the prose that specifies it."""
    if not ast.get_docstring(source.tree):
        yield Finding("docstring", source.place, "the module does not say what it is")


def silent_functions(source: Source) -> Iterator[Finding]:
    """Report public functions, and public methods of public classes, without a docstring."""
    owners: list[ast.Module | ast.ClassDef] = [source.tree, *_public_classes(source.tree)]
    for owner in owners:
        for node in owner.body:
            if _is_silent(node):
                place = f"{source.place}::{getattr(node, 'name', '')}"
                yield Finding("docstring", place, "a public function without a docstring")


def _is_silent(node: ast.stmt) -> bool:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or node.name.startswith("_"):
        return False
    return not ast.get_docstring(node)


def _public_classes(tree: ast.Module) -> list[ast.ClassDef]:
    nodes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    return [node for node in nodes if not node.name.startswith("_")]


def doorless_folders(places: Iterable[str]) -> Iterator[Finding]:
    """Report folders with Python files that are no package: an installation would lose them."""
    folders = {place.rpartition("/")[0] for place in places if place.endswith(".py")}
    doors = {place.rpartition("/")[0] for place in places if place.endswith("/__init__.py")}
    for folder in sorted(folders - doors):
        if folder.split("/")[0] in PACKAGES and "/migrations" not in folder:
            yield Finding("sign", folder, "no __init__.py")
