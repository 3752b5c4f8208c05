"""The sender: post deliveries to a running door on this machine, and remember every answer.

A few lanes, each with one connection that is kept open, take the calls in order and not faster than
the rate. A call without an answer, or answered with a server's error, is made again with a longer
pause each time, as providers do. Anything but this machine is refused: genuinely signed money must
not be sent to strangers.
"""

import http.client
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from cashless.errors import Invalid, Unavailable
from providers._protocol import Delivery, Reply

LANES: Final = 8
_ATTEMPTS: Final = 9
_FIRST_PAUSE_SECONDS: Final = 0.05
_PATIENCE_SECONDS: Final = 15.0
_SERVER_ERROR: Final = 500
_DEFAULT_PORT: Final = 80


@dataclass(frozen=True, slots=True)
class Target:
    """A door on this machine."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Post:
    """A call to make. ``say`` signs it at the moment it is sent, and gives the good answers."""

    provider: str
    fault: str
    say: Callable[[], "Saying"]


@dataclass(frozen=True, slots=True)
class Saying:
    """What is posted, where, and which answers are as they should be."""

    path: str
    delivery: Delivery
    good: tuple[Reply, ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """A call that was made: its answer, if one came, and whether it was a good one."""

    post: Post
    status: int | None
    body: bytes
    attempts: int
    is_good: bool = False


@dataclass(slots=True)
class Journal:
    """What was sent and answered, in the order of the answers."""

    sent: list[Sent] = field(default_factory=list)

    @property
    def unexpected(self) -> list[Sent]:
        """Calls that were answered otherwise than planned, or never."""
        return [one for one in self.sent if not one.is_good]

    def good(self, faults: Iterable[str]) -> int:
        """Count the calls with one of these faults that were answered as planned."""
        wanted = set(faults)
        return sum(one.is_good for one in self.sent if one.post.fault in wanted)

    def by_provider(self) -> dict[str, int]:
        """Count the calls by provider, in alphabetical order."""
        names = sorted({one.post.provider for one in self.sent})
        return {name: sum(one.post.provider == name for one in self.sent) for name in names}


@dataclass(slots=True)
class Pace:
    """Calls a second over all lanes, 0 for as fast as possible; ``stop`` ends the sending."""

    rate: float = 0.0
    stop: threading.Event = field(default_factory=threading.Event)
    _started: float = field(default_factory=time.monotonic)

    def wait(self, number: int) -> None:
        """Wait until the call of that number (from 0) may be made."""
        if self.rate:
            due = self._started + number / self.rate
            self.stop.wait(max(due - time.monotonic(), 0))


def local(url: str) -> Target:
    """Return the door that an address names.

    Raises ``Invalid("target_not_local")`` for any host but this machine, and for other schemes.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if parts.scheme == "http" and _is_loopback(host):
        return Target(host, port or _DEFAULT_PORT)
    raise Invalid(
        "target_not_local",
        "The simulator posts to this machine only: write http://127.0.0.1:PORT.",
        "Bộ mô phỏng chỉ gửi tới chính máy này: hãy ghi http://127.0.0.1:CỔNG.",
    )


def require_open(target: Target) -> None:
    """Make sure that somebody listens there; else ``Unavailable("door_silent")``."""
    wire = http.client.HTTPConnection(target.host, target.port, timeout=_PATIENCE_SECONDS)
    try:
        wire.connect()
    except OSError as error:
        raise _silent() from error
    finally:
        wire.close()


def send(
    target: Target,
    posts: Sequence[Post],
    journal: Journal,
    pace: Pace,
    told: Callable[[int], None] = lambda _count: None,
) -> None:
    """Make the calls over a few lanes, and write each answer into the journal.

    ``told`` hears how many have been answered. Whatever ends this also ends the lanes.
    """
    queue = _Queue(target, posts, journal, pace)
    with ThreadPoolExecutor(min(LANES, len(posts)) or 1, "lane") as pool:
        lanes = [pool.submit(queue.run) for _ in range(min(LANES, len(posts)))]
        try:
            while not all(lane.done() for lane in lanes):
                told(len(journal.sent))
                pace.stop.wait(0.1) if not pace.stop.is_set() else time.sleep(0.05)
        except BaseException:
            pace.stop.set()
            raise
    for lane in lanes:
        lane.result()
    told(len(journal.sent))


@dataclass(slots=True)
class _Queue:
    """The calls still to make, shared by the lanes."""

    target: Target
    posts: Sequence[Post]
    journal: Journal
    pace: Pace
    _next: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self) -> None:
        """Be one lane: take calls until none is left."""
        wire = http.client.HTTPConnection(
            self.target.host, self.target.port, timeout=_PATIENCE_SECONDS
        )
        try:
            while (number := self._take()) is not None:
                self.pace.wait(number)
                sent = _insist(wire, self.posts[number], self.pace.stop)
                with self._lock:
                    self.journal.sent.append(sent)
        finally:
            wire.close()

    def _take(self) -> int | None:
        with self._lock:
            number = self._next
            self._next += 1
        return number if number < len(self.posts) and not self.pace.stop.is_set() else None


def _insist(wire: http.client.HTTPConnection, post: Post, stop: threading.Event) -> Sent:
    """Make a call until it is answered, with a longer pause each time."""
    sent = Sent(post, None, b"", 0)
    for attempt in range(1, _ATTEMPTS + 1):
        saying = post.say()
        try:
            sent = _answer(post, saying, _posted(wire, saying), attempt)
        except Unavailable:
            sent = Sent(post, None, b"", attempt)
        if sent.is_good or (sent.status or _SERVER_ERROR) < _SERVER_ERROR:
            return sent
        if stop.wait(_FIRST_PAUSE_SECONDS * 2**attempt):
            return sent
    return sent


def _answer(post: Post, saying: Saying, reply: Reply, attempt: int) -> Sent:
    known = {(good.status, good.body) for good in saying.good}
    return Sent(post, reply.status, reply.body, attempt, (reply.status, reply.body) in known)


def _address(saying: Saying) -> str:
    """Return the path with the operation and the query of the call."""
    operation, query = saying.delivery.operation, saying.delivery.query
    path = f"{saying.path}/{operation}" if operation else saying.path
    return f"{path}?{query}" if query else path


def _posted(wire: http.client.HTTPConnection, saying: Saying) -> Reply:
    """Make one call. Raises ``Unavailable("door_silent")`` when no answer comes."""
    delivery = saying.delivery
    try:
        wire.request(delivery.method, _address(saying), delivery.body, dict(delivery.headers))
        answer = wire.getresponse()
        return Reply(answer.status, (), answer.read())
    except (OSError, http.client.HTTPException) as error:
        wire.close()
        raise _silent() from error


def _silent() -> Unavailable:
    return Unavailable(
        "door_silent",
        "The server does not answer. Is `cashless serve` running at that address?",
        "Máy chủ không trả lời. `cashless serve` có đang chạy ở địa chỉ đó không?",
    )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
