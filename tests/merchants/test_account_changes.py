"""The account behind a code changes by four eyes, after a day, proven by a payment, or never."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from cashless.clock import business_date, now
from cashless.db.engine import transaction
from cashless.errors import Problem
from cashless.vietqr.payload import decode
from merchants import account_changes, accounts, orders, provider_checks
from merchants.account_changes import COOL_OFF, Actor, Change, NewAccount
from merchants.provider_checks import Told
from merchants.register import Merchant
from tests.market import Market, account, at_once, credit

OTHER = "970405:7704299990000"
LAN = Actor("cô Lan", "người bán đổi ngân hàng")
HUNG = Actor("chú Hùng", "đã xem giấy tờ")
LATER = timedelta(minutes=1)


def asked(market: Market, merchant: Merchant, holder: str = "CHI TU") -> Change:
    with transaction(market.engine) as db:
        return account_changes.request(db, merchant, OTHER, holder, LAN)


def approved(market: Market, change: Change) -> Change:
    with transaction(market.engine) as db:
        return account_changes.approve(db, change.id, HUNG)


def test_payment(market: Market) -> None:
    """Let a test payment reach the new account."""
    said = credit("agribank", 7, amount=1_000, account=OTHER.partition(":")[2], occurred_at=now())
    market.hear("agribank", said)
    market.settle()


test_payment.__test__ = False


def activated(market: Market, change: Change, after: timedelta) -> Change:
    with transaction(market.engine) as db:
        return account_changes.activate(db, change.id, LAN, now() + after)


def codes(market: Market, merchant: Merchant) -> str:
    """Return the account that the merchant's static code points to now."""
    with transaction(market.engine) as db:
        napas: Any = decode(orders.static_payload(db, merchant.code)).fields["napas"]
    return str(napas["account"])


def test_a_change_takes_two_people_a_day_and_a_payment(market: Market) -> None:
    merchant = market.register()
    before = codes(market, merchant)
    change = approved(market, asked(market, merchant))
    assert (change.state, change.approved_by, change.proven) == ("approved", "chú Hùng", False)
    assert codes(market, merchant) == before
    test_payment(market)
    done = activated(market, change, COOL_OFF + LATER)
    assert (done.state, done.ended_by) == ("activated", "cô Lan")
    assert codes(market, merchant) == OTHER.partition(":")[2]


def test_money_that_still_comes_to_the_old_account_is_caught(market: Market) -> None:
    merchant = market.register()
    change = approved(market, asked(market, merchant))
    test_payment(market)
    activated(market, change, COOL_OFF + LATER)
    market.hear("agribank", credit("agribank", 8, amount=30_000, occurred_at=now()))
    market.settle()
    assert market.balances(merchant.code)["Income:Sales"] == -31_000


def test_who_asked_cannot_approve_and_the_database_says_so_too(market: Market) -> None:
    merchant = market.register()
    change = asked(market, merchant)
    with transaction(market.engine) as db, pytest.raises(Problem, match="account_change_own"):
        account_changes.approve(db, change.id, LAN)
    with pytest.raises(IntegrityError):
        market.rows(
            "INSERT INTO account_change_step (change_id, stage, step, requested_by, who, why, at)"
            " VALUES (:id, 1, 'approved', 'cô Lan', 'cô Lan', 'tự duyệt', now()) RETURNING stage",
            id=change.id,
        )


@pytest.mark.parametrize(
    ("steps", "after", "code"),
    [
        ("paid", COOL_OFF + LATER, "account_change_not_approved"),
        ("approved paid", COOL_OFF - LATER, "account_change_too_early"),
        ("approved", COOL_OFF + LATER, "account_change_unproven"),
    ],
)
def test_no_way_to_the_new_account_leaves_out_a_step(
    market: Market, steps: str, after: timedelta, code: str
) -> None:
    merchant = market.register()
    before = codes(market, merchant)
    change = asked(market, merchant)
    if "approved" in steps:
        approved(market, change)
    if "paid" in steps:
        test_payment(market)
    with pytest.raises(Problem, match=code):
        activated(market, change, after)
    assert codes(market, merchant) == before


def test_a_payment_before_the_approval_proves_nothing(market: Market) -> None:
    merchant = market.register()
    change = asked(market, merchant)
    test_payment(market)
    approved(market, change)
    with pytest.raises(Problem, match="account_change_unproven"):
        activated(market, change, COOL_OFF + LATER)


def test_another_name_has_to_be_accepted_in_words(market: Market) -> None:
    merchant = market.register()
    change = asked(market, merchant, "NGUYEN VAN LA")
    with pytest.raises(Problem, match="holder_differs"):
        approved(market, change)
    with transaction(market.engine) as db:
        done = account_changes.approve(db, change.id, HUNG, other_holder=True)
    assert (done.same_holder, done.state) == (False, "approved")


def test_the_same_name_is_the_same_without_accents(market: Market) -> None:
    assert asked(market, market.register(), "chị  tư").same_holder


@pytest.mark.parametrize("step", ["frozen", "refused"])
def test_a_stopped_change_is_over(market: Market, step: str) -> None:
    merchant = market.register()
    before = codes(market, merchant)
    change = approved(market, asked(market, merchant))
    test_payment(market)
    with transaction(market.engine) as db:
        assert account_changes.end(db, change.id, step, HUNG).state == step
    with pytest.raises(Problem, match="account_change_over"):
        activated(market, change, COOL_OFF + LATER)
    assert codes(market, merchant) == before
    assert asked_again(market, merchant).state == "requested"


def asked_again(market: Market, merchant: Merchant) -> Change:
    with transaction(market.engine) as db:
        other = "970405:7704299990001"
        return account_changes.request(db, merchant, other, "CHI TU", LAN)


def test_one_change_at_a_time_and_never_to_somebody_else_s_account(market: Market) -> None:
    merchant = market.register()
    asked(market, merchant)
    with pytest.raises(Problem, match="account_change_open"):
        asked(market, merchant)
    bay = market.register("Anh Bảy", "970405:7704200000009")
    with pytest.raises(Problem, match="account_taken"):
        asked(market, bay)


def test_two_officers_who_decide_at_once_take_one_step(market: Market) -> None:
    change = asked(market, market.register())

    def decide(place: int) -> str:
        actor = Actor(f"cán bộ {place}", "đã xem giấy tờ")
        try:
            with transaction(market.engine) as db:
                account_changes.approve(db, change.id, actor)
        except Problem as problem:
            return problem.code
        return "approved"

    answers = at_once(6, decide)
    assert sorted(answers) == ["account_change_over"] * 5 + ["approved"]


def test_an_account_being_changed_to_stands_in_no_code(market: Market) -> None:
    merchant = market.register()
    asked(market, merchant)
    with transaction(market.engine) as db:
        assert [one.written for one in accounts.open_accounts(db, merchant.id)] != [OTHER]
        with pytest.raises(Problem, match="account_missing"):
            accounts.choose(db, merchant.id, OTHER)


def test_an_account_beside_the_old_one_goes_the_same_way_and_both_stay(market: Market) -> None:
    """The bank speaks our own dialect, which names an account with its BIN."""
    merchant, wanted = market.register(), "970416:00990012345"
    with transaction(market.engine) as db:
        asked_ = account_changes.ask(db, merchant, NewAccount(wanted, "CHI TU", beside=True), LAN)
    change = approved(market, asked_)
    with pytest.raises(Problem, match="account_change_unproven"):
        activated(market, change, COOL_OFF + LATER)
    secrets = {"bin": "970416", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
    bank = market.connect("standard", secrets)
    said = replace(
        credit("agribank", 7, account=wanted, occurred_at=now()),
        provider_txn_id="970416:FT26008123456",
    )
    market.keep(bank.call(said))
    market.settle()
    activated(market, change, COOL_OFF + LATER)
    with transaction(market.engine) as db:
        written = [one.written for one in accounts.open_accounts(db, merchant.id)]
    assert written == [account("agribank"), wanted]


_LEAP = (
    "INSERT INTO account_change_step (change_id, stage, step, requested_by, who, why, at)"
    " SELECT id, 2, 'activated', requested_by, 'cô Lan', 'bỏ qua', now() FROM account_change"
    " RETURNING stage"
)


@pytest.mark.parametrize(
    "written",
    [
        "UPDATE receiving_account SET number = '7704299990000' RETURNING id",
        "UPDATE receiving_account SET bin = '970436' RETURNING id",
        "UPDATE receiving_account SET usable = true WHERE NOT usable RETURNING id",
        _LEAP,
    ],
    ids=["other number", "other bank", "used without activation", "activated without approval"],
)
def test_the_database_refuses_what_leaves_the_way_out(market: Market, written: str) -> None:
    asked(market, market.register())
    with pytest.raises(IntegrityError, match=r"account|activated"):
        market.rows(written)


def test_what_a_provider_said_of_its_checks_is_kept_as_it_was_said(market: Market) -> None:
    merchant, today = market.register(), business_date(now())
    told = [Told("pending", today, "thư của ngân hàng"), Told("verified", today, "danh sách", "A1")]
    with transaction(market.engine) as db:
        for one in told:
            provider_checks.note(db, merchant, account("agribank"), one, "cô Lan")
        with pytest.raises(Problem, match="account_missing"):
            provider_checks.note(db, merchant, OTHER, told[0], "cô Lan")
        for wrong in (Told("sure", today, "nghe nói"), Told("verified", date(2999, 1, 1), "thư")):
            with pytest.raises(Problem, match="provider_check_invalid"):
                provider_checks.note(db, merchant, account("agribank"), wrong, "cô Lan")
        found = provider_checks.of_merchant(db, merchant)
    assert [(one.standing, one.contract) for one in found] == [("pending", ""), ("verified", "A1")]
