"""Live feeds: server-sent events for a merchant's page, a waiting order page, a stall to be proven.

An open feed is a coroutine and an event, not a thread. The listening thread hears once of a range
of new messages, asks the database whom they concern, and wakes only those feeds; a feed then reads
its own rows. A reader that reconnects says what it has seen last, so nothing is missed and nothing
is told twice.

What opened a feed may end while it is open: an address that was sealed anew, a device that was
signed out, a helper's day. Each second all open feeds are asked for at once, and those whose pass
is over are closed; until then each reads by the same right, so nothing more is told.
"""

import asyncio
import contextlib
import re
from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import orjson
from sqlalchemy import Connection, Engine
from werkzeug.http import parse_cookie

from cashless.access.acting import acting
from cashless.access.page_seal import is_genuine
from cashless.access.passes import Pass, over
from cashless.db.engine import transaction
from cashless.errors import NotFound, Unavailable
from cashless.ids import token_hash
from cashless.reports import takings
from cashless.reports.hearers import hearers, newest_id
from cashless.web import proof
from merchants import register

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_MERCHANT = re.compile(r"/m/(?P<code>[A-Z0-9]{1,20})/(?P<seal>[A-Za-z0-9_-]{22})/feed")
_OWN = re.compile(r"/my/(?P<code>[A-Z0-9]{1,20})/feed")
_ORDER = re.compile(r"/p/(?P<code>[A-Z0-9]{1,20})/feed")
_PROOF = re.compile(r"/proof/(?P<number>[0-9]{1,18})/(?P<seal>[A-Za-z0-9_-]{22})/feed")
_RANGE = re.compile(r"(?P<first>[0-9]{1,18})-(?P<last>[0-9]{1,18})")
_ID = re.compile(rb"[0-9]{1,18}")
_HEARTBEAT_SECONDS = 15.0
_AT_ONCE = 100
_FEEDS_MOST = 2000
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]


@dataclass(frozen=True, slots=True)
class _Story:
    """What a feed tells: the name it is woken by, what is new after an id, and by which pass."""

    name: str
    read: Callable[[int], tuple[int, bytes]]
    last: int
    held: Pass | None = None


class Feed:
    """An ASGI application for the feeds below ``/m``, ``/my``, ``/p`` and ``/proof``."""

    def __init__(self, engine: Engine, key: bytes, cookie: str) -> None:
        """Open no feed yet; ``key`` seals the merchants' pages, ``cookie`` names a device."""
        self._engine = engine
        self._key = key
        self._cookie = cookie
        self._open: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._held: dict[asyncio.Event, Pass] = {}
        self._over: set[asyncio.Event] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream until the reader leaves, or may not listen any more."""
        try:
            story = await asyncio.to_thread(self._story, scope)
        except (NotFound, Unavailable) as problem:
            await _refuse(send, problem.status)
            return
        if sum(map(len, self._open.values())) >= _FEEDS_MOST:
            await _refuse(send, 503)
            return
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        both = [asyncio.create_task(one) for one in (self._tell(story, send), _left(receive))]
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        for task in both:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, OSError):
                await task

    def tell(self, loop: asyncio.AbstractEventLoop, payload: str) -> None:
        """Wake the feeds that new messages concern; called by the listening thread.

        An empty payload says that announcements may have been missed: every feed looks.
        """
        found = _RANGE.fullmatch(payload)
        names = set(self._open)
        if found is not None:
            with transaction(self._engine) as db:
                names &= hearers(db, int(found["first"]), int(found["last"]))
        loop.call_soon_threadsafe(self._wake, names)

    def end_over(self, loop: asyncio.AbstractEventLoop) -> None:
        """Close the feeds whose pass is over; called by the listening thread each second."""
        held = list(self._held.items())
        if held:
            with transaction(self._engine) as db:
                ended = over(db, [one for _, one in held])
            events = {event for (event, _), is_over in zip(held, ended, strict=True) if is_over}
            loop.call_soon_threadsafe(self._end, events)

    def _end(self, events: set[asyncio.Event]) -> None:
        self._over |= events & set(self._held)
        for event in self._over:
            event.set()

    def _wake(self, names: set[str]) -> None:
        for name in names:
            for event in self._open.get(name, ()):
                event.set()

    async def _tell(self, story: _Story, send: Send) -> None:
        async with contextlib.aclosing(self._news(story)) as news:
            async for said in news:
                body = {"type": "http.response.body", "body": said, "more_body": True}
                await send(body)
        await send({"type": "http.response.body", "body": b""})

    async def _news(self, story: _Story) -> AsyncGenerator[bytes]:
        event, last = asyncio.Event(), story.last
        self._open[story.name].add(event)
        if story.held is not None:
            self._held[event] = story.held
        try:
            yield b"retry: 2000\n\n"
            while event not in self._over:
                event.clear()
                last, said = await asyncio.to_thread(story.read, last)
                yield said or b": \n\n"
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(event.wait(), _HEARTBEAT_SECONDS)
        except NotFound:
            return
        finally:
            self._close(story.name, event)

    def _close(self, name: str, event: asyncio.Event) -> None:
        self._open[name].discard(event)
        self._held.pop(event, None)
        self._over.discard(event)
        if not self._open[name]:
            del self._open[name]

    def _story(self, scope: Scope) -> _Story:
        """Find whom the address names. Raises ``NotFound`` alike for all that is not right."""
        if found := _MERCHANT.fullmatch(scope["path"]):
            return self._merchant(found["code"], found["seal"], _seen(scope))
        if found := _ORDER.fullmatch(scope["path"]):
            return self._order(found["code"])
        if found := _PROOF.fullmatch(scope["path"]):
            return self._proof(found["number"], found["seal"])
        if found := _OWN.fullmatch(scope["path"]):
            return self._own(found["code"], _cookie(scope, self._cookie), _seen(scope))
        raise _nothing()

    def _merchant(self, code: str, seal: str, seen: int | None) -> _Story:
        with transaction(self._engine) as db:
            merchant = register.find(db, code)
            if not is_genuine(self._key, merchant.code, merchant.page_version, seal):
                raise _nothing()
            last = newest_id(db, merchant.id) if seen is None else seen
        held = Pass(merchant.id, version=merchant.page_version)

        def read(after: int) -> tuple[int, bytes]:
            with transaction(self._engine) as db:
                _require(db, held)
                return _news(db, merchant.id, after)

        return _Story(f"m:{merchant.id}", read, last, held)

    def _own(self, code: str, token: str, seen: int | None) -> _Story:
        """Find a merchant as far as the person of this device sees it."""
        with transaction(self._engine) as db, acting(db, token):
            merchant = register.find(db, code)
            last = newest_id(db, merchant.id) if seen is None else seen
        held = Pass(merchant.id, device=token_hash(token))
        with transaction(self._engine) as db:
            _require(db, held)

        def read(after: int) -> tuple[int, bytes]:
            with transaction(self._engine) as db, acting(db, token):
                return _news(db, merchant.id, after)

        return _Story(f"m:{merchant.id}", read, last, held)

    def _order(self, code: str) -> _Story:
        with transaction(self._engine) as db:
            takings.order_state(db, code)

        def read(before: int) -> tuple[int, bytes]:
            with transaction(self._engine) as db:
                state = takings.order_state(db, code)
            paid = int(str(state["paid"]))
            return paid, _event("paid", state) if paid != before else b""

        return _Story(f"o:{code}", read, 0)

    def _proof(self, number: str, given: str) -> _Story:
        with transaction(self._engine) as db:
            merchant = proof.listened(db, self._key, number, given).merchant_id

        def read(before: int) -> tuple[int, bytes]:
            with transaction(self._engine) as db:
                said = _event(
                    "proof", proof.state(db, proof.listened(db, self._key, number, given))
                )
            mark = crc32(said)
            return mark, said if mark != before else b""

        return _Story(f"m:{merchant}", read, 0)


async def _left(receive: Receive) -> None:
    """Wait until the reader has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _require(db: Connection, held: Pass) -> None:
    if over(db, [held])[0]:
        raise _nothing()


def _news(db: Connection, merchant: int, after: int) -> tuple[int, bytes]:
    """Return the id of the newest message that is seen, and what is new, as events."""
    told = takings.messages(db, merchant, after, _AT_ONCE)
    said = b"".join(_event("message", one.as_json(), one.id) for one in told)
    return (told[-1].id if told else after), said


def _cookie(scope: Scope, name: str) -> str:
    """Return a cookie of a connection; empty when none came."""
    sent = [value.decode("latin-1") for header, value in scope["headers"] if header == b"cookie"]
    return parse_cookie("; ".join(sent)).get(name, "")


def _seen(scope: Scope) -> int | None:
    """Return the id a reader has seen last, from the header that browsers send on reconnection."""
    values = [value for name, value in scope["headers"] if name == b"last-event-id"]
    found = _ID.fullmatch(values[0]) if values else None
    return int(found[0]) if found else None


def _event(name: str, data: object, id_: int | None = None) -> bytes:
    head = f"id: {id_}\n" if id_ is not None else ""
    return f"{head}event: {name}\ndata: ".encode() + orjson.dumps(data) + b"\n\n"


def _nothing() -> NotFound:
    return NotFound("page_unknown", "There is no such page.", "Không có trang này.")


async def _refuse(send: Send, status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": b""})
