"""The bench of books, small: what it lays down is a sound ledger, and every query answers."""

from bench import book_speed
from cashless.db.engine import connect, transaction
from cashless.ledger import balance, proof
from tests.market import Market, market, market_engine, market_url

__all__ = ["market", "market_engine", "market_url"]


def test_the_books_laid_down_are_sound_and_answer(market: Market, market_url: str) -> None:
    owner = connect(market_url, app_role=False)
    days = book_speed.lay_down(owner, 20_000)
    assert (days, market.count("entry", "transfer")) == (2, (20_000, 20_000))
    with transaction(owner) as db:
        assert (proof.days_off(db), proof.unbalanced_books(db), proof.empty_entries(db)) == (
            [],
            0,
            0,
        )
        assert sum(1 for _ in balance.lines(db, "B7")) == 10
        assert balance.balances(db, "B7") == balance.balances(db, "B8")
    told = book_speed.measure(owner, days, seed=1, asked=2)
    owner.dispose()
    assert len(told) == 7
    assert min(one.clock for one in told.values()) > 0
