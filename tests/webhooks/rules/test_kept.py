"""Sets are numbered and never changed; switching one on takes a rehearsal and four eyes."""

from datetime import timedelta

import psycopg
import pytest
from psycopg import errors

from cashless.clock import now
from cashless.db.engine import transaction
from cashless.errors import Conflict, Forbidden, NotFound, Problem
from tests.cashless.test_invariants import tamper
from tests.market import Market, credit
from webhooks.rules import body, kept, rehearsal
from webhooks.rules.body import FIRST, RuleSet
from webhooks.rules.kept import Wish
from webhooks.rules.rehearsal import Listener, Scope

WHY = "tài khoản đã đóng lâu thì phải có người xem"
CLOSED = '{"ladder": [{"rung": "reference"}, {"rung": "account", "closed_days": 30}]}'
SECOND = Wish("chị Hai", WHY)


def draft(market: Market, text: str = CLOSED, who: str = "anh Ba") -> RuleSet:
    with transaction(market.engine) as db:
        return kept.draft(db, body.read(text), WHY, who)


def rehearse(market: Market, number: int, scope: Scope | None = None) -> None:
    with transaction(market.engine) as db:
        told = rehearsal.rehearse(db, number, scope or Scope(), Listener())
    with transaction(market.engine) as db:
        rehearsal.keep(db, told, "anh Ba")


def switch_on(market: Market, number: int, wish: Wish = SECOND) -> None:
    with transaction(market.engine) as db:
        kept.switch_on(db, number, wish)


def refused(market: Market, number: int, wish: Wish = SECOND) -> str:
    with pytest.raises(Problem) as problem:
        switch_on(market, number, wish)
    return problem.value.code


def test_set_1_is_there_and_switched_on_from_the_beginning(market: Market) -> None:
    with transaction(market.engine) as db:
        assert kept.active(db) == FIRST
        ((_number, digest),) = market.rows("SELECT number, digest FROM rule_set")
    assert bytes(digest) == FIRST.digest


def test_a_draft_has_the_next_number_and_decides_nothing(market: Market) -> None:
    assert draft(market).number == 2
    with transaction(market.engine) as db:
        assert kept.active(db) == FIRST
        assert kept.find(db, 2).ladder == body.read(CLOSED).ladder
    with pytest.raises(Conflict) as same:
        draft(market)
    assert same.value.code == "rules_known"
    with transaction(market.engine) as db, pytest.raises(NotFound):
        kept.find(db, 3)


def test_nothing_is_switched_on_without_a_rehearsal_of_the_present_payments(
    market: Market, market_url: str
) -> None:
    number = draft(market).number
    assert refused(market, number) == "rehearsal_missing"
    rehearse(market, number, Scope(since=now().date()))
    assert refused(market, number) == "rehearsal_partial"
    rehearse(market, number)
    with psycopg.connect(market_url) as owner:
        owner.execute("SET LOCAL session_replication_role = replica")
        owner.execute("UPDATE rule_rehearsal SET rehearsed_at = %s", (now() - timedelta(hours=25),))
    assert refused(market, number) == "rehearsal_stale"
    rehearse(market, number)
    switch_on(market, number)
    assert refused(market, number) == "rules_active"
    third = draft(market, '{"ladder": [{"rung": "account"}]}').number
    assert refused(market, 1) == "rehearsal_missing", "a rehearsal against the set of now"
    rehearse(market, third)
    rehearse(market, 1)
    switch_on(market, 1)
    assert refused(market, third) == "rehearsal_missing"
    with transaction(market.engine) as db:
        told = kept.switches(db)
    assert [one["rule_set"] for one in told] == [1, 2, 1]
    assert [one["until"] for one in told] == [told[1]["from"], told[2]["from"], None]


def test_who_drafted_a_set_does_not_switch_it_on(market: Market, market_url: str) -> None:
    number = draft(market).number
    rehearse(market, number)
    assert refused(market, number, Wish("anh Ba", WHY)) == "rules_own"
    assert refused(market, number, Wish("anh Ba", WHY, alone=True)) == "rules_alone_too_early"
    with psycopg.connect(market_url) as owner:
        owner.execute("SET LOCAL session_replication_role = replica")
        owner.execute(
            "UPDATE rule_set SET drafted_at = drafted_at - interval '25 hours' WHERE number = 2"
        )
    with pytest.raises(Forbidden):
        switch_on(market, number, Wish("anh Ba", WHY))
    switch_on(market, number, Wish("anh Ba", WHY, alone=True))
    with transaction(market.engine) as db:
        assert kept.switches(db)[-1]["is_alone"] is True


def test_the_database_itself_asks_for_four_eyes_and_a_rehearsal(
    market: Market, market_url: str
) -> None:
    number = draft(market).number
    alone = (
        "INSERT INTO rule_switch SELECT 2, number, drafted_by, drafted_at, {0}, why, false, {1},"
        " now() FROM rule_set WHERE number = 2"
    )
    rehearse(market, number)
    ((rehearsed,),) = market.rows("SELECT max(id) FROM rule_rehearsal")
    for change in (alone.format("NULL", "'chị Hai'"), alone.format(rehearsed, "drafted_by")):
        with psycopg.connect(market_url) as owner, pytest.raises(errors.CheckViolation):
            owner.execute(change)


@pytest.mark.parametrize("table", ["rule_set", "rule_rehearsal", "rule_switch"])
@pytest.mark.parametrize("change", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}"])
def test_rules_are_only_added(market_url: str, table: str, change: str) -> None:
    column = "counts" if table == "rule_rehearsal" else "why"
    with psycopg.connect(market_url) as owner, pytest.raises(errors.RestrictViolation):
        owner.execute(change.format(table, column))


def test_a_match_names_the_set_it_was_made_under(market: Market) -> None:
    market.register()
    market.hear("agribank", credit("agribank", 1))
    market.settle()
    number = draft(market).number
    rehearse(market, number)
    switch_on(market, number)
    market.hear("agribank", credit("agribank", 2))
    market.settle()
    assert market.rows("SELECT rule_set, rule FROM match ORDER BY payment_id") == [
        (1, "account"),
        (2, "account"),
    ]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ("UPDATE rule_set SET body = replace(body, '30', '3000') WHERE number = 2", "rule set 2"),
        ("UPDATE match SET rule_set = 7", "payment {0}: match 1 under rule set 7"),
        ("UPDATE match SET rule_set = 2", "payment {0}: match 1 under rule set 2"),
    ],
)
def test_rules_rewritten_and_matches_under_others_are_found_by_the_audit(
    market: Market, market_url: str, change: str, place: str
) -> None:
    market.register()
    market.hear("agribank", credit("agribank", 1))
    market.settle()
    draft(market)
    assert market.broken() == {}
    tamper(market_url, change)
    ((number,),) = market.rows("SELECT id FROM payment")
    assert market.broken()["I3"]["where"] == [place.format(number)]
