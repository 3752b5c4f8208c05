"""People over the shared market: one of each role, ready to sign in."""

from tests.market import market, market_engine, market_url
from tests.people import crowd, long_waits

__all__ = ["crowd", "long_waits", "market", "market_engine", "market_url"]
