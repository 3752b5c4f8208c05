"""Two files for a new provider; its tests run at once and fail only where the blanks are."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.sources import ROOT

COMMAND = ("-c", "from cashless.cli import main; main()")
ROOMS = ("cashless", "merchants", "providers", "webhooks", "tests")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the source tree with a new provider in it."""
    copy = tmp_path_factory.mktemp("tree")
    for room in ROOMS:
        shutil.copytree(ROOT / room, copy / room, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "setup.cfg"):
        shutil.copy(ROOT / name, copy / name)
    done = run(copy, *COMMAND, "providers", "new", "demo-bank")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("demo_bank.") == 2
    return copy


def run(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PYTHONPATH": str(tree)}
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, cwd=tree, env=environ, check=False, capture_output=True, text=True
    )


def test_its_tests_fail_only_where_the_blanks_are(tree: Path) -> None:
    done = run(
        tree,
        *("-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", "tests/providers"),
        *("-k", "demo_bank or demo-bank or same_set or is_money"),
    )
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
    assert [line.split(" ")[1] for line in failed] == [
        "tests/providers/test_registry.py::test_no_blank_is_left_in_a_provider[demo_bank]"
    ], done.stdout
    assert "passed" in done.stdout
    assert "demo_bank.py:1: " in done.stdout


def test_the_new_file_is_in_the_form_of_the_house(tree: Path) -> None:
    for command in (("ruff", "check"), ("ruff", "format", "--check")):
        done = run(tree, "-m", *command, "providers/demo_bank.py")
        assert done.returncode == 0, done.stdout


def test_a_name_that_is_taken_or_odd_writes_nothing(tree: Path) -> None:
    before = sorted(path.name for path in (tree / "providers").glob("*.py"))
    for name in ("demo-bank", "momo", "Demo", "../x", "1st", "a b", ""):
        done = run(tree, *COMMAND, "providers", "new", name, "--json")
        assert done.returncode == 2
    assert sorted(path.name for path in (tree / "providers").glob("*.py")) == before
