"""Where a market lies: ward of today, old ward as a label, kind, position, zones by stall codes."""

from dataclasses import replace
from decimal import Decimal

import pytest

from cashless.db.engine import transaction
from cashless.errors import Problem
from merchants import areas, places, register, zones
from merchants.places import Place
from merchants.register import Application
from tests.market import Market

RS = Place("RS", "market", "Chợ Rạch Sỏi", 1)


def test_a_market_keeps_the_day_from_which_its_ward_is_meant(market: Market) -> None:
    with transaction(market.engine) as db:
        places.add(db, [RS])
        moved = replace(
            RS,
            ward=areas.named("Vĩnh Thông").code,
            market_kind="night",
            latitude=Decimal("10.012345"),
            longitude=Decimal("105.080900"),
        )
        assert places.change(db, moved) == moved
        with pytest.raises(Problem, match="area_unknown"):
            places.change(db, replace(RS, ward="30754"))
        with pytest.raises(Problem, match="place_unknown"):
            places.change(db, replace(RS, code="XX"))
    assert market.rows("SELECT ward, ward_valid_from::text FROM place") == [("30760", "2025-07-01")]


@pytest.mark.parametrize(
    ("written", "name"),
    [("Rạch Sỏi", "Rạch Sỏi"), ("phường vĩnh thanh vân", "Vĩnh Thanh Vân"), ("An Hoa", "An Hòa")],
)
def test_an_old_ward_is_a_label_of_the_ward_of_today(written: str, name: str) -> None:
    assert places.old_ward(written, "30742") == name


@pytest.mark.parametrize("written", ["Phi Thông", "Rạch Giá", "Sài Gòn", ""])
def test_what_was_no_ward_there_is_no_label(written: str) -> None:
    with pytest.raises(Problem, match="area_unknown"):
        places.old_ward(written, "30742")


def test_a_position_lies_in_vietnam() -> None:
    assert places.position(" 10.0123, 105.0809") == (Decimal("10.0123"), Decimal("105.0809"))
    for written in ("", "105.0809,10.0123", "10,105", "48.1,011.5", "10.0123 105.0809", "x,y"):
        with pytest.raises(Problem, match="position_invalid"):
            places.position(written)


def test_a_stall_is_of_the_zone_that_its_code_names(market: Market) -> None:
    with transaction(market.engine) as db:
        places.add(db, [RS])
        zones.add(db, "rs", "ts", "Khu thủy sản")
        zones.add(db, "RS", "RAU", "Khu rau")
        for code in ("RS-TS-012", "RS-TS-013", "RS-TSX-1", "RS-RAU-001"):
            places.stall(db, "RS", code)
        wanted = Application(
            "Chị Tư", "seafood", "970405:7704205001234", "CHI TU", "RS", "RS-TS-012"
        )
        register.add(db, wanted)
        zones.add(db, "RS", "TS", "Nhà lồng cá")
        found = [(one.code, one.name, one.stalls, one.held) for one in zones.listing(db, "RS")]
        for code, name in (("khu-1", "Khu 1"), ("", "Khu 1"), ("A", " ")):
            with pytest.raises(Problem, match="zone_invalid"):
                zones.add(db, "RS", code, name)
    assert found == [("RAU", "Khu rau", 1, 0), ("TS", "Nhà lồng cá", 2, 1)]
