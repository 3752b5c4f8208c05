"""Print runs: who gets a sheet, what a second run does, and what stops a run."""

import pytest
from sqlalchemy import text

from cashless.db.engine import transaction
from cashless.errors import Problem
from merchants import accounts, places, print_run, register, stands
from merchants.places import Place
from merchants.print_run import Sheet, Wish
from merchants.register import Application, Merchant
from tests.market import KEY, Market

BY = "chú Hùng"
OTHER = "970436:1019876543210"


@pytest.fixture
def row_of_stalls(market: Market) -> list[Merchant]:
    """Four merchants in a market, registered against the walking order."""
    with transaction(market.engine) as db:
        places.add(db, [Place("RS", "market", "Chợ Rạch Sỏi", 2)])
        made = [
            register.add(
                db,
                Application(
                    name=f"Người bán {n}",
                    category="seafood",
                    account=f"970405:770420000000{n}",
                    holder=f"NGUOI BAN {n}",
                    place="RS",
                    stall=f"RS-{n}",
                    walking_order=9 - n,
                ),
            )
            for n in range(4)
        ]
    return list(reversed(made))


def planned(market: Market, **wish: str) -> list[Sheet]:
    with transaction(market.engine) as db:
        return list(print_run.plan(db, Wish(BY, KEY, **wish)).sheets)


def kept(market: Market, sheets: list[Sheet]) -> None:
    with transaction(market.engine) as db:
        print_run.keep(db, sheets)


def refused(market: Market, **wish: str) -> Problem:
    with pytest.raises(Problem) as problem:
        planned(market, **wish)
    return problem.value


def change(market: Market, statement: str, **values: object) -> None:
    with transaction(market.engine) as db:
        db.execute(text(statement), values)


def test_a_market_is_printed_in_walking_order(
    market: Market, row_of_stalls: list[Merchant]
) -> None:
    sheets = planned(market, place="rs")
    assert [sheet.stand.merchant for sheet in sheets] == [one.code for one in row_of_stalls]
    assert all(sheet.is_new and sheet.ends is None for sheet in sheets)
    assert market.count("stand") == (0,)


def test_without_an_order_of_their_own_stalls_are_counted_as_people_count(market: Market) -> None:
    codes = ["A2", "A10", "A10B", "B-1-9", "B-1-10", "B-02-1", "B-12-3", "C99999999999", "KIOSK"]
    with transaction(market.engine) as db:
        places.add(db, [Place("RS", "market", "Chợ Rạch Sỏi", 2)])
        for n, code in enumerate(sorted(codes)):
            wanted = Application(
                f"N{n}", "seafood", f"970405:77042{n}", "N", place="RS", stall=code
            )
            register.add(db, wanted)
        listed = [one.stall for one in register.listing(db)]
    assert [sheet.stand.stall for sheet in planned(market, place="RS")] == codes
    assert listed == codes


def test_a_run_is_kept_when_it_was_drawn_and_can_be_drawn_again(
    market: Market, row_of_stalls: list[Merchant]
) -> None:
    first = planned(market, place="RS")
    kept(market, first)
    again = planned(market, place="RS")
    assert not any(sheet.is_new for sheet in again)
    assert [sheet.stand.token for sheet in again] == [sheet.stand.token for sheet in first]
    kept(market, again)
    assert market.count("stand") == (4,)


def test_only_what_is_missing_is_new(market: Market, row_of_stalls: list[Merchant]) -> None:
    kept(market, planned(market, merchant=row_of_stalls[2].code))
    assert [sheet.is_new for sheet in planned(market, place="RS")] == [True, True, False, True]


def test_a_run_with_a_reason_replaces_every_sheet(
    market: Market, row_of_stalls: list[Merchant]
) -> None:
    first = planned(market, place="RS")
    kept(market, first)
    again = planned(market, place="RS", why="đổi mẫu bảng")
    assert [sheet.ends for sheet in again] == [sheet.stand.token for sheet in first]
    kept(market, again)
    with transaction(market.engine) as db:
        ever = stands.listing(db, "RS", revoked=True)
    assert [stand.state for stand in ever].count("revoked") == 4
    assert {stand.revoke_reason for stand in ever if stand.revoked_at} == {"đổi mẫu bảng"}
    assert {stand.print_number for stand in ever if not stand.revoked_at} == {2}


def test_who_does_not_sell_or_cannot_be_paid_is_left_out_of_a_market(
    market: Market, row_of_stalls: list[Merchant]
) -> None:
    change(market, "UPDATE merchant SET status = 'closed' WHERE id = :id", id=row_of_stalls[0].id)
    change(
        market,
        "UPDATE receiving_account SET closed_at = now() WHERE merchant_id = :id",
        id=row_of_stalls[1].id,
    )
    with transaction(market.engine) as db:
        run = print_run.plan(db, Wish(BY, KEY, place="RS"))
    found = [sheet.stand.merchant for sheet in run.sheets]
    assert found == [row_of_stalls[2].code, row_of_stalls[3].code]
    assert run.left_out == (f"{row_of_stalls[1].name} ({row_of_stalls[1].stall})",)


def test_who_was_asked_for_by_name_must_be_ready(
    market: Market, row_of_stalls: list[Merchant]
) -> None:
    code = row_of_stalls[0].code
    assert refused(market, merchant=code, account=OTHER).code == "account_missing"
    change(market, "UPDATE merchant SET status = 'suspended'")
    assert refused(market, merchant=code).code == "merchant_closed"
    assert refused(market, place="RS").code == "stands_none"
    assert refused(market, merchant="M0").code == "merchant_unknown"
    assert refused(market, place="XX").code == "place_unknown"
    assert refused(market, merchant=code, why="?").code in {"why_missing", "merchant_closed"}


def test_a_sheet_that_says_an_old_account_is_not_drawn_again(
    market: Market, row_of_stalls: list[Merchant]
) -> None:
    merchant = row_of_stalls[0]
    kept(market, planned(market, place="RS"))
    change(
        market,
        "UPDATE receiving_account SET closed_at = now() WHERE merchant_id = :id",
        id=merchant.id,
    )
    with transaction(market.engine) as db:
        accounts.add(db, merchant.id, OTHER, "NGUOI BAN")
    problem = refused(market, place="RS")
    assert problem.code == "stand_stale"
    assert merchant.name in problem.message
    assert merchant.name in problem.message_vi
    (again,) = planned(market, merchant=merchant.code, why="đổi ngân hàng")
    assert again.stand.bin == "970436"
    kept(market, [again])
    assert len(planned(market, place="RS")) == 4


def test_a_new_tenant_gets_a_new_stand_and_the_old_one_ends(
    market: Market, row_of_stalls: list[Merchant]
) -> None:
    kept(market, planned(market, place="RS"))
    change(
        market,
        "UPDATE tenancy SET merchant_id = :new WHERE merchant_id = :old",
        old=row_of_stalls[0].id,
        new=row_of_stalls[1].id,
    )
    sheets = planned(market, place="RS")
    assert [sheet.is_new for sheet in sheets] == [True, False, False, False]
    kept(market, sheets)
    with transaction(market.engine) as db:
        (left,) = sheets[0].left_hanging
        old = stands.find(db, left)
        new = stands.find(db, sheets[0].stand.token)
    assert (old.state, old.revoke_reason) == ("revoked", "sạp đã có người bán khác")
    assert (new.merchant, new.stall, new.replaces) == (row_of_stalls[1].code, old.stall, None)


def test_a_change_during_the_drawing_stops_the_run_whole(
    market: Market, row_of_stalls: list[Merchant]
) -> None:
    kept(market, planned(market, place="RS"))
    drawn = planned(market, place="RS", why="đổi mẫu bảng")
    with transaction(market.engine) as db:
        stands.revoke(db, str(drawn[2].ends), "bị mất", BY)
    with pytest.raises(Problem) as problem:
        kept(market, drawn)
    assert problem.value.code == "stand_changed"
    assert market.rows("SELECT count(*) FROM stand WHERE revoked_at IS NULL") == [(3,)]


@pytest.mark.parametrize(
    "name",
    [
        "Cô Ba 🐟🦐",
        "ហាងលក់ត្រី",
        '<script>alert("x")</script>',
        '<svg onload="alert(1)">',
        "=HYPERLINK(1)",
        "X" * 120,
    ],
)
def test_any_name_may_hang_up_a_stand_and_the_code_stays_plain(market: Market, name: str) -> None:
    merchant = market.register(name)
    (sheet,) = planned(market, merchant=merchant.code)
    assert sheet.stand.name == name
    assert sheet.stand.payload.isascii()


@pytest.mark.parametrize("name", ["X" * 200, "", "Chị\u202eTư", "Chị\0Tư"])
def test_a_name_that_cannot_be_printed_is_refused_before_any_stand(
    market: Market, name: str
) -> None:
    with pytest.raises(Problem) as problem:
        market.register(name)
    assert problem.value.code == "merchant_name_invalid"
