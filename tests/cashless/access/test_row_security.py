"""Plain SQL in the role of people: what the database shows and takes when nobody filters."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from cashless.access import devices, grants, invitations
from cashless.access.acting import acting
from cashless.access.grants import Wish
from cashless.clock import business_date, day_bounds, now
from cashless.db.engine import transaction
from cashless.errors import Forbidden, Unavailable
from cashless.ledger import closing
from cashless.ledger.balance import balances
from cashless.ledger.closing import Wish as Closing
from tests.market import Market
from tests.people import ROLES, Crowd, pay

TABLES = ("merchant", "receiving_account", "message", "payment", "book", "transfer", "look")
SEEN = {
    "owner": (1, 1, 2, 2, 1, 2, 0),
    "helper": (1, 1, 2, 2, 0, 0, 0),
    "board": (1, 1, 0, 0, 0, 0, 0),
    "ward": (0, 0, 0, 0, 0, 0, 0),
    "city": (0, 0, 0, 0, 0, 0, 0),
    "partner": (0, 0, 0, 4, 0, 0, 0),
    "operator": (2, 2, 4, 5, 0, 0, 0),
    "auditor": (2, 2, 4, 5, 3, 5, 0),
}
"""Role → rows of each table that it sees without a filter."""


@contextmanager
def person(crowd: Crowd, role: str) -> Iterator[Connection]:
    """Act as the person of a role, on a device of today."""
    token = crowd.sign_in(role)
    with transaction(crowd.market.engine) as db, acting(db, token):
        yield db


def counts(db: Connection) -> tuple[int, ...]:
    """Count what is seen of each table."""
    asked = ", ".join(f"(SELECT count(*) FROM {t})" for t in TABLES)  # noqa: S608  our own names
    return tuple(db.execute(text(f"SELECT {asked}")).one())


def test_each_role_sees_its_rows_and_no_others(crowd: Crowd, market: Market) -> None:
    pay(crowd)
    found = {}
    for role in ROLES:
        with person(crowd, role) as db:
            found[role] = counts(db)
    assert found == SEEN


def test_an_owner_reads_the_own_balances_also_from_a_close(crowd: Crowd, market: Market) -> None:
    pay(crowd)
    own, other = (crowd.merchants[name].code for name in ("own", "other"))
    today = business_date(now())
    over = day_bounds(today)[1]
    with transaction(market.engine) as db:
        for code in (own, other):
            closing.close(db, code, Closing(today, "chị Tư", over))
    with person(crowd, "owner") as db:
        assert balances(db, own) == market.balances(own) != {}
        assert balances(db, other) == {}
        assert len(closing.closes(db, own)) == 1
        assert closing.closes(db, other) == []


@pytest.mark.parametrize(
    "ended",
    [
        "UPDATE device SET revoked_at = now()",
        "UPDATE device SET ends_at = now()",
        "UPDATE device SET seen_at = now() - interval '13 hours'",
        "UPDATE person SET closed_at = now()",
        "UPDATE role_grant SET revoked_at = now(), revoked_by = 'chú Hùng'",
        "DELETE FROM role_permission",
    ],
)
def test_what_has_ended_shows_nothing_at_all(crowd: Crowd, market: Market, ended: str) -> None:
    token = crowd.sign_in("auditor")
    with market.engine.connect() as db:
        as_owner(db, ended)
        with acting(db, token):
            assert counts(db) == (0,) * len(TABLES)
        db.rollback()


def as_owner(db: Connection, *statements: str) -> None:
    """Do what only the tables' owner may, triggers looking away, within this transaction."""
    for statement in ("SET LOCAL ROLE NONE", "SET LOCAL session_replication_role = replica"):
        db.execute(text(statement))
    for statement in statements:
        db.execute(text(statement))


def test_a_helper_s_role_ends_at_midnight_and_shows_no_earlier_day(
    crowd: Crowd, market: Market
) -> None:
    pay(crowd)
    with person(crowd, "helper") as db:
        assert counts(db)[2] == 2
    with market.engine.connect() as db:
        as_owner(
            db,
            "UPDATE message SET created_at = created_at - interval '1 day'",
            "UPDATE match SET matched_at = matched_at - interval '1 day'",
        )
        with acting(db, crowd.tokens["helper"]):
            assert counts(db)[2:4] == (0, 0)
        db.rollback()
    ends = market.rows("SELECT valid_until FROM role_grant WHERE role = 'helper'")[0][0]
    assert (ends.hour, ends.minute) == (17, 0)


@pytest.mark.parametrize(
    "table", ["credential", "connection_secret", "delivery", "personal_datum", "backoff", "poll"]
)
def test_what_is_not_named_for_people_is_not_there(
    crowd: Crowd, market: Market, table: str
) -> None:
    with pytest.raises(Forbidden, match="not_yours"), person(crowd, "auditor") as db:
        db.execute(text(f"TABLE {table}"))


def test_nobody_reads_the_hash_of_a_token(crowd: Crowd, market: Market) -> None:
    for asked in ("SELECT token_hash FROM device", "SELECT token_hash FROM invitation"):
        with pytest.raises(Forbidden), person(crowd, "operator") as db:
            db.execute(text(asked))


WRITES = {
    "owner": [
        (
            "INSERT INTO role_grant (person_id, role, merchant_id, granted_by, why)"
            " VALUES (:me, 'owner', :other, :code, 'tự giao cho mình')"
        ),
        (
            "INSERT INTO role_grant (person_id, role, granted_by, why)"
            " VALUES (:me, 'operator', :code, 'tự giao cho mình')"
        ),
        "INSERT INTO role_permission VALUES ('owner', 'people')",
        "INSERT INTO person (code, name) VALUES ('PABCDEFG', 'ai đó')",
        "INSERT INTO person_contact VALUES (:me, 'email', '', decode(repeat('ab', 32), 'hex'))",
        (
            "INSERT INTO invitation (person_id, is_recovery, why, opened_by, token_hash,"
            " expires_at) VALUES (:them, false, 'chiếm máy', :code,"
            " decode(repeat('ab', 32), 'hex'), 'infinity')"
        ),
        "UPDATE receiving_account SET number = '1'",
        "UPDATE merchant SET code = 'tôi'",
        "DELETE FROM role_grant",
    ],
    "helper": [
        (
            'INSERT INTO "order" (code, merchant_id, account_id, amount, payload, expires_at)'
            " VALUES ('X', :other, 1, 1, 'x', 'infinity')"
        ),
        (
            "INSERT INTO role_grant (person_id, role, merchant_id, valid_until, granted_by, why)"
            " VALUES (:me, 'helper', :own, :end, :code, 'ở lại thêm')"
        ),
        "UPDATE role_grant SET valid_until = 'infinity'",
    ],
    "board": [
        (
            "INSERT INTO invitation (person_id, is_recovery, why, opened_by, expires_at)"
            " VALUES (:me, true, 'cho chính mình', :code, 'infinity')"
        ),
        (
            "INSERT INTO invitation (person_id, is_recovery, why, opened_by, expires_at)"
            " VALUES (:operator, true, 'chiếm quyền', :code, 'infinity')"
        ),
        (
            "INSERT INTO invitation (person_id, is_recovery, why, opened_by, expires_at)"
            " VALUES (:them, true, 'mạo danh', 'PSOMEONE', 'infinity')"
        ),
        (
            'INSERT INTO "order" (code, merchant_id, account_id, amount, payload, expires_at)'
            " VALUES ('X', :own, 1, 1, 'x', 'infinity')"
        ),
    ],
    "auditor": [
        (
            'INSERT INTO "order" (code, merchant_id, account_id, amount, payload, expires_at)'
            " VALUES ('X', :own, 1, 1, 'x', 'infinity')"
        ),
        "INSERT INTO person_act (person_id, act, who) VALUES (:them, 'granted', 'PSOMEONE')",
    ],
}


@pytest.mark.parametrize(
    ("role", "number"), [(role, n) for role, writes in WRITES.items() for n in range(len(writes))]
)
def test_what_a_role_may_not_write_is_refused(
    crowd: Crowd, market: Market, role: str, number: int
) -> None:
    me = crowd.everybody[role]
    row = {
        "me": me.id,
        "code": me.code,
        "them": crowd.everybody["helper"].id,
        "operator": crowd.everybody["operator"].id,
        "own": crowd.merchants["own"].id,
        "other": crowd.merchants["other"].id,
        "end": market.rows("SELECT valid_until FROM role_grant WHERE role = 'helper'")[0][0],
    }
    with pytest.raises(Forbidden, match="not_yours"), person(crowd, role) as db:
        db.execute(text(WRITES[role][number]), row)


def test_somebody_else_s_rows_are_simply_not_changed(crowd: Crowd, market: Market) -> None:
    crowd.sign_in("helper")
    with person(crowd, "owner") as db:
        assert devices.revoke_all(db, crowd.everybody["helper"].id) == 0
        assert db.execute(text("UPDATE merchant SET page_version = 9")).rowcount == 0


def test_an_officer_lets_in_only_whose_every_role_is_in_the_own_market(
    crowd: Crowd, market: Market
) -> None:
    owner = crowd.everybody["owner"]
    with person(crowd, "board") as db:
        invitations.open_recovery(db, owner.id, crowd.everybody["board"].code, "mất điện thoại")
    with transaction(market.engine) as db:
        grants.add(db, owner.id, Wish("ward", "chú Hùng", "được giao", "30742"))
    with pytest.raises(Forbidden, match="not_yours"), person(crowd, "board") as db:
        invitations.open_recovery(db, owner.id, crowd.everybody["board"].code, "mất điện thoại")


def test_a_merchant_who_left_the_market_is_not_the_board_s_any_more(
    crowd: Crowd, market: Market
) -> None:
    with transaction(market.engine) as db:
        db.execute(text("UPDATE tenancy SET during = daterange('2020-01-01', '2020-02-01')"))
    with person(crowd, "board") as db:
        assert counts(db)[0] == 0


def test_the_role_ends_with_the_transaction(crowd: Crowd, market: Market) -> None:
    with person(crowd, "ward") as db:
        assert counts(db)[0] == 0
    for _ in range(3):
        with transaction(market.engine) as db:
            assert counts(db)[0] == 2
            assert db.execute(text("SELECT current_user")).scalar_one() == "cashless_app"


def test_the_program_itself_is_not_slowed_by_policies(crowd: Crowd, market: Market) -> None:
    with transaction(market.engine) as db:
        plan = db.execute(text("EXPLAIN SELECT * FROM payment WHERE provider = 'x'")).scalars()
        assert "acting" not in "\n".join(plan)


def test_a_database_without_the_role_lets_nobody_in(crowd: Crowd, market: Market) -> None:
    token = crowd.sign_in("owner")
    with market.engine.connect() as db:
        as_owner(db, "SET LOCAL SESSION AUTHORIZATION cashless_app")
        with pytest.raises(Unavailable, match="person_role_missing"), acting(db, token):
            pytest.fail("let in")


def test_other_faults_pass_through(crowd: Crowd, market: Market) -> None:
    with pytest.raises(DBAPIError, match="division by zero"), person(crowd, "owner") as db:
        db.execute(text("SELECT 1 / 0"))
