"""The desk on the command line: suspense, conflicts and proposals, as who sits at the machine."""

import getpass
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cashless.cli import cashless
from cashless.errors import Conflict, Forbidden, Invalid, Problem
from tests.market import Market, account, credit

WHY = ("--why", "đã xem sao kê")


@pytest.fixture(autouse=True)
def _of_the_market(market_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASHLESS_DATABASE_URL", market_url)
    monkeypatch.setenv("CASHLESS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CASHLESS_FOUR_EYES_DONG", "100000")
    sit_down(monkeypatch, "lan")


def sit_down(monkeypatch: pytest.MonkeyPatch, who: str) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: who)


def said(*words: str) -> str:
    done = CliRunner().invoke(cashless, words, standalone_mode=False)
    if isinstance(done.exception, Problem):
        raise done.exception
    assert done.exception is None, done.output
    return done.output


def run(*words: str) -> Any:  # noqa: ANN401  whatever the command answers in JSON
    return json.loads(said(*words, "--json"))


def lost(market: Market, amount: int) -> str:
    market.hear("agribank", credit("agribank", 1, amount=amount, account="7704209001235"))
    market.settle()
    return str(market.rows("SELECT max(id) FROM payment")[0][0])


def test_a_small_payment_is_assigned_returned_and_undone(market: Market) -> None:
    merchant = market.register("Anh Năm")
    payment = lost(market, 50_000)
    (row,) = run("suspense", "list")
    assert (str(row["id"]), row["reason"], row["facts"]["rule"]) == (
        payment,
        "account_unknown",
        "suspense",
    )
    assert [one["merchant"] for one in row["suggestions"]] == [merchant.code]
    assert "Chỉ khác một chữ số" in said("suspense", "list", "--provider", "agribank")
    assert run("suspense", "list", "--older-than", "2") == []
    done = run("suspense", "assign", payment, merchant.code, *WHY)
    assert (done["state"], done["rule"], done["merchant"], done["amount"]) == (
        "done",
        "assigned",
        merchant.code,
        50_000,
    )
    assert "Đã làm" in said("suspense", "undo", payment, *WHY)
    assert run("suspense", "return", payment, "--reference", "UNC 17", *WHY)["state"] == "done"
    assert run("payments", "show", payment)["state"] == "returned"
    with pytest.raises(Conflict, match="not_in_suspense"):
        run("suspense", "assign", payment, merchant.code, *WHY)
    with pytest.raises(Invalid, match="payment_number_invalid"):
        run("suspense", "undo", "x", *WHY)


def test_a_large_one_waits_for_somebody_else(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    merchant = market.register("Anh Năm", account("momo"))
    order = market.order(merchant, 100_000)
    payment = lost(market, 100_000)
    words = ("suspense", "assign", payment, merchant.code, "--order", order.code)
    assert "chờ người thứ hai" in said(*words, *WHY)
    (waits,) = run("proposals", "list")
    assert (waits["proposed_by"], waits["order"], waits["state"]) == ("lan", order.code, "waiting")
    assert "lan" in said("proposals", "list")
    with pytest.raises(Forbidden, match="proposal_own"):
        run("proposals", "approve", str(waits["id"]), *WHY)
    sit_down(monkeypatch, "tu")
    assert run("proposals", "decline", str(waits["id"]), *WHY)["state"] == "declined"
    sit_down(monkeypatch, "lan")
    again = run(*words, *WHY)
    assert (again["state"], again["rule"]) == ("waiting", None)
    sit_down(monkeypatch, "tu")
    assert run("proposals", "approve", str(again["id"]), *WHY)["state"] == "approved"
    assert market.find_order(order.code).paid == 100_000


def test_a_conflict_is_shown_side_by_side_and_decided(market: Market) -> None:
    lost(market, 50_000)
    market.hear("agribank", credit("agribank", 1, amount=60_000, account="7704209001235"))
    (row,) = run("conflicts", "list")
    assert (row["differs"], row["second"]["amount"]) == (["amount"], 60_000)
    assert "≠ amount" in said("conflicts", "list")
    assert run("conflicts", "decide", str(row["id"]), "second", *WHY)["state"] == "done"
    assert "Không có mâu thuẫn" in said("conflicts", "list")
    assert market.balances("platform")["Liabilities:Suspense"] == -60_000
