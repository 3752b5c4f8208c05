"""Personal numbers are sealed, masked, opened with a reason only, and every look is written."""

import pytest

from cashless.db.engine import transaction
from cashless.errors import Broken, Problem
from merchants import consents, personal
from merchants.personal import Officer
from merchants.register import Merchant
from tests.market import KEY, Market

CARD = "091085123456"  # invented
LAN = Officer("cô Lan", "khách báo đổi số", KEY)


def noted(market: Market, merchant: Merchant, **numbers: str) -> None:
    with transaction(market.engine) as db:
        personal.note(db, merchant, numbers, LAN)


def test_a_number_is_shown_masked_and_stands_nowhere_in_the_database(market: Market) -> None:
    merchant = market.register()
    noted(market, merchant, id_card=CARD, phone="0912 345 678", tax_code=CARD)
    with transaction(market.engine) as db:
        assert personal.shown(db, merchant, KEY) == {
            "id_card": "•••456",
            "phone": "•••678",
            "tax_code": "•••456",
        }
    dump = str(market.rows("SELECT d::text, sealed, fingerprint FROM personal_datum d"))
    assert CARD not in dump
    assert CARD.encode().hex() not in dump


def test_opening_a_number_takes_a_reason_and_leaves_a_row(market: Market) -> None:
    merchant = market.register()
    noted(market, merchant, phone="0912345678")
    with transaction(market.engine) as db:
        assert personal.reveal(db, merchant, "phone", LAN) == "+84912345678"
        acts = [(one.act, one.kind, one.who, one.why) for one in personal.looks(db, merchant)]
    assert acts == [
        ("noted", "phone", "cô Lan", "khách báo đổi số"),
        ("revealed", "phone", "cô Lan", "khách báo đổi số"),
    ]
    for why in ("", " x ", "x" * 201):
        with pytest.raises(Problem, match="why_missing"):
            Officer("cô Lan", why, KEY)


def test_one_wrong_number_keeps_none(market: Market) -> None:
    merchant = market.register()
    with pytest.raises(Problem, match="id_card_invalid") as caught:
        noted(market, merchant, phone="0912345678", id_card="123456789012")
    assert "123456789012" not in str(caught.value.args)
    assert market.count("personal_datum", "look") == (0, 0)


def test_what_was_not_given_cannot_be_opened(market: Market) -> None:
    merchant = market.register()
    with (
        transaction(market.engine) as db,
        pytest.raises(Problem, match="personal_datum_missing"),
    ):
        personal.reveal(db, merchant, "id_card", LAN)


def test_another_key_opens_nothing(market: Market) -> None:
    merchant = market.register()
    noted(market, merchant, phone="0912345678")
    with transaction(market.engine) as db, pytest.raises(Broken, match="vault_key_wrong"):
        personal.shown(db, merchant, bytes(32))


def test_a_number_moved_to_another_merchant_does_not_open(market: Market) -> None:
    merchant = market.register()
    other = market.register("Anh Bảy", "970405:7704200000009")
    noted(market, merchant, phone="0912345678")
    market.rows(
        "INSERT INTO personal_datum SELECT :other, kind, sealed, fingerprint, noted_at, noted_by"
        " FROM personal_datum RETURNING kind",
        other=other.id,
    )
    with transaction(market.engine) as db, pytest.raises(Broken):
        personal.shown(db, other, KEY)


def test_two_merchants_with_one_number_are_seen_without_opening_it(market: Market) -> None:
    merchant = market.register()
    other = market.register("Anh Bảy", "970405:7704200000009")
    for one in (merchant, other):
        noted(market, one, phone="0912345678")
    with transaction(market.engine) as db:
        assert personal.same_person(db, merchant) == [other.code]
        assert personal.same_person(db, market.register("Út", "970405:7704200000008")) == []


def test_a_person_gets_all_and_may_have_it_forgotten(market: Market) -> None:
    merchant = market.register()
    noted(market, merchant, phone="0912345678", id_card=CARD)
    with transaction(market.engine) as db:
        all_of_it = personal.export(db, merchant, LAN)
        assert all_of_it["numbers"] == {"phone": "+84912345678", "id_card": CARD}
        assert personal.forget(db, merchant, LAN) == ["id_card", "phone"]
        assert personal.shown(db, merchant, KEY) == {}
        acts = [one.act for one in personal.looks(db, merchant)]
    assert acts == ["noted", "noted", "exported", "forgotten", "forgotten"]


def test_nobody_removes_a_look_or_a_consent(market: Market) -> None:
    merchant = market.register()
    noted(market, merchant, phone="0912345678")
    with transaction(market.engine) as db:
        consents.record(db, merchant, "registration", "cô Lan", is_given=True)
    for table in ("look", "consent"):
        with pytest.raises(Exception, match="permission denied"):
            market.rows(f"DELETE FROM {table} RETURNING id")  # noqa: S608  names of tables


def test_the_newest_word_on_a_purpose_counts(market: Market) -> None:
    merchant = market.register()
    with transaction(market.engine) as db:
        consents.record(db, merchant, "statistics", "cô Lan", is_given=True)
        consents.record(db, merchant, "registration", "cô Lan", is_given=True)
        consents.record(db, merchant, "statistics", "chú Hùng", is_given=False)
        said = {one.purpose: (one.is_given, one.witness) for one in consents.current(db, merchant)}
    assert said == {"registration": (True, "cô Lan"), "statistics": (False, "chú Hùng")}
    with (
        transaction(market.engine) as db,
        pytest.raises(Problem, match="consent_purpose_unknown"),
    ):
        consents.record(db, merchant, "advertising", "x", is_given=True)


def test_the_ten_digits_of_before_the_reform_are_kept_apart_from_the_tax_code(
    market: Market,
) -> None:
    merchant = market.register()
    noted(market, merchant, tax_code=CARD, old_tax_code="1700123457")
    with transaction(market.engine) as db:
        assert personal.reveal(db, merchant, "old_tax_code", LAN) == "1700123457"
    for wrong in (CARD, "1700123458"):
        with pytest.raises(Problem, match="tax_code_invalid"):
            noted(market, merchant, old_tax_code=wrong)
