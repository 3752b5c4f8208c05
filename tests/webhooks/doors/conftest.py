"""Both doors, a real server and the Flask route, over a market database of their own."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest
from flask import Flask
from sqlalchemy import Engine

from cashless.app import create_app
from cashless.settings import Settings
from cashless.web.headers import _ALWAYS
from providers._protocol import Delivery, Reply
from tests.market import KEY, Market, market, market_engine, market_url
from tests.webhooks.doors.served import Served, path, serving

__all__ = ["market", "market_engine", "market_url"]

# What a server or the application adds to every answer is no part of the provider's answer.
_ADDED = {"cache-control", "content-length", "date", *(name.lower() for name in _ALWAYS)}


class Door(Protocol):
    """Whatever a provider can post to."""

    def post(self, token: str, delivery: Delivery) -> Reply: ...


@dataclass
class FlaskDoor:
    """The Flask route behind Werkzeug's test client."""

    app: Flask

    def post(self, token: str, delivery: Delivery) -> Reply:
        """Deliver a call without a server."""
        said = self.app.test_client().open(
            path(token, delivery),
            method=delivery.method,
            headers=list(delivery.headers),
            data=delivery.body,
        )
        headers = ((name.lower(), value) for name, value in said.headers)
        kept = tuple(pair for pair in headers if pair[0] not in _ADDED)
        return Reply(said.status_code, kept, said.data)


@pytest.fixture(scope="session")
def served(market_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Run a real ``cashless serve`` on the shared database."""
    home = tmp_path_factory.mktemp("served")
    with serving(environ(home, market_url), home / "serve.log") as running:
        yield running


@pytest.fixture(scope="session")
def flask_door(market_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> FlaskDoor:
    """Give the Flask route on the shared database."""
    settings = Settings(home=tmp_path_factory.mktemp("flask"), vault_key_given=KEY)
    return FlaskDoor(create_app(market_engine, settings))


@pytest.fixture(params=["asyncio", "flask"])
def door(request: pytest.FixtureRequest) -> Door:
    """Give each form of the door in turn."""
    return request.getfixturevalue({"asyncio": "served", "flask": "flask_door"}[request.param])


def refused(market: Market) -> list[tuple[object, ...]]:
    """Return the counters of calls turned away at this market's connections.

    Calls to no connection are left out: the server counts them after it has answered, so one of an
    earlier test may be written only now.
    """
    return market.rows(
        "SELECT connection_id, reason, count FROM refusal"
        " WHERE connection_id IN (SELECT id FROM connection) ORDER BY 1, 2"
    )


def refused_for_nobody(market: Market) -> int:
    """Return how many calls to an address that does not exist were counted so far."""
    counted = market.rows("SELECT sum(count) FROM refusal WHERE connection_id = 0")
    return int(counted[0][0] or 0)


def environ(home: Path, url: str) -> dict[str, str]:
    """Return the settings of a server on that database, with the tests' vault key."""
    return {
        "CASHLESS_HOME": str(home),
        "CASHLESS_DATABASE_URL": url,
        "CASHLESS_VAULT_KEY": base64.urlsafe_b64encode(KEY).decode(),
    }
