"""The books are built once more from the raw deliveries, with the very same hashes."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine, make_url

from bench.book_market import BookMarket
from cashless.db.engine import connect, transaction
from cashless.ledger import balance
from tests.cashless.test_invariants import tamper
from tests.conftest import TEMPLATE
from tests.market import KEY, Market, credit
from tests.webhooks.rules import test_kept
from webhooks.replay import Replayed, replay

LAST_SALE = """
SELECT b.code, e.seq FROM entry e JOIN book b ON b.id = e.book_id
WHERE e.kind = 'sale' ORDER BY e.book_id, e.seq DESC LIMIT 1
"""
FORGED = """
CREATE TEMPORARY TABLE forged AS SELECT book_id, seq FROM entry
  WHERE kind = 'sale' ORDER BY book_id, seq DESC LIMIT 1;
UPDATE transfer t SET amount = amount + 1000 FROM forged f
  WHERE (t.book_id, t.seq) = (f.book_id, f.seq);
UPDATE entry e SET hash = sha256(hash) FROM forged f WHERE (e.book_id, e.seq) = (f.book_id, f.seq)
"""


@pytest.fixture
def target(server_url: str) -> Iterator[Engine]:
    """An empty, migrated database of its own, as its owner."""
    with psycopg.connect(server_url, autocommit=True) as owner:
        owner.execute("DROP DATABASE IF EXISTS replayed WITH (FORCE)")
        owner.execute(
            sql.SQL("CREATE DATABASE replayed TEMPLATE {}").format(sql.Identifier(TEMPLATE))
        )
    url = make_url(server_url).set(database="replayed").render_as_string(hide_password=False)
    engine = connect(url, app_role=False)
    yield engine
    engine.dispose()


@pytest.fixture
def played(market: Market) -> BookMarket:
    made = BookMarket(market.engine, KEY, seed=7)
    made.play(32, root_seed=KEY)
    return made


def replayed(market: Market, target: Engine) -> Replayed:
    with transaction(market.engine) as source, transaction(target) as empty:
        return replay(source, empty, KEY)


def test_every_hash_is_the_same_after_a_replay(
    market: Market, played: BookMarket, target: Engine
) -> None:
    found = replayed(market, target)
    assert (found.is_same, found.books.where, found.turned) == (True, [], ())
    assert found.books.otherwise == []
    assert market.count("delivery", "payment", "entry", "day_close") == (
        *(found.deliveries, found.payments),
        *(found.books.entries, found.books.closes),
    )
    assert found.books.by_people > 8
    kinds = {kind for (kind,) in market.rows("SELECT DISTINCT kind FROM entry")}
    assert kinds >= {"refund", "reversal", "withdrawal", "waiting", "suspense", "release", "payout"}
    heads = "SELECT code, last_seq, head, closed_through FROM book ORDER BY code"
    assert Market(target).rows(heads) == market.rows(heads)
    for book in ("platform", played.books["agribank"][0], played.books["momo"][0]):
        with transaction(target) as db:
            assert balance.balances(db, book) == market.balances(book)
    assert Market(target).broken() == {}


def test_each_match_is_walked_again_under_the_rules_of_its_time(
    market: Market, target: Engine
) -> None:
    merchant = market.register()
    order = market.order(merchant, 50_000)
    number = test_kept.draft(market, '{"ladder": [{"rung": "account"}]}').number
    for place in (1, 2):
        market.hear("agribank", credit("agribank", place, memo=order.code))
        market.settle()
        if place == 1:
            test_kept.rehearse(market, number)
            test_kept.switch_on(market, number)
    assert market.rows("SELECT rule_set, rule FROM match ORDER BY payment_id") == [
        (1, "reference"),
        (number, "account"),
    ]
    found = replayed(market, target)
    assert (found.is_same, found.books.entries, found.books.otherwise) == (True, 2, [])
    assert Market(target).broken() == {}


@pytest.mark.usefixtures("played")
def test_an_amount_changed_in_payment_and_entry_is_not_what_was_delivered(
    market: Market, market_url: str, target: Engine
) -> None:
    ((book, seq),) = market.rows(LAST_SALE)
    tamper(market_url, FORGED)
    found = replayed(market, target)
    assert (found.is_same, found.books.where[:1]) == (False, [f"{book}#{seq}"])


@pytest.mark.usefixtures("played")
def test_a_delivery_that_was_changed_is_not_genuine_any_more(
    market: Market, market_url: str, target: Engine
) -> None:
    ((delivery,),) = market.rows("SELECT delivery_id FROM payment ORDER BY id LIMIT 1")
    tamper(market_url, f"UPDATE delivery SET body = body || ' ' WHERE id = '{delivery}'")  # noqa: S608  a test
    found = replayed(market, target)
    assert [one.partition(":")[0] for one in found.turned] == [f"delivery {delivery}"]
    assert not found.is_same


@pytest.mark.usefixtures("played")
def test_an_account_that_changed_hands_since_is_told_and_is_no_fault(
    market: Market, market_url: str, target: Engine
) -> None:
    tamper(market_url, "UPDATE receiving_account SET number = '9988877' WHERE provider = 'momo'")
    found = replayed(market, target)
    assert (found.is_same, found.books.different) == (True, 0)
    assert {cause.partition("/")[0] for cause in found.books.otherwise} == {"momo"}
