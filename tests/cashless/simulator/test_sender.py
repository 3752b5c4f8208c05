"""The sender: only to this machine, again until answered, and never silent about an answer."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from cashless.errors import Invalid, Unavailable
from cashless.simulator.sender import Journal, Pace, Post, Saying, Target, local, require_open, send
from providers._protocol import Delivery, Reply
from tests.cashless.simulator.scenery import END

GOOD = Reply(200, (), b"kept")
HEADERS = (("content-type", "application/json"),)


@contextmanager
def door(statuses: list[int]) -> Iterator[tuple[Target, list[bytes]]]:
    """Run a door that gives these answers in turn, then 200; yield it and the bodies it heard."""
    heard: list[bytes] = []

    class Answer(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            heard.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(statuses.pop(0) if statuses else 200)
            self.send_header("content-length", "4")
            self.end_headers()
            self.wfile.write(b"kept")

        def log_message(self, *_args: object) -> None:
            """Keep the test's output clean."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Target("127.0.0.1", server.server_port), heard
        server.shutdown()


def posts(count: int, good: Reply = GOOD) -> list[Post]:
    """Return calls whose bodies are their numbers."""
    sayings = [
        Saying("/w", Delivery("POST", "", "", HEADERS, str(n).encode(), END), (good,))
        for n in range(count)
    ]
    return [Post("momo", "", lambda saying=saying: saying) for saying in sayings]  # type: ignore[misc]  bound early


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:9", "http://127.8.9.1/x"]
)
def test_this_machine_may_be_named_in_many_ways(url: str) -> None:
    assert local(url).port


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1:8080",
        "http://example.vn",
        "http://127.0.0.1.example.vn",
        "http://localhost@example.vn:80",
        "https://127.0.0.1",
        "ftp://127.0.0.1",
        "http://0.0.0.0:80",
        "http://127.0.0.1:99999",
        "http://[::1",
        "127.0.0.1:8080",
        "",
    ],
)
def test_any_other_machine_is_refused(url: str) -> None:
    with pytest.raises(Invalid) as refused:
        local(url)
    assert refused.value.code == "target_not_local"


def test_every_call_is_made_once_and_its_answer_kept() -> None:
    journal = Journal()
    with door([]) as (target, heard):
        send(target, posts(50), journal, Pace())
    assert sorted(heard, key=int) == [str(n).encode() for n in range(50)]
    assert (len(journal.sent), journal.unexpected, journal.by_provider()) == (50, [], {"momo": 50})


def test_a_call_is_made_again_until_it_is_acknowledged() -> None:
    journal = Journal()
    with door([503, 500, 503]) as (target, heard):
        send(target, posts(1), journal, Pace())
    assert heard == [b"0"] * 4
    assert [(one.attempts, one.is_good) for one in journal.sent] == [(4, True)]


def test_an_answer_that_was_not_planned_is_told_and_not_repeated() -> None:
    journal = Journal()
    with door([404]) as (target, heard):
        send(target, posts(1), journal, Pace())
    assert [(one.status, one.is_good) for one in journal.sent] == [(404, False)]
    assert len(heard) == len(journal.unexpected) == 1


def test_the_right_status_with_other_words_is_not_a_good_answer() -> None:
    journal = Journal()
    with door([]) as (target, _heard):
        send(target, posts(1, Reply(200, (), b"other")), journal, Pace())
    assert len(journal.unexpected) == 1


def test_calls_are_not_made_faster_than_the_rate() -> None:
    begun = time.monotonic()
    with door([]) as (target, _heard):
        send(target, posts(11), Journal(), Pace(50))
    assert time.monotonic() - begun >= 10 / 50


def test_stopping_ends_the_sending() -> None:
    pace = Pace(1)
    threading.Timer(0.2, pace.stop.set).start()
    begun = time.monotonic()
    with door([]) as (target, heard):
        send(target, posts(100), Journal(), pace)
    assert time.monotonic() - begun < 5
    assert len(heard) < 20


def test_a_door_where_nobody_listens_is_told_at_once() -> None:
    with door([]) as (target, _heard):
        require_open(target)
    with pytest.raises(Unavailable) as refused:
        require_open(target)
    assert refused.value.code == "door_silent"
