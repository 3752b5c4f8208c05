"""Registering: all of a merchant or nothing; what people write is understood or refused."""

import pytest

from cashless.db.engine import transaction
from cashless.errors import Problem
from merchants import accounts, categories, places, register
from merchants.orders import static_payload
from merchants.places import Place
from merchants.register import Application
from tests.market import Market, at_once

TABLES = ("merchant", "tenancy", "receiving_account", "stall")
MARKET = Place("CHO-NHA-LONG", "market", "Chợ Nhà Lồng", 2)


def application(**said: object) -> Application:
    usual = {
        "name": "Chị Tư",
        "category": "seafood",
        "account": "970405:7704205001234",
        "holder": "NGUYEN THI TU",
    }
    return Application(**usual | said)


def added(market: Market, **said: object) -> register.Merchant:
    with transaction(market.engine) as db:
        places.add(db, [MARKET])
        return register.add(db, application(**said))


def test_registering_gives_a_merchant_a_stall_an_account_and_an_empty_book(
    market: Market,
) -> None:
    merchant = added(market, place=MARKET.code, stall="a-12", walking_order=3)
    assert (merchant.status, merchant.stall, merchant.place_name) == (
        "active",
        "A-12",
        "Chợ Nhà Lồng",
    )
    assert market.count(*TABLES) == (1, 1, 1, 1)
    assert market.rows("SELECT code, last_seq FROM book WHERE merchant_id = :id", id=merchant.id)
    with transaction(market.engine) as db:
        (account,) = accounts.open_accounts(db, merchant.id)
        assert register.find(db, merchant.code.lower()) == merchant
        assert register.listing(db) == [merchant]
    assert (account.written, account.provider) == ("970405:7704205001234", "agribank")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"name": ""}, "merchant_name_invalid"),
        ({"name": "x" * 121}, "merchant_name_invalid"),
        ({"name": "a\u202eb"}, "merchant_name_invalid"),
        ({"category": "rockets"}, "category_unknown"),
        ({"kind": "bank"}, "merchant_kind_unknown"),
        ({"account": "7704205001234"}, "account_invalid"),
        ({"account": "97040:7704205001234"}, "account_invalid"),
        ({"account": "970405:" + "7" * 20}, "account_invalid"),
        ({"account": "999999:77"}, "bank_unknown"),
        ({"holder": " "}, "holder_invalid"),
        ({"place": "CHO-KHONG-CO", "stall": "A1"}, "place_unknown"),
    ],
)
def test_a_wrong_field_is_refused_and_nothing_is_half_registered(
    market: Market, said: dict[str, object], code: str
) -> None:
    with pytest.raises(Problem) as refused:
        added(market, **said)
    assert refused.value.code == code
    assert refused.value.exit_code == 2
    assert market.count(*TABLES, "book") == (0, 0, 0, 0, 1)


@pytest.mark.parametrize(
    ("written", "bin_"),
    [
        ("Agribank:7704205001234", "970405"),
        (" agribank : 7704 2050 01234 ", "970405"),
        ("Ngân hàng TMCP Kiên Long:7704205001234", "970452"),
        ("970452:7704 205 001234", "970452"),
    ],
)
def test_an_account_may_name_the_bank_by_its_number_or_its_name(written: str, bin_: str) -> None:
    assert accounts.read(written) == (bin_, "7704205001234")


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Ngân hàng Trên Trời:7704205001234", "bank_unknown"),
        ("999999:1", "bank_unknown"),
        (":1", "account_invalid"),
        ("97040:1", "account_invalid"),
        ("Agribank:", "account_invalid"),
        ("Agribank:1:2", "account_invalid"),
        ("970405:77042-05", "account_invalid"),
        ("970405:\u200b7704", "account_invalid"),
        ("970405:\uff17\uff17", "account_invalid"),
    ],
)
def test_an_account_without_a_bank_or_a_number_is_refused(written: str, code: str) -> None:
    with pytest.raises(Problem, match=code):
        accounts.read(written)


def test_an_account_or_a_stall_that_is_taken_is_refused(market: Market) -> None:
    added(market, place=MARKET.code, stall="A12")
    for said, code in (
        ({}, "account_taken"),
        ({"account": "970405:1", "place": MARKET.code, "stall": "a12"}, "stall_taken"),
    ):
        with pytest.raises(Problem) as refused:
            added(market, **said)
        assert refused.value.code == code
    assert market.count(*TABLES, "book") == (1, 1, 1, 1, 2)


def test_of_eight_who_register_one_account_at_once_one_gets_it(market: Market) -> None:
    def rival(place: int) -> str:
        try:
            with transaction(market.engine) as db:
                register.add(db, application(name=f"Người bán {place}"))
        except Problem as problem:
            return problem.code
        return "registered"

    assert sorted(at_once(8, rival)) == [*["account_taken"] * 7, "registered"]
    assert market.count("merchant", "receiving_account") == (1, 1)


def test_a_closed_account_may_be_opened_by_somebody_else(market: Market) -> None:
    added(market)
    market.rows("UPDATE receiving_account SET closed_at = now() RETURNING id")
    assert added(market, name="Anh Năm").name == "Anh Năm"


def test_a_merchant_without_stall_stands_in_no_place(market: Market) -> None:
    merchant = added(market)
    assert (merchant.stall, merchant.place) == (None, None)


def test_status_is_set_and_an_unknown_merchant_is_not_found(market: Market) -> None:
    merchant = added(market)
    with transaction(market.engine) as db:
        assert register.set_status(db, merchant.code.lower(), "closed").status == "closed"
        for act in (register.find, lambda db, code: register.set_status(db, code, "active")):
            with pytest.raises(Problem) as unknown:
                act(db, "M-NOBODY")
            assert unknown.value.code == "merchant_unknown"


def test_a_static_code_points_to_the_merchants_own_account(market: Market) -> None:
    merchant = added(market, place=MARKET.code, stall="A12")
    with transaction(market.engine) as db:
        payload = static_payload(db, merchant.code)
        with pytest.raises(Problem) as foreign:
            static_payload(db, merchant.code, "970405:1")
    assert "970405" in payload
    assert "7704205001234" in payload
    assert foreign.value.code == "account_missing"


@pytest.mark.parametrize(
    ("written", "category"),
    [
        ("seafood", "seafood"),
        ("Thủy hải sản", "seafood"),
        ("thuy hai san", "seafood"),
        (" CÁ ", "seafood"),
        ("Coffee", "drinks"),
        ("vàng", "gold"),
    ],
)
def test_people_write_categories_in_many_ways(written: str, category: str) -> None:
    assert categories.require(written) == category


def test_every_name_of_a_category_means_it_and_no_other() -> None:
    for category, names in categories.CATEGORIES.items():
        assert {categories.require(name) for name in (category, *names)} == {category}


def test_a_place_is_found_by_code_or_name_and_a_new_name_is_added(market: Market) -> None:
    with transaction(market.engine) as db:
        places.add(db, [MARKET])
        for written in ("CHO-NHA-LONG", "chợ nhà lồng", "Chợ  Nhà Lồng"):
            assert places.named(db, written) == MARKET.code
        assert places.named(db, "Chợ đêm Rạch Sỏi") == "CHO-DEM-RACH-SOI"
        with pytest.raises(Problem, match="place_name_invalid"):
            places.named(db, "!!")
        assert len(places.listing(db)) == 2


def test_a_stall_stands_in_one_place(market: Market) -> None:
    with transaction(market.engine) as db:
        places.add(db, [MARKET, Place("PHO-DEM", "street", "Phố đêm")])
        first = places.stall(db, MARKET.code, "A1")
        assert places.stall(db, MARKET.code, "a1", 9) == first
        with pytest.raises(Problem, match="stall_elsewhere"):
            places.stall(db, "PHO-DEM", "A1")


@pytest.mark.parametrize(
    ("bin_", "provider"), [("970405", "agribank"), ("971025", "momo"), ("970407", None)]
)
def test_the_provider_of_an_account_follows_from_its_bank(bin_: str, provider: str | None) -> None:
    assert accounts.provider_of(bin_) == provider
