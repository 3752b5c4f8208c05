"""A rehearsal says exactly what would be matched otherwise, from what was known at the time."""

import csv
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from cashless.cli import cashless
from cashless.clock import now
from cashless.db.engine import transaction
from merchants import accounts
from tests.market import Market, credit
from webhooks import desk, suspense
from webhooks.rules import body, kept, rehearsal
from webhooks.rules.differing import Difference
from webhooks.rules.rehearsal import Listener, Rehearsed, Scope

SHARED = "9990001112"
OTHER = f"970405:{SHARED}"
AT = now().replace(microsecond=0)
NOT_GLUED = '{"rung": "reference", "manglings": ["accents", "case"]}'
STRICT = f'{{"ladder": [{NOT_GLUED}, {{"rung": "account", "closed_days": 30}}]}}'


def rehearse(
    market: Market, text: str, scope: Scope | None = None, batch: int = 2
) -> tuple[Rehearsed, list[Difference]]:
    heard: list[Difference] = []
    with transaction(market.engine) as db:
        number = kept.draft(db, body.read(text), "để diễn tập", "anh Ba").number
    with transaction(market.engine) as db:
        listener = Listener(heard.append)
        told = rehearsal.rehearse(db, number, scope or Scope(), listener, batch)
    return told, heard


@pytest.fixture
def lived(market: Market, market_url: str) -> Market:
    """A market with a past: orders, a shared account, an account closed long ago, a late claim."""
    tu = market.register("Chị Tư", stall=None)
    market.register("Anh Năm", OTHER)
    market.register("Bà Tám", "970405:7770003")
    order = market.order(tu, 50_000)
    said = [
        credit("agribank", 1, occurred_at=AT, memo=f"tra {order.code} nhe"),
        credit("agribank", 2, occurred_at=AT, memo=f"tra{order.code}nhe"),
        credit("agribank", 3, occurred_at=AT, memo=f"tra{order.code}nhe", account=SHARED),
        credit("agribank", 4, occurred_at=AT, account="7770001"),
        credit("agribank", 5, occurred_at=AT, account="7770002"),
    ]
    market.hear("agribank", *said)
    market.settle()
    with transaction(market.engine) as db:
        accounts.add(db, tu.id, "970405:7770002", "TU")
        claimed = suspense.listing(db)[0]["id"]
        desk.assign(db, claimed, tu.code, "chị Tư đưa biên lai", "cô Sáu")
    with psycopg.connect(market_url) as owner:
        owner.execute(
            "UPDATE receiving_account SET closed_at = %s WHERE number = %s",
            (AT - timedelta(days=40), "7770003"),
        )
    market.hear("agribank", credit("agribank", 6, occurred_at=AT, account="7770003"))
    market.settle()
    return market


def test_the_rules_of_today_would_match_everything_as_it_was(lived: Market) -> None:
    heard: list[Difference] = []
    with transaction(lived.engine) as db:
        told = rehearsal.rehearse(db, 1, Scope(), Listener(heard.append))
    assert (told.payments, told.differing, heard) == (6, 0, [])
    assert dict(told.persons) == {"silent": 1}


def test_each_kind_of_difference_is_named_and_counted(lived: Market) -> None:
    told, heard = rehearse(lived, STRICT)
    assert (told.payments, told.differing) == (6, 3)
    assert [(one.payment - heard[0].payment, one.kind, one.new_rule) for one in heard] == [
        (0, "other_order", "account"),
        (1, "to_merchant", "account"),
        (4, "to_suspense", "suspense"),
    ]
    assert heard[1].old_reason == "account_not_of_merchant"
    assert heard[2].new_reason == "account_closed_before"
    assert told.figures["differences"]["unrepeatable"] == 0


def test_the_same_rehearsal_has_the_same_digest_in_any_batches(lived: Market) -> None:
    with transaction(lived.engine) as db:
        number = kept.draft(db, body.read(STRICT), "để diễn tập", "anh Ba").number
    digests = set()
    for batch in (1, 2, 500):
        with transaction(lived.engine) as db:
            told = rehearsal.rehearse(db, number, Scope(), Listener(), batch)
        digests.add(told.digest)
    assert len(digests) == 1


def test_an_account_opened_later_was_not_there_then(lived: Market) -> None:
    _told, heard = rehearse(lived, '{"ladder": [{"rung": "account"}]}')
    accounts_now = lived.rows("SELECT count(*) FROM receiving_account WHERE number = '7770002'")
    assert accounts_now == [(1,)]
    assert "7770002" not in {one.old_reason for one in heard}
    assert {one.kind for one in heard} == {"other_order", "to_merchant"}


def test_what_history_does_not_tell_is_not_blamed_on_the_rules(
    lived: Market, market_url: str
) -> None:
    with psycopg.connect(market_url) as owner:
        owner.execute("UPDATE merchant SET status = 'closed' WHERE name = 'Chị Tư'")
    told, heard = rehearse(lived, STRICT)
    assert told.counts["unrepeatable"] == 2
    assert {one.kind for one in heard if one.old_merchant and not one.new_merchant} == {
        "unrepeatable",
        "to_suspense",
    }


def test_persons_agree_or_contradict(market: Market) -> None:
    tu, nam = market.register("Chị Tư"), market.register("Anh Năm", OTHER)
    order = market.order(tu, 50_000)
    memo = f"tra{order.code}nhe"
    market.hear(
        "agribank",
        *(credit("agribank", n, occurred_at=AT, memo=memo, account=SHARED) for n in (1, 2)),
    )
    market.settle()
    with transaction(market.engine) as db:
        for row, merchant in zip(suspense.listing(db), (tu, nam), strict=True):
            desk.assign(db, row["id"], merchant.code, "đã hỏi khách", "cô Sáu")
    told, heard = rehearse(market, STRICT)
    assert dict(told.persons) == {"contradicts": 1, "agrees": 1}
    assert [(one.assigned_to, one.person) for one in heard] == [
        (tu.code, "contradicts"),
        (nam.code, "agrees"),
    ]


def test_a_scope_narrows_it_by_day_and_place(lived: Market) -> None:
    tomorrow = AT.date() + timedelta(days=2)
    for scope in (Scope(since=tomorrow), Scope(until=AT.date() - timedelta(days=2))):
        with transaction(lived.engine) as db:
            assert rehearsal.rehearse(db, 1, scope, Listener()).payments == 0


def test_a_rehearsal_writes_nothing(lived: Market) -> None:
    with transaction(lived.engine) as db:
        rehearsal.rehearse(db, 1, Scope(), Listener())
        with pytest.raises(Exception, match="read-only transaction"):
            rehearsal.keep(db, Rehearsed(1, 1, Scope()), "anh Ba")


def test_the_command_shows_keeps_and_exports(
    lived: Market, market_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASHLESS_DATABASE_URL", market_url)
    monkeypatch.setenv("CASHLESS_HOME", str(tmp_path))
    (tmp_path / "set.json").write_text(STRICT)
    table = tmp_path / "differences.csv"

    def run(*words: str) -> Any:  # noqa: ANN401  whatever the command answers in JSON
        done = CliRunner().invoke(cashless, ["rules", *words, "--json"], standalone_mode=False)
        assert done.exception is None, done.output
        return json.loads(done.output)

    made = run("draft", str(tmp_path / "set.json"), "--why", "thử bớt dung sai")
    assert made["differences"][0]["parameter"] == "ladder"
    said = run("rehearse", "2", "--csv", str(table), "--most", "1")
    assert (said["differing"], len(said["shown"])) == (3, 1)
    rows = list(csv.DictReader(table.read_text("utf-8-sig").splitlines(), delimiter=";"))
    assert [row["kind"] for row in rows] == ["other_order", "to_merchant", "to_suspense"]
    ((digest, counts),) = lived.rows("SELECT digest, counts FROM rule_rehearsal")
    assert bytes(digest).hex() == said["digest"]
    assert json.loads(counts)["differing"] == 3
    assert run("diff", "1", "2") == made["differences"]
    listed = run("list")
    assert [one["active"] for one in listed["sets"]] == [True, False]
    assert run("show", "2")["ladder"] == made["ladder"]
    words = CliRunner().invoke(cashless, ["rules", "rehearse", "2"])
    assert "other" not in words.output.split("\n")[0]
    assert "3 khác / differ" in words.output
