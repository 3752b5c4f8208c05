"""The application over the shared market: a client, a live server, a browser that tells tales."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request
from werkzeug.serving import make_server

from cashless.access.page_seal import seal
from cashless.app import create_app
from cashless.clock import now
from cashless.commands.screenshots import browser
from cashless.settings import Settings
from merchants.orders import Order
from merchants.register import Merchant
from merchants.stands import Stand
from tests.cashless.web.hanging import hung_up
from tests.market import KEY, Market, credit, market, market_engine, market_url
from tests.tools import require

__all__ = ["market", "market_engine", "market_url"]


@pytest.fixture
def stand(market: Market) -> Stand:
    """The stand of Chị Tư."""
    return hung_up(market)


@pytest.fixture
def app(market: Market, tmp_path: Path) -> Flask:
    """The application on the market's database."""
    return create_app(market.engine, Settings(home=tmp_path, vault_key_given=KEY))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client without scripts."""
    return app.test_client()


@pytest.fixture
def live(app: Flask) -> Iterator[str]:
    """Address of a real server of the application, without live feeds."""
    with serving(app) as address:
        yield address


@contextmanager
def serving(app: Flask, port: int = 0) -> Iterator[str]:
    """Serve an application on a port, a free one if none is named; yield its address."""
    server = make_server("127.0.0.1", port, _at_once(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _at_once(app: Flask) -> Callable[..., Iterable[bytes]]:
    """Read an answer whole and close it before it is sent.

    Werkzeug leaves a file open when the browser hangs up while it is being sent.
    """

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        with closing(app(environ, start)) as parts:
            return [b"".join(parts)]

    return answer


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A real headless browser."""
    require("chromium")
    with browser() as made:
        yield made


@dataclass
class Visitor:
    """Somebody with a browser; whatever the browser complains of is kept."""

    context: BrowserContext
    complaints: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def open(self, address: str) -> Page:
        """Open a page and listen to all it says and asks for."""
        page = self.context.new_page()
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._asked)
        page.goto(address)
        return page

    def hear_out(self) -> None:
        """Let the browser say what it has not said yet."""
        for page in self.context.pages:
            page.wait_for_timeout(100)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def _asked(self, request: Request) -> None:
        self.hosts.add(urlsplit(request.url).hostname or request.url)


Visiting = Callable[..., Visitor]


@pytest.fixture
def visiting(chromium: Browser) -> Iterator[Visiting]:
    """Make visitors; none of them may hear a complaint or be sent to another host."""
    visitors: list[Visitor] = []

    def make(width: int = 360, **more: object) -> Visitor:
        size = {"width": width, "height": 640}
        visitors.append(Visitor(chromium.new_context(viewport=size, locale="vi-VN", **more)))
        return visitors[-1]

    yield make
    for visitor in visitors:
        visitor.hear_out()
        visitor.context.close()
        assert visitor.complaints == []
        assert visitor.hosts <= {"127.0.0.1"}


def page_of(merchant: Merchant) -> str:
    """Return the path of a merchant's page."""
    return f"/m/{merchant.code}/{seal(KEY, merchant.code, merchant.page_version)}"


def pay(market: Market, amount: int, order: Order | None = None) -> None:
    """Let the amount reach the market's account, for the order if one is given, and settle."""
    number = market.count("payment")[0] + 1
    memo = f"chuyen tien {order.code}" if order else ""
    said = credit("agribank", number, amount=amount, memo=memo, occurred_at=now())
    market.hear("agribank", said)
    market.settle()
