"""Providers that post to a running server until each call is acknowledged, and keep a journal.

Twelve connections post from one list. A call that gets no good answer, because the connection broke
or the answer asked for it, goes back on the list and is posted again, as providers do. The journal
is in memory: what was answered well, how often, and what failed.
"""

import asyncio
import contextlib
import random
import threading
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from providers._protocol import Delivery, Notification, Outcome
from tests.market import Connected

LINES = 12
DUPLICATES_IN_100 = 5
_ANSWER_SECONDS = 15
_PAUSE_SECONDS = 0.05
_TRIES_MOST = 400


@dataclass(frozen=True)
class Letter:
    """A call ready to be posted and how often it was tried; the key names what it says."""

    key: tuple[str, str]
    amount: int
    request: bytes
    good: tuple[int, bytes]
    tries: int = 0


@dataclass
class Journal:
    """What the providers know at the end."""

    acknowledged: Counter[tuple[str, str]] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)

    @property
    def answers(self) -> int:
        """Good answers so far."""
        return self.acknowledged.total()


def written(said: Notification, connected: Connected) -> Letter:
    """Sign what is said and write the whole HTTP request."""
    call = connected.sign(said)
    reply = connected.protocol.acknowledge(Outcome.STORED, call, connected.secrets)
    key = (connected.connection.provider.name, said.provider_txn_id)
    return Letter(key, said.amount, _request(connected.token, call), (reply.status, reply.body))


def mixed(letters: Sequence[Letter], number: int, seed: int) -> list[Letter]:
    """Mix that many deliveries of the letters: all once, the rest a second time somewhere."""
    chance = random.Random(seed)
    twice = chance.choices(letters, k=number - len(letters))
    posted = [*letters, *twice]
    chance.shuffle(posted)
    return posted


def post_all(letters: Sequence[Letter], port: int, journal: Journal) -> threading.Thread:
    """Start posting in a thread of its own; it ends when every letter is acknowledged."""

    def run() -> None:
        asyncio.run(_post_all(deque(letters), port, journal))

    thread = threading.Thread(target=run, name="post office", daemon=True)
    thread.start()
    return thread


async def _post_all(letters: deque[Letter], port: int, journal: Journal) -> None:
    await asyncio.gather(*(_line(letters, port, journal) for _ in range(LINES)))


async def _line(letters: deque[Letter], port: int, journal: Journal) -> None:
    """Post over one connection; open it again when it breaks, for as long as there are letters."""
    while letters:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            journal.failed["not connected"] += 1
            await asyncio.sleep(_PAUSE_SECONDS)
            continue
        await _post_until_it_breaks(letters, reader, writer, journal)
        with contextlib.suppress(OSError):
            writer.close()
            await writer.wait_closed()


async def _post_until_it_breaks(
    letters: deque[Letter],
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    journal: Journal,
) -> None:
    while letters:
        letter = letters.popleft()
        fault = await _posted(letter, reader, writer)
        if not fault:
            journal.acknowledged[letter.key] += 1
            continue
        journal.failed[fault] += 1
        assert letter.tries < _TRIES_MOST, f"{letter.key} is never acknowledged"
        letters.append(Letter(*_fields(letter), letter.tries + 1))
        await asyncio.sleep(_PAUSE_SECONDS)
        if fault == "broken":
            return


def _fields(letter: Letter) -> tuple[tuple[str, str], int, bytes, tuple[int, bytes]]:
    return letter.key, letter.amount, letter.request, letter.good


async def _posted(
    letter: Letter, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> str:
    """Post one letter; return nothing when it was acknowledged, else what went wrong."""
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            writer.write(letter.request)
            answer = await _answer(reader)
    except (OSError, EOFError, TimeoutError):
        return "broken"
    return "" if answer == letter.good else str(answer[0])


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1])
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    length = int(lengths[0].partition(b":")[2]) if lengths else 0
    return status, await reader.readexactly(length)


def _request(token: str, call: Delivery) -> bytes:
    headers = "".join(f"{name}: {value}\r\n" for name, value in call.headers)
    head = (
        f"{call.method} /webhooks/{token} HTTP/1.1\r\nhost: 127.0.0.1\r\n{headers}"
        f"content-length: {len(call.body)}\r\n\r\n"
    )
    return head.encode("latin-1") + call.body
