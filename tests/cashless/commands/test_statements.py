"""``cashless statements`` and ``cashless reconcile`` on the command line."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cashless.cli import cashless
from cashless.errors import Problem
from tests.market import Market
from tests.webhooks.statements import files


@pytest.fixture(autouse=True)
def _of_the_market(market_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASHLESS_DATABASE_URL", market_url)
    monkeypatch.setenv("CASHLESS_HOME", str(tmp_path / "home"))


def run(*words: str) -> Any:  # noqa: ANN401  whatever the command answers in JSON
    done = CliRunner().invoke(cashless, [*words, "--json"], standalone_mode=False)
    if isinstance(done.exception, Problem):
        raise done.exception
    assert done.exception is None, done.output
    return json.loads(done.output)


def said(*words: str) -> str:
    return CliRunner().invoke(cashless, words, standalone_mode=False).output


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "sepay.json"
    path.write_bytes(files.sepay({}, {}))
    return path


def test_a_file_is_tried_imported_and_known_again(market: Market, file: Path) -> None:
    market.register(written=f"970405:{files.ACCOUNT}")
    words = ("statements", "import", str(file), "--provider", "agribank")
    tried = run(*words, "--dry-run")
    assert (tried["layout"], tried["lines"], tried["statement"]) == ("sepay_list", 2, None)
    assert market.count("statement") == (0,)
    done = run(*words)
    assert (done["pairs"], done["amount_in"], done["repeated"]) == ({"posted": 2}, 100_000, False)
    assert run(*words)["repeated"] is True
    assert [row["posted"] for row in run("statements", "list")] == [2]
    assert len(run("statements", "show", str(done["statement"]))["told"]) == 2
    assert len(market.rows("SELECT FROM entry")) == 2
    assert "đã nhập trước đây" in said(*words)
    assert "posted" in said("statements", "show", str(done["statement"]))


def test_faults_are_listed_and_nothing_is_imported(market: Market, file: Path) -> None:
    file.write_bytes(files.sepay({}, {"amount_in": "1.5"}, {"transaction_date": "hôm qua"}))
    words = ("statements", "import", str(file), "--provider", "agribank", "--layout", "sepay_list")
    with pytest.raises(Problem, match="statement_faulty"):
        run(*words)
    told = said(*words)
    assert "amount_in" in told
    assert "transaction_date" in told
    assert market.count("statement", "payment") == (0, 0)


def test_layouts_say_what_they_assume(market: Market) -> None:
    layouts = {row["name"]: row for row in run("statements", "layouts")}
    assert layouts["vietinbank_thuhotkao"]["assumed"]
    assert "mt940" in said("statements", "layouts")


def test_a_number_that_no_statement_has_is_said(market: Market) -> None:
    with pytest.raises(Problem, match="statement_unknown"):
        run("statements", "show", "99")


def test_three_sides_are_reconciled_on_the_command_line(market: Market, file: Path) -> None:
    market.register(written=f"970405:{files.ACCOUNT}")
    run("statements", "import", str(file), "--provider", "agribank")
    answer = run("reconcile", "--day", "2026-07-01", "--provider", "agribank")
    assert [row["count"] for row in answer["reasons"]] == [2]
    assert answer["reasons"][0]["reason"] == "statement_only"
    told = said("reconcile", "--from", "2026-07-01", "--to", "2026-07-02")
    assert "Chỉ sao kê có" in told
    assert "100.000 đ" in told
    assert "No difference" in said("reconcile")


def test_a_day_that_is_none_is_refused(market: Market) -> None:
    for day in ("1/7/2026", "0001-01-01", "1999-12-31", "9999-12-31"):
        with pytest.raises(Problem, match="day_invalid"):
            run("reconcile", "--day", day)
