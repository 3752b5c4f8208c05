"""One word per thing: the glossary's "not" column, read as a list of forbidden names.

Names are what the code itself defines: modules, classes, functions, arguments,
variables, attributes. Foreign names live in ``providers/``, where they belong.
"""

import ast
import re
from collections.abc import Iterator

from tests.house.sources import ROOT, Finding, Source

FILE_NAMES = ("utils", "util", "helpers", "common", "misc", "manager", "base", "services")

# Words of the column that mean something else, too, and cannot be forbidden as names.
EXCUSED = {
    "bank": "a bank is a thing of its own: the list of BINs",
    "break": "a word of Python",
    "event": "asyncio and server-sent events are called so by everybody",
    "label": "a form has labels",
    "location": "the name of an HTTP header",
    "point": "an entry point, a decimal point",
    "record": "the verb",
    "transaction": "the database's own, in cashless.db",
    "unknown": "the adjective",
    "wallet": "MoMo is one: a provider that settles later",
}
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def glossary_nots() -> dict[str, str]:
    """Read docs/glossary.md: word not to be used -> word to use."""
    nots: dict[str, str] = {}
    for line in (ROOT / "docs/glossary.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and len(cells) == _COLUMNS and not set(cells[0]) <= {"-", ":"}:
            nots |= {word.strip().lower(): cells[0] for word in cells[3].split(",") if word.strip()}
    nots.pop("not")
    return nots


_COLUMNS = 4


def wrong_words(source: Source) -> Iterator[Finding]:
    """Report names that use a word of the "not" column."""
    if source.place.startswith("providers/"):
        return
    wrong = {word: right for word, right in glossary_nots().items() if word not in EXCUSED}
    for name in sorted({*source.module.split("."), *defined(source.tree)}):
        for word in said(name, wrong):
            yield Finding("word", f"{source.place}::{name}", f"“{word}” is called {wrong[word]}")


def said(name: str, words: dict[str, str]) -> list[str]:
    """Return the words that a name consists of, plural forms included."""
    spoken = " ".join(part.lower() for part in _PART.findall(name))
    return [word for word in words if re.search(rf"\b{re.escape(word)}s?\b", spoken)]


def defined(tree: ast.AST) -> Iterator[str]:
    """Give every name that a file defines."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.ClassDef(name=name) | ast.alias(asname=str(name)) | ast.arg(arg=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name
            case _:
                pass


def nameless_rooms(source: Source) -> Iterator[Finding]:
    """Report files named after a kind of code instead of a thing."""
    for part in source.module.split("."):
        if part.strip("_") in FILE_NAMES:
            yield Finding("file name", source.place, f"“{part}” says nothing: name the thing")
