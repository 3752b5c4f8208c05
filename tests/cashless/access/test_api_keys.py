"""Keys of the API: known by sight, used until they end, exchanged without acting twice."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from cashless.access import api_keys, devices, replies
from cashless.access.acting import acting
from cashless.db.engine import transaction
from cashless.errors import NotFound
from cashless.ids import token_hash
from tests.market import Market
from tests.people import Crowd

MAY = ["registry", "orders"]


def made(crowd: Crowd, days: int = 30) -> tuple[int, str]:
    """Make a key for the owner; return its number and secret."""
    with transaction(crowd.market.engine) as db:
        secret = api_keys.add(db, crowd.everybody["owner"].id, "quầy 1", MAY, days)
        found = devices.find(db, secret, is_key=True)
    assert found is not None
    return found.id, secret


def counts(crowd: Crowd, secret: str) -> bool:
    """Tell whether a secret opens anything, to the program and to the database."""
    with transaction(crowd.market.engine) as db:
        known = devices.find(db, secret, is_key=True) is not None
    with transaction(crowd.market.engine) as db, acting(db, secret):
        seen = db.execute(text("SELECT count(*) FROM merchant")).scalar_one()
    assert known == (seen == 1)
    return known


def test_a_key_is_known_by_sight_and_kept_as_a_hash(crowd: Crowd, market: Market) -> None:
    _, secret = made(crowd)
    assert api_keys.is_key(secret)
    assert market.rows("SELECT token_hash FROM device") == [(token_hash(secret),)]
    wrong = {
        f"{secret}0",
        secret[:-1],
        secret.swapcase(),
        f"{secret[:5]}{'a' if secret[5] != 'a' else 'b'}{secret[6:]}",
        devices.new_token(),
        "",
    }
    assert [one for one in wrong if api_keys.is_key(one)] == []
    assert len({api_keys.new_secret() for _ in range(100)}) == 100


def test_a_key_says_when_it_was_last_used(crowd: Crowd, market: Market) -> None:
    number, secret = made(crowd)
    with transaction(market.engine) as db:
        assert api_keys.find(db, number).used_at is None
    with transaction(market.engine) as db:
        devices.see(db, secret)
    with transaction(market.engine) as db:
        (listed,) = api_keys.listing(db)
    assert listed.used_at is not None
    assert (listed.name, listed.permissions) == ("API: quầy 1", sorted(MAY))


def test_an_exchanged_key_has_two_secrets_for_the_overlap(crowd: Crowd, market: Market) -> None:
    number, first = made(crowd)
    with transaction(market.engine) as db:
        owner, second = api_keys.rotate(db, number, 90, timedelta(hours=2))
    assert owner == crowd.everybody["owner"].id
    assert (counts(crowd, first), counts(crowd, second)) == (True, True)
    with transaction(market.engine) as db:
        db.execute(text("UPDATE device SET earlier_until = now() - interval '1 second'"))
    assert (counts(crowd, first), counts(crowd, second)) == (False, True)
    with transaction(market.engine) as db:
        _, third = api_keys.rotate(db, number, 90, timedelta(hours=2))
        _, fourth = api_keys.rotate(db, number, 90, timedelta(0))
    assert [counts(crowd, one) for one in (first, second, third, fourth)] == [*[False] * 3, True]


def test_the_overlap_ends_with_the_key_that_was_before(crowd: Crowd, market: Market) -> None:
    number, _ = made(crowd, days=1)
    with transaction(market.engine) as db:
        ends = api_keys.find(db, number).ends_at
        api_keys.rotate(db, number, 90, timedelta(days=30))
        found = api_keys.find(db, number)
    assert found.earlier_until == ends
    assert found.ends_at > ends


def test_an_act_is_not_done_twice_while_a_key_changes_over(crowd: Crowd, market: Market) -> None:
    number, first = made(crowd)
    with transaction(market.engine) as db:
        _, second = api_keys.rotate(db, number, 90, timedelta(hours=2))
    done = []
    for secret in (first, second):
        with transaction(market.engine) as db:
            found = devices.find(db, secret, is_key=True)
            assert found is not None
            with acting(db, secret):
                replies.once(db, (found.id, "order-0001"), "x", lambda: (len(done) or 200, "{}"))
                done.append(secret)
    assert market.rows("SELECT status FROM kept_reply") == [(200,)]


def test_a_revoked_key_ends_with_both_secrets(crowd: Crowd, market: Market) -> None:
    number, first = made(crowd)
    with transaction(market.engine) as db:
        _, second = api_keys.rotate(db, number, 90, timedelta(hours=2))
        api_keys.revoke(db, number)
    assert (counts(crowd, first), counts(crowd, second)) == (False, False)
    for act in (api_keys.revoke, lambda db, n: api_keys.rotate(db, n, 1, timedelta(0))):
        with pytest.raises(NotFound, match="key_unknown"), transaction(market.engine) as db:
            act(db, number)
    with transaction(market.engine) as db:
        assert api_keys.listing(db) == []
        assert [one.id for one in api_keys.listing(db, ended=True)] == [number]


def test_a_browser_s_device_is_no_key(crowd: Crowd, market: Market) -> None:
    crowd.sign_in("owner")
    ((number,),) = market.rows("SELECT id FROM device")
    with transaction(market.engine) as db:
        assert api_keys.listing(db, ended=True) == []
    with pytest.raises(NotFound), transaction(market.engine) as db:
        api_keys.revoke(db, number)
