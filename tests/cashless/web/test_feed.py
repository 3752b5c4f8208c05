"""Live feeds end when what opened them ends: device, role, midnight, the sealed address.

The feed is spoken to as an ASGI server would, on an event loop of the test; the listening thread's
second is made to pass by calling what it calls.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import text

from cashless.access import devices, grants, people
from cashless.access.passes import Pass, over
from cashless.db.engine import transaction
from cashless.web.feed import Feed
from tests.cashless.web.conftest import page_of
from tests.cashless.web.visitors import COOKIE
from tests.market import KEY
from tests.people import Crowd, crowd, pay

__all__ = ["crowd"]

_LOOKS = 3000


@dataclass
class Listener:
    """Somebody who listens to a feed: what came, and whether it was closed from our side."""

    path: str
    token: str | None = None
    status: int = 0
    said: list[bytes] = field(default_factory=list)
    is_over: bool = False
    left: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def scope(self) -> dict[str, Any]:
        cookie = f"other=1; {COOKIE}={self.token}".encode()
        headers = [(b"cookie", cookie)] if self.token else []
        return {"type": "http", "path": self.path, "headers": headers}

    async def receive(self) -> dict[str, Any]:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:  # noqa: ANN401  what a server takes
        self.status = message.get("status", self.status)
        if message["type"] == "http.response.body":
            self.said.append(message["body"])
            self.is_over = not message.get("more_body")


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds; fail when it does not come."""
    for _ in range(_LOOKS):
        if holds():
            return
        await asyncio.sleep(0.01)
    pytest.fail(f"{holds} did not come true")


def listen(crowd: Crowd, listener: Listener, act: Callable[[], object]) -> Listener:
    """Open a feed, do something, let the second pass; return what the listener heard."""

    async def play() -> None:
        feed = Feed(crowd.market.engine, KEY, COOKIE)
        task = asyncio.create_task(feed(listener.scope, listener.receive, listener.send))
        await until(lambda: len(listener.said) > 1 or task.done())
        await asyncio.to_thread(act)
        await asyncio.to_thread(feed.end_over, asyncio.get_running_loop())
        await asyncio.to_thread(feed.tell, asyncio.get_running_loop(), "")
        before = len(listener.said)
        await until(lambda: listener.is_over or len(listener.said) > before)
        listener.left.set()
        await task
        assert not feed._open
        assert not feed._held

    asyncio.run(play())
    return listener


def own(crowd: Crowd, role: str, whose: str = "own") -> Listener:
    code = crowd.merchants[whose].code
    return Listener(f"/my/{code}/feed", crowd.sign_in(role))


def do(crowd: Crowd, statement: str) -> Callable[[], object]:
    """Make something happen in the database, also what only its owner may."""

    def act() -> None:
        with crowd.market.engine.connect() as db:
            db.exec_driver_sql("SET LOCAL ROLE NONE")
            db.exec_driver_sql("SET LOCAL session_replication_role = replica")
            db.exec_driver_sql(statement)
            db.commit()

    return act


def test_a_helper_hears_what_comes_today(crowd: Crowd) -> None:
    heard = listen(crowd, own(crowd, "helper"), lambda: pay(crowd))
    assert (heard.status, heard.is_over) == (200, False)
    told = b"".join(heard.said)
    assert b"33333" in told
    assert b"44444" not in told
    assert b"77777" not in told


ENDS = {
    "the device was signed out": "UPDATE device SET revoked_at = now()",
    "the device was silent": "UPDATE device SET seen_at = now() - interval '13 hours'",
    "the device's thirty days are over": "UPDATE device SET ends_at = now()",
    "the password was proven, with a new token": "UPDATE device SET token_hash = sha256('x')",
    "midnight": "UPDATE role_grant SET valid_from = today_begins() - interval '1 day',"
    " valid_until = today_begins()",
    "the owner ended the day": "UPDATE role_grant SET revoked_at = now(), revoked_by = 'chị Tư'",
    "the person was closed": "UPDATE person SET closed_at = now()",
    "the role may less": "UPDATE role_permission SET permission = 'x' WHERE permission = 'today'",
}


@pytest.mark.parametrize("ended", ENDS)
def test_an_open_feed_ends_with_what_opened_it(crowd: Crowd, ended: str) -> None:
    def end() -> None:
        do(crowd, ENDS[ended])()
        pay(crowd)

    heard = listen(crowd, own(crowd, "helper"), end)
    do(crowd, "UPDATE role_permission SET permission = 'today' WHERE permission = 'x'")()
    assert heard.is_over
    assert b"33333" not in b"".join(heard.said)


def test_what_comes_before_the_second_is_over_is_not_told_either(crowd: Crowd) -> None:
    """The message wakes the feed before anybody asked whether it may go on."""
    listener = own(crowd, "helper")

    async def play() -> None:
        feed = Feed(crowd.market.engine, KEY, COOKIE)
        task = asyncio.create_task(feed(listener.scope, listener.receive, listener.send))
        await until(lambda: len(listener.said) > 1)
        await asyncio.to_thread(do(crowd, ENDS["the device was signed out"]))
        await asyncio.to_thread(pay, crowd)
        before = len(listener.said)
        await asyncio.to_thread(feed.tell, asyncio.get_running_loop(), "")
        await until(lambda: len(listener.said) > before)
        listener.left.set()
        await task

    asyncio.run(play())
    assert b"33333" not in b"".join(listener.said)


def test_a_sealed_address_that_was_given_out_anew_ends_open_feeds(crowd: Crowd) -> None:
    path = f"{page_of(crowd.merchants['own'])}/feed"

    def end() -> None:
        do(crowd, "UPDATE merchant SET page_version = page_version + 1")()
        pay(crowd)

    heard = listen(crowd, Listener(path), end)
    assert (heard.status, heard.is_over) == (200, True)
    assert b"33333" not in b"".join(heard.said)


def test_others_hear_nothing_at_all(crowd: Crowd) -> None:
    roles = ("board", "ward", "city", "partner")
    listeners = [own(crowd, role) for role in roles] + [own(crowd, "helper", "other")]
    listeners += [
        Listener(f"/my/{crowd.merchants['own'].code}/feed", token) for token in (None, "x")
    ]

    async def knock() -> None:
        feed = Feed(crowd.market.engine, KEY, COOKIE)
        for one in listeners:
            await feed(one.scope, one.receive, one.send)

    asyncio.run(knock())
    assert {one.status for one in listeners} == {404}


def test_an_api_key_opens_no_feed(crowd: Crowd) -> None:
    with transaction(crowd.market.engine) as db:
        db.execute(text("UPDATE device SET permissions = '{today}'"))
        assert over(db, [Pass(crowd.merchants["own"].id, device=b"x" * 32)]) == [True]
        assert over(db, []) == []


def test_an_owner_s_feed_outlives_a_helper_s_day(crowd: Crowd) -> None:
    def end() -> None:
        with transaction(crowd.market.engine) as db:
            helper = crowd.everybody["helper"].id
            (grant,) = grants.live(db, helper)
            grants.revoke(db, grant.id, "chị Tư")
            devices.revoke_all(db, helper)
            people.close(db, crowd.everybody["helper"])

    assert not listen(crowd, own(crowd, "owner"), end).is_over
