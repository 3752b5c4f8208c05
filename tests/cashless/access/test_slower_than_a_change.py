"""Who signs in while the password is changed, and what else a change of it ends."""

import pytest

from cashless.access import api_keys, devices, invitations, passwords, people
from cashless.db.engine import transaction
from cashless.errors import Conflict, Invalid, Problem
from tests.cashless.access.test_credentials import NEW, desk, typed
from tests.market import Market, at_once
from tests.people import Crowd


def test_a_sign_in_that_is_slower_than_a_change_of_the_password_comes_too_late(
    crowd: Crowd, market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = crowd.sign_in("owner")
    with transaction(market.engine) as db:
        device = devices.find(db, here)
    assert device is not None
    compare, changed = passwords.is_right, []

    def slow(password: str, kept: str | None) -> bool:
        found = compare(password, kept)
        if not changed:
            changed.append(True)
            desk(market).change(device, typed(), NEW)
        return found

    monkeypatch.setattr(passwords, "is_right", slow)
    with pytest.raises(Invalid, match="sign_in_refused"):
        desk(market).sign_in(crowd.number_of("owner"), typed())
    with transaction(market.engine) as db:
        assert [one.id for one in devices.listing(db, device.person_id)] == [device.id]


def test_a_sign_in_that_is_slower_than_the_closing_of_its_person_comes_too_late(
    crowd: Crowd, market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    compare = passwords.is_right

    def slow(password: str, kept: str | None) -> bool:
        with transaction(market.engine) as db:
            people.close(db, crowd.everybody["owner"])
        return compare(password, kept)

    monkeypatch.setattr(passwords, "is_right", slow)
    with pytest.raises(Invalid, match="sign_in_refused"):
        desk(market).sign_in(crowd.number_of("owner"), typed())


def test_a_change_of_the_password_makes_open_invitations_worthless(
    crowd: Crowd, market: Market
) -> None:
    here, person = crowd.sign_in("owner"), crowd.everybody["owner"].id
    with transaction(market.engine) as db:
        device = devices.find(db, here)
        lost = invitations.invite(db, person, "chú Hùng", "gửi nhầm người")
        opened = invitations.open_recovery(db, person, "P2", "mất điện thoại")
    assert device is not None
    desk(market).change(device, typed(), NEW)
    with transaction(market.engine) as db:
        assert invitations.find(db, lost) is None
        assert invitations.waiting(db) == []
    with pytest.raises(Conflict, match="recovery_over"), transaction(market.engine) as db:
        invitations.approve(db, opened, "P3")


def test_a_key_of_somebody_who_was_closed_opens_nothing(crowd: Crowd, market: Market) -> None:
    owner = crowd.everybody["owner"]
    with transaction(market.engine) as db:
        people.close(db, owner)
        key = api_keys.add(db, owner.id, "quá muộn", ["registry"], 1)
        assert devices.find(db, key, is_key=True) is None
        token = devices.add(db, owner.id, "Android", short=False)
        assert devices.find(db, token) is None


def test_of_many_who_show_one_code_at_once_one_comes_in(crowd: Crowd, market: Market) -> None:
    code, number = crowd.code(), crowd.number_of("board")

    def enter(_: int) -> str:
        try:
            desk(market).sign_in(number, typed(code=code))
        except Problem as problem:
            return problem.code
        return "in"

    assert sorted(at_once(3, enter)) == ["in", "sign_in_refused", "sign_in_refused"]
