"""The shared market database for the tests of this folder."""

from tests.market import market, market_engine, market_url

__all__ = ["market", "market_engine", "market_url"]
