"""The embedded server starts with its first user and stops with its last."""

import os
import time

import pytest

from cashless.db import embedded
from cashless.errors import Conflict
from cashless.settings import Settings
from tests.cashless.db.programs import SERVING, Launcher, answers, keep, kept, server_pid


def test_the_first_program_starts_the_server_and_the_last_one_stops_it(
    home: Settings, launch: Launcher
) -> None:
    first = launch(home)
    url = first.line()
    second = launch(home)
    assert second.line() == url
    first.end()
    assert answers(url)
    second.end()
    assert not answers(url)


def test_one_program_may_use_it_twice_at_a_time(home: Settings) -> None:
    with embedded.running(home) as url:
        with embedded.running(home) as again:
            assert again == url
        assert answers(url)
    assert not answers(url)


def test_programs_that_start_together_in_an_empty_home_share_one_server(
    new_home: Settings, launch: Launcher
) -> None:
    programs = [launch(new_home) for _ in range(4)]
    urls = {program.line() for program in programs}
    assert len(urls) == 1
    for program in programs:
        program.end()
    assert not answers(urls.pop())


def test_a_forked_child_does_not_stop_the_server_of_its_parent(home: Settings) -> None:
    with embedded.running(home) as url:
        child = os.fork()
        if child == 0:
            # The child leaves the block as a worker does that ends by an exception.
            os._exit(_leave_by_exception(home))
        assert os.waitpid(child, 0)[1] == 0
        assert answers(url)


def _leave_by_exception(home: Settings) -> int:
    with pytest.raises(ZeroDivisionError), embedded.running(home):
        raise ZeroDivisionError
    return 0


def test_an_error_of_the_user_stops_the_server_too(home: Settings) -> None:
    with embedded.running(home) as url:
        pass
    with pytest.raises(ZeroDivisionError), embedded.running(home):
        raise ZeroDivisionError
    assert not answers(url)


def test_starting_an_existing_database_takes_less_than_a_second(home: Settings) -> None:
    # The best of three, because other programs may be busy meanwhile.
    assert min(seconds_to_start(home) for _ in range(3)) < 1


def seconds_to_start(home: Settings) -> float:
    begun = time.monotonic()
    with embedded.running(home):
        return time.monotonic() - begun


def test_what_was_kept_is_there_at_the_next_start(home: Settings) -> None:
    with embedded.running(home) as url:
        keep(url, 50_000)
    with embedded.running(home) as url:
        assert kept(url) == [50_000]


def test_a_second_server_of_the_same_home_is_refused_and_told_who_has_it(
    home: Settings, launch: Launcher
) -> None:
    program = launch(home, SERVING)
    assert program.line() == "serving"
    with pytest.raises(Conflict) as refusal, embedded.serving(home):
        pass
    assert refusal.value.code == "home_in_use"
    assert f"process {program.process.pid}:" in refusal.value.message
    assert f"tiến trình {program.process.pid} " in refusal.value.message_vi


def test_a_killed_server_no_longer_holds_its_home(home: Settings, launch: Launcher) -> None:
    program = launch(home, SERVING)
    assert program.line() == "serving"
    program.kill()
    with embedded.serving(home):
        assert (home.home / "serve.lock").read_text() == f"{os.getpid()}\n"


def test_serving_makes_the_home(new_home: Settings) -> None:
    with embedded.serving(new_home):
        assert new_home.home.stat().st_mode & 0o777 == 0o700


def test_reviving_a_running_server_changes_nothing(home: Settings) -> None:
    with embedded.running(home) as url:
        pid = server_pid(home.home)
        assert embedded.revive(home) == url
        assert server_pid(home.home) == pid
