"""What a ward's and the city's officers see after signing in: public figures, and no more."""

import csv
import io

import pytest
from flask import Flask

from cashless.db.engine import transaction
from merchants import places, register
from merchants.places import Place
from merchants.register import Application
from tests.cashless.web.visitors import signed_in
from tests.market import Market
from tests.people import Crowd, crowd

__all__ = ["crowd"]


@pytest.fixture
def town(crowd: Crowd) -> Crowd:
    """Ten merchants in one ward; nine, and a small market of three, in another."""
    with transaction(crowd.market.engine) as db:
        for code, number in (("RS", 9), ("VT", 8), ("NL", 3)):
            places.add(db, [Place(code, "market", f"Chợ {code}")])
            for one in range(number):
                account = f"970405:{ord(code[0])}{ord(code[1])}{one:06d}"
                stall = f"{code}-{one + 20}"
                register.add(db, Application("Sạp", "seafood", account, "TU", code, stall))
    with crowd.market.engine.connect() as owner:
        owner.exec_driver_sql("SET LOCAL ROLE NONE")
        owner.exec_driver_sql("UPDATE place SET ward = '30760' WHERE code <> 'RS'")
        owner.commit()
    return crowd


def rows(sheet: str) -> list[tuple[str, str]]:
    """Read name and registered of each line of a CSV."""
    read = csv.DictReader(io.StringIO(sheet.removeprefix("\ufeff")), delimiter=";")
    return [(line["name"], line["registered"]) for line in read]


def test_a_ward_s_officer_comes_to_the_own_ward_and_to_no_other(town: Crowd, app: Flask) -> None:
    officer = signed_in(app, town.sign_in("ward"))
    assert 'href="/area/30742"' in officer.get("/me").text
    page = officer.get("/area/30742").text
    assert "Phường Rạch Giá" in page
    assert "Chợ RS" in page
    assert "Chợ VT" not in page
    assert [officer.get(path).status_code for path in ("/area/30760", "/area")] == [404, 404]
    assert rows(officer.get("/area/30742/adoption.csv").text) == [
        ("Chợ RS", "10"),
        ("Tổng cộng", "10"),
    ]


def test_a_ward_with_a_small_market_has_no_total_and_says_so(town: Crowd, app: Flask) -> None:
    """The city's page folds the small market with a larger one: the ward's may not undo that."""
    city = signed_in(app, town.sign_in("city"))
    page = city.get("/area/30760").text
    assert "Không công bố riêng" in page
    assert rows(city.get("/area/30760/adoption.csv").text)[-1] == ("Tổng cộng", "")
    public = app.test_client().get("/city").text
    assert [name for name in ("Chợ NL", "Chợ VT") if name not in public] == []


def test_the_city_s_officer_sees_every_ward(town: Crowd, app: Flask) -> None:
    city = signed_in(app, town.sign_in("city"))
    assert 'href="/area"' in city.get("/me").text
    page = city.get("/area").text
    assert [ward for ward in ("Rạch Giá", "Vĩnh Thông") if ward not in page] == []
    assert "Chưa có chợ" in city.get("/area/30769").text
    assert [city.get(f"/area/{one}").status_code for one in ("99999", "91", "x")] == [404] * 3


def test_an_empty_city_says_so(market: Market, crowd: Crowd, app: Flask) -> None:
    officer = signed_in(app, crowd.sign_in("ward"))
    page = officer.get("/area/30742").text
    assert "Không công bố riêng" in page
    assert "1/1" not in page
