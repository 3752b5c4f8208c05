"""A real server at its most talkative: all it says while people and strangers come is kept."""

import base64
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx

from tests.market import KEY, credit, until
from tests.stories.canary_birds import ACCOUNT, BIRDS
from tests.stories.canary_town import Town
from tests.stories.canary_walks import ALL

_PROGRAM: Final = """
import logging, sys
import uvicorn
from flask import request
from cashless import asgi, log
quiet, plain, made = log.install, uvicorn.Config, asgi.create_app
log.install = lambda name: quiet(name, logging.DEBUG)
uvicorn.Config = lambda app, **k: plain(app, **{**k, "access_log": True, "log_level": "debug"})
def with_a_fault(*given):
    app = made(*given)
    app.add_url_rule("/break", view_func=lambda: str(int(request.headers["x-value"])))
    return app
asgi.create_app = with_a_fault
asgi.main()
"""


@contextmanager
def talkative(url: str, folder: Path) -> Iterator[tuple[str, Path]]:
    """Run a server process on the town's database; yield its address and its log."""
    log, listening = folder / "serve.log", socket.create_server(("127.0.0.1", 0))
    number = listening.fileno()
    environ = {
        "CASHLESS_HOME": str(folder / "home"),
        "CASHLESS_DATABASE_URL": url,
        "CASHLESS_VAULT_KEY": base64.urlsafe_b64encode(KEY).decode(),
    }
    with log.open("wb") as said, listening:
        process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, str(number)],
            env={**os.environ, **environ},
            pass_fds=(number,),
            stdout=said,
            stderr=said,
        )
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}", log
        finally:
            process.terminate()
            process.wait(30)


def visit(town: Town, url: str, folder: Path) -> None:
    """Let everybody come to the server, and remember what it answered and said."""
    with talkative(url, folder) as (address, log):
        with httpx.Client(base_url=address, timeout=60) as client:
            _strangers(town, client)
            _providers(town, client)
            _listens(town, client)
        until(lambda: "/feed" in log.read_text())
    said = log.read_text()
    assert "builtins.ValueError" in said
    assert re.search(r'POST /webhooks/\S+ HTTP/1.1" 401', said)
    town.saw("log of the server", said)


def _strangers(town: Town, client: httpx.Client) -> None:
    everything = "\n".join(ALL).encode()
    answers = [
        client.get("/break", headers={"x-value": base64.b64encode(everything).decode()}),
        client.get("/break", headers={"x-value": ACCOUNT + "x"}),
        client.post("/sign-in", data={"contact": BIRDS["contact"][0], "password": ALL[0]}),
        client.post("/webhooks/notoken", content=everything),
        client.post("/api/v1/orders", content=everything),
        client.request("TRACE", "/", content=everything),
        client.get(f"/my/{town.things['merchant']}", headers={"cookie": f"x={ACCOUNT}"}),
    ]
    for one in answers:
        town.saw("error of the server", one.text + str(one.headers))


def _providers(town: Town, client: httpx.Client) -> None:
    """Tell of a payment truly, forged, in pieces, and of nothing that can be read."""
    connected = town.market.connect("agribank")
    true = connected.sign(credit("agribank", 77, account=ACCOUNT, memo=BIRDS["memo"][0]))
    path, headers = f"/webhooks/{connected.token}", dict(true.headers)
    for body in (true.body, true.body + b" ", true.body[:-9], "\n".join(ALL).encode()):
        answer = client.post(path, content=body, headers=headers)
        town.saw("answer to a provider", answer.text + str(answer.headers))


def _listens(town: Town, client: httpx.Client) -> None:
    """Open a feed, hear its first words, and leave."""
    path = f"/m/{town.things['merchant']}/{town.things['seal']}/feed"
    with client.stream("GET", path) as feed:
        assert next(feed.iter_lines()) == "retry: 2000"
