"""The settle process keeps house beside settling."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from cashless import settler
from cashless.access import api_keys, devices, replies
from cashless.clock import now
from cashless.db.engine import transaction
from cashless.settler import Settler
from merchants.onboarding import KEEP
from tests.market import Market, market, market_engine, market_url
from tests.merchants.registering import Office, open_market
from tests.people import Crowd, crowd

__all__ = ["crowd", "market", "market_engine", "market_url"]


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


def test_replies_of_the_api_are_forgotten_within_an_hour_of_their_time(
    market: Market, crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction(market.engine) as db:
        secret = api_keys.add(db, crowd.everybody["owner"].id, "quầy 1", ["orders"], 1)
        key = devices.find(db, secret, is_key=True)
        assert key is not None
        replies.once(db, (key.id, "order-0001"), "x", lambda: (201, "{}"))
    process = Settler(market.engine)
    process.heard("", "")
    with transaction(market.engine) as db:
        db.execute(text("UPDATE kept_reply SET at = at - interval '73 hours'"))
    process.heard("", "")
    assert market.count("kept_reply") == (1,)
    monkeypatch.setattr(settler, "now", lambda: now() + timedelta(hours=1))
    process.heard("", "")
    assert market.count("kept_reply") == (0,)
