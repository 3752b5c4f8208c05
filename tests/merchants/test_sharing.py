"""One stall, fish in the morning and phở in the evening: who sells, which stand, whose money."""

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from cashless.clock import VIETNAM, business_date, now
from cashless.db.engine import transaction
from cashless.errors import Problem
from merchants import places, print_run, register, shifts, stands, tenancy
from merchants.places import Place
from merchants.print_run import Wish
from merchants.register import Application, Merchant
from merchants.stands import Stand
from merchants.tenancy import Handover
from tests.market import KEY, Market, credit

STALL = "RS-TS-012"
NUMBERS = {"Chị Tư": "7704209001234", "Anh Bảy": "7704200000009", "Cô Ba": "7704200000017"}


def today(days: int = 0) -> date:
    return business_date(now()) + timedelta(days=days)


def over(shift: str = "", days: int = 0) -> Handover:
    return Handover(STALL, today(days), "chú Hùng", "chia ca", shifts.read(shift))


def enter(market: Market, name: str, shift: str | None = None) -> Merchant:
    """Register somebody, at the stall where a shift is named."""
    wanted = Application(name, "seafood", f"970405:{NUMBERS[name]}", name)
    if shift is not None:
        at_stall = {"place": "RS", "stall": STALL, "shift": shifts.read(shift)}
        wanted = Application(wanted.name, wanted.category, wanted.account, name, **at_stall)
    with transaction(market.engine) as db:
        places.add(db, [Place("RS", "market", "Chợ Rạch Sỏi", 1)])
        return register.add(db, wanted)


@pytest.fixture
def tu(market: Market) -> Merchant:
    """Chị Tư sells fish there in the morning."""
    return enter(market, "Chị Tư", "sáng")


@pytest.fixture
def bay(market: Market, tu: Merchant) -> Merchant:
    """Anh Bảy sells phở there in the evening."""
    assert tu.stall == STALL
    return enter(market, "Anh Bảy", "tối")


def drawn(market: Market, merchant: Merchant) -> Stand:
    with transaction(market.engine) as db:
        (stand,) = print_run.issue(db, Wish("chú Hùng", KEY, merchant=merchant.code))
    return stand


def held(market: Market, days: int = 0) -> dict[str, str]:
    with transaction(market.engine) as db:
        return {one.name: one.shift.written for one in tenancy.held(db, STALL, today(days))}


def test_two_sell_at_one_stall_and_each_has_a_stand(
    market: Market, tu: Merchant, bay: Merchant
) -> None:
    morning, evening = drawn(market, tu), drawn(market, bay)
    with transaction(market.engine) as db:
        assert [stands.find(db, one.token).is_payable for one in (morning, evening)] == [True] * 2
        run = print_run.plan(db, Wish("chú Hùng", KEY, place="RS"))
    assert {sheet.stand.token for sheet in run.sheets} == {morning.token, evening.token}
    assert held(market) == {"Chị Tư": "sáng 03:00-11:00", "Anh Bảy": "tối 17:00-23:00"}


def test_money_goes_by_the_account_and_never_by_the_hour(
    market: Market, tu: Merchant, bay: Merchant
) -> None:
    """Phở hours, but the fish seller's code was scanned: it is the fish seller's money."""
    evening = now().replace(hour=12, minute=0)  # 19:00 in Vietnam
    said = credit("agribank", 1, account=NUMBERS["Chị Tư"], occurred_at=evening)
    market.hear("agribank", said)
    market.settle()
    assert market.balances(tu.code)["Income:Sales"] == -50_000
    assert market.balances(bay.code) == {}


def test_hours_that_overlap_are_refused_in_words_and_by_the_database(
    market: Market, tu: Merchant, bay: Merchant
) -> None:
    with pytest.raises(Problem, match="stall_taken"):
        enter(market, "Cô Ba", "10:00-12:00")
    ba = enter(market, "Cô Ba")
    with transaction(market.engine) as db, pytest.raises(Problem) as problem:
        tenancy.hand_over(db, ba, over("16:00-18:00"))
    assert problem.value.code == "shift_too_narrow"
    assert "Anh Bảy bán tối 17:00-23:00" in problem.value.message_vi
    insert = (
        "INSERT INTO tenancy (stall_id, merchant_id, during, shift_begins, shift_ends)"
        " SELECT stall_id, :ba, during, 1000, 1100 FROM tenancy WHERE merchant_id = :bay"
    )
    with pytest.raises(IntegrityError, match="tenancy_one_seller_at_a_time"):
        market.rows(insert, ba=ba.id, bay=bay.id)
    with transaction(market.engine) as db:
        tenancy.hand_over(db, ba, over("11:00-17:00"))
    assert len(held(market)) == 3
    assert tu.stall == STALL


def test_one_shift_changes_hands_and_the_other_stays(
    market: Market, tu: Merchant, bay: Merchant
) -> None:
    morning, evening, ba = drawn(market, tu), drawn(market, bay), enter(market, "Cô Ba")
    market.rows("UPDATE tenancy SET during = daterange(:day, NULL) RETURNING id", day=today(-9))
    with transaction(market.engine) as db:
        tenancy.hand_over(db, ba, over("sáng"))
        states = [stands.find(db, one.token).state for one in (morning, evening)]
    assert states == ["revoked", "issued"]
    assert held(market) == {"Cô Ba": "sáng 03:00-11:00", "Anh Bảy": "tối 17:00-23:00"}
    assert held(market, -1) == {"Chị Tư": "sáng 03:00-11:00", "Anh Bảy": "tối 17:00-23:00"}


def test_a_whole_stall_is_shared_by_narrowing_first(market: Market) -> None:
    tu, bay = enter(market, "Chị Tư", ""), enter(market, "Anh Bảy")
    stand = drawn(market, tu)
    market.rows("UPDATE tenancy SET during = daterange(:day, NULL) RETURNING id", day=today(-9))
    with transaction(market.engine) as db:
        with pytest.raises(Problem, match="shift_too_narrow"):
            tenancy.hand_over(db, bay, over("tối"))
        tenancy.change_shift(db, tu, over("sáng"))
        tenancy.hand_over(db, bay, over("T2-T6 22:00-02:00"))
        assert stands.find(db, stand.token).is_payable
        with pytest.raises(Problem, match="stall_not_held"):
            tenancy.change_shift(db, bay, over("đêm", days=-5))
    assert held(market) == {"Chị Tư": "sáng 03:00-11:00", "Anh Bảy": "T2-T6 22:00-02:00"}
    assert held(market, -1) == {"Chị Tư": "cả ngày"}


def test_handing_the_whole_stall_over_ends_every_shift(
    market: Market, tu: Merchant, bay: Merchant
) -> None:
    old, ba = [drawn(market, tu), drawn(market, bay)], enter(market, "Cô Ba")
    market.rows("UPDATE tenancy SET during = daterange(:day, NULL) RETURNING id", day=today(-9))
    with transaction(market.engine) as db:
        tenancy.hand_over(db, ba, over())
        assert [stands.find(db, one.token).state for one in old] == ["revoked", "revoked"]
    assert held(market) == {"Cô Ba": "cả ngày"}


def test_stands_left_hanging_by_two_shifts_end_with_the_new_one(
    market: Market, tu: Merchant, bay: Merchant
) -> None:
    """The day of a hand-over that was written before has come: nobody revoked anything."""
    old, ba = [drawn(market, tu), drawn(market, bay)], enter(market, "Cô Ba")
    move = "UPDATE tenancy SET during = daterange(:from_, :to) RETURNING id"
    market.rows(move, from_=today(-9), to=today())
    with transaction(market.engine) as db:
        tenancy.hand_over(db, ba, over())
        assert [stands.find(db, one.token).state for one in old] == ["out_of_use", "out_of_use"]
    drawn(market, ba)
    with transaction(market.engine) as db:
        found = [stands.find(db, one.token) for one in old]
    assert {(one.state, one.revoke_reason) for one in found} == {
        ("revoked", "sạp đã có người bán khác")
    }


def test_who_sells_now_follows_the_clock_of_vietnam(
    market: Market, tu: Merchant, bay: Merchant
) -> None:
    with transaction(market.engine) as db:
        sellers = [
            tenancy.selling(db, STALL, datetime.combine(today(1), time(hour), VIETNAM))
            for hour in (6, 12, 19)
        ]
    assert [one and one.merchant for one in sellers] == [tu.code, None, bay.code]
