"""Group commit: one durable transaction for all the calls that wait in this process.

While one group is being committed the next one gathers. A call alone is a group of one and waits
for nobody; under load hundreds share one commit, which is why the door is faster than one
transaction per call (docs/adr/0002). What is answered was committed before.

The traps of such a writer and what is done: the wake-up is an event that is cleared before the list
is looked at, so none is lost; the loop outlives every error; a row that fails its group is tried
alone, so it stops only itself; groups are written in key order, so processes do not deadlock.
"""

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from cashless.clock import now
from cashless.db.engine import transaction
from cashless.errors import Unavailable
from providers._protocol import Reply
from webhooks import inbox, refusals
from webhooks.receive import Received, unavailable
from webhooks.refusals import Refusal

CHANNEL = "cashless_arrival"
GROUP_MOST = 256
PATIENCE_SECONDS = 10.0
_RING_EVERY_SECONDS = 0.05
_LOOK_SECONDS = 1.0
_REFUSALS_MOST = 10_000
_ANNOUNCE = text("SELECT pg_notify(:channel, '')")
_log = logging.getLogger(__name__)

_Waiting = tuple[Received, "asyncio.Future[Reply]"]


@dataclass(slots=True)
class GroupWriter:
    """Keeps calls in groups. Start ``run`` once; await ``keep`` from any number of tasks."""

    engine: Engine
    _waiting: list[_Waiting] = field(default_factory=list)
    _unanswered: deque[tuple[float, _Waiting]] = field(default_factory=deque)
    _refused: list[Refusal] = field(default_factory=list)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "writer"))
    _owes_ring: bool = False
    _rung_seconds: float = 0.0

    async def keep(self, received: Received) -> Reply:
        """Keep a call and return the answer to give; the provider's word for "again" if we cannot.

        The answer is ready when the call is durable or when it certainly was not acknowledged.
        """
        ready: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        waiting = (received, ready)
        self._waiting.append(waiting)
        self._unanswered.append((time.monotonic() + PATIENCE_SECONDS, waiting))
        self._wake.set()
        return await ready

    def count(self, refusal: Refusal) -> None:
        """Count a call that was turned away; beyond 10,000 waiting ones the rest is dropped."""
        if len(self._refused) < _REFUSALS_MOST:
            self._refused.append(refusal)
            self._wake.set()

    async def run(self) -> None:
        """Write groups until cancelled; what waits then is still written."""
        patience = asyncio.create_task(self._lose_patience())
        try:
            while True:
                await self._woken()
                await self._write_group()
                self._ring()
        finally:
            patience.cancel()
            while self._waiting:
                await self._write_group()
            if self._owes_ring:
                self._thread.submit(self._announce)
            await asyncio.to_thread(self._thread.shutdown)

    async def _lose_patience(self) -> None:
        """Answer "again" to calls that have waited too long: one look a second for all of them."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            while self._unanswered and self._is_over(*self._unanswered[0]):
                self._unanswered.popleft()

    def _is_over(self, deadline_seconds: float, waiting: _Waiting) -> bool:
        """Tell whether a call has its answer; one past its deadline gets it now."""
        received, ready = waiting
        if not ready.done() and time.monotonic() >= deadline_seconds:
            ready.set_result(unavailable(received))
        return ready.done()

    async def _woken(self) -> None:
        """Wait for calls, but no longer than until an owed ring is due."""
        if not self._waiting:
            due = _RING_EVERY_SECONDS if self._owes_ring else None
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), due)
        self._wake.clear()

    async def _write_group(self) -> None:
        if not self._waiting and not self._refused:
            return
        group, self._waiting = self._waiting[:GROUP_MOST], self._waiting[GROUP_MOST:]
        refused, self._refused = self._refused, []
        received = [one for one, _ready in group]
        loop = asyncio.get_running_loop()
        written = loop.run_in_executor(self._thread, self._written, received, refused)
        # By callback and shielded: a group in the thread is answered even if we are cancelled.
        written.add_done_callback(partial(_answer, group))
        self._owes_ring = self._owes_ring or bool(group)
        await asyncio.shield(written)

    def _ring(self) -> None:
        """Wake the settler, at most every 50 ms; a ring that came too early stays owed.

        Another thread does it, so that the next group does not wait for it.
        """
        if self._owes_ring and time.monotonic() - self._rung_seconds >= _RING_EVERY_SECONDS:
            self._owes_ring, self._rung_seconds = False, time.monotonic()
            asyncio.get_running_loop().run_in_executor(None, self._announce)

    def _written(self, group: Sequence[Received], refused: Sequence[Refusal]) -> list[Reply]:
        """Write a group in the writer's thread; never raises, every call gets its answer."""
        try:
            return self._commit(group, refused)
        except Exception as error:  # noqa: BLE001  a fault of ours must not leave calls hanging
            return self._after_failure(group, refused, error)

    def _commit(self, group: Sequence[Received], refused: Sequence[Refusal]) -> list[Reply]:
        with transaction(self.engine) as db:
            replies = inbox.keep(db, group, now()) if group else ()
            refusals.count(db, refused)
        return list(replies)

    def _after_failure(
        self, group: Sequence[Received], refused: Sequence[Refusal], error: Exception
    ) -> list[Reply]:
        _log.warning("a group of %d calls was not written: %s", len(group), type(error).__name__)
        if not isinstance(error, Unavailable) and (len(group) > 1 or refused):
            return [reply for one in group for reply in self._written([one], ())]
        return [unavailable(one) for one in group]

    def _announce(self) -> None:
        try:
            with transaction(self.engine) as db:
                db.execute(_ANNOUNCE, {"channel": CHANNEL})
        except (DBAPIError, Unavailable):
            _log.warning("the settler was not woken; it looks again within a second")


def _answer(group: Sequence[_Waiting], written: "asyncio.Future[list[Reply]]") -> None:
    """Give each call of a written group its answer; a caller that went away gets none."""
    for (_one, ready), reply in zip(group, written.result(), strict=True):
        if not ready.done():
            ready.set_result(reply)
