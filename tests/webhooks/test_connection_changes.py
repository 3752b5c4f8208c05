"""A connection's life: two live sets of secrets, sources, accounts, its end."""

from datetime import timedelta

import orjson
import pytest

from cashless.clock import now
from cashless.db.engine import transaction
from cashless.errors import Invalid, NotFound
from tests.market import KEY, SECRETS, Connected, Market, credit
from webhooks import connection_changes, connections
from webhooks.connection_changes import Wanted
from webhooks.receive import Turned, receive

OTHER = {"secret": "another invented secret"}
THIRD = {"secret": "a third invented secret"}


def rotate(market: Market, made: Connected, secrets: dict[str, str], hours: int = 24) -> None:
    with transaction(market.engine) as db:
        overlap = timedelta(hours=hours)
        connection_changes.rotate(db, KEY, made.connection.id, secrets, overlap)


def takes(market: Market, made: Connected, secrets: dict[str, str]) -> bool:
    """Tell whether the connection as it is now takes a call sealed with these secrets."""
    with transaction(market.engine) as db:
        (held,) = [
            one for one in connections.load(db, KEY).values() if one.id == made.connection.id
        ]
    try:
        receive(held, made.protocol.sign(credit("agribank", 1), secrets, now()), "")
    except Turned:
        return False
    return True


def test_two_sets_verify_and_a_third_ends_the_first(market: Market) -> None:
    made = market.connect("agribank")
    first = dict(SECRETS["agribank"])
    rotate(market, made, OTHER)
    assert [takes(market, made, one) for one in (first, OTHER, THIRD)] == [True, True, False]
    rotate(market, made, THIRD)
    assert [takes(market, made, one) for one in (first, OTHER, THIRD)] == [False, True, True]


def test_without_an_overlap_the_old_secret_ends_at_once(market: Market) -> None:
    made = market.connect("agribank")
    rotate(market, made, OTHER, hours=0)
    assert not takes(market, made, dict(SECRETS["agribank"]))
    assert takes(market, made, OTHER)


def test_what_is_not_given_stays_as_it_is(market: Market) -> None:
    made = market.connect("momo")
    rotate(market, made, {"secretKey": "a new seal"})
    with transaction(market.engine) as db:
        (held,) = [one for one in connections.load(db, KEY).values() if one.provider.name == "momo"]
    assert held.secret_sets[-1].secrets == {**SECRETS["momo"], "secretKey": "a new seal"}


def test_a_secret_is_shown_to_nobody_and_sealed_at_rest(market: Market) -> None:
    made = market.connect("agribank")
    rotate(market, made, OTHER)
    with transaction(market.engine) as db:
        shown = connection_changes.show(db, made.connection.id)
        kept = market.rows("SELECT sealed FROM connection_secret")
    told = orjson.dumps(shown, default=str).decode() + repr(kept)
    assert not any(value in told for value in (*OTHER.values(), *SECRETS["agribank"].values()))
    assert [set(one) for one in shown["secrets"]] == [{"valid_from", "valid_until"}] * 2


@pytest.mark.parametrize(
    ("secrets", "hours", "code"),
    [
        ({"secret": ""}, 1, "secret_empty"),
        ({"password": "x"}, 1, "secret_unknown"),
        (OTHER, 31 * 24, "overlap_invalid"),
        (OTHER, -1, "overlap_invalid"),
    ],
)
def test_a_rotation_that_makes_no_sense_changes_nothing(
    market: Market, secrets: dict[str, str], hours: int, code: str
) -> None:
    made = market.connect("agribank")
    with pytest.raises(Invalid) as refused:
        rotate(market, made, secrets, hours)
    assert refused.value.code == code
    assert market.count("connection_secret") == (1,)


def test_a_published_sample_secret_never_enters_production(market: Market) -> None:
    made = market.connect("sacombank")
    published = {"checksumKey": "test_checksum_key"}
    with pytest.raises(Invalid) as refused:
        rotate(market, made, published)
    assert refused.value.code == "secret_published"


def test_a_weak_connection_is_shown_as_weak(market: Market) -> None:
    weak = market.connect("vietcombank", {"secure-token": "invented"}, "casso_v1")
    strong = market.connect("agribank")
    with transaction(market.engine) as db:
        shown = [connection_changes.show(db, one.connection.id)["trust"] for one in (weak, strong)]
        listed = [row["trust"] for row in connections.listing(db)]
    assert shown == listed == ["weak", "signed"]


def test_a_closed_connection_is_unknown(market: Market) -> None:
    made = market.connect("agribank")
    with transaction(market.engine) as db:
        connection_changes.close(db, made.connection.id)
    for act in (
        lambda db: connection_changes.close(db, made.connection.id),
        lambda db: connection_changes.change(db, made.connection.id, Wanted()),
        lambda db: connection_changes.rotate(db, KEY, made.connection.id, OTHER),
    ):
        with pytest.raises(NotFound), transaction(market.engine) as db:
            act(db)


def test_sources_and_accounts_are_replaced_and_checked(market: Market) -> None:
    made = market.connect("agribank")
    with transaction(market.engine) as db:
        connection_changes.change(db, made.connection.id, Wanted(["203.0.113.7"], "block", ["1"]))
        connection_changes.change(db, made.connection.id, Wanted(accounts=[]))
        shown = connection_changes.show(db, made.connection.id)
    assert (shown["sources"], shown["source_rule"], shown["accounts"]) == (
        ["203.0.113.7"],
        "block",
        [],
    )
    for wanted, code in (
        (Wanted(["x"]), "source_invalid"),
        (Wanted(None, "ask"), "source_rule_unknown"),
    ):
        with pytest.raises(Invalid) as refused, transaction(market.engine) as db:
            connection_changes.change(db, made.connection.id, wanted)
        assert refused.value.code == code
