"""The city's page: shares with their definitions, and nobody's money."""

import csv
import io
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from cashless import app as program
from cashless.clock import business_date, now
from cashless.db.engine import transaction
from cashless.reports.adoption import last_days
from cashless.web.formats import day
from merchants import places, register
from merchants.places import Place
from merchants.register import Application
from tests.cashless.web.conftest import pay
from tests.market import Market, account


@pytest.fixture(autouse=True)
def _later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the page stand half a day later: no midnight falls between what happens and the page."""
    later = now() + timedelta(hours=12)
    monkeypatch.setattr(program, "now", lambda: later)


def fill(market: Market, place: str, number: int, first: str | None = None) -> None:
    """Register merchants at a market; the first with the account given."""
    with transaction(market.engine) as db:
        places.add(db, [Place(place, "market", f"Chợ {place}", 2)])
        for one in range(number):
            written = first if first and not one else f"970405:{place}{one:06d}"
            register.add(
                db,
                Application("Sạp", "seafood", written, "TU", place=place, stall=f"{place}-{one}"),
            )


def test_every_percentage_comes_with_its_counts_and_definition(
    client: FlaskClient, market: Market
) -> None:
    fill(market, "BAC", 8)
    page = client.get("/city").get_data(as_text=True)
    assert "Chợ BAC" in page
    assert "8/8" in page
    assert "100%" in page
    assert "trên tổng số người bán đang hoạt động" in page
    first, last = last_days(business_date(program.now()))
    assert f"{day(first)} – {day(last)}" in page


def test_small_numbers_are_dashes(client: FlaskClient, market: Market) -> None:
    fill(market, "BAC", 8, account("agribank"))
    fill(market, "NAM", 3)
    pay(market, 77_000)
    page = client.get("/city").get_data(as_text=True)
    assert "Khác / không công bố" in page
    assert "Gồm: Chợ BAC; Chợ NAM" in page or "Gồm: Chợ NAM; Chợ BAC" in page
    assert "<span>–/11</span>" in page
    assert ">1/11<" not in page


def test_there_is_no_amount_of_money_on_it(client: FlaskClient, market: Market) -> None:
    fill(market, "BAC", 8, account("agribank"))
    pay(market, 77_000)
    for path in ("/city", "/city/adoption.json", "/city/adoption.csv"):
        said = client.get(path).get_data(as_text=True)
        assert "77.000" not in said
        assert "77000" not in said
        assert "\u00a0đ" not in said


def test_an_empty_city_says_so(client: FlaskClient) -> None:
    assert "Chưa có người bán nào" in client.get("/city").get_data(as_text=True)


def test_too_few_merchants_are_not_published(client: FlaskClient, market: Market) -> None:
    fill(market, "BAC", 3)
    page = client.get("/city").get_data(as_text=True)
    assert "Chưa đủ số người bán để công bố" in page
    assert "Chợ BAC" not in page


def test_the_same_numbers_come_as_json_and_csv(client: FlaskClient, market: Market) -> None:
    fill(market, "BAC", 8)
    rows = client.get("/city/adoption.json").get_json()
    answer = client.get("/city/adoption.csv")
    assert "attachment" in answer.headers["Content-Disposition"]
    sheet = io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))
    lines = list(csv.DictReader(sheet, delimiter=";"))
    assert [row["registered"] for row in rows] == [int(line["registered"]) for line in lines]
    assert [line["kind"] for line in lines] == ["market", "total"]
