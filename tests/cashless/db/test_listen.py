"""Listening: what is told is heard, and after a lost connection the listener looks for itself."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from cashless.db import listen as room
from cashless.db.listen import listen
from tests.market import until

Heard = list[tuple[str, str]]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a pause be short."""
    monkeypatch.setattr(room, "_PAUSE_SECONDS", 0.1)


@contextmanager
def listening(url: str, *channels: str) -> Iterator[Heard]:
    """Listen in a thread for as long as the block lasts; it must end when it is told to."""
    heard: Heard = []
    stop = threading.Event()
    thread = threading.Thread(
        target=listen, args=(url, channels, lambda *said: heard.append(said), stop), daemon=True
    )
    thread.start()
    until(lambda: ("", "") in heard)
    yield heard
    stop.set()
    thread.join(10)
    assert not thread.is_alive()


def tell(url: str, channel: str, payload: str = "") -> None:
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("SELECT pg_notify(%s, %s)", (channel, payload))


def said(heard: Heard) -> Heard:
    return [one for one in heard if one[0] not in {"", "tick"}]


def test_what_is_told_on_the_channels_is_heard_in_order(empty_database_url: str) -> None:
    with listening(empty_database_url, "a", "b") as heard:
        for number in range(20):
            tell(empty_database_url, "ab"[number % 2], str(number))
        tell(empty_database_url, "c", "not for us")
        until(lambda: len(said(heard)) == 20)
    assert said(heard) == [("ab"[number % 2], str(number)) for number in range(20)]


def test_the_listener_may_look_by_itself_when_nothing_is_told(empty_database_url: str) -> None:
    with listening(empty_database_url, "a") as heard:
        until(lambda: heard.count(("tick", "")) >= 3)


def test_after_a_lost_connection_it_listens_again_and_is_told_to_look(
    empty_database_url: str,
) -> None:
    with listening(empty_database_url, "a") as heard:
        with psycopg.connect(empty_database_url, autocommit=True) as owner:
            owner.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname ="
                " current_database() AND pid <> pg_backend_pid() AND query LIKE 'LISTEN%'"
            )
        until(lambda: heard.count(("", "")) == 2)
        tell(empty_database_url, "a", "again")
        until(lambda: ("a", "again") in heard)


def test_an_odd_name_of_a_channel_is_only_a_name(empty_database_url: str) -> None:
    name = 'a"; DROP TABLE x; --'
    with listening(empty_database_url, name) as heard:
        tell(empty_database_url, name, "x")
        until(lambda: said(heard) == [(name, "x")])


def test_without_a_database_it_waits_and_stops_when_told() -> None:
    stop, heard = threading.Event(), []
    address = "postgresql://nobody@127.0.0.1:1/nothing?connect_timeout=1"
    thread = threading.Thread(
        target=listen, args=(address, ["a"], lambda *said: heard.append(said), stop), daemon=True
    )
    thread.start()
    stop.wait(0.5)
    stop.set()
    thread.join(5)
    assert not thread.is_alive()
    assert heard == []
