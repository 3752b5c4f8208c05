"""The campaign about orders of events, small: the same days in every run."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from bench.any_order import run
from bench.any_order_days import World
from cashless.db.engine import connect
from tests.market import Market, market_engine, market_url

__all__ = ["market_engine", "market_url"]


@pytest.fixture
def world(market_url: str, market_engine: Engine, database_url: str) -> Iterator[World]:
    """The shared market, and an empty database to rebuild in."""
    twin = connect(database_url, app_role=False)
    yield World(Market(market_engine), market_url, twin)
    twin.dispose()


def test_days_in_any_order_end_with_the_same_books(world: World) -> None:
    run(world, None, examples=10, steps=25)
    assert world.done["days"] >= 10
    assert world.done["rebuilt entries"] > 0
