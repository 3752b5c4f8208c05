"""The life of a stand: issued, tested by a payment, printed again, revoked, never edited."""

from collections.abc import Callable
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from cashless.clock import now
from cashless.db.engine import transaction
from cashless.errors import Problem
from cashless.ids import ALPHABET, check_character
from cashless.vietqr.payload import decode
from cashless.vietqr.stand import check_word
from merchants import accounts, places, print_run, register, stands
from merchants.places import Place
from merchants.print_run import Wish
from merchants.register import Application, Merchant
from merchants.stands import Stand
from tests.market import KEY, Market, account, at_once, credit

BY = "chú Hùng"


def settle_in(market: Market, stall: str | None = "RS-TS-012", name: str = "Chị Tư") -> Merchant:
    """Register a merchant in the market of Rạch Sỏi, at that stall."""
    (here,) = market.count("merchant")
    number = f"77042{here:08d}"
    wanted = Application(name, "seafood", f"970405:{number}", name.upper(), place="RS", stall=stall)
    with transaction(market.engine) as db:
        places.add(db, [Place("RS", "market", "Chợ Rạch Sỏi", 2)])
        return register.add(db, wanted)


def issued(market: Market, merchant: Merchant, why: str | None = None) -> Stand:
    """Issue the merchant's stand, or print it again because of ``why``."""
    with transaction(market.engine) as db:
        (stand,) = print_run.issue(db, Wish(BY, KEY, merchant=merchant.code, why=why))
    return found(market, stand.token)


def found(market: Market, token: str) -> Stand:
    with transaction(market.engine) as db:
        return stands.find(db, token)


def pay(market: Market, number: str, **said: object) -> None:
    """Let money reach that account at Agribank, and settle."""
    place = market.count("payment")[0] + 1
    usual = {"account": number, "occurred_at": now()}
    market.hear("agribank", credit("agribank", place, **usual | said))
    market.settle()


def refused(market: Market, work: Callable[[Connection], object]) -> str:
    with pytest.raises(Problem) as problem, transaction(market.engine) as db:
        work(db)
    return problem.value.code


def test_a_stand_carries_account_and_stall_and_is_short(market: Market) -> None:
    merchant = settle_in(market)
    stand = issued(market, merchant)
    read = decode(stand.payload)
    assert read.valid
    assert "amount" not in read.fields
    assert read.fields["additional"] == {"terminal_label": "RS-TS-012"}
    assert len(stand.payload) <= 120
    assert stand.check_word == check_word(stand.payload, KEY)
    assert (stand.state, stand.issued_by, stand.print_number) == ("issued", BY, 1)
    assert (stand.name, stand.place_name, stand.held) == ("Chị Tư", "Chợ Rạch Sỏi", True)


def test_a_stall_code_that_does_not_fit_is_left_out_of_the_code(market: Market) -> None:
    stand = issued(market, settle_in(market, stall="RS-" + "A" * 26))
    assert "additional" not in decode(stand.payload).fields


def test_the_number_of_a_stand_is_unpredictable_and_forgives_how_it_is_typed(
    market: Market,
) -> None:
    stand = issued(market, settle_in(market))
    assert set(stand.token) <= set(ALPHABET)
    assert check_character(stand.token[:-1]) == stand.token[-1]
    assert len({stands.new_token() for _ in range(100)}) == 100
    assert found(market, f" {stand.written.lower()} ") == stand


@pytest.mark.parametrize("token", ["", "x", "A" * 16, "A" * 15 + "0", "ố" * 16, "A" * 3000, "\0"])
def test_what_is_no_number_of_a_stand_is_unknown(market: Market, token: str) -> None:
    issued(market, settle_in(market))
    assert refused(market, lambda db: stands.find(db, token)) == "stand_unknown"


def test_one_wrong_sign_is_unknown_and_so_is_what_was_never_issued(market: Market) -> None:
    token = issued(market, settle_in(market)).token
    wrong = ("A" if token[0] != "A" else "B") + token[1:]
    for other in (wrong, stands.new_token()):
        assert refused(market, lambda db, at=other: stands.find(db, at)) == "stand_unknown"


def test_the_first_small_payment_proves_the_stand(market: Market) -> None:
    stand = issued(market, settle_in(market))
    pay(market, stand.number, amount=1_000)
    first = found(market, stand.token)
    assert (first.state, first.tested_payment is not None) == ("tested", True)
    pay(market, stand.number, amount=50_000)
    assert found(market, stand.token) == first


@pytest.mark.parametrize("early", [timedelta(seconds=70), timedelta(days=3)])
def test_a_payment_made_before_the_stand_proves_nothing(market: Market, early: timedelta) -> None:
    merchant = settle_in(market)
    stand = issued(market, merchant)
    pay(market, stand.number, occurred_at=stand.issued_at - early)
    assert found(market, stand.token).state == "issued"


def test_money_that_came_before_counts_for_no_new_print(market: Market) -> None:
    merchant = settle_in(market)
    first = issued(market, merchant)
    pay(market, first.number)
    again = issued(market, merchant, "bảng bị ướt")
    assert (found(market, first.token).state, again.state) == ("revoked", "issued")
    pay(market, first.number)
    assert found(market, again.token).state == "tested"


def test_a_payment_for_an_order_proves_nothing_of_the_stand(market: Market) -> None:
    merchant = settle_in(market)
    stand = issued(market, merchant)
    order = market.order(merchant, 20_000)
    pay(market, stand.number, amount=20_000, memo=order.code)
    assert market.find_order(order.code).paid == 20_000
    assert found(market, stand.token).state == "issued"


def test_a_virtual_account_proves_the_stand_and_another_account_does_not(market: Market) -> None:
    merchant = settle_in(market)
    stand = issued(market, merchant)
    with transaction(market.engine) as db:
        accounts.add(db, merchant.id, "970405:7704299999999", "CHI TU")
    pay(market, "7704299999999")
    assert found(market, stand.token).state == "issued"
    pay(market, "1", virtual_account=stand.number)
    assert found(market, stand.token).state == "tested"


def test_another_print_revokes_the_one_before_and_says_why(market: Market) -> None:
    merchant = settle_in(market)
    first = issued(market, merchant)
    again = issued(market, merchant, "  bảng bị\n ướt ")
    before = found(market, first.token)
    assert (before.state, before.revoke_reason, before.revoked_by) == (
        "revoked",
        "bảng bị ướt",
        BY,
    )
    assert (again.replaces, again.print_number, again.reason) == (first.token, 2, "bảng bị ướt")
    assert again.payload == first.payload


def test_money_to_a_revoked_stand_is_caught_as_ever(market: Market) -> None:
    merchant = settle_in(market)
    stand = issued(market, merchant)
    with transaction(market.engine) as db:
        stands.revoke(db, stand.token, "bị dán đè", BY)
    pay(market, stand.number, amount=70_000)
    assert market.balances(merchant.code)["Income:Sales"] == -70_000
    assert found(market, stand.token).state == "revoked"
    assert market.broken() == {}


def test_revoking_needs_a_reason_and_happens_once(market: Market) -> None:
    stand = issued(market, settle_in(market))
    for why in ("", " x ", "a\0bc", "x" * 201):
        assert refused(market, lambda db, w=why: stands.revoke(db, stand.token, w, BY)) == (
            "why_missing"
        )
    with transaction(market.engine) as db:
        assert stands.revoke(db, stand.written, "bị mất", BY).state == "revoked"
    again = refused(market, lambda db: stands.revoke(db, stand.token, "nữa nè", BY))
    assert again == "stand_revoked"
    assert found(market, stand.token).revoke_reason == "bị mất"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE receiving_account SET closed_at = now()",
        "UPDATE merchant SET status = 'closed'",
        "UPDATE merchant SET status = 'suspended'",
        "UPDATE tenancy SET during = daterange(lower(during) - 9, lower(during) - 1)",
    ],
)
def test_a_stand_is_out_of_use_when_what_it_says_no_longer_holds(
    market: Market, change: str
) -> None:
    stand = issued(market, settle_in(market))
    with transaction(market.engine) as db:
        db.execute(text(change))
    after = found(market, stand.token)
    assert (after.state, after.is_payable) == ("out_of_use", False)


def test_stands_are_listed_in_walking_order(market: Market) -> None:
    for stall in ("RS-A-2", "RS-A-10", "RS-A-1", "RS-A-3"):
        issued(market, settle_in(market, stall))
    lost = issued(market, settle_in(market, "RS-A-11"))
    with transaction(market.engine) as db:
        stands.revoke(db, lost.token, "bị mất", BY)
        there = [stand.stall for stand in stands.listing(db, "rs")]
        ever = [stand.stall for stand in stands.listing(db, revoked=True)]
    assert there == ["RS-A-1", "RS-A-2", "RS-A-3", "RS-A-10"]
    assert ever == [*there, "RS-A-11"]
    assert refused(market, lambda db: stands.listing(db, "none")) == "place_unknown"


def test_a_stall_has_one_live_stand_however_many_print_at_once(market: Market) -> None:
    merchant = settle_in(market)

    def print_one(_place: int) -> str:
        try:
            return issued(market, merchant).token
        except Problem as problem:
            return problem.code

    done = at_once(6, print_one)
    ((live,),) = market.rows("SELECT token FROM stand")
    assert set(done) <= {live, "stand_changed"}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE stand SET payload = 'other'",
        "UPDATE stand SET token = 'AAAAAAAAAAAAAAAA'",
        "UPDATE stand SET check_word = 'OTHER'",
        "UPDATE stand SET issued_at = now()",
        "UPDATE stand SET reason = 'other'",
        "UPDATE stand SET revoked_at = now()",
        "DELETE FROM stand",
        "TRUNCATE stand CASCADE",
    ],
)
def test_what_was_printed_cannot_be_changed_by_anybody(
    market: Market, market_url: str, change: str
) -> None:
    issued(market, settle_in(market))
    with pytest.raises(DBAPIError), transaction(market.engine) as db:
        db.execute(text(change))
    with pytest.raises(psycopg.Error), psycopg.connect(market_url) as owner:
        owner.execute(change)


def test_a_revocation_cannot_be_taken_back_or_told_differently(
    market: Market, market_url: str
) -> None:
    stand = issued(market, settle_in(market))
    with transaction(market.engine) as db:
        stands.revoke(db, stand.token, "bị mất", BY)
    for change in (
        "revoked_at = NULL, revoked_by = NULL, revoke_reason = NULL",
        "revoked_by = 'x'",
    ):
        with psycopg.connect(market_url) as owner, pytest.raises(psycopg.errors.RestrictViolation):
            owner.execute(f"UPDATE stand SET {change}")  # noqa: S608  one of the two above


def test_a_stand_never_points_to_another_merchants_account(market: Market) -> None:
    merchant, other = settle_in(market), settle_in(market, "RS-B-1", "Dì Năm")
    issued(market, merchant)
    swap = text(
        "INSERT INTO stand (token, merchant_id, account_id, payload, check_word, issued_at,"
        " issued_by, reason, print_number, after_payment)"
        " SELECT :token, :merchant, account_id, payload, check_word, now(), 'x', 'x', 1, 0"
        " FROM stand"
    )
    with pytest.raises(DBAPIError), transaction(market.engine) as db:
        db.execute(swap, {"token": stands.new_token(), "merchant": other.id})


def test_a_merchant_without_a_stall_has_one_stand_too(market: Market) -> None:
    merchant = market.register()
    stand = issued(market, merchant)
    assert (stand.stall, stand.place_name, stand.is_payable) == (None, None, True)
    assert stand.number == account("agribank").partition(":")[2]
    assert issued(market, merchant) == stand
