"""Onboarding as stories: interrupted and resumed, two officers at once, what stands in the way."""

from datetime import timedelta

import pytest

from cashless.access import people
from cashless.access.contact import read
from cashless.access.people import Card
from cashless.clock import now
from cashless.db.engine import transaction
from cashless.errors import Conflict, Invalid, NotFound, Problem
from merchants import onboarding, personal
from merchants.obstacles import spots
from merchants.onboarding import KEEP
from tests.market import KEY, Market, at_once
from tests.merchants.registering import NUMBER, OFFICER, Office, open_market, today


@pytest.fixture
def office(market: Market) -> Office:
    open_market(market)
    return Office(market)


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


def test_two_officers_on_one_draft_do_not_overwrite_each_other(office: Office) -> None:
    seen = office.start().revision
    office.save("who", seen=seen, name="Nguyễn Thị Bảy")
    with pytest.raises(Conflict, match="registration_changed"):
        office.save("who", seen=seen, name="Trần Văn Tám")
    assert office.draft()["who"]["name"] == "Nguyễn Thị Bảy"


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


def test_two_sellers_share_a_stall_by_the_clock(office: Office, market: Market) -> None:
    office.fill(where={"shift": "sáng"})
    office.confirm()
    assert office.wrong("where") == {"stall": "stall_taken"}
    assert office.wrong("where", shift="sáng 05:00-07:00") == {"stall": "stall_taken"}
    assert office.wrong("where", shift="mỗi sáng") == {"shift": "shift_invalid"}
    office.fill(
        who={"phone": "0912345679", "name": "Lê Văn Tám"},
        where={"shift": "tối 17:00-23:00"},
        account={"number": "1234567", "holder": "LE VAN TAM"},
    )
    assert office.confirm().merchant.stall == "RS-02"
    assert len(market.rows("SELECT 1 FROM tenancy WHERE upper(during) IS NULL")) == 2
    with transaction(market.engine) as db:
        assert [s.is_full for s in spots(db, "RS", today()) if not s.is_free] == [False]


def test_of_two_sellers_confirmed_at_once_for_a_stall_one_gets_it(
    office: Office, market: Market
) -> None:
    since = (today() - timedelta(days=30)).isoformat()
    office.fill(where={"since": since})
    other = Office(market)
    other.fill(
        who={"phone": "0912345679", "name": "Lê Văn Tám"},
        account={"number": "1234567", "holder": "LE VAN TAM"},
    )

    def confirm(place: int) -> str:
        try:
            (office, other)[place].confirm()
        except Problem as problem:
            return problem.code
        return "made"

    assert sorted(at_once(2, confirm)) == ["made", "stall_taken"]
    assert market.count("merchant", "tenancy") == (1, 1)


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


def test_somebody_known_keeps_the_own_name(office: Office, market: Market) -> None:
    with transaction(market.engine) as db:
        people.add(db, Card("Chị Bảy Cá", read("0912345678")), KEY)
    office.start()
    assert office.wrong("who") == {"phone": "contact_known"}
