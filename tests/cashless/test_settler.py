"""The settle process keeps house beside settling."""

from datetime import timedelta

import pytest

from cashless import settler
from cashless.clock import now
from cashless.settler import Settler
from merchants.onboarding import KEEP
from tests.market import Market, market, market_engine, market_url
from tests.merchants.registering import Office, open_market

__all__ = ["market", "market_engine", "market_url"]


def test_drafts_that_are_too_old_are_removed_once_a_day(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_market(market)
    Office(market).fill()
    process = Settler(market.engine)
    process.heard("", "")
    assert market.count("registration_draft") == (3,)
    for later in (KEEP, KEEP + timedelta(days=1)):
        monkeypatch.setattr(settler, "now", lambda later=later: now() + later)
        process.heard("", "")
        assert market.count("registration_draft") == (0,)
    assert market.rows("SELECT count(*) FROM registration_step WHERE step = 'purged'") == [(1,)]
