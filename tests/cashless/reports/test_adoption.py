"""Adoption counts merchants, not money, and never a handful of them."""

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from cashless.db.engine import transaction
from cashless.reports.adoption import Adoption, Counts, adoption, last_days
from cashless.reports.adoption_rows import adoption_csv, adoption_rows
from merchants import places, register
from merchants.places import Place
from merchants.register import Application, Merchant
from tests.market import Market, credit

TODAY = date(2026, 7, 15)
"""A day that is over: no test of this file looks at the clock, so none minds midnight."""
NOON = datetime(2026, 7, 15, 5, tzinfo=UTC)


def settled(market: Market, place: str | None, number: int) -> list[Merchant]:
    """Register that many merchants at a place, each with an account of their own."""
    taken = market.count("merchant")[0]
    with transaction(market.engine) as db:
        if place is not None:
            places.add(db, [Place(place, "market", f"Chợ {place}", 2)])
        merchants = [
            register.add(
                db,
                Application(
                    name=f"Sạp {one}",
                    category="seafood",
                    account=f"970405:77041{one:08d}",
                    holder="NGUYEN THI TU",
                    place=place,
                    stall=f"{place}-{one}",
                ),
            )
            for one in range(taken, taken + number)
        ]
        db.exec_driver_sql("UPDATE merchant SET registered_at = '2026-01-01'")
        db.exec_driver_sql("UPDATE tenancy SET during = daterange('2026-01-01', NULL)")
    return merchants


def paid(market: Market, merchants: list[Merchant], days_ago: int = 0) -> None:
    """Let a payment reach the account of each."""
    at = NOON - timedelta(days=days_ago)
    start = market.count("payment")[0]
    accounts = dict(market.rows("SELECT merchant_id, number FROM receiving_account"))
    said = [
        credit(
            "agribank",
            start + one,
            account=accounts[merchant.id],
            occurred_at=at,
        )
        for one, merchant in enumerate(merchants, start=1)
    ]
    market.hear("agribank", *said)
    market.settle()


def read(market: Market, to_day: date = TODAY) -> Adoption:
    with transaction(market.engine) as db:
        return adoption(db, *last_days(to_day))


def counts(found: Adoption) -> dict[str, Counts]:
    return {line.name: line.counts for line in found.lines}


def test_a_period_is_four_whole_weeks() -> None:
    first, last = last_days(date(2026, 11, 28))
    assert (last - first).days == 27


def test_each_rung_is_counted_by_place(market: Market) -> None:
    north, south = settled(market, "BAC", 8), settled(market, "NAM", 7)
    paid(market, north[:6])
    paid(market, south[:5], days_ago=3)
    paid(market, south[:5], days_ago=27)
    found = read(market)
    assert counts(found) == {
        "Chợ BAC": Counts(8, 8, 6, 6, 6),
        "Chợ NAM": Counts(7, 7, 5, 0, 10),
    }
    assert found.total == Counts(15, 15, 11, 6, 16)
    assert found.total.permille("paid") == 733


def test_money_before_the_period_does_not_count(market: Market) -> None:
    paid(market, settled(market, "BAC", 6), days_ago=28)
    assert counts(read(market))["Chợ BAC"] == Counts(6, 6, 0, 0, 0)


def test_a_merchant_who_does_not_trade_is_left_out_and_said(market: Market) -> None:
    merchants = settled(market, "BAC", 12)
    with transaction(market.engine) as db:
        for merchant, status in zip(merchants, ["closed", "suspended"] * 3, strict=False):
            register.set_status(db, merchant.code, status)
    found = read(market)
    assert found.excluded == 6
    assert found.total.registered == 6


def test_a_merchant_without_an_open_account_is_not_equipped(market: Market) -> None:
    merchants = settled(market, "BAC", 11)
    with transaction(market.engine) as db:
        db.exec_driver_sql(
            "UPDATE receiving_account SET closed_at = now() WHERE merchant_id = ANY (%s)",
            ([merchant.id for merchant in merchants[:5]],),
        )
    assert read(market).total == Counts(11, 6, 0, 0, 0)


def test_a_merchant_of_two_stalls_is_counted_once(market: Market) -> None:
    merchants = settled(market, "BAC", 6)
    with transaction(market.engine) as db:
        stall = places.stall(db, "BAC", "BAC-THEM")
        db.exec_driver_sql(
            "INSERT INTO tenancy (stall_id, merchant_id, during)"
            " VALUES (%s, %s, daterange('2026-06-01', NULL))",
            (stall, merchants[0].id),
        )
    assert read(market).total.registered == 6


def test_small_places_go_together_and_the_sums_still_add_up(market: Market) -> None:
    settled(market, "BAC", 9)
    settled(market, "NAM", 3)
    settled(market, None, 4)
    found = read(market)
    assert set(counts(found)) == {"Chợ BAC", "Khác / không công bố"}
    assert counts(found)["Khác / không công bố"].registered == 7
    assert found.folded == ("Chợ NAM", "Bán lưu động, chưa gắn sạp")
    assert found.total.registered == 16


def test_one_small_place_takes_a_larger_one_with_it(market: Market) -> None:
    settled(market, "BAC", 9)
    settled(market, "NAM", 6)
    settled(market, "TAY", 2)
    assert set(counts(read(market))) == {"Chợ BAC", "Khác / không công bố"}


def test_a_small_cell_hides_itself_and_a_partner_with_their_payments(market: Market) -> None:
    paid(market, settled(market, "BAC", 9)[:8])
    paid(market, settled(market, "NAM", 9)[:6])
    paid(market, settled(market, "TAY", 9)[:2])
    found = read(market)
    assert [line.counts.paid for line in found.lines] == [8, None, None]
    assert [line.counts.payments for line in found.lines] == [8, None, None]
    assert [line.counts.permille("paid") for line in found.lines] == [889, None, None]
    assert found.total.paid == 16


def test_too_few_merchants_in_all_publish_nothing(market: Market) -> None:
    paid(market, settled(market, "BAC", 4))
    found = read(market)
    assert found.total == Counts(None, None, None, None, None)
    assert {line.counts.registered for line in found.lines} == {None}


def test_nobody_is_published_as_zero(market: Market) -> None:
    found = read(market)
    assert found.lines == ()
    assert found.total == Counts(0, 0, 0, 0, 0)
    assert found.total.permille("paid") is None


def test_rows_for_programs_say_the_same_and_end_with_the_total(market: Market) -> None:
    paid(market, settled(market, "BAC", 9)[:6])
    rows = adoption_rows(read(market))
    assert [row["kind"] for row in rows] == ["market", "total"]
    assert rows[0]["paid"] == 6
    assert rows[0]["paid_permille"] == 667
    assert not [name for name in rows[0] if "amount" in name]


def test_the_csv_opens_in_a_spreadsheet_and_holds_no_formula(market: Market) -> None:
    settled(market, "BAC", 6)
    found = read(market)
    evil = replace(found, lines=(replace(found.lines[0], name="=1+1"),))
    text = adoption_csv(evil)
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))
    assert rows[0]["name"] == "'=1+1"
    assert rows[1]["registered"] == "6"
