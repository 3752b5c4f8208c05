"""Onboarding as stories: interrupted and resumed, two officers at once, what stands in the way."""

from datetime import timedelta

import pytest

from cashless.access import people
from cashless.access.contact import read
from cashless.access.people import Card
from cashless.clock import now
from cashless.db.engine import transaction
from cashless.errors import Conflict, Invalid, NotFound, Problem
from merchants import onboarding, opening, personal, register, stands
from merchants.obstacles import speaking, spots
from merchants.onboarding import KEEP
from merchants.proof import Proof
from tests.market import KEY, Market, at_once
from tests.merchants.registering import NUMBER, OFFICER, Office, open_market, today, typed


@pytest.fixture
def office(market: Market) -> Office:
    open_market(market)
    return Office(market)


def test_five_steps_make_a_stall_that_is_live(office: Office, market: Market) -> None:
    office.fill()
    made = office.confirm()
    assert (made.merchant.status, made.merchant.stall, made.owner) == (
        "pending",
        "RS-02",
        "Nguyễn Thị Bảy",
    )
    assert made.token is not None
    assert office.proof() == Proof()
    office.pay()
    found = office.proof()
    assert (found.by_money, found.is_whole, found.amount, found.teller) == (
        True,
        False,
        1_000,
        "agribank",
    )
    assert office.hear() is True
    with transaction(market.engine) as db:
        assert register.find(db, made.merchant.code).status == "active"
    assert office.find().state == "live"
    assert market.broken() == {}


def test_before_it_is_live_no_shopper_may_pay_and_nobody_counts_it(
    office: Office, market: Market
) -> None:
    office.fill()
    assert market.count("merchant", "stand") == (0, 0)
    office.confirm()
    with transaction(market.engine) as db:
        (stand,) = stands.listing(db, "RS")
    assert (stand.state, stand.is_payable) == ("waiting", False)
    office.pay()
    office.hear()
    with transaction(market.engine) as db:
        (stand,) = stands.listing(db, "RS")
    assert (stand.state, stand.is_payable) == ("tested", True)


@pytest.mark.parametrize("taken", [0, 1, 2, 3])
def test_interrupted_after_any_step_it_goes_on_where_it_was(office: Office, taken: int) -> None:
    office.start()
    for step in onboarding.STEPS[:taken]:
        office.save(step)
    resumed = Office(office.market, office.number)
    assert resumed.find().next_step == (*onboarding.STEPS, "confirm")[taken]
    assert set(resumed.draft()) == set(onboarding.STEPS[:taken])
    for step in onboarding.STEPS[taken:]:
        resumed.save(step)
    assert resumed.confirm().merchant.name == "Cá Chị Bảy"
    assert resumed.find().next_step == "prove"


def test_what_was_said_is_sealed_and_removed_when_it_is_confirmed(
    office: Office, market: Market
) -> None:
    office.fill(who={"id_card": "091180001234"})
    ((kept,),) = market.rows("SELECT string_agg(sealed::text, '') FROM registration_draft")
    for said in ("Bảy", "091180001234", "912345678", NUMBER):
        assert said.encode().hex() not in kept
    made = office.confirm()
    assert market.count("registration_draft") == (0,)
    with transaction(market.engine) as db:
        shown = personal.shown(db, made.merchant, KEY)
        (look, *_) = personal.looks(db, made.merchant)
    assert shown == {"id_card": "•••234", "phone": "•••678"}
    assert look.who == OFFICER.who


def test_the_consents_say_which_text_and_before_whom(office: Office, market: Market) -> None:
    office.fill(who={"statistics": "yes"})
    office.confirm()
    said = market.rows("SELECT purpose, is_given, witness, text_version FROM consent ORDER BY 1")
    assert said == [
        ("contact", False, OFFICER.who, typed("who")["registration"]),
        ("registration", True, OFFICER.who, typed("who")["registration"]),
        ("statistics", True, OFFICER.who, typed("who")["registration"]),
    ]


def test_two_officers_on_one_draft_do_not_overwrite_each_other(office: Office) -> None:
    seen = office.start().revision
    office.save("who", seen=seen, name="Nguyễn Thị Bảy")
    with pytest.raises(Conflict, match="registration_changed"):
        office.save("who", seen=seen, name="Trần Văn Tám")
    assert office.draft()["who"]["name"] == "Nguyễn Thị Bảy"


def test_of_two_officers_who_confirm_at_once_one_does(office: Office, market: Market) -> None:
    office.fill()

    def confirm(_place: int) -> str:
        try:
            office.confirm()
        except Problem as problem:
            return problem.code
        return "made"

    assert sorted(at_once(2, confirm)) == ["made", "registration_over"]
    assert market.count("merchant", "stand", "role_grant") == (1, 1, 1)


def test_one_phone_number_has_one_open_registration(office: Office) -> None:
    office.start()
    office.save("who")
    office.start()
    with pytest.raises(Conflict, match="registration_open"):
        office.save("who", name="Trần Văn Tám")
    office.save("who", phone="0912 345 679")


def test_a_number_that_signs_in_already_is_told_until_it_is_the_same_person(
    office: Office, market: Market
) -> None:
    office.fill()
    first = office.confirm()
    office.start()
    assert office.wrong("who") == {"phone": "contact_known"}
    assert office.wrong("who", same_person="on") == {}
    office.save("who", same_person="on", stall_name="Khô Chị Bảy")
    office.save("where", stall="RS-03")
    office.save("account", number="7704207777002")
    second = office.confirm()
    assert first.merchant.code != second.merchant.code
    ((owners,),) = market.rows("SELECT count(DISTINCT person_id) FROM role_grant")
    assert (owners, second.owner) == (1, "Nguyễn Thị Bảy")


def test_the_same_papers_again_make_no_second_merchant(office: Office, market: Market) -> None:
    office.fill(who={"id_card": "091180001234"})
    office.confirm()
    office.fill(
        who={"id_card": "091180001234", "phone": "0912345679"},
        where={"stall": "RS-03"},
        account={"number": "7704207777002"},
    )
    with pytest.raises(Conflict, match="merchant_known"):
        office.confirm()
    assert market.count("merchant", "person") == (1, 1)
    assert office.find().next_step == "confirm"


def test_a_stall_that_is_taken_says_by_whom_and_a_new_one_has_to_be_named_new(
    office: Office, market: Market
) -> None:
    office.fill()
    office.confirm()
    with transaction(market.engine) as db:
        free = [spot.code for spot in spots(db, "RS", today()) if spot.is_free]
    assert free == ["RS-01", "RS-03"]
    assert office.wrong("where") == {"stall": "stall_taken"}
    assert office.wrong("where", stall="rs-99") == {"stall": "stall_unlisted"}
    assert office.wrong("where", stall="rs-99", new_stall="on") == {}


def test_a_stall_taken_while_the_draft_lay_there_stops_the_confirmation(
    office: Office, market: Market
) -> None:
    office.fill()
    number = office.number
    office.fill(who={"phone": "0912345679", "name": "Lê Văn Tám"}, account={"number": "1234567"})
    office.confirm(other_holder=True)
    office.number = number
    with pytest.raises(Conflict, match="stall_taken"):
        office.confirm()
    assert (market.count("merchant"), office.find().state) == ((1,), "draft")


def test_another_s_account_is_told_and_another_s_name_has_to_be_accepted(
    office: Office, market: Market
) -> None:
    market.register("Chị Tư", f"970405:{NUMBER}")
    assert office.wrong("account") == {"number": "account_taken"}
    office.fill(account={"number": "1234567", "holder": "TRAN VAN TAM"})
    with pytest.raises(Invalid, match="holder_differs"):
        office.confirm()
    assert office.confirm(other_holder=True).merchant.status == "pending"


def test_a_draft_is_gone_after_two_weeks_and_then_removed(office: Office, market: Market) -> None:
    office.fill()
    with transaction(market.engine) as db:
        assert onboarding.purge(db, now() + KEEP - timedelta(minutes=1)) == 0
        assert onboarding.purge(db, now() + KEEP) == 1
        assert onboarding.purge(db, now() + KEEP) == 0
    assert market.count("registration_draft") == (0,)
    assert market.rows("SELECT phone_mark FROM registration") == [(None,)]
    assert office.find().state == "ended"
    with transaction(market.engine) as db:
        trail = [one.step for one in onboarding.trail(db, office.find())]
    assert trail == ["who", "where", "account", "purged"]


def test_a_draft_that_is_too_old_is_not_there_even_before_it_is_removed(
    office: Office, market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.start()
    monkeypatch.setattr(onboarding, "now", lambda: now() + KEEP)
    with pytest.raises(NotFound, match="registration_unknown"):
        office.find()
    with transaction(market.engine) as db:
        assert onboarding.listing(db, "RS") == []


def test_a_draft_that_is_given_up_leaves_only_its_trail(office: Office, market: Market) -> None:
    office.fill()
    with transaction(market.engine) as db:
        onboarding.end(db, office.find())
    assert market.count("registration_draft", "registration_step") == (0, 3)
    with pytest.raises(Conflict):
        office.confirm()
    office.start()
    office.save("who")


def test_nothing_is_heard_before_money_came_and_other_sums_are_not_told(office: Office) -> None:
    office.fill()
    office.confirm()
    with pytest.raises(Conflict, match="registration_unproven"):
        office.hear()
    office.pay(amount=2_500_000)
    found = office.proof()
    assert (found.by_money, found.amount) == (True, None)


def test_who_did_not_hear_it_is_not_live_until_it_was_heard(office: Office) -> None:
    office.fill()
    office.confirm()
    office.pay()
    assert office.hear("not_heard") is False
    assert office.proof().is_unheard
    assert office.hear() is True


def test_a_payment_for_an_order_proves_the_account_and_not_the_stand(
    office: Office, market: Market
) -> None:
    office.fill()
    made = office.confirm()
    order = market.order(made.merchant, 1_000)
    office.pay(memo=order.code)
    found = office.proof()
    assert (found.account is None, found.provider is None, found.stand) == (False, False, None)
    assert office.hear() is False


def test_a_wrong_account_is_put_right_until_money_came(office: Office, market: Market) -> None:
    office.fill(account={"number": "1234567"})
    office.confirm()
    with transaction(market.engine) as db:
        opening.correct(db, office.find(), typed("account"), OFFICER)
    assert office.find().merchant_status == "pending"
    office.pay(number="1234567")
    assert office.proof().account is None
    office.pay()
    assert office.proof().by_money
    with transaction(market.engine) as db, pytest.raises(Conflict, match="registration_proven"):
        opening.correct(db, office.find(), typed("account", number="7654321"), OFFICER)


def test_a_bank_that_tells_us_nothing_is_known_as_such(market: Market) -> None:
    with transaction(market.engine) as db:
        assert speaking(db) == set()
    market.connect("agribank")
    with transaction(market.engine) as db:
        assert speaking(db) == {"agribank"}


def test_the_owner_is_invited_again_only_without_a_password(office: Office, market: Market) -> None:
    office.fill()
    office.confirm()
    with transaction(market.engine) as db:
        name, token = opening.invite_again(db, office.find(), OFFICER)
    assert name == "Nguyễn Thị Bảy"
    assert len(token) == 32


def test_somebody_known_keeps_the_own_name(office: Office, market: Market) -> None:
    with transaction(market.engine) as db:
        people.add(db, Card("Chị Bảy Cá", read("0912345678")), KEY)
    office.start()
    assert office.wrong("who") == {"phone": "contact_known"}
