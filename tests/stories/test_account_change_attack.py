"""The one attack that pays: making a stall's money go to another account. Each way, and its end.

Chị sells at RS-01. Somebody wants her codes to point to an account of a man called KE GIAN, or her
phone to say "received" for money that went there. Every scene tries one way with everything that
the attacker of that scene has, and ends with what stopped it. After each, ``unharmed`` looks: her
codes point where they did, her account stands alone, and nothing of the man's money is in her book.
The barriers are named in docs/how-to/stop-an-account-change.md, with what remains possible.
"""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from cashless.access.acting import acting
from cashless.clock import business_date, now
from cashless.db.engine import transaction
from cashless.errors import Problem
from cashless.vietqr.payload import Transfer, encode
from merchants import (
    account_changes,
    accounts,
    genuine,
    imports,
    orders,
    print_run,
    register,
    stands,
    tenancy,
    terminals,
)
from merchants.account_changes import COOL_OFF, Actor, Change
from merchants.import_rows import Applicant
from merchants.print_run import Wish
from merchants.register import Application, Merchant
from merchants.stands import Stand
from merchants.tenancy import Handover
from tests.cashless.api.conftest import Program, key_of, said
from tests.market import KEY, Market, at_once, credit
from tests.people import Crowd

THEIRS = "970405:7704299990000"
HOLDER = "KE GIAN"
ACCOUNT = {"bin": "970405", "number": "7704299990000", "holder": HOLDER}
LAN, HUNG = Actor("cô Lan", "người bán đổi ngân hàng"), Actor("chú Hùng", "đã xem giấy tờ")
OWNER = Actor("chủ sạp", "tôi không yêu cầu")
SHORT, LONG = COOL_OFF - timedelta(minutes=1), COOL_OFF + timedelta(minutes=1)


@pytest.fixture
def stand(market: Market, crowd: Crowd) -> Stand:
    """The stand that hangs at her stall."""
    with transaction(market.engine) as db:
        (made,) = print_run.issue(db, Wish("chú Hùng", KEY, merchant=crowd.merchants["own"].code))
    return made


@pytest.fixture
def chi(market: Market, crowd: Crowd, stand: Stand) -> Iterator[Merchant]:
    """She, whose codes must point where they did when the scene is over."""
    merchant = crowd.merchants["own"]
    with transaction(market.engine) as db:
        before = orders.static_payload(db, merchant.code)
    yield merchant
    unharmed(market, merchant, before, stand)


def unharmed(market: Market, merchant: Merchant, before: str, stand: Stand) -> None:
    """Her codes, her stand and her account are hers, and the man's money is in no book of hers."""
    with transaction(market.engine) as db:
        assert orders.static_payload(db, merchant.code) == before
        assert stands.find(db, stand.token).is_payable
        written = [one.written for one in accounts.open_accounts(db, merchant.id)]
    assert written == ["970405:7704205001234"]
    assert THEIRS not in written
    assert market.balances(merchant.code).get("Income:Sales", 0) in {0, -1_000}
    assert market.broken() == {}


def asked(market: Market, merchant: Merchant, actor: Actor = LAN) -> Change:
    with transaction(market.engine) as db:
        return account_changes.request(db, merchant, THEIRS, HOLDER, actor)


def approved(market: Market, change: Change, actor: Actor = HUNG) -> Change:
    with transaction(market.engine) as db:
        return account_changes.approve(db, change.id, actor, other_holder=True)


def activated(market: Market, change: Change, after: timedelta, actor: Actor = LAN) -> Change:
    with transaction(market.engine) as db:
        return account_changes.activate(db, change.id, actor, now() + after)


def paid_to_them(market: Market, number: int = 7) -> None:
    """Send 1,000 đồng to the man's account, as its bank tells it."""
    account = THEIRS.partition(":")[2]
    market.hear("agribank", credit("agribank", number, amount=1_000, account=account))
    market.settle()


def stopped(scene: Problem, code: str) -> None:
    """A barrier has a code, and says why in both languages."""
    assert scene.code == code
    assert scene.message != scene.message_vi != ""


def test_a_stolen_helper_s_phone_can_ask_for_nothing(
    app: Flask, market: Market, crowd: Crowd, chi: Merchant
) -> None:
    """The helper's phone is signed in. It may take orders today; changes are not there for it."""
    program = Program(app, key_of(crowd, "helper"))
    path, account = f"/merchants/{chi.code}", dict(ACCOUNT)
    changed = program.post(f"{path}/account-changes", {**account, "why": "đổi máy"}, "attack-0001")
    added = program.post(f"{path}/accounts", account, "attack-0002")
    assert {said(changed), said(added)} == {(403, "permission_missing")}
    token = crowd.sign_in("helper")
    by_hand = (
        "INSERT INTO account_change (merchant_id, old_account_id, new_account_id, requested_by,"
        " requested_at, why) SELECT merchant_id, id, id, 'x', now(), 'đổi máy'"
        " FROM receiving_account LIMIT 1"
    )
    for written in (by_hand, "UPDATE receiving_account SET number = '7704299990000'"):
        with transaction(market.engine) as db, acting(db, token), pytest.raises(DBAPIError):
            db.execute(text(written))


def test_one_bribed_officer_is_one_person(market: Market, chi: Merchant) -> None:
    """Cô Lan is paid to do it alone: she asks, approves, skips the approval, writes by hand."""
    change = asked(market, chi)
    with pytest.raises(Problem) as own:
        approved(market, change, LAN)
    stopped(own.value, "account_change_own")
    with pytest.raises(Problem) as alone:
        activated(market, change, LONG)
    stopped(alone.value, "account_change_not_approved")
    for written in (
        "UPDATE receiving_account SET number = '1' WHERE usable RETURNING id",
        "UPDATE receiving_account SET usable = true WHERE NOT usable RETURNING id",
        "UPDATE receiving_account SET merchant_id = merchant_id + 1 RETURNING id",
    ):
        with pytest.raises(IntegrityError):
            market.rows(written)
    with transaction(market.engine) as db:
        account_changes.end(db, change.id, "frozen", OWNER)


def test_two_bribed_officers_still_meet_the_name_the_day_and_her_page(
    app: Flask, market: Market, chi: Merchant
) -> None:
    """Both officers are paid. The name differs, the day is long, and her own page shows it all."""
    change = asked(market, chi)
    with transaction(market.engine) as db, pytest.raises(Problem) as name:
        account_changes.approve(db, change.id, HUNG)
    stopped(name.value, "holder_differs")
    approved(market, change)
    paid_to_them(market)
    with pytest.raises(Problem) as early:
        activated(market, change, SHORT)
    stopped(early.value, "account_change_too_early")
    with transaction(market.engine) as db:
        told = account_changes.open_of(db, chi.id)
        assert [one.new_holder for one in told] == [HOLDER]
        account_changes.end(db, change.id, "frozen", OWNER)
    with pytest.raises(Problem) as over:
        activated(market, change, LONG)
    stopped(over.value, "account_change_over")


def test_a_changed_import_file_changes_nothing_that_exists(market: Market, chi: Merchant) -> None:
    """The list of the market is sent again with another account in her row, then another name."""
    row = Applicant(2, "RS", "RS-01", 1, chi.name, "seafood", "household", THEIRS, HOLDER)
    stolen = Applicant(
        3, "RS", "RS-02", 2, "Kẻ Gian", "seafood", "household", "970405:7704205001234", HOLDER
    )
    with transaction(market.engine) as db:
        checked = imports.check(db, [row, stolen])
    assert {(one.row, one.code) for one in checked.faults} == {
        (2, "stall_taken"),
        (3, "account_taken"),
    }
    assert checked.new == ()


def test_an_api_key_can_propose_and_no_more(
    app: Flask, market: Market, crowd: Crowd, chi: Merchant
) -> None:
    """A key leaked from the market board's program: with it one proposes, and everybody sees it."""
    program = Program(app, key_of(crowd, "board"))
    path = f"/merchants/{chi.code}"
    second = said(program.post(f"{path}/accounts", dict(ACCOUNT), "attack-0001"))
    assert second == (409, "account_present")
    proposed = program.post(f"{path}/account-changes", {**ACCOUNT, "why": "đổi"}, "attack-0002")
    assert proposed.status_code == 201
    assert program.post("/account-changes/1/approve", {}, "attack-0003").status_code == 404
    with transaction(market.engine) as db:
        (change,) = account_changes.open_of(db, chi.id)
        assert change.state == "requested"
        account_changes.end(db, change.id, "frozen", OWNER)


def test_registering_her_again_makes_another_merchant_and_no_way_to_her_stall(
    market: Market, chi: Merchant
) -> None:
    """A second registration under her name: the stall is taken, and her account is too."""
    again = Application(chi.name, "seafood", THEIRS, HOLDER, "RS", "RS-01")
    with pytest.raises(Problem) as stall, transaction(market.engine) as db:
        register.add(db, again)
    stopped(stall.value, "stall_taken")
    hers = Application(chi.name, "seafood", "970405:7704205001234", HOLDER)
    with pytest.raises(Problem) as account, transaction(market.engine) as db:
        register.add(db, hers)
    stopped(account.value, "account_taken")


def test_a_terminal_is_no_side_door_for_an_account(market: Market, chi: Merchant) -> None:
    """Her phone shall say "received" for the man's account: as a terminal, of any provider."""
    number = THEIRS.partition(":")[2]
    with transaction(market.engine) as db:
        with pytest.raises(Problem) as dialect:
            terminals.add(db, chi.id, "standard", "970416:00990012345", "cô Lan")
        assert not terminals.add(db, chi.id, "agribank", number, "cô Lan")
        with pytest.raises(Problem) as alone:
            terminals.approve(db, "agribank", number, "cô Lan")
    stopped(dialect.value, "terminal_is_account")
    stopped(alone.value, "terminal_own")
    paid_to_them(market)
    assert market.rows("SELECT rule FROM match") == [("suspense",)]
    assert market.count("message") == (0,)


def test_a_code_pasted_over_hers_is_told_and_never_heard(
    market: Market, chi: Merchant, stand: Stand
) -> None:
    """The sticker: no register is touched. The check names it, and her phone stays silent."""
    bin_, _, number = THEIRS.partition(":")
    sticker = encode(Transfer(bin=bin_, account=number, terminal="RS-01"))
    assert genuine.judge(stand, [sticker]).kind == genuine.FOREIGN
    assert genuine.judge(stand, [stand.payload, sticker]).kind == genuine.MIXED
    seen = genuine.judge(stand, [sticker]).sights[0].differences
    assert [(one.field, one.seen) for one in seen if one.field == "account"] == [
        ("account", number)
    ]
    paid_to_them(market)
    assert market.count("message") == (0,)
    assert chi.stall == "RS-01"


def test_at_the_end_of_the_day_either_she_or_they_and_never_both(
    market: Market, crowd: Crowd, stand: Stand
) -> None:
    """The last second: three activate, three times she freezes. One row decides, for all."""
    merchant = crowd.merchants["own"]
    change = approved(market, asked(market, merchant))
    market.hear("agribank", credit("agribank", 7, account=THEIRS.partition(":")[2]))
    market.settle()

    def act(place: int) -> str:
        try:
            if place % 2:
                return activated(market, change, LONG, Actor(f"cán bộ {place}", "hết hạn")).state
            with transaction(market.engine) as db:
                return account_changes.end(db, change.id, "frozen", OWNER).state
        except Problem as problem:
            return problem.code

    answers = at_once(6, act)
    (winner,) = {one for one in answers if one != "account_change_over"}
    assert answers.count(winner) == 1
    with transaction(market.engine) as db:
        points_to = accounts.choose(db, merchant.id).written
        payable = stands.find(db, stand.token).is_payable
    kept = winner == "frozen"
    assert (points_to != THEIRS, payable) == (kept, kept)
    assert market.broken() == {}


def test_what_remains_possible_is_loud(market: Market, crowd: Crowd, stand: Stand) -> None:
    """An officer hands her stall to a straw man. It is done, by name, and it is seen."""
    straw = market.register("Chị own", THEIRS)
    market.rows("UPDATE tenancy SET during = '[2026-01-01,)' RETURNING id")
    with transaction(market.engine) as db:
        today = business_date(now())
        tenancy.hand_over(db, straw, Handover("RS-01", today, "cô Lan", "sang sạp"))
        old = stands.find(db, stand.token)
        (new,) = print_run.issue(db, Wish("cô Lan", KEY, merchant=straw.code))
        history = [one.merchant for one in tenancy.history(db, "RS-01")]
    assert (old.state, old.revoked_by) == ("revoked", "cô Lan")
    assert new.holder != old.holder
    assert new.check_word != old.check_word
    assert history == [crowd.merchants["own"].code, straw.code]
