"""``cashless banks``: looked up, and compared with another list before anything is written."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cashless.cli import cashless
from cashless.errors import Problem
from cashless.vietqr import banks

OTHER = [
    {"bin": "970452", "shortName": "KienLongBank", "name": "Ngân hàng TMCP Kiên Long"},
    {"bin": "970999", "shortName": "Chợ", "name": "Ngân hàng Chợ"},
]


def run(*words: object) -> Result:
    return CliRunner().invoke(cashless, ["banks", *map(str, words)])


def answered(*words: object) -> dict[str, Any]:
    done = run(*words, "--json")
    assert done.exit_code == 0, done.output
    shown: dict[str, Any] = json.loads(done.output)
    return shown


@pytest.fixture
def other(tmp_path: Path) -> Path:
    path = tmp_path / "other.json"
    path.write_text(json.dumps({"data": OTHER}), encoding="utf-8")
    return path


def test_all_banks_are_listed() -> None:
    assert len(json.loads(run("list", "--json").output)) == 70
    assert "KienLongBank" in run("list").output


def test_a_rename_is_told() -> None:
    shown = answered("show", "970406")
    assert shown["former_names"] == ["DongABank (DOB)"]
    assert "Trước đây là DongABank" in run("show", "970406").output


def test_a_conflict_is_told_whichever_bin_is_asked_for() -> None:
    assert answered("show", "970459") == answered("show", "422589")
    assert "970459" in run("show", "422589").output


def test_a_bin_of_nobody_is_not_found() -> None:
    problem = run("show", "000000").exception
    assert isinstance(problem, Problem)
    assert problem.code == "bank_unknown"


def test_a_list_is_compared_and_nothing_written(other: Path) -> None:
    before = banks.FILE.read_bytes()
    shown = answered("refresh", other)
    assert shown["counts"] == {"new": 1, "missing": 69}
    assert shown["differences"][0] == {
        "kind": "new",
        "bin": "970999",
        "ours": None,
        "theirs": "Chợ",
        "other_bin": None,
    }
    assert (shown["rows"], shown["written"]) == (2, 0)
    assert "mới / new" in run("refresh", other).output
    assert banks.FILE.read_bytes() == before


def test_a_list_is_written_with_its_source(
    other: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = tmp_path / "banks.json"
    ours.write_bytes(banks.FILE.read_bytes())
    monkeypatch.setattr(banks, "FILE", ours)
    shown = answered("refresh", other, "--write", "--source", "x=a list", "--seen", "2026-11")
    assert shown["written"] == 1
    kept = json.loads(ours.read_text(encoding="utf-8"))
    assert kept["sources"]["x"] == "a list"
    assert "970999" in [row["bin"] for row in kept["banks"]]


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--source", "x=a list"],
        ["--source", "x", "--seen", "2026-11"],
        ["--source", "x=a list", "--seen", "2026-13"],
    ],
)
def test_nothing_is_written_without_a_source(other: Path, words: list[str]) -> None:
    before = banks.FILE.read_bytes()
    problem = run("refresh", other, "--write", *words).exception
    assert isinstance(problem, Problem)
    assert problem.code == "bank_source_missing"
    assert banks.FILE.read_bytes() == before
