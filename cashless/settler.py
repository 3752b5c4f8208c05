"""The settle process: settle whatever has arrived, as soon as it is told, and every second anyway.

It holds no state. It may be killed at any moment and started again, and any number of them may run:
the rows in ``arrival`` say what is left to do (``webhooks.settle``).
"""

import logging
import os
import signal
import threading
import time
from datetime import date
from types import FrameType

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from cashless import log
from cashless.access import tidying
from cashless.clock import business_date, now
from cashless.db.engine import connect, transaction
from cashless.db.listen import listen
from cashless.db.partitions import ensure_months
from cashless.errors import Problem
from cashless.ledger import publishing
from cashless.parent import end_with_parent
from cashless.settings import load, root_key
from merchants import onboarding
from webhooks.group import CHANNEL
from webhooks.settle import drain

_BUSY = 10
"""Payments in one go from which the market counts as busy."""
_GATHER_SECONDS = 0.04
_log = logging.getLogger(__name__)


class Settler:
    """Settles when it hears of arrivals; keeps next month's partitions ready, and signs each day.

    Once a day it removes the drafts of registrations whose time is over, and every hour what access
    keeps only for a while.

    ``seed`` is the key of the roots over the books; without one none is published.
    """

    def __init__(self, engine: Engine, seed: bytes | None = None) -> None:
        """Remember the engine; nothing is read yet."""
        self._engine = engine
        self._seed = seed
        self._month = ""
        self._day: date | None = None
        self._swept: date | None = None
        self._hour = ""

    def heard(self, _channel: str, _payload: str) -> None:
        """Settle everything that waits. A database that is away is tried again at the next call."""
        try:
            self._prepare_month()
            done = drain(self._engine)
            self._publish_root()
            self._purge_drafts()
            self._tidy()
        except (Problem, DBAPIError) as error:
            _log.warning("settling pauses: %s", log.outline(error))
        else:
            self._gather(done.payments)

    def _gather(self, settled: int) -> None:
        """Let a busy market's next payments gather: larger batches cost less for each.

        A payment that comes alone is settled at once and hears nothing of this pause.
        """
        if settled >= _BUSY:
            time.sleep(_GATHER_SECONDS)

    def _prepare_month(self) -> None:
        today = business_date(now())
        month = today.strftime("%Y-%m")
        if month != self._month:
            with transaction(self._engine) as db:
                ensure_months(db, today)
            self._month = month

    def _tidy(self) -> None:
        """Forget once an hour what access keeps only for a while."""
        hour = now().strftime("%Y-%m-%dT%H")
        if hour != self._hour:
            with transaction(self._engine) as db:
                tidying.tidy(db)
            self._hour = hour

    def _publish_root(self) -> None:
        """Publish the root over all books once a day."""
        at = now()
        if self._seed is None or self._day == business_date(at):
            return
        with transaction(self._engine) as db:
            made = publishing.publish_daily(db, self._seed, at)
        if made is not None:
            _log.info("root %d over the books: %s", made.told["number"], made.told["root"])
        self._day = business_date(at)

    def _purge_drafts(self) -> None:
        """Remove drafts that are too old, at the start and once a day."""
        at = now()
        if self._swept == business_date(at):
            return
        with transaction(self._engine) as db:
            gone = onboarding.purge(db, at)
        if gone:
            _log.info("%d drafts of registrations were removed: their time is over", gone)
        self._swept = business_date(at)


def follow(url: str, stop: threading.Event, seed: bytes | None = None) -> None:
    """Settle until ``stop`` is set; with the key of the roots also publish them."""
    engine = connect(url, pool_size=2)
    settler = Settler(engine, seed)
    try:
        listen(url, [CHANNEL], settler.heard, stop)
    finally:
        engine.dispose()


def _seed() -> bytes | None:
    """Return the key of the roots; without it payments are settled all the same."""
    try:
        return root_key(load())
    except (Problem, OSError) as error:
        _log.error("no root over the books will be published: %s", error)
        return None


def main() -> None:
    """Run as a process of ``cashless serve``; the database's address is in the environment."""
    log.install("settle")
    end_with_parent()
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    follow(os.environ["CASHLESS_DATABASE_URL"], stop, _seed())


if __name__ == "__main__":
    main()
