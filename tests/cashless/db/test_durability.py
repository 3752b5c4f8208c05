"""A server that may lose what was acknowledged is refused, each setting in its turn."""

import logging
import time

import pytest
from sqlalchemy import create_engine

from cashless.db import address, durability, embedded, engine
from cashless.errors import Unavailable
from cashless.settings import Settings
from tests.cashless.db.programs import on

SAFE = {
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "data_sync_retry": "off",
    "server_encoding": "UTF8",
    "server_version_num": "150000",
}


class Answer:
    """A cursor of a server with these settings."""

    def __init__(self, **settings: str) -> None:
        self.row = tuple({**SAFE, **settings}.values())

    def execute(self, query: str) -> None:
        assert [name in query for name in SAFE] == [True] * len(SAFE)

    def fetchone(self) -> tuple[str, ...]:
        return self.row


def alter(url: str, change: str) -> None:
    """Change the server's settings as its operator would, and wait until they are in force."""
    with on(url) as there:
        there.execute(f"ALTER SYSTEM {change}")
        before = there.execute("SELECT pg_conf_load_time()").fetchone()
        there.execute("SELECT pg_reload_conf()")
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with on(url) as there:
            if there.execute("SELECT pg_conf_load_time()").fetchone() != before:
                return
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("fsync", "off"),
        ("full_page_writes", "off"),
        ("synchronous_commit", "off"),
        ("synchronous_commit", "local"),
        ("synchronous_commit", "remote_write"),
        ("data_sync_retry", "on"),
        ("server_encoding", "SQL_ASCII"),
        ("server_version_num", "140009"),
    ],
)
def test_an_unsafe_setting_is_refused_by_name_with_a_remedy(name: str, value: str) -> None:
    with pytest.raises(Unavailable) as refusal:
        durability.require(Answer(**{name: value}))
    assert refusal.value.code == "database_unsafe"
    for sentence in (refusal.value.message, refusal.value.message_vi):
        assert f"{name} = {value}" in sentence
    assert refusal.value.message.rstrip(".").endswith(
        ("set themselves", "ENCODING 'UTF8'", "15 or later")
    )


@pytest.mark.parametrize("settings", [{}, {"synchronous_commit": "remote_apply"}])
def test_a_safe_server_is_accepted(settings: dict[str, str]) -> None:
    durability.require(Answer(**settings))


def test_a_real_server_made_unsafe_is_refused_until_it_is_mended(loose_url: str) -> None:
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        alter(loose_url, f"SET {name} = off")
        with pytest.raises(Unavailable, match=rf"database_unsafe: .*{name} = off"):
            engine.connect(loose_url)
        alter(loose_url, f"RESET {name}")
        engine.connect(loose_url).dispose()


def test_a_server_that_becomes_unsafe_gets_no_new_connection(loose_url: str) -> None:
    made = engine.connect(loose_url)
    with engine.transaction(made) as connection:
        connection.exec_driver_sql("INSERT INTO kept VALUES (1)")
    made.dispose()
    alter(loose_url, "SET synchronous_commit = off")
    with pytest.raises(Unavailable, match="database_unsafe"), engine.transaction(made):
        pass


def test_the_embedded_server_cannot_be_made_unsafe(home: Settings) -> None:
    with embedded.running(home) as url:
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            alter(url, f"SET {name} = off")
        engine.connect(url).dispose()


def test_a_role_with_its_own_unsafe_setting_is_refused(home: Settings) -> None:
    with embedded.running(home) as url:
        with on(url) as there:
            there.execute("ALTER ROLE cashless SET synchronous_commit = off")
        with pytest.raises(Unavailable, match="synchronous_commit = off"):
            engine.connect(url)


def test_an_address_cannot_ask_for_less(loose_url: str) -> None:
    asking = f"{loose_url}&options=-c%20synchronous_commit%3Doff"
    with pytest.raises(Unavailable, match="synchronous_commit = off"):
        engine.connect(asking)


def test_missing_checksums_are_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        durability.warn_of_missing_checksums("on")
        assert caplog.text == ""
        durability.warn_of_missing_checksums("off")
    assert "pg_checksums" in caplog.text


def test_a_database_of_another_encoding_is_refused(home: Settings) -> None:
    with embedded.running(home) as url:
        with on(url) as there:
            there.execute("CREATE DATABASE ascii ENCODING 'SQL_ASCII' TEMPLATE template0")
        place = address.parse(url).set(database="ascii")
        with pytest.raises(Unavailable, match="server_encoding = SQL_ASCII"):
            engine.connect(place.render_as_string())


def test_the_check_leaves_no_transaction_open(loose_url: str) -> None:
    made = create_engine(address.parse(loose_url))
    with made.connect() as plain, on(loose_url) as there:
        asked = "SELECT state FROM pg_stat_activity WHERE application_name = 'cashless'"
        ours = engine.connect(loose_url)
        with ours.connect():
            assert there.execute(asked).fetchall() == [("idle",)]
        assert not plain.in_transaction()
        ours.dispose()
    made.dispose()
