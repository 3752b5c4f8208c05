"""People over the shared market: one of each role, ready to sign in."""

from tests.market import market, market_engine, market_url
from tests.people import crowd

__all__ = ["crowd", "market", "market_engine", "market_url"]
