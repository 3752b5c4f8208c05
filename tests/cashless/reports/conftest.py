"""The shared market database."""

from tests.market import market, market_engine, market_url

__all__ = ["market", "market_engine", "market_url"]
