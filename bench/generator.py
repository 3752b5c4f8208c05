"""A lean load generator: signed deliveries over kept-alive connections to the door.

The deliveries are signed before the clock starts. Each connection sends one call, waits for its
whole answer and sends the next, as a provider's sender would. Loopback only.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import cast

import uvloop

_END = b"\r\n\r\n"
_LENGTH = b"content-length: "


@dataclass(slots=True)
class Tally:
    """What the answers were: HTTP status → count."""

    statuses: dict[bytes, int] = field(default_factory=dict)

    def count(self, status: bytes) -> None:
        """Count one answer."""
        self.statuses[status] = self.statuses.get(status, 0) + 1


class _Caller(asyncio.Protocol):
    """One connection that works through the shared list of calls."""

    def __init__(self, calls: "list[bytes]", tally: Tally, done: "asyncio.Future[None]") -> None:
        self._calls, self._tally, self._done = calls, tally, done
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)
        self._next()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(_END)
        if end < 0 or len(self._buffer) < end + len(_END) + _length(self._buffer[:end]):
            return
        self._tally.count(self._buffer[9:12])
        self._buffer = b""
        self._next()

    def connection_lost(self, _error: Exception | None) -> None:
        if not self._done.done():
            self._done.set_result(None)

    def _next(self) -> None:
        if self._calls:
            self._transport.write(self._calls.pop())
        else:
            self._transport.close()


def send(calls: Sequence[bytes], port: int, connections: int) -> Tally:
    """Send every call to the door on this machine's ``port``; return the tally of answers."""
    return uvloop.run(_send(list(reversed(calls)), port, connections))


async def _send(calls: list[bytes], port: int, connections: int) -> Tally:
    loop, tally = asyncio.get_running_loop(), Tally()
    ends = []
    for _number in range(connections):
        done: asyncio.Future[None] = loop.create_future()
        ends.append(done)
        await loop.create_connection(partial(_Caller, calls, tally, done), "127.0.0.1", port)
    await asyncio.gather(*ends)
    return tally


def _length(head: bytes) -> int:
    at = head.lower().find(_LENGTH)
    return int(head[at + len(_LENGTH) :].split(b"\r\n", 1)[0]) if at >= 0 else 0
