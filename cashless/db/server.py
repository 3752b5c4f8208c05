"""The running server of a cluster: up, down, and what a crash leaves behind.

Whether it runs is asked at its socket, never concluded from a process number.
After ``kill -9`` of the program the server lives on and is simply there. After
``kill -9`` of the server the start is tried again until its last children are
gone (``orphans``).

Call everything here while start.lock is held.
"""

import os
import time
from typing import Final

import psycopg
from psycopg.pq import PGconn, Ping

from cashless.db import data_directory, orphans
from cashless.db.cluster import DATABASE, PORT, ROLE, Cluster
from cashless.errors import Forbidden, Unavailable

# A server in recovery answers that it is not ready; one that lingers does not answer at all.
_PATIENCE_SECONDS: Final = {Ping.REJECT: 300.0, Ping.NO_RESPONSE: 30.0, Ping.NO_ATTEMPT: 0.0}
_START_SECONDS: Final = 300
_STOP_SECONDS: Final = 60
_PAUSE_SECONDS: Final = 0.2
_LOG_BYTES: Final = 16 * 1024 * 1024
_TAIL_BYTES: Final = 600


def up(cluster: Cluster) -> str:
    """Start the server if it does not run; return the address of its database.

    Raises Unavailable("database_not_started") with the server's own last words
    when it does not come up: at once for a cause that stays, after 30 seconds
    for what a crash left behind, after 5 minutes of recovery.
    """
    if not cluster.data.exists():
        data_directory.create(cluster)
    begun = time.monotonic()
    while (state := _ping(cluster)) is not Ping.OK:
        if time.monotonic() - begun > _PATIENCE_SECONDS[state]:
            raise _not_started(cluster)
        if state is Ping.REJECT:
            time.sleep(_PAUSE_SECONDS)
        else:
            _try_to_start(cluster)
    _ensure_database(cluster)
    return cluster.url


def stop(cluster: Cluster) -> bool:
    """Stop the server and wait for its end; False if it has not come."""
    stopping = ("stop", "-D", cluster.data.name, "-m", "fast", "-w", "-t", str(_STOP_SECONDS))
    return cluster.run("pg_ctl", *stopping, seconds=_STOP_SECONDS * 2).returncode == 0


def clean_up(cluster: Cluster) -> None:
    """Clear away what a crash left behind; only when nobody else uses the home."""
    if _left_behind(cluster) and _ping(cluster) is Ping.NO_RESPONSE:
        orphans.forget(cluster)


def _try_to_start(cluster: Cluster) -> None:
    """Start it once; a failure that no crash explains is final."""
    if _start(cluster):
        return
    if not _left_behind(cluster):
        raise _not_started(cluster)
    orphans.end(cluster)
    time.sleep(_PAUSE_SECONDS)


def _start(cluster: Cluster) -> bool:
    data_directory.configure(cluster)
    if cluster.log.exists() and cluster.log.stat().st_size > _LOG_BYTES:
        cluster.log.replace(cluster.log.with_suffix(".log.1"))
    durable = " ".join(f"-c {name}={value}" for name, value in data_directory.DURABLE.items())
    log = str(cluster.log.relative_to(cluster.home))
    waiting = ("-w", "-t", str(_START_SECONDS), "-s", "-l", log, "-o", durable)
    starting = ("start", "-D", cluster.data.name, *waiting)
    return cluster.run("pg_ctl", *starting, seconds=_START_SECONDS * 2).returncode == 0


def _left_behind(cluster: Cluster) -> bool:
    """Tell whether a server that ended by a crash has left its lock files."""
    return any(file.exists() for file in cluster.lock_files)


def _ping(cluster: Cluster) -> Ping:
    """Ask at the socket, as pg_isready does."""
    return Ping(PGconn.ping(f"{_place(cluster)} connect_timeout=5".encode()))


def _ensure_database(cluster: Cluster) -> None:
    """Make our database in a new cluster, and see that we are let in."""
    try:
        with psycopg.connect(_place(cluster), autocommit=True) as connection:
            known = "SELECT FROM pg_database WHERE datname = %s"
            if connection.execute(known, (DATABASE,)).rowcount == 0:
                connection.execute(f"CREATE DATABASE {DATABASE}")
    except psycopg.OperationalError as error:
        reason = str(error).strip()[-_TAIL_BYTES:]
        raise Forbidden(
            "database_closed_to_us",
            f"The running database in {cluster.home} does not let {_us()} in: {reason}",
            f"Cơ sở dữ liệu đang chạy trong {cluster.home} không cho {_us()} vào: {reason}",
        ) from error


def _place(cluster: Cluster) -> str:
    return f"host={cluster.sockets} port={PORT} user={ROLE} dbname=postgres"


def _us() -> str:
    return f"user number {os.geteuid()}"


def _not_started(cluster: Cluster) -> Unavailable:
    """Say so with the end of the server's log, which names the cause."""
    try:
        words = cluster.log.read_bytes()[-_TAIL_BYTES:].decode(errors="replace").strip()
    except OSError:
        words = "?"
    return Unavailable(
        "database_not_started",
        f"The database in {cluster.home} did not start. The last words in {cluster.log}: {words}",
        f"Cơ sở dữ liệu trong {cluster.home} không khởi động. Cuối {cluster.log} ghi: {words}",
    )
