"""Documentation pages read as what they promise: links, headings, commands with their output.

A fenced block marked ``console`` is run: lines that begin with ``$ `` are
commands (a backslash at the end continues one), the lines below are what they
print. ``...`` stands for anything within a line, a line of ``...`` for any
lines. ``<name>`` stands for one word without spaces; what it was in the first
output is put into later commands and outputs of the page. A command without
lines below it is run and its output is not compared. ``console exit=2`` says
how the last command of the block ends; otherwise every command ends with 0.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.house.sources import ROOT, files

_FENCE = re.compile(r"^```(?P<info>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<!`)\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_NAME = re.compile(r"<([a-z][a-z-]*)>")


@dataclass(frozen=True)
class Command:
    """One command of a page: the line it stands on, what is typed, printed, and the exit code."""

    line: int
    typed: str
    printed: tuple[str, ...]
    exit_code: int


def pages() -> list[Path]:
    """Return every Markdown page of the project."""
    return [path for path in files() if path.suffix == ".md"]


def name(page: Path) -> str:
    """Return the page's path below the root."""
    return page.relative_to(ROOT).as_posix()


def commands(text: str) -> list[Command]:
    """Return what a page runs, in order."""
    found: list[Command] = []
    for fence in _FENCE.finditer(text):
        words = fence["info"].split()
        if words[:1] == ["console"]:
            line = text.count("\n", 0, fence.start("body")) + 1
            found += _block(fence["body"], line, _exit_code(words[1:]))
    return found


def links(text: str) -> Iterator[str]:
    """Give the targets of links that stay inside the repository."""
    for link in _LINK.finditer(_FENCE.sub("", text)):
        if not re.match(r"[a-z]+:", link["target"]):
            yield link["target"]


def anchors(text: str) -> set[str]:
    """Return the anchors of a page's headings, spelled as code hosts spell them."""
    headings = re.findall(r"^#+ +(.+)$", _FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in headings}


def pattern(printed: tuple[str, ...], known: dict[str, str]) -> re.Pattern[str]:
    """Build the expression that the output has to match as a whole."""
    seen = dict.fromkeys(known, True)
    return re.compile("".join(_line_pattern(line, known, seen) for line in printed))


def filled(text: str, known: dict[str, str]) -> str:
    """Put what is known into the ``<name>`` places of a command."""
    return _NAME.sub(lambda place: known.get(_group(place[1]), place[0]), text)


def _line_pattern(line: str, known: dict[str, str], seen: dict[str, bool]) -> str:
    if line.strip() == "...":
        return r"(?:.*\n)*?"
    pieces = _NAME.split(line.rstrip())
    literals = [re.escape(piece).replace(r"\.\.\.", ".*") for piece in pieces[::2]]
    places = [_place(_group(piece), known, seen) for piece in pieces[1::2]]
    return "".join(a + b for a, b in zip(literals, [*places, ""], strict=True)) + r"[ \t]*\n"


def _place(group: str, known: dict[str, str], seen: dict[str, bool]) -> str:
    if group in known:
        return re.escape(known[group])
    if group in seen:
        return f"(?P={group})"
    seen[group] = True
    return rf"(?P<{group}>[^\s\",]+)"


def _group(word: str) -> str:
    return word.replace("-", "_")


def _exit_code(words: list[str]) -> int:
    return int("".join(words).removeprefix("exit=") or 0)


def _block(body: str, line: int, exit_code: int) -> list[Command]:
    joined = body.replace("\\\n", "").splitlines()
    starts = [number for number, text in enumerate(joined) if text.startswith("$ ")]
    ends = [*starts[1:], len(joined)]
    return [
        Command(
            line + start,
            joined[start][2:].strip(),
            tuple(joined[start + 1 : end]),
            exit_code if end == len(joined) else 0,
        )
        for start, end in zip(starts, ends, strict=True)
    ]
