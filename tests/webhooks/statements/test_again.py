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
        ("UPDATE delivery SET headers = '[]' WHERE source = 'statement'", ["delivery_damaged"]),
        ("UPDATE delivery SET headers = '{' WHERE source = 'statement'", ["delivery_damaged"]),
        (
            (
                "UPDATE delivery SET headers = replace(headers, 'sepay', 'x')"
                " WHERE source = 'statement'"
            ),
            ["layout_unknown"],
        ),
        (
            "UPDATE delivery SET body = '{' WHERE source = 'statement'",
            ["digest", "statement_json"],
        ),
        (
            "UPDATE delivery SET connection_id = 99 WHERE source = 'statement'",
            ["connection 99 missing"],
        ),
        ("UPDATE payment SET provider = 'mb' WHERE provider_txn_id = '3'", ["connection_id"]),
        ("UPDATE payment SET connection_id = 1 WHERE provider_txn_id = '3'", ["connection_id"]),
        ("UPDATE statement SET provider = 'mb'", ["statement"]),
        ("UPDATE statement SET amount_in = amount_in + 1", ["amount_in"]),
        ("UPDATE statement_line SET memo = 'x' WHERE line = 2", ["line 2: memo"]),
        ("UPDATE statement_line SET amount = 1 WHERE line = 2", ["line 2: amount"]),
        ("DELETE FROM statement_line WHERE line = 2", ["line 2: missing"]),
        ("UPDATE statement_line SET line = 9 WHERE line = 3", ["3: missing", "9: not in its"]),
        ("DELETE FROM statement", ["statement missing"]),
        (
            "UPDATE connection SET protocol = 'x' WHERE protocol <> 'statement'",
            ["protocol_unknown", "missing", "missing"],
        ),
    ],
)
def test_what_a_superuser_changed_is_named(
    told: Market, market_url: str, change: str, found: list[str]
) -> None:
    tamper(market_url, change)
    named = faults(told)
    assert len(named) == len(found)
    assert all(word in line for word, line in zip(found, named, strict=True))


def test_a_changed_balance_is_named(told: Market, market_url: str) -> None:
    imported(told, files.mt940(":61:2607010701C50000,NTRFFT1\n:86:x", closing="50000,"))
    for change, found in (
        ("UPDATE statement_span SET opening = 1", "balance 5: opening"),
        ("DELETE FROM statement_span", "balance 5: missing"),
    ):
        tamper(market_url, change)
        assert [line.endswith(found) for line in faults(told)] == [True]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("DELETE FROM statement_pair WHERE line = 1", "line 1: no payment"),
        ("UPDATE statement_pair SET rule = 'reference' WHERE line = 1", "line 1: pair"),
        ("UPDATE statement_pair SET rule = 'again' WHERE line = 1", "line 1: pair"),
        ("UPDATE statement_pair SET rule = 'posted' WHERE line = 1", "line 1: pair"),
        (
            (
                "UPDATE statement_pair SET payment_id = (SELECT id FROM payment"
                " WHERE provider_txn_id = '2') WHERE line = 1"
            ),
            "line 1: pair",
        ),
        ("DELETE FROM confirmation", "no confirmation"),
        ("UPDATE confirmation SET confirmed_by = 'nobody'", ": confirmation"),
        ("UPDATE confirmation SET why = 'statement 9, line 1'", ": confirmation"),
        (
            (
                "INSERT INTO witness SELECT max(id), min(id), 'reference', now() FROM payment"
                " WHERE provider_txn_id <> '3'"
            ),
            ": witness",
        ),
    ],
)
def test_what_follows_from_a_statement_must_be_borne_out_by_it(
    told: Market, market_url: str, change: str, found: str
) -> None:
    assert told.broken() == {}
    tamper(market_url, change)
    assert any(place.endswith(found) for place in told.broken()["I3"]["where"])


def test_a_replay_imports_the_statement_in_its_place(told: Market, target: Engine) -> None:
    with transaction(told.engine) as source, transaction(target) as empty:
        found = replay(source, empty, KEY)
    assert found.turned == ()
    assert found.is_same, found.books.where
    assert (found.deliveries, found.payments) == (3, 3)
