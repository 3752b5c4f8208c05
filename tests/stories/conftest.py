"""The shared market, its people and the application, for stories that look at all of it."""

import pytest
from flask import Flask
from sqlalchemy import Engine

from cashless.app import create_app
from cashless.settings import Settings
from tests.market import KEY, market, market_engine, market_url
from tests.people import crowd

__all__ = ["crowd", "market", "market_engine", "market_url"]


@pytest.fixture(scope="session")
def app(market_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application on the database that these stories share; it keeps no state."""
    home = tmp_path_factory.mktemp("home")
    return create_app(market_engine, Settings(home=home, vault_key_given=KEY))
