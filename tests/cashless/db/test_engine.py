"""The way to the database keeps its promises: role, limits, all or nothing."""

import threading
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError, ProgrammingError

from cashless.db import engine as ways
from cashless.db import migrate
from cashless.errors import Unavailable
from cashless.settings import Settings
from tests.cashless.db.programs import on

CHANGE = "UPDATE kept SET amount = 1 WHERE id = %s"
NOBODY_THERE = "postgresql://cashless@127.0.0.1:1/cashless"


def insert_and_fail(engine: Engine) -> None:
    with ways.transaction(engine) as connection:
        connection.exec_driver_sql("INSERT INTO kept VALUES (50000)")
        raise ZeroDivisionError


def lose_the_connection(engine: Engine, url: str) -> None:
    with ways.transaction(engine) as connection:
        mine = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        with on(url) as there:
            there.execute("SELECT pg_terminate_backend(%s, 5000)", (mine,))
        connection.exec_driver_sql("SELECT 1")


def shown(engine: Engine, name: str) -> str:
    with engine.connect() as connection:
        return str(connection.exec_driver_sql(f"SHOW {name}").scalar_one())


def test_the_program_works_in_its_own_role(engine: Engine, owner_engine: Engine) -> None:
    with engine.connect() as connection:
        who = connection.exec_driver_sql("SELECT current_user, session_user").one()
    assert tuple(who) == ("cashless_app", "cashless")
    with owner_engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT current_user").scalar_one() == "cashless"


def test_the_role_cannot_be_left_by_resetting_it(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.exec_driver_sql("RESET ROLE")
        assert connection.exec_driver_sql("SELECT current_user").scalar_one() == "cashless_app"


def test_the_role_may_not_make_tables(engine: Engine) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), ways.transaction(engine) as c:
        c.exec_driver_sql("CREATE TABLE mine (id int)")


def test_without_the_role_the_login_itself_works(loose_url: str) -> None:
    made = ways.connect(loose_url)
    with made.connect() as connection:
        assert connection.exec_driver_sql("SELECT current_user").scalar_one() == "cashless"
    made.dispose()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("transaction_isolation", "read committed"),
        ("TimeZone", "UTC"),
        ("statement_timeout", "1min"),
        ("lock_timeout", "10s"),
        ("idle_in_transaction_session_timeout", "1min"),
        ("synchronous_commit", "on"),
        ("application_name", "cashless"),
    ],
)
def test_a_session_is_as_declared(engine: Engine, name: str, value: str) -> None:
    assert shown(engine, name) == value


def test_a_transaction_is_kept_when_it_is_left(owner_engine: Engine, database_url: str) -> None:
    with ways.transaction(owner_engine) as connection:
        connection.exec_driver_sql("CREATE TABLE kept (amount bigint)")
        connection.exec_driver_sql("INSERT INTO kept VALUES (50000)")
    with on(database_url) as there:
        assert there.execute("SELECT amount FROM kept").fetchall() == [(50_000,)]


def test_a_transaction_that_fails_leaves_nothing(owner_engine: Engine, database_url: str) -> None:
    with ways.transaction(owner_engine) as connection:
        connection.exec_driver_sql("CREATE TABLE kept (amount bigint CHECK (amount > 0))")
    with pytest.raises(ZeroDivisionError):
        insert_and_fail(owner_engine)
    with on(database_url) as there:
        assert there.execute("SELECT amount FROM kept").fetchall() == []


def test_nobody_there_is_said_with_the_reason() -> None:
    with pytest.raises(Unavailable) as refusal:
        ways.connect(NOBODY_THERE)
    assert refusal.value.code == "database_unavailable"
    assert "refused" in refusal.value.message


def test_an_exhausted_pool_is_unavailable(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ways, "_POOL_SECONDS", 0.05)
    made = ways.connect(database_url, pool_size=1)
    with made.connect(), pytest.raises(Unavailable) as refusal, ways.transaction(made):
        pass
    assert refusal.value.code == "database_unavailable"
    made.dispose()


def test_a_lost_connection_is_unavailable_and_the_next_one_works(
    engine: Engine, database_url: str
) -> None:
    with pytest.raises(Unavailable):
        lose_the_connection(engine, database_url)
    assert shown(engine, "TimeZone") == "UTC"


def test_a_connection_that_died_in_the_pool_is_not_noticed(
    engine: Engine, database_url: str
) -> None:
    with engine.connect() as connection:
        mine = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    with on(database_url) as there:
        there.execute("SELECT pg_terminate_backend(%s, 5000)", (mine,))
    assert shown(engine, "TimeZone") == "UTC"


def test_a_deadlock_is_an_answer_and_not_an_outage(owner_engine: Engine, database_url: str) -> None:
    with on(database_url) as there:
        there.execute("CREATE TABLE kept (id int PRIMARY KEY, amount bigint)")
        there.execute("INSERT INTO kept VALUES (1, 0), (2, 0)")
    both = threading.Barrier(2)
    caught: list[Exception] = []

    def change(first: int, second: int) -> None:
        try:
            with ways.transaction(owner_engine) as connection:
                connection.exec_driver_sql(CHANGE, (first,))
                both.wait(10)
                connection.exec_driver_sql(CHANGE, (second,))
        except OperationalError as error:
            caught.append(error)

    other = threading.Thread(target=change, args=(2, 1))
    other.start()
    change(1, 2)
    other.join()
    assert [type(error.orig) for error in caught] == [psycopg.errors.DeadlockDetected]


def test_opening_the_embedded_database_makes_its_tables(
    new_home: Settings,
) -> None:
    with ways.opened(new_home) as engine:
        assert migrate.current(engine) == migrate.head()
        with engine.connect() as connection:
            who = connection.exec_driver_sql("SELECT current_user").scalar_one()
        assert who == "cashless_app"


def test_opening_a_configured_database_uses_it(database_settings: Settings) -> None:
    with ways.opened(database_settings) as engine:
        assert migrate.current(engine) == migrate.head()
    assert not database_settings.home.exists()


def test_a_configured_database_without_tables_is_refused(
    empty_database_url: str, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path, database_url=empty_database_url)
    with pytest.raises(Unavailable) as refusal, ways.opened(settings, app_role=False):
        pass
    assert refusal.value.code == "database_not_migrated"
    assert "cashless db upgrade" in refusal.value.message
