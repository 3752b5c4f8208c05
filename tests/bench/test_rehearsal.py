"""The campaign of the rehearsal on a small past: what was planted is found, nothing else."""

from bench.rehearsal import Past, rehearse
from tests.market import Market, market, market_engine, market_url

__all__ = ["market", "market_engine", "market_url"]


def test_every_planted_difference_is_found_under_its_name(market: Market) -> None:
    past = Past(market.engine, seed=3)
    past.live(600)
    figures = rehearse(past)
    assert (figures["missed"], figures["wrongly_named"]) == ([], [])
    assert figures["found"] == figures["planted"]
    assert figures["persons_found"] == figures["persons_planted"]
    assert all(figures["planted"].values())
