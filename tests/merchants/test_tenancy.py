"""A stall changes hands on a day: history stays, the old stand is revoked, late money is caught."""

from datetime import date, timedelta

import pytest

from cashless.clock import business_date, now
from cashless.db.engine import transaction
from cashless.errors import Problem
from merchants import places, print_run, register, stands, tenancy
from merchants.places import Place
from merchants.print_run import Wish
from merchants.register import Application, Merchant
from merchants.tenancy import Handover, Tenancy
from tests.market import KEY, Market, credit

STALL = "RS-TS-012"
OTHER = "970405:7704200000009"


def today(days: int = 0) -> date:
    return business_date(now()) + timedelta(days=days)


@pytest.fixture
def tu(market: Market) -> Merchant:
    """Chị Tư holds the stall since a month ago."""
    with transaction(market.engine) as db:
        places.add(db, [Place("RS", "market", "Chợ Rạch Sỏi", 1)])
        wanted = Application("Chị Tư", "seafood", "970405:7704209001234", "CHI TU", "RS", STALL)
        made = register.add(db, wanted)
    market.rows("UPDATE tenancy SET during = daterange(:day, NULL) RETURNING id", day=today(-30))
    return made


@pytest.fixture
def bay(market: Market) -> Merchant:
    """Anh Bảy has no stall yet."""
    return market.register("Anh Bảy", OTHER)


def handed(market: Market, to: Merchant, days: int, why: str = "sang sạp") -> Tenancy:
    with transaction(market.engine) as db:
        return tenancy.hand_over(db, to, Handover(STALL, today(days), "chú Hùng", why))


def history(market: Market) -> list[tuple[str, date, date | None]]:
    with transaction(market.engine) as db:
        told = tenancy.history(db, STALL.lower())
    return [(one.merchant, one.first_day, one.last_day) for one in told]


def test_both_tenancies_stay_in_the_history(market: Market, tu: Merchant, bay: Merchant) -> None:
    assert handed(market, bay, -2).merchant == bay.code
    assert history(market) == [
        (tu.code, today(-30), today(-3)),
        (bay.code, today(-2), None),
    ]
    with transaction(market.engine) as db:
        assert register.find(db, bay.code).stall == STALL
        assert register.find(db, tu.code).stall is None


def test_a_hand_over_to_come_changes_nothing_today(
    market: Market, tu: Merchant, bay: Merchant
) -> None:
    with transaction(market.engine) as db:
        (stand,) = print_run.issue(db, Wish("chú Hùng", KEY, merchant=tu.code))
    handed(market, bay, 5)
    with transaction(market.engine) as db:
        assert stands.find(db, stand.token).is_payable
        assert register.find(db, tu.code).stall == STALL
        assert register.find(db, bay.code).stall is None


def test_the_old_stand_is_revoked_and_its_money_is_still_caught(
    market: Market, tu: Merchant, bay: Merchant
) -> None:
    with transaction(market.engine) as db:
        (stand,) = print_run.issue(db, Wish("chú Hùng", KEY, merchant=tu.code))
    handed(market, bay, 0)
    with transaction(market.engine) as db:
        assert stands.find(db, stand.token).state == "revoked"
    late = credit("agribank", 1, account="7704209001234", occurred_at=now())
    market.hear("agribank", late)
    market.settle()
    assert market.balances(tu.code)["Income:Sales"] == -50_000


def test_a_stall_never_has_two_tenants_on_one_day(
    market: Market, tu: Merchant, bay: Merchant
) -> None:
    handed(market, bay, 0)
    for days in (-1, 0):
        with pytest.raises(Problem, match="stall_taken"):
            handed(market, tu, days)
    assert [one[0] for one in history(market)] == [tu.code, bay.code]


def test_a_stall_may_stand_empty_and_be_taken_again(
    market: Market, tu: Merchant, bay: Merchant
) -> None:
    with transaction(market.engine) as db:
        tenancy.leave(db, Handover(STALL, today(-10), "chú Hùng", "trả sạp"))
        assert tenancy.held(db, STALL, today(-10)) == []
    handed(market, bay, -5)
    assert history(market) == [
        (tu.code, today(-30), today(-11)),
        (bay.code, today(-5), None),
    ]


@pytest.mark.parametrize(
    "wrong",
    [(400, "sang sạp", "day_invalid"), (-400, "sang sạp", "day_invalid"), (0, "x", "why_missing")],
)
def test_a_wrong_hand_over_changes_nothing(
    market: Market, tu: Merchant, bay: Merchant, wrong: tuple[int, str, str]
) -> None:
    before, (days, why, code) = history(market), wrong
    with pytest.raises(Problem, match=code):
        handed(market, bay, days, why)
    assert history(market) == before


def test_a_closed_merchant_and_an_unknown_stall_are_refused(
    market: Market, tu: Merchant, bay: Merchant
) -> None:
    with transaction(market.engine) as db:
        closed = register.set_status(db, bay.code, "closed")
    with pytest.raises(Problem, match="merchant_closed"):
        handed(market, closed, 0)
    with transaction(market.engine) as db, pytest.raises(Problem, match="stall_unknown"):
        tenancy.leave(db, Handover("RS-NO", today(), "chú Hùng", "trả sạp"))
