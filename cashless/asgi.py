"""The one server: the fast webhook door, the live feeds, and Flask for everything else.

A process of ``cashless serve``. The webhook door and the feeds are dispatched before Flask, because
they live on the event loop: the door commits for many calls at once, and an open feed must not hold
a thread. Pages and the API go through Flask in a pool of threads.
"""

import asyncio
import contextlib
import logging
import os
import socket
import sys
import threading
from typing import Any

import uvicorn
from a2wsgi import WSGIMiddleware
from sqlalchemy import Engine

from cashless import log
from cashless.app import create_app
from cashless.db.engine import connect
from cashless.db.listen import listen
from cashless.errors import Problem
from cashless.parent import end_with_parent
from cashless.settings import Settings, load, vault_key
from cashless.web.feed import Feed
from cashless.web.signed_in import cookie_of
from webhooks import directory, notify
from webhooks.directory import Directory
from webhooks.door import PREFIX, Door, Receive, Scope, Send
from webhooks.group import GroupWriter

_FLASK_THREADS = 8
_POOL = 14
_log = logging.getLogger(__name__)


class Server:
    """The ASGI application of one process and what it keeps running beside it."""

    def __init__(self, settings: Settings, url: str) -> None:
        """Build the doors; nothing runs before the lifespan starts."""
        key = vault_key(settings)
        self._url = url
        self._engine: Engine = connect(url, pool_size=_POOL)
        self._directory = Directory(self._engine, key)
        self._writer = GroupWriter(self._engine)
        self._door = Door(self._directory, self._writer)
        self._feed = Feed(self._engine, key, cookie_of(settings.base_url))
        # The bridge's types name neither Flask's environ nor our scope; both are plain mappings.
        flask: Any = create_app(self._engine, settings)
        self._flask: Any = WSGIMiddleware(flask, workers=_FLASK_THREADS)
        self._stop = threading.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Dispatch one connection."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["path"].startswith(PREFIX):
            await self._door(scope, receive, send)
        elif scope["path"].endswith("/feed"):
            await self._feed(scope, receive, send)
        else:
            await self._flask(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self._loop = asyncio.get_running_loop()
        self._directory.reload()
        writer = asyncio.create_task(self._writer.run())
        ears = threading.Thread(target=self._listen, name="listen", daemon=True)
        ears.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._stop.set()
        writer.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await writer
        await asyncio.to_thread(ears.join, 3)
        self._engine.dispose()
        await send({"type": "lifespan.shutdown.complete"})

    def _listen(self) -> None:
        channels = (directory.CHANNEL, notify.CHANNEL)
        listen(self._url, channels, self._heard, self._stop)

    def _heard(self, channel: str, payload: str) -> None:
        """Run in the listening thread: reload the directory, or hand messages to the feeds."""
        try:
            if channel in {"", directory.CHANNEL}:
                self._directory.reload()
            if channel in {"", notify.CHANNEL}:
                self._feed.tell(self._loop, payload)
            if channel == "tick":
                self._feed.end_over(self._loop)
        except Problem as problem:
            _log.warning("what was heard is tried again later: %s", problem.message)


def main() -> None:
    """Serve on the listening socket that ``cashless serve`` hands over by its number."""
    log.install("serve")
    end_with_parent()
    listening = socket.socket(fileno=int(sys.argv[1]))
    settings = load()
    app = Server(settings, os.environ["CASHLESS_DATABASE_URL"])
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        lifespan="on",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        # Whoever calls may write any address into a header: only named proxies are believed.
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=3,
        limit_concurrency=4000,
        backlog=2048,
    )
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
