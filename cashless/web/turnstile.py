"""A turnstile before costly work: so many at once, and so many a minute from one address.

Reading a photo costs a hundred times what a page costs. The first limit protects the others who
use the server, and leaves most threads to the pages, also when somebody sends a body very slowly;
the second lets one address not take all of the first. It is generous, because a whole market may
sit behind one address of a mobile network. Counted per process, in memory, and forgotten. A network
of IPv6 counts as one address (``cashless.access.sources``).
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from cashless.access.sources import network
from cashless.errors import Unavailable

_MINUTE: Final = 60.0
_ADDRESSES_MOST: Final = 10_000


class Turnstile:
    """Lets ``at_once`` visitors in together, each address ``a_minute`` times a minute."""

    def __init__(
        self, at_once: int, a_minute: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Let everybody in at first; ``clock`` counts seconds."""
        self._free = threading.BoundedSemaphore(at_once)
        self._lock = threading.Lock()
        self._a_minute = a_minute
        self._clock = clock
        self._used: dict[str, tuple[float, float]] = {}

    @contextmanager
    def passage(self, address: str) -> Iterator[None]:
        """Hold a place while inside. Raises ``Unavailable("checks_busy")`` at once, no waiting."""
        if not self._may_pass(address) or not self._free.acquire(blocking=False):
            raise Unavailable(
                "checks_busy",
                "Too many codes are being checked just now. Try again in a minute.",
                "Đang có quá nhiều lượt kiểm tra. Hãy thử lại sau một phút.",
            )
        try:
            yield
        finally:
            self._free.release()

    def _may_pass(self, address: str) -> bool:
        """Count a visit; what was counted drains away evenly within a minute."""
        at, address = self._clock(), network(address)
        with self._lock:
            level, since = self._used.get(address, (0.0, at))
            level = max(0.0, level - (at - since) * self._a_minute / _MINUTE)
            if level + 1 > self._a_minute:
                return False
            if len(self._used) >= _ADDRESSES_MOST:
                self._used.clear()
            self._used[address] = (level + 1, at)
            return True
