"""The story of a payment, and the list of payments, are told from rows."""

from dataclasses import replace

import pytest

from cashless.db.engine import transaction
from cashless.errors import NotFound
from tests.market import Market, credit
from webhooks import payments, story


def tell(market: Market, number: int):
    with transaction(market.engine) as db:
        return story.tell(db, number)["story"]


def ids(market: Market) -> list[int]:
    return [row[0] for row in market.rows("SELECT id FROM payment ORDER BY id")]


def test_a_sale_is_told_from_arrival_to_message(market: Market) -> None:
    merchant = market.register()
    said = credit("agribank", 1)
    market.hear("agribank", said, said, said)
    market.settle()
    told = [line["vi"] for line in tell(market, ids(market)[0])]
    assert len(told) == 5
    assert "50.000 đ" in told[0]
    assert "HTTP 200" in told[0]
    assert "2 lần" in told[1]
    assert "Khớp theo account: Chị Tư" in told[2]
    assert f"Ghi sổ {merchant.code} bút toán 1" in told[3]
    assert "Đã báo" in told[4]


def test_what_has_not_happened_is_not_told(market: Market) -> None:
    market.register()
    market.hear("agribank", credit("agribank", 1))
    assert len(tell(market, ids(market)[0])) == 1


def test_repeats_of_another_payment_are_not_told(market: Market) -> None:
    market.hear("agribank", credit("agribank", 1), credit("agribank", 2), credit("agribank", 2))
    first, second = (tell(market, number) for number in ids(market))
    assert (len(first), len(second)) == (1, 2)


def test_each_line_has_both_languages_and_a_time_or_none(market: Market) -> None:
    market.register()
    market.hear("agribank", credit("agribank", 1))
    market.settle()
    for line in tell(market, ids(market)[0]):
        assert set(line) == {"at", "vi", "en"}
        assert line["vi"] != line["en"]
        assert line["at"]


def test_a_payment_nobody_knows_has_no_story(market: Market) -> None:
    with pytest.raises(NotFound):
        tell(market, 1)


def test_every_state_is_listed_newest_first(market: Market) -> None:
    market.register()
    told = [credit("agribank", 1), credit("agribank", 2, account="9999999999")]
    market.hear("agribank", *told, replace(told[0], amount=1), replace(told[0], kind="debit"))
    market.settle()
    market.hear("agribank", credit("agribank", 3))
    with transaction(market.engine) as db:
        listed = payments.listing(db)
        by_state = {state: payments.listing(db, state) for state in payments.STATES}
        assert payments.listing(db, most=1) == listed[:1]
    assert [len(by_state[state]) for state in payments.STATES] == [1, 1, 1, 2, 0]
    assert [one["id"] for one in listed] == sorted((one["id"] for one in listed), reverse=True)
    assert {one["state"] for one in listed} == set(payments.STATES) - {"returned"}
    (conflict,) = by_state["conflict"]
    assert (conflict["amount"], conflict["provider_txn_id"]) == (1, "1")
    with transaction(market.engine) as db:
        assert payments.show(db, conflict["id"]) == conflict
