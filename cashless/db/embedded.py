"""The database server that the program starts by itself.

Whoever needs it first starts it, whoever comes later joins, the last one out
stops it. Programs of one home count themselves by locks (``home_lock``), so
one that dies by ``kill -9`` is no longer counted, and a server it left behind
is joined by the next one.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

from cashless.db import cluster, home_lock, server
from cashless.settings import Settings

_log = logging.getLogger(__name__)


@contextmanager
def running(settings: Settings) -> Iterator[str]:
    """Yield the address of the home's database for as long as it is used.

    Starting an existing database takes about 0.2 seconds, making one about 1.5.
    Raises Forbidden, Conflict or Unavailable with a sentence when the home or
    the programs do not serve (see ``cluster.at`` and ``server.up``).
    """
    ours = cluster.at(settings)
    process = os.getpid()
    with home_lock.users(ours.home) as users:
        with home_lock.starting(ours.home):
            if users.alone():
                server.clean_up(ours)
            users.join()
        try:
            yield _up(ours)
        finally:
            # A forked child shares our part of the lock, and is not the one to give it up.
            if os.getpid() == process:
                _leave(ours, users)


@contextmanager
def serving(settings: Settings) -> Iterator[None]:
    """Be the one program that serves this home.

    Raises Conflict("home_in_use"), naming the process that is, for the second.
    """
    with home_lock.serving(cluster.prepared(settings.home)):
        yield


def revive(settings: Settings) -> str:
    """Start the server again if it has died; return its address.

    For a program inside ``running`` that gets no answer any more. Does nothing
    to a server that runs. Raises what ``running`` raises.
    """
    return _up(cluster.at(settings))


def _up(ours: cluster.Cluster) -> str:
    with home_lock.starting(ours.home):
        return server.up(ours)


def _leave(ours: cluster.Cluster, users: home_lock.Users) -> None:
    with home_lock.starting(ours.home):
        if users.alone() and not server.stop(ours):
            _log.warning("the database in %s has not stopped; the next start joins it", ours.home)
