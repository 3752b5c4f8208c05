"""The tampering campaign, small: every edit is found and located. The thousand is a command."""

from bench import tamper
from bench.book_market import BookMarket
from cashless.db.engine import connect
from cashless.ledger.root import public
from cashless.reports.invariants import Keys
from tests.market import KEY, Market, market, market_engine, market_url

__all__ = ["market", "market_engine", "market_url"]


def test_every_edit_by_a_superuser_is_found_and_located(market: Market, market_url: str) -> None:
    BookMarket(market.engine, KEY, seed=3).play(40, root_seed=KEY)
    owner = connect(market_url, app_role=False)
    keys = Keys(frozenset({public(KEY)}), KEY)
    figures = tamper.campaign(owner, keys, edits=60, seed=5)
    owner.dispose()
    assert figures["broken_before"] == []
    assert (figures["missed"], figures["unlocated"]) == ([], [])
    assert figures["located"] == 60
