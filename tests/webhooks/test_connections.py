"""Connections: secrets are sealed, tokens are hashed, wrong secrets are refused by name."""

import psycopg
import pytest

from cashless.db.engine import transaction
from cashless.errors import Broken, Problem
from cashless.ids import token_hash
from tests.market import KEY, SECRETS, Market
from tests.providers.cases import CASES
from webhooks import connections
from webhooks.directory import Directory


def add(market: Market, provider: str, secrets: dict[str, str], protocol: str | None = None):
    with transaction(market.engine) as db:
        return connections.add(db, KEY, provider, secrets, protocol)


def test_neither_token_nor_secret_stands_in_the_database(market: Market) -> None:
    opened = add(market, "agribank", {"secret": "canary of the secret"})
    ((hash_, sealed),) = market.rows(
        "SELECT token_hash, sealed FROM connection JOIN connection_secret ON connection_id ="
        " connection.id"
    )
    assert hash_ == token_hash(opened.token)
    assert b"canary" not in sealed
    assert opened.path == f"/webhooks/{opened.token}"
    assert len(opened.token) >= 32


def test_a_connection_is_loaded_with_its_secrets_and_nothing_else_opens_them(
    market: Market,
) -> None:
    opened = add(market, "momo", dict(SECRETS["momo"]))
    with transaction(market.engine) as db:
        loaded = connections.load(db, KEY)[token_hash(opened.token)]
        with pytest.raises(Broken, match="vault_key_wrong"):
            connections.load(db, bytes(32))
    assert loaded.secret_sets[0].secrets == SECRETS["momo"]
    assert (loaded.environment, loaded.protocol.name) == ("production", "ipn_v2")


def test_secrets_moved_to_another_connection_do_not_open(market: Market, market_url: str) -> None:
    add(market, "agribank", {"secret": "one"})
    add(market, "agribank", {"secret": "two"})
    with psycopg.connect(market_url) as owner:
        owner.execute(
            "UPDATE connection_secret SET sealed = (SELECT sealed FROM connection_secret"
            " ORDER BY id LIMIT 1)"
        )
    with pytest.raises(Broken, match="vault_key_wrong"), transaction(market.engine) as db:
        connections.load(db, KEY)


@pytest.mark.parametrize(
    ("provider", "secrets", "protocol", "code"),
    [
        ("nobody", {}, None, "provider_unknown"),
        ("agribank", {"secret": "x"}, "payos", "protocol_unknown"),
        ("agribank", {}, None, "secret_missing"),
        ("momo", {"secretKey": "x", "accessKey": "x"}, None, "secret_missing"),
        ("agribank", {"secret": "x", "other": "y"}, None, "secret_unknown"),
        ("agribank", {"secret": ""}, None, "secret_empty"),
        ("kienlongbank", SECRETS["kienlongbank"] | {"encryptKey": "ab"}, None, "secret_malformed"),
    ],
)
def test_wrong_secrets_are_refused_by_name_and_never_echoed(
    market: Market, provider: str, secrets: dict[str, str], protocol: str | None, code: str
) -> None:
    with pytest.raises(Problem) as refused:
        add(market, provider, secrets, protocol)
    assert refused.value.code == code
    assert refused.value.exit_code == 2
    assert SECRETS["kienlongbank"]["secretKey"] not in str(refused.value)
    assert market.count("connection", "connection_secret") == (0, 0)


def test_published_sample_secrets_make_a_sandbox(market: Market) -> None:
    case = next(one for one in CASES if one.protocol.name == "ipn_v2")
    assert add(market, "momo", case.secrets).environment == "sandbox"
    assert add(market, "momo", dict(SECRETS["momo"])).environment == "production"


def test_listing_shows_no_secret(market: Market) -> None:
    add(market, "agribank", {"secret": "canary"})
    with transaction(market.engine) as db:
        (listed,) = connections.listing(db)
    assert "canary" not in str(listed)
    assert "token" not in str(listed)


def test_the_directory_finds_what_was_added_after_it_was_read(market: Market) -> None:
    directory = Directory(market.engine, KEY)
    directory.reload()
    opened = add(market, "agribank", {"secret": "x"})
    assert directory.known(opened.token) is None
    found = directory.find(opened.token)
    assert found
    assert found.id == opened.id
    assert directory.known(opened.token) is found
    assert directory.find("x" * 32) is None


def test_a_closed_connection_is_forgotten_by_the_next_reading(market: Market) -> None:
    directory = Directory(market.engine, KEY)
    opened = add(market, "agribank", {"secret": "x"})
    assert directory.find(opened.token)
    market.rows("UPDATE connection SET closed_at = now() RETURNING id")
    directory.reload()
    assert directory.find(opened.token) is None
