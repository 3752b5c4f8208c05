"""Orders over the API: listed by pages, states and days, and cancelled."""

from flask import Flask

from cashless.ids import random_text
from tests.cashless.api.conftest import Program, document, key_of, said
from tests.market import Market, credit
from tests.people import Crowd


def test_orders_are_listed_by_pages_states_and_days(
    app: Flask, crowd: Crowd, market: Market
) -> None:
    owner, own = Program(app, key_of(crowd, "owner")), crowd.merchants["own"]
    made = [market.order(own, amount).code for amount in (10_000, 20_000, 30_000)]
    market.order(crowd.merchants["other"], 40_000)
    paid = credit("agribank", 1, amount=20_000, memo=made[1], account="7704205001234")
    market.hear("agribank", paid)
    market.settle()
    first = document(owner.get("/orders?limit=2"))
    assert [one["code"] for one in first["items"]] == [made[2], made[1]]
    rest = document(owner.get(f"/orders?limit=2&after={first['next']}"))
    assert ([one["code"] for one in rest["items"]], rest["next"]) == ([made[0]], None)
    states = {
        state: [one["code"] for one in document(owner.get(f"/orders?status={state}"))["items"]]
        for state in ("paid", "open", "expired", "cancelled")
    }
    assert states == {"paid": [made[1]], "open": [made[2], made[0]], "expired": [], "cancelled": []}
    for days, number in (
        ("from=2020-01-01&to=2020-12-31", 0),
        ("from=2020-01-01", 3),
        ("from=0001-01-01&to=9999-12-31", 3),
        ("from=9999-12-31&to=0001-01-01", 0),
    ):
        assert len(document(owner.get(f"/orders?{days}"))["items"]) == number
    assert said(owner.get(f"/orders?after={random_text(12)}")) == (404, "order_unknown")
    other = crowd.merchants["other"].code
    assert document(owner.get(f"/orders?merchant={other}"))["items"] == []
    (payment,) = document(owner.get(f"/orders/{made[1]}/payments"))["items"]
    assert (payment["amount"], payment["kind"], payment["provider"]) == (
        20_000,
        "credit",
        "agribank",
    )
    assert "payer" not in payment
    (case,) = payment["cases"]
    assert (case["case"], case["state"], case["entry"]) == ("before_order", "posted", "sale")
    assert case["advice_vi"].startswith("Tính theo giờ ta nhận được")


def test_an_order_is_cancelled_as_long_as_nothing_came_for_it(
    app: Flask, crowd: Crowd, market: Market
) -> None:
    owner, own = Program(app, key_of(crowd, "owner")), crowd.merchants["own"]
    open_, paid = market.order(own, 10_000).code, market.order(own, 20_000).code
    part = credit("agribank", 1, amount=5_000, memo=paid, account="7704205001234")
    market.hear("agribank", part)
    market.settle()
    cancelled = owner.post(f"/orders/{open_}/cancel", {}, "cancel-01")
    assert document(cancelled)["status"] == "cancelled"
    again = owner.post(f"/orders/{open_}/cancel", {}, "cancel-01")
    assert (again.status_code, again.data) == (200, cancelled.data)
    for code, name in ((open_, "cancel-02"), (paid, "cancel-03")):
        assert said(owner.post(f"/orders/{code}/cancel", {}, name)) == (409, "order_not_open")


def test_one_key_for_two_calls_is_refused_also_with_the_same_body(
    app: Flask, crowd: Crowd, market: Market
) -> None:
    owner, own = Program(app, key_of(crowd, "owner")), crowd.merchants["own"]
    one, two = market.order(own, 10_000).code, market.order(own, 20_000).code
    assert owner.post(f"/orders/{one}/cancel", {}, "cancel-01").status_code == 200
    reused = owner.post(f"/orders/{two}/cancel", {}, "cancel-01")
    assert said(reused) == (422, "idempotency_key_reused")
    assert market.find_order(two).cancelled_at is None
