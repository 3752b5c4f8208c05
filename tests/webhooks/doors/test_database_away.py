"""The database goes away and comes back: nothing is acknowledged meanwhile, nothing is lost."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cashless.app import create_app
from cashless.db import cluster, embedded, migrate, server
from cashless.db.engine import connect
from cashless.settings import Settings
from providers._protocol import Outcome
from tests.market import KEY, PROVIDERS, Market, account, credit, until
from tests.webhooks.doors.conftest import Door, FlaskDoor, environ
from tests.webhooks.doors.plain import sealed
from tests.webhooks.doors.served import Served, serving


@dataclass
class Outage:
    """A database of its own that can be stopped, with both doors over it."""

    settings: Settings
    market: Market
    served: Served
    flask_door: FlaskDoor

    def begin(self) -> None:
        """Stop the database server."""
        assert server.stop(cluster.at(self.settings))

    def end(self) -> None:
        """Start it again."""
        embedded.revive(self.settings)


@pytest.fixture(scope="module")
def outage(postgres_bin: Path | None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outage]:
    home, other = (tmp_path_factory.mktemp(name) for name in ("away", "serving"))
    settings = Settings(home=home, postgres_bin=postgres_bin)
    with embedded.running(settings) as url:
        migrate.upgrade(url)
        engine = connect(url)
        market = Market(engine)
        for provider in PROVIDERS:
            market.connect(provider)
            market.register(f"Chủ {provider}", account(provider))
        flask_door = FlaskDoor(create_app(engine, Settings(home=other, vault_key_given=KEY)))
        with serving(environ(other, url), other / "serve.log") as served:
            yield Outage(settings, market, served, flask_door)
        engine.dispose()


def doors(outage: Outage) -> tuple[Door, ...]:
    return outage.served, outage.flask_door


def test_while_the_database_is_away_every_provider_is_asked_to_send_again(
    outage: Outage,
) -> None:
    said = {name: (credit(name, 1), credit(name, 2)) for name in PROVIDERS}
    spoken = outage.market.connected
    for name in PROVIDERS:
        for door in doors(outage):
            assert _acknowledged(outage, door, name, credit(name, 9))
    before = outage.market.count("delivery", "payment")
    outage.begin()
    try:
        for name, notifications in said.items():
            for door, one in zip(doors(outage), notifications, strict=True):
                call = spoken[name].sign(one)
                wanted = spoken[name].protocol.acknowledge(
                    Outcome.UNAVAILABLE, call, spoken[name].secrets
                )
                assert door.post(spoken[name].token, call) == wanted
                assert wanted.status == 503
    finally:
        outage.end()
    assert outage.market.count("delivery", "payment") == before
    for name, notifications in said.items():
        for door, one in zip(doors(outage), notifications, strict=True):
            until(lambda args=(door, name, one): _acknowledged(outage, *args), 15)
    assert outage.market.count("payment") == (before[1] + 8,)


def test_what_is_refused_is_refused_with_and_without_a_database(outage: Outage) -> None:
    bank = outage.market.connected["agribank"]
    forged = sealed(bank, "agribank", "50000")
    forged = type(forged)("POST", "", "", forged.headers, forged.body + b" ", forged.received_at)
    for door in doors(outage):
        assert door.post(bank.token, forged).status == 401
    outage.begin()
    try:
        answers = [door.post(bank.token, forged) for door in doors(outage)]
        strangers = [door.post("x" * 32, forged) for door in doors(outage)]
    finally:
        outage.end()
    assert [(one.status, one.body) for one in answers] == [(401, b'{"success":false}')] * 2
    assert [one.status for one in strangers] == [503, 503]


def test_after_the_outage_the_books_are_whole(outage: Outage) -> None:
    until(lambda: _acknowledged(outage, outage.served, "momo", credit("momo", 77)), 15)
    until(lambda: outage.market.count("arrival") == (0,), 15)
    assert outage.market.broken() == {}


def _acknowledged(outage: Outage, door: Door, name: str, said: object) -> bool:
    spoken = outage.market.connected[name]
    call = spoken.sign(said)
    good = spoken.protocol.acknowledge(Outcome.STORED, call, spoken.secrets)
    return door.post(spoken.token, call) == good
