"""Signing in: all that is wrong looks alike, guessing gets slow, no stranger locks anybody out."""

from functools import partial

import pytest
from sqlalchemy import text

from cashless.access import backoff, devices, grants, invitations, people
from cashless.access.credentials import Desk, Given
from cashless.access.grants import Wish
from cashless.db.engine import transaction
from cashless.errors import Conflict, Forbidden, Invalid, Problem, Unavailable
from tests.market import KEY, Market, at_once
from tests.people import PASSWORD, Crowd

HERE, THERE = "203.0.113.7", "198.51.100.9"
NEW = "thuyền về bến lúc hai giờ"


def desk(market: Market) -> Desk:
    return Desk(partial(transaction, market.engine), KEY)


def typed(password: str = PASSWORD, code: str = "", source: str = HERE) -> Given:
    return Given(password, code, source, "Android")


def refusal(market: Market, written: str, given: Given) -> Problem:
    with pytest.raises((Invalid, Forbidden, Unavailable)) as told:
        desk(market).sign_in(written, given)
    return told.value


def test_the_owner_signs_in_by_phone_and_the_officer_with_the_app_as_well(
    crowd: Crowd, market: Market
) -> None:
    for name, code in (("owner", ""), ("board", crowd.code())):
        token = desk(market).sign_in(crowd.number_of(name), typed(code=code))
        with transaction(market.engine) as db:
            device = devices.find(db, token)
        assert device is not None
        assert device.person_id == crowd.everybody[name].id


def test_every_refusal_is_the_same(crowd: Crowd, market: Market) -> None:
    wrong = {
        "nobody": refusal(market, "0999999999", typed()),
        "no contact at all": refusal(market, "'; --", typed()),
        "password": refusal(market, crowd.number_of("owner"), typed("sai mật khẩu rồi")),
        "no code": refusal(market, crowd.number_of("board"), typed()),
        "wrong code": refusal(market, crowd.number_of("ward"), typed(code="000000")),
    }
    assert {(one.code, one.message, one.status) for one in wrong.values()} == {
        (wrong["nobody"].code, wrong["nobody"].message, 400)
    }


def test_a_code_counts_once(crowd: Crowd, market: Market) -> None:
    code = crowd.code()
    desk(market).sign_in(crowd.number_of("board"), typed(code=code))
    assert refusal(market, crowd.number_of("board"), typed(code=code)).code == "sign_in_refused"


@pytest.mark.parametrize("written", ["0900345678", "0999999999"])
def test_guessing_gets_slow_whether_the_account_exists_or_not(
    crowd: Crowd, market: Market, long_waits: None, written: str
) -> None:
    codes = [refusal(market, written, typed("đoán mò thôi mà")).code for _ in range(4)]
    assert codes == [*["sign_in_refused"] * 3, "sign_in_wait"]
    assert refusal(market, written, typed()).code == "sign_in_wait"


def test_a_stranger_who_guesses_elsewhere_locks_nobody_out(crowd: Crowd, market: Market) -> None:
    number = crowd.number_of("owner")
    for _ in range(4):
        refusal(market, number, typed("đoán mò thôi mà", source=THERE))
    assert desk(market).sign_in(number, typed(source=HERE))


def test_the_wait_doubles_up_to_a_quarter_of_an_hour(market: Market) -> None:
    """In one transaction, for which the database's clock stands still."""
    counted, waits = backoff.keys(KEY, b"somebody", HERE), []
    with transaction(market.engine) as db:
        for _ in range(16):
            waits.append(backoff.attempt(db, counted))
            sat_out = text("UPDATE backoff SET last_at = last_at - make_interval(secs => :s)")
            db.execute(sat_out, {"s": waits[-1]})
    assert waits == [0, 0, 0, 1, 0, 2, 0, 4, 0, 8, 0, 16, 0, 32, 0, 64]
    with transaction(market.engine) as db:
        db.execute(text("UPDATE backoff SET failures = 50, last_at = now()"))
        assert backoff.attempt(db, counted) == 900


def test_who_comes_in_owes_nothing_any_more(crowd: Crowd, market: Market) -> None:
    number = crowd.number_of("owner")
    for _ in range(2):
        refusal(market, number, typed("đoán mò thôi mà"))
    assert desk(market).sign_in(number, typed())
    assert market.rows("SELECT failures FROM backoff") == [(2,)]


def test_many_guesses_at_once_are_no_way_around(
    crowd: Crowd, market: Market, long_waits: None
) -> None:
    number = crowd.number_of("owner")
    codes = at_once(8, lambda _: refusal(market, number, typed("đoán mò thôi mà")).code)
    assert sorted(codes) == [*["sign_in_refused"] * 3, *["sign_in_wait"] * 5]


def test_who_was_closed_does_not_come_in(crowd: Crowd, market: Market) -> None:
    with transaction(market.engine) as db:
        people.close(db, crowd.everybody["owner"])
    assert refusal(market, crowd.number_of("owner"), typed()).code == "sign_in_refused"


def test_an_officer_without_an_app_is_sent_for_an_invitation(crowd: Crowd, market: Market) -> None:
    with transaction(market.engine) as db:
        person = crowd.everybody["owner"].id
        grants.add(db, person, Wish("auditor", "chú Hùng", "được giao"))
    told = refusal(market, crowd.number_of("owner"), typed())
    assert told.code == "authenticator_missing"


def test_a_new_password_signs_out_every_other_device(crowd: Crowd, market: Market) -> None:
    here, there = crowd.sign_in("owner"), crowd.sign_in("owner")
    with transaction(market.engine) as db:
        device = devices.find(db, here)
    assert device is not None
    with pytest.raises(Invalid, match="sign_in_refused"):
        desk(market).change(device, typed("không phải mật khẩu"), NEW)
    desk(market).change(device, typed(), NEW)
    with transaction(market.engine) as db:
        assert devices.find(db, here) is not None
        assert devices.find(db, there) is None
    assert desk(market).sign_in(crowd.number_of("owner"), typed(NEW))


def test_proving_the_password_again_exchanges_the_token(crowd: Crowd, market: Market) -> None:
    old = crowd.sign_in("owner")
    with transaction(market.engine) as db:
        db.execute(text("UPDATE device SET proven_at = now() - interval '1 hour'"))
        device = devices.find(db, old)
    assert device is not None
    new = desk(market).prove(device, typed())
    with transaction(market.engine) as db:
        assert devices.find(db, old) is None
        assert devices.find(db, new) is not None


def test_a_device_that_was_silent_for_too_long_is_out(crowd: Crowd, market: Market) -> None:
    long, short = crowd.sign_in("owner"), crowd.sign_in("operator", short=True)
    with transaction(market.engine) as db:
        db.execute(text("UPDATE device SET seen_at = now() - interval '16 minutes'"))
        assert devices.find(db, long) is not None
        assert devices.find(db, short) is None
        db.execute(text("UPDATE device SET ends_at = now()"))
        assert devices.find(db, long) is None


def test_a_recovery_takes_two_officers_and_ends_what_was_open(crowd: Crowd, market: Market) -> None:
    person, token = crowd.everybody["owner"].id, crowd.sign_in("owner")
    with transaction(market.engine) as db:
        first = invitations.invite(db, person, "chú Hùng", "lần đầu")
        number = invitations.open_recovery(db, person, "P2", "mất điện thoại, đã xem căn cước")
        assert [one.id for one in invitations.waiting(db)] == [number]
    with transaction(market.engine) as db, pytest.raises(Forbidden, match="recovery_own"):
        invitations.approve(db, number, "P2")
    with transaction(market.engine) as db:
        second = invitations.approve(db, number, "P3")
    with transaction(market.engine) as db, pytest.raises(Conflict, match="recovery_over"):
        invitations.approve(db, number, "P4")
    with transaction(market.engine) as db:
        found = invitations.find(db, second)
        assert found is not None
        invitations.accept(db, found, "$argon2id$new", None)
        assert devices.find(db, token) is None
        assert invitations.find(db, first) is None
        assert invitations.find(db, second) is None
        with pytest.raises(Conflict, match="invitation_over"):
            invitations.accept(db, found, "$argon2id$new", None)
