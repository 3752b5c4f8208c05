"""What a merchant hears is what the book has."""

from datetime import timedelta

import pytest

from cashless.clock import now
from cashless.db.engine import transaction
from cashless.errors import NotFound
from cashless.reports import takings
from cashless.reports.readiness import readiness
from tests.market import Market, credit


def hear(market: Market, number: int, amount: int, memo: str = "", days_ago: int = 0) -> None:
    at = now() - timedelta(days=days_ago)
    said = credit(
        "agribank",
        number,
        amount=amount,
        memo=memo,
        occurred_at=at,
    )
    market.hear("agribank", said)


def test_today_is_the_book_of_today_in_words(market: Market) -> None:
    merchant = market.register()
    for number, (amount, days_ago) in enumerate([(50_000, 0), (55_000, 0), (9_000, 1)]):
        hear(market, number, amount, days_ago=days_ago)
    market.settle()
    with transaction(market.engine) as db:
        found = takings.today(db, merchant.code)
    assert found == takings.Takings(105_000, 2, "một trăm linh năm nghìn đồng")


def test_what_is_not_settled_is_not_told(market: Market) -> None:
    merchant = market.register()
    hear(market, 1, 50_000)
    with transaction(market.engine) as db:
        assert takings.newest(db, merchant.id, 10) == []
        assert takings.today(db, merchant.code).count == 0


def test_messages_after_an_id_come_oldest_first(market: Market) -> None:
    merchant = market.register()
    for number in range(4):
        hear(market, number, 10_000 + number)
    market.settle()
    with transaction(market.engine) as db:
        first = takings.newest(db, merchant.id, 10)[-1].id
        later = takings.messages(db, merchant.id, first, 2)
        newest = takings.newest(db, merchant.id, 1)
    assert [one.amount for one in later] == [10_001, 10_002]
    assert [one.amount for one in newest] == [10_003]


def test_a_message_is_told_in_one_shape(market: Market) -> None:
    merchant = market.register()
    order = market.order(merchant, 150_000)
    hear(market, 1, 150_000, memo=f"CHUYEN TIEN {order.code}")
    market.settle()
    with transaction(market.engine) as db:
        (one,) = takings.newest(db, merchant.id, 10)
    said = one.as_json()
    assert str(said.pop("at")).endswith("+07:00")
    assert said == {
        "id": one.id,
        "amount": 150_000,
        "words": "một trăm năm mươi nghìn đồng",
        "provider": "Agribank",
        "order": order.code,
    }


def test_the_state_of_an_order_follows_the_match(market: Market) -> None:
    order = market.order(market.register(), 150_000)
    hear(market, 1, 100_000, memo=order.code)
    with transaction(market.engine) as db:
        assert takings.order_state(db, order.code)["paid"] == 0
    market.settle()
    with transaction(market.engine) as db:
        assert takings.order_state(db, order.code) == {
            "code": order.code,
            "status": "open",
            "exception": "underpaid",
            "final": True,
            "paid": 100_000,
            "amount": 150_000,
        }
        with pytest.raises(NotFound, match="order_unknown"):
            takings.order_state(db, "JXNOTTHERE22")


def test_the_program_s_role_may_add_entries_and_not_change_them(market: Market) -> None:
    with transaction(market.engine) as db:
        assert readiness(db) == {"ready": True, "append_only": True}
