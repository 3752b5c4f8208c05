"""The asyncio door: the fast form of the webhook door, dispatched before Flask.

It answers ``/webhooks/<token>[/<operation>]`` as an ASGI application. The work is the same pure
core as the Flask route (``webhooks.receive``) and the same rows (``webhooks.inbox``); only the
commit is shared between all the calls that wait in this process (``webhooks.group``).
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from sqlalchemy.exc import DBAPIError

from cashless.clock import now
from cashless.errors import Unavailable
from providers._protocol import Delivery, Reply
from webhooks import talks
from webhooks.connections import Connection
from webhooks.directory import Directory
from webhooks.group import GroupWriter
from webhooks.receive import Turned, problem_reply, receive
from webhooks.receive import turned as turned_away
from webhooks.refusals import NO_CONNECTION, Refusal
from webhooks.talks import Asked

PREFIX = "/webhooks/"
_LOOK_UPS_AT_ONCE = 4
_BODY_MOST = 65_536
_DROPPED_MOST = 1_048_576
"""Bytes of a body too large that are still read and dropped, so that the caller hears our answer
before we hang up; an endless one is cut off here."""

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class _TooLarge(Exception):
    """The body is longer than is allowed; it was read up to a bound and dropped."""


@dataclass(slots=True)
class Door:
    """An ASGI application over a directory of connections and a group writer."""

    directory: Directory
    writer: GroupWriter
    _look_ups: asyncio.Semaphore = field(
        default_factory=lambda: asyncio.Semaphore(_LOOK_UPS_AT_ONCE)
    )

    async def __call__(self, scope: Scope, receive_: Receive, send: Send) -> None:
        """Answer one HTTP call."""
        reply = await self._answer(scope, receive_)
        await _send(send, reply)

    async def _answer(self, scope: Scope, receive_: Receive) -> Reply:
        token, _slash, operation = scope["path"].removeprefix(PREFIX).partition("/")
        try:
            connection = self.directory.known(token) or await self._find(token)
        except (DBAPIError, Unavailable):
            return problem_reply("unavailable")
        if connection is None:
            return await self._turn_stranger(receive_)
        return await self._enter(connection, operation, scope, receive_)

    async def _enter(
        self, connection: Connection, operation: str, scope: Scope, receive_: Receive
    ) -> Reply:
        body = b""
        try:
            body = await _body(receive_, connection.protocol.body_limit)
            delivery = _delivery(scope, operation, body)
            asked = talks.begin(connection, delivery, _source(scope))
            if asked is not None:
                return await self._told(asked)
            received = receive(connection, delivery, _source(scope))
        except _TooLarge:
            turned = turned_away("body_too_large")
            return _hanging_up(self._turned(connection.id, turned, body))
        except Turned as turned:
            return self._turned(connection.id, turned, body)
        except (DBAPIError, Unavailable):
            return problem_reply("unavailable")
        return await self.writer.keep(received)

    async def _told(self, asked: Asked) -> Reply:
        """Answer a talk; a few at once, so that they take no thread from each other for long."""
        async with self._look_ups:
            return await asyncio.to_thread(talks.finish, self.directory.engine, asked)

    async def _turn_stranger(self, receive_: Receive) -> Reply:
        """Turn away a call to an address that does not exist; its body is read and dropped."""
        turned = turned_away("not_found")
        reply = self._turned(NO_CONNECTION, turned, b"")
        try:
            await _body(receive_, _BODY_MOST)
        except _TooLarge:
            return _hanging_up(reply)
        return reply

    async def _find(self, token: str) -> Connection | None:
        async with self._look_ups:
            return await asyncio.to_thread(self.directory.find, token)

    def _turned(self, connection_id: int, turned: Turned, body: bytes) -> Reply:
        digest = sha256(body).digest()
        self.writer.count(Refusal(connection_id, turned.reason, digest, now()))
        return turned.reply


def _delivery(scope: Scope, operation: str, body: bytes) -> Delivery:
    return Delivery(
        method=scope["method"],
        operation=operation,
        query=scope["query_string"].decode("latin-1"),
        headers=tuple(
            (name.decode("latin-1").lower(), value.decode("latin-1"))
            for name, value in scope["headers"]
        ),
        body=body,
        received_at=now(),
    )


def _source(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""


async def _body(receive_: Receive, limit: int) -> bytes:
    """Read the body; of one longer than ``limit`` bytes nothing is kept."""
    parts: list[bytes] = []
    size, more = 0, True
    while more and size <= limit + _DROPPED_MOST:
        message = await receive_()
        part = message.get("body", b"")
        size += len(part)
        if size <= limit:
            parts.append(part)
        more = message.get("more_body", False)
    if size > limit:
        raise _TooLarge
    return b"".join(parts)


def _hanging_up(reply: Reply) -> Reply:
    """Let the server close the connection after this answer: what still comes is not read."""
    return replace(reply, headers=(*reply.headers, ("connection", "close")))


async def _send(send: Send, reply: Reply) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers]
    if reply.status != 204:  # noqa: PLR2004  RFC 9110: 204 has no length
        headers.append((b"content-length", str(len(reply.body)).encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})
