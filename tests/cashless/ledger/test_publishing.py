"""Publishing the root: each names the one before, and a book that changed after it is named."""

from datetime import UTC, datetime, timedelta

import pytest

from cashless.clock import now
from cashless.db.engine import transaction
from cashless.ledger import publishing, root
from cashless.ledger.root import Root
from tests.cashless.test_invariants import tamper
from tests.market import KEY, Market, at_once, credit

TRUSTED = (root.public(KEY),)
REHASH = (
    "UPDATE entry SET hash = sha256(hash) WHERE seq = 2"
    " AND book_id = (SELECT id FROM book WHERE merchant_id IS NOT NULL)"
)


@pytest.fixture
def book(market: Market) -> str:
    code = market.register().code
    market.hear("agribank", *(credit("agribank", n) for n in (1, 2)))
    market.settle()
    return code


def publish(market: Market) -> Root:
    with transaction(market.engine) as db:
        return publishing.publish(db, KEY, now())


def faults(market: Market) -> list[str]:
    with transaction(market.engine) as db:
        return list(publishing.faults(db, TRUSTED))


@pytest.mark.usefixtures("book")
def test_a_root_names_the_one_before_and_counts_what_it_covers(market: Market) -> None:
    first = publish(market)
    market.hear("agribank", credit("agribank", 3))
    market.settle()
    second = publish(market)
    assert (first.told["number"], first.told["entries"]) == (1, 2)
    assert (second.told["number"], second.told["entries"]) == (2, 3)
    assert second.told["previous"] == first.digest.hex()
    assert faults(market) == []


@pytest.mark.usefixtures("book")
def test_roots_published_at_once_are_numbered_one_after_the_other(market: Market) -> None:
    made = at_once(4, lambda _: publish(market))
    assert sorted(one.told["number"] for one in made) == [1, 2, 3, 4]
    assert faults(market) == []


@pytest.mark.usefixtures("book")
def test_a_day_has_one_root_however_many_ask(market: Market) -> None:
    def ask(at: datetime) -> int | None:
        with transaction(market.engine) as db:
            made = publishing.publish_daily(db, KEY, at)
        return made and made.told["number"]

    today, late = datetime(2026, 7, 1, 17, 5, tzinfo=UTC), datetime(2026, 7, 2, 16, 59, tzinfo=UTC)
    assert sorted(at_once(3, lambda _: ask(today) or 0)) == [0, 0, 1]
    assert (ask(late), ask(late + timedelta(minutes=1))) == (None, 2)
    assert faults(market) == []


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize(
    "change",
    [
        "said = said || '.'",
        "said = '{}'",
        "said = '[]'",
        'said = replace(said, \'"number":1\', \'"number":"1"\')',
        "heads = heads || '.'",
        "heads = '[]'",
        "heads = '[[1]]'",
        "heads = '{\"a\": 1}'",
        'heads = \'[["a", "b", "c", "d", "e"]]\'',
    ],
)
def test_a_root_that_was_made_unreadable_is_named_and_the_others_are_read(
    market: Market, market_url: str, change: str
) -> None:
    publish(market)
    publish(market)
    tamper(market_url, f"UPDATE published_root SET {change} WHERE number = 1")  # noqa: S608  ours
    named = faults(market)
    assert "root 1" in named
    assert all("root 1" in place for place in named if place != "root 2")


def test_an_empty_market_has_no_root(market: Market) -> None:
    with transaction(market.engine) as db:
        assert publishing.publish_daily(db, KEY, now()) is None
    assert market.count("published_root") == (0,)


def test_a_book_that_was_rewritten_whole_is_found_by_the_root(
    market: Market, market_url: str, book: str
) -> None:
    """A superuser who computes every hash anew still cannot sign the root again."""
    publish(market)
    tamper(market_url, REHASH)
    assert faults(market) == [f"{book}#2 (root 1)"]


@pytest.mark.usefixtures("book")
def test_a_root_by_a_key_nobody_trusts_is_a_fault(market: Market) -> None:
    with transaction(market.engine) as db:
        publishing.publish(db, bytes(32), now())
    assert faults(market) == ["root 1"]


@pytest.mark.usefixtures("book")
def test_a_root_that_was_taken_out_of_the_row_is_missed(market: Market, market_url: str) -> None:
    publish(market)
    publish(market)
    tamper(market_url, "DELETE FROM published_root WHERE number = 1")
    assert faults(market) == ["root 2"]
