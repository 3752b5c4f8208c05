"""A pid file outlives its process, and its number may come back as somebody else's."""

import os
import subprocess
import time

from cashless.db import cluster, embedded, home_lock, orphans, server
from cashless.settings import Settings
from tests.cashless.db.programs import answers, kept
from tests.market import until


def test_a_pid_file_that_names_a_strange_process_is_forgotten(home: Settings) -> None:
    with embedded.running(home) as url:
        pid_file = home.home / "postgres" / "postmaster.pid"
        old = pid_file.read_text()
    until(lambda: not pid_file.exists(), 60)  # on a busy machine it is stopping still
    ours = cluster.at(home)
    stranger = subprocess.Popen(ours.user.command(["sleep", "60"], ()))
    try:
        _write_as(ours, old.replace(old.split()[0], str(stranger.pid), 1))
        begun = time.monotonic()
        with embedded.running(home) as url:
            assert kept(url) == []
        assert time.monotonic() - begun < 15
    finally:
        stranger.kill()
        stranger.wait()


def test_the_pid_file_stays_while_a_process_works_in_the_data(home: Settings) -> None:
    ours = cluster.at(home)
    worker = subprocess.Popen(ours.user.command(["sleep", "60"], (ours.data,)), cwd=ours.data)
    try:
        _write_as(ours, f"{worker.pid}\n{ours.data}\n")
        orphans.forget(ours)
        assert (ours.data / "postmaster.pid").exists()
    finally:
        worker.kill()
        worker.wait()
        (ours.data / "postmaster.pid").unlink()


def test_a_dead_server_nobody_has_asked_about_is_forgotten_beside_other_users(
    home: Settings,
) -> None:
    ours = cluster.at(home)
    dead = subprocess.Popen(ours.user.command(["sleep", "60"], ()))
    dead.kill()
    try:
        _write_as(ours, f"{dead.pid}\n{ours.data}\n")
        with home_lock.users(ours.home) as others:
            others.join()
            with embedded.running(home) as url:
                assert kept(url) == []
            assert answers(url)
            assert server.stop(ours)
    finally:
        dead.wait()


def test_children_are_left_alone_while_their_server_lives(home: Settings) -> None:
    with embedded.running(home) as url:
        orphans.end(cluster.at(home))
        assert kept(url) == []


def _write_as(ours: cluster.Cluster, text: str) -> None:
    path = ours.data / "postmaster.pid"
    path.write_text(text)
    os.chown(path, ours.user.uid, ours.user.gid)
    path.chmod(0o600)
