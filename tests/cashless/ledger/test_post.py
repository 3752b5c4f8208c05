"""Posting: places in the book, the chain, the sums of a day; all of it or nothing."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from cashless.db.engine import transaction
from cashless.errors import Broken
from cashless.ledger import balance, proof, tracing
from cashless.ledger.chain import GENESIS, content, link
from cashless.ledger.entry import Draft, Transfer
from cashless.ledger.post import Posted, open_book, post
from tests.market import Market, at_once

DAY = date(2026, 7, 1)
AT = datetime(2026, 7, 1, 3, tzinfo=UTC)


def sale(book: str, amount: int, day: date = DAY, payment: int | None = None) -> Draft:
    moved = Transfer("Assets:Bank:Agribank", "Income:Sales", amount)
    return Draft(book, "sale", f"test/{amount}", day, (moved,), payment, payment and 1)


def posted(market: Market, *drafts: Draft, at: datetime = AT) -> tuple[Posted, ...]:
    with transaction(market.engine) as db:
        return post(db, drafts, at)


@pytest.fixture
def book(market: Market) -> str:
    return market.register().code


def test_entries_are_numbered_from_one_without_a_gap(market: Market, book: str) -> None:
    places = [*posted(market, sale(book, 1), sale(book, 2)), *posted(market, sale(book, 3))]
    assert [one.seq for one in places] == [1, 2, 3]
    with transaction(market.engine) as db:
        assert [line.amount for line in balance.lines(db, book)] == [1, 2, 3]


def test_each_hash_follows_from_the_one_before(market: Market, book: str) -> None:
    first, second = posted(market, sale(book, 1), sale(book, 2))
    assert first.hash == link(GENESIS, content(first.draft, 1), AT)
    assert second.hash == link(first.hash, content(second.draft, 2), AT)
    (head,) = market.rows("SELECT last_seq, head FROM book WHERE code = :code", code=book)
    assert head == (2, second.hash)


def test_the_sums_of_a_day_are_the_fold_of_its_transfers(market: Market, book: str) -> None:
    later = DAY + timedelta(days=1)
    posted(market, sale(book, 10), sale(book, 5), sale(book, 7, later))
    posted(market, sale(book, 100))
    with transaction(market.engine) as db:
        assert balance.takings(db, book, DAY) == (115, 3)
        assert balance.takings(db, book, later) == (7, 1)
        assert balance.takings(db, book, later + timedelta(days=1)) == (0, 0)
        assert balance.balances(db, book) == {
            "Assets:Bank:Agribank": 122,
            "Income:Sales": -122,
        }
        assert proof.days_off(db) == []


def test_a_draft_for_a_missing_book_posts_nothing_at_all(market: Market, book: str) -> None:
    with pytest.raises(Broken, match="book_missing"):
        posted(market, sale(book, 1), sale("nobody", 1))
    assert market.count("entry", "transfer", "account_day") == (0, 0, 0)


def test_one_cause_is_posted_once_in_a_book(market: Market, book: str) -> None:
    posted(market, sale(book, 1, payment=5))
    with pytest.raises(IntegrityError, match="entry_once"):
        posted(market, sale(book, 1, payment=5))
    assert market.count("entry", "transfer") == (1, 1)
    assert market.rows("SELECT sum(debits) FROM account_day") == [(1,)]


def test_posting_nothing_is_nothing(market: Market) -> None:
    assert posted(market) == ()


def test_opening_a_book_twice_keeps_what_is_in_it(market: Market, book: str) -> None:
    posted(market, sale(book, 1))
    with transaction(market.engine) as db:
        number = db.execute(text("SELECT id FROM merchant")).scalar_one()
        open_book(db, book, number)
    assert market.rows("SELECT last_seq FROM book WHERE code = :code", code=book) == [(1,)]


def test_posters_of_two_books_in_opposite_order_wait_and_never_lock_each_other_out(
    market: Market, book: str
) -> None:
    other = market.register("Anh Năm", "970405:8800").code
    orders = ((book, other), (other, book))

    def work(place: int) -> None:
        for number in range(1, 16):
            posted(market, *(sale(one, number) for one in orders[place % 2]))

    at_once(6, work)
    assert market.rows("SELECT last_seq FROM book WHERE merchant_id IS NOT NULL") == [
        (90,),
        (90,),
    ]
    with transaction(market.engine) as db:
        assert list(tracing.broken_links(db)) == []
        assert (proof.days_off(db), proof.unbalanced_books(db)) == ([], 0)
