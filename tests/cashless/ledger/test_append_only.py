"""Rows of money are only added: nobody changes or removes one, not even the tables' owner."""

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from cashless.db.engine import transaction
from tests.market import Market, credit
from webhooks import four_eyes
from webhooks.proposals import Wish

APPEND_ONLY = {
    "delivery": "source",
    "payment": "memo",
    "conflict": "memo",
    "match": "rule",
    "message": "provider",
    "entry": "kind",
    "transfer": "debit",
    "proposal": "why",
    "proposal_end": "why",
    "conflict_decision": "why",
}
CHANGES = {
    "update": "UPDATE {0} SET {1} = 'x'",
    "update of nothing": "UPDATE {0} SET {1} = 'x' WHERE false",
    "delete": "DELETE FROM {0}",
    "truncate": "TRUNCATE {0} CASCADE",
}


@pytest.fixture
def settled(market: Market) -> Market:
    """A market in which each table of money has a row."""
    market.register()
    market.hear("agribank", credit("agribank", 1), credit("agribank", 1, amount=1))
    market.settle()
    ((conflict,),) = market.rows("SELECT id FROM conflict")
    with transaction(market.engine) as db:
        wish = Wish("first", "đã xem sao kê", conflict=int(conflict))
        four_eyes.ask(db, wish, "chị Lan", 100_000)
    assert 0 not in market.count(*APPEND_ONLY)
    return market


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_program_itself_may_not_change_a_row(settled: Market, table: str, change: str) -> None:
    with pytest.raises(DBAPIError) as refused, settled.engine.begin() as db:
        db.execute(text(change.format(table, APPEND_ONLY[table])))
    assert isinstance(refused.value.orig, errors.InsufficientPrivilege)
    assert settled.broken() == {}


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_owner_of_the_tables_is_refused_too(
    settled: Market, market_url: str, table: str, change: str
) -> None:
    before = settled.count(*APPEND_ONLY)
    with psycopg.connect(market_url) as owner:
        with pytest.raises(errors.RestrictViolation, match="append-only"):
            owner.execute(change.format(table, APPEND_ONLY[table]))
        owner.rollback()
    assert settled.count(*APPEND_ONLY) == before


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_month_of_deliveries_is_guarded_as_the_whole_is(
    settled: Market, market_url: str, change: str
) -> None:
    with psycopg.connect(market_url) as owner:
        months = owner.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits"
            " WHERE inhparent = 'delivery'::regclass"
        ).fetchall()
        assert len(months) >= 4
        for (month,) in months:
            with pytest.raises(errors.RestrictViolation), owner.transaction():
                owner.execute(change.format(month, "source"))


def test_the_program_removes_only_from_the_list_of_what_waits_and_numbers_to_be_forgotten(
    settled: Market,
) -> None:
    granted = settled.rows(
        "SELECT table_name, string_agg(privilege_type, ',' ORDER BY privilege_type)"
        " FROM information_schema.role_table_grants WHERE grantee = 'cashless_app'"
        " AND privilege_type <> 'SELECT' GROUP BY table_name"
    )
    rights = {str(table): str(kinds) for table, kinds in granted}
    # A stand may also be revoked: three columns of it, and only once, which its trigger sees to.
    added = {table for table, kinds in rights.items() if kinds == "INSERT"}
    # A person may be closed and a grant revoked, in the same way.
    changes = {"account_change", "account_change_step", "merchant_change"}
    proofs = {"day_close", "published_root"}
    told = {"statement", "statement_line", "statement_span", "statement_pair", "witness"}
    taken_back = {"separation", "statement_withdrawal"}
    facts = {"confirmation", "consent", "late_telling", "look", "stand"}
    registry = {"merchant_category", "provider_check"}
    rules = {"rule_set", "rule_rehearsal", "rule_switch"}
    around = {"passkey", "person", "person_act", "person_contact", "role_grant"}
    # A registration counts its savings and becomes a merchant; its trail is only added to.
    ways = {"registration", "registration_step"}
    known = (changes, proofs, told, taken_back, facts, rules, registry, around, ways)
    assert added == set(APPEND_ONLY).union(*known)
    assert {table for table, kinds in rights.items() if "DELETE" in kinds} == {
        "arrival",
        "backoff",
        "kept_reply",
        "key_budget",
        "personal_datum",
        "registration_draft",
        "spent_challenge",
        "unpaired",
    }
    assert not any("TRUNCATE" in kinds for kinds in rights.values())


def test_the_program_owns_nothing_and_makes_no_tables(market_engine: Engine) -> None:
    for statement in ("CREATE TABLE x ()", "ALTER TABLE entry DISABLE TRIGGER ALL"):
        with pytest.raises(DBAPIError) as refused, market_engine.begin() as db:
            db.execute(text(statement))
        assert isinstance(refused.value.orig, errors.InsufficientPrivilege)


@pytest.mark.parametrize(
    "row",
    [
        "VALUES (1, 99, 1, 'Assets:A', 'Assets:A', 5)",
        "VALUES (1, 99, 1, 'Assets:A', 'Assets:B', 0)",
        "VALUES (1, 99, 1, 'Assets:A', 'Assets:B', -5)",
        "VALUES (1, 99, 1, 'Assets:A', 'Assets:B', 1000000000001)",
        "VALUES (1, 99, 1, 'Assets:A', 'Assets:B', 5)",
    ],
    ids=["to itself", "nothing", "negative", "too much", "without entry"],
)
def test_the_table_refuses_a_transfer_that_cannot_be(settled: Market, row: str) -> None:
    with pytest.raises(DBAPIError) as refused, settled.engine.begin() as db:
        db.execute(text(f"INSERT INTO transfer {row}"))
    assert isinstance(
        refused.value.orig, errors.IntegrityConstraintViolation | errors.IntegrityError
    )
