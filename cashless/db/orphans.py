"""Processes that outlive the server they belong to, and numbers that outlive a process.

After ``kill -9`` of the server its children go on while their clients keep
them busy, and PostgreSQL rightly refuses to start beside them. The server
would have ended them, so we do it in its stead.

Its two lock files, in the data directory and beside the socket, keep its
process number. When the number belongs to another program of the same user by
then (usual after the restart of a container), or to a dead process that nobody
has asked about, PostgreSQL would refuse to start for as long as that lasts.

What belongs to a cluster is seen in /proc: the server and its children work in
the data directory. Where there is no /proc nothing is done here.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from os.path import samestat
from pathlib import Path
from typing import Final

from cashless.db.cluster import Cluster

_PROC: Final = Path("/proc")


def end(cluster: Cluster) -> None:
    """Ask the children of a dead server to end, and forget a server that is surely dead.

    Does nothing while the server lives. A zombie is dead: it waits only for
    its parent, which in a container may never ask.
    """
    workers = {int(process.name): process for process in _at_work(cluster)}
    server = _server_number(cluster)
    if server in workers:
        return
    for number, process in workers.items():
        if _status(process, "Name") == "postgres":
            _ask_to_end(number)
    if not workers and _status(_PROC / str(server), "State").startswith("Z"):
        _remove_lock_files(cluster)


def forget(cluster: Cluster) -> None:
    """Forget a server if no process works in its data directory.

    Call this only when nobody else uses the home and no server answers.
    """
    if (_PROC / "self" / "cwd").exists() and not any(_at_work(cluster)):
        _remove_lock_files(cluster)


def _at_work(cluster: Cluster) -> Iterator[Path]:
    """Yield the /proc folders of processes in the data directory; in doubt they are there."""
    data = cluster.data.stat()
    for process in _PROC.glob("[0-9]*"):
        try:
            # The folder itself is compared: in a container its path may be another.
            if samestat((process / "cwd").stat(), data):
                yield process
        except PermissionError:
            if process.exists() and process.stat().st_uid == cluster.user.uid:
                yield process
        except OSError:
            continue  # It ended while we looked.


def _server_number(cluster: Cluster) -> int | None:
    try:
        return int(cluster.lock_files[0].read_text(encoding="utf-8").split()[0])
    except (OSError, ValueError, IndexError):
        return None


def _status(process: Path, field: str) -> str:
    """Read one field of a process; empty when it is gone."""
    try:
        lines = (process / "status").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    found = [line.partition(":")[2].strip() for line in lines if line.startswith(f"{field}:")]
    return found[0] if found else ""


def _ask_to_end(number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(number, signal.SIGTERM)


def _remove_lock_files(cluster: Cluster) -> None:
    for file in cluster.lock_files:
        file.unlink(missing_ok=True)
