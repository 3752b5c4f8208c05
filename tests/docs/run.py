"""Runs the commands of a page, in order, in a fresh home."""

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from cashless import settings
from cashless.db import embedded
from tests.docs.pages import Command, commands, filled, pattern

CASHLESS = {"cashless": [str(Path(sys.executable).with_name("cashless"))]}
_SECONDS = 60


def play(text: str, folder: Path, programs: Mapping[str, Sequence[str]] = CASHLESS) -> int:
    """Run a page's commands below ``folder`` and return how many there were.

    Raises AssertionError with the line of the page, what was expected and what came.
    """
    known: dict[str, str] = {}
    played = commands(text)
    with _database(folder) if played and programs is CASHLESS else nullcontext():
        for command in played:
            exit_code, output = _run(filled(command.typed, known), folder, programs)
            known |= _compared(command, exit_code, output, known)
    return len(played)


def _database(folder: Path) -> AbstractContextManager[str]:
    """Keep the page's database running between its commands, which then need not start it."""
    return embedded.running(settings.load(_environment(folder)))


def _run(typed: str, folder: Path, programs: Mapping[str, Sequence[str]]) -> tuple[int, str]:
    program, *arguments = shlex.split(typed)
    assert program in programs, f"a page runs {', '.join(programs)} only, not {program!r}"
    done = subprocess.run(
        [*programs[program], *arguments],
        cwd=folder,
        env=_environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=_SECONDS,
        check=False,
    )
    return done.returncode, done.stdout


def _environment(folder: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("CASHLESS_")}
    return kept | {"CASHLESS_HOME": str(folder / "home"), "LC_ALL": "C.UTF-8", "COLUMNS": "100"}


def _compared(
    command: Command, exit_code: int, output: str, known: dict[str, str]
) -> dict[str, str]:
    told = f"line {command.line}: $ {command.typed}\n{output}"
    assert exit_code == command.exit_code, f"{told}\nended with {exit_code}"
    if not command.printed:
        return {}
    found = pattern(command.printed, known).fullmatch(
        output if output.endswith("\n") else output + "\n"
    )
    expected = "\n".join(command.printed)
    assert found is not None, f"{told}\nexpected:\n{expected}"
    return found.groupdict()
