"""A kept statement is evidence: it is read again, compared, and imported once more in a replay."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine, make_url

from cashless.db.engine import connect, transaction
from tests.cashless.test_invariants import tamper
from tests.conftest import TEMPLATE
from tests.market import KEY, Market
from tests.webhooks.statements import files
from tests.webhooks.statements.files import ACCOUNT
from tests.webhooks.statements.test_keep import hear, imported, said
from webhooks import reread
from webhooks.replay import replay


@pytest.fixture
def told(market: Market) -> Market:
    """Two payments told by webhooks, a third by the statement alone."""
    market.register(written=f"970405:{ACCOUNT}")
    hear(market, said(1), said(2))
    imported(market, files.sepay({}, {}, {}))
    return market


@pytest.fixture
def target(server_url: str) -> Iterator[Engine]:
    with psycopg.connect(server_url, autocommit=True) as owner:
        owner.execute("DROP DATABASE IF EXISTS statement_replayed WITH (FORCE)")
        owner.execute(
            sql.SQL("CREATE DATABASE statement_replayed TEMPLATE {}").format(
                sql.Identifier(TEMPLATE)
            )
        )
    url = make_url(server_url).set(database="statement_replayed")
    engine = connect(url.render_as_string(hide_password=False), app_role=False)
    yield engine
    engine.dispose()


def faults(market: Market) -> list[str]:
    with transaction(market.engine) as db:
        return list(reread.faults(db, KEY))


def test_what_was_posted_from_a_statement_is_what_it_says(told: Market) -> None:
    assert faults(told) == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("UPDATE payment SET amount = amount + 1 WHERE provider_txn_id = '3'", ["amount"]),
        ("UPDATE payment SET account = '1' WHERE provider_txn_id = '3'", ["account"]),
        ("UPDATE payment SET memo = 'x' WHERE provider_txn_id = '3'", ["memo"]),
        ("UPDATE payment SET trust = 'signed' WHERE provider_txn_id = '3'", ["trust"]),
        ("UPDATE payment SET provider_txn_id = '4' WHERE provider_txn_id = '3'", ["not what"]),
        ("UPDATE delivery SET body = body || ' ' WHERE source = 'statement'", ["digest"]),
    ],
)
def test_what_a_superuser_changed_is_named(
    told: Market, market_url: str, change: str, found: list[str]
) -> None:
    tamper(market_url, change)
    named = faults(told)
    assert len(named) == len(found)
    assert all(word in line for word, line in zip(found, named, strict=True))


def test_a_replay_imports_the_statement_in_its_place(told: Market, target: Engine) -> None:
    with transaction(told.engine) as source, transaction(target) as empty:
        found = replay(source, empty, KEY)
    assert found.turned == ()
    assert found.is_same, found.books.where
    assert (found.deliveries, found.payments) == (3, 3)
