"""The order page says what came and what to do, in every state an order can have."""

import html
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from cashless.clock import now
from cashless.db.engine import transaction
from cashless.vietqr.reference import new_reference
from cashless.web.order_face import face
from merchants.orders import Order
from tests.cashless.web.conftest import pay
from tests.market import Market, credit
from webhooks.confirmations import confirm
from webhooks.connections import SANDBOX
from webhooks.receive import receive


def order_of(market: Market, amount: int = 150_000) -> Order:
    return market.order(market.register("Chị Tư <cá>"), amount)


def age(market: Market, order: Order, minutes: int) -> None:
    """Make an order as old as that; it was open for 15 minutes."""
    with transaction(market.engine) as db:
        db.execute(
            text(
                'UPDATE "order" SET created_at = created_at - make_interval(mins => :age),'
                " expires_at = expires_at - make_interval(mins => :age) WHERE code = :code"
            ),
            {"age": minutes, "code": order.code},
        )


def seen(client: FlaskClient, order: Order) -> str:
    answer = client.get(f"/p/{order.code}")
    assert answer.status_code == 200
    return html.unescape(answer.get_data(as_text=True)).replace("\u00a0", " ")


def test_the_home_page_leads_to_the_city(client: FlaskClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert 'href="/city"' in page.get_data(as_text=True)


def test_an_open_order_can_be_paid_by_code_or_by_hand(client: FlaskClient, market: Market) -> None:
    order = order_of(market)
    page = seen(client, order)
    for said in ("150.000 đ", "Một trăm năm mươi nghìn đồng", "Agribank", order.code, "<svg"):
        assert said in page
    assert f'data-copy="{order.number}"' in page
    assert "Kiểm tra tên người nhận" in page
    assert "ĐÃ NHẬN" not in page


def test_a_name_is_text_and_never_markup(client: FlaskClient, market: Market) -> None:
    raw = client.get(f"/p/{order_of(market).code}").get_data(as_text=True)
    assert "Chị Tư &lt;cá&gt;" in raw
    assert "<cá>" not in raw


def test_money_that_is_not_matched_is_not_shown_as_paid(
    client: FlaskClient, market: Market
) -> None:
    order = order_of(market)
    pay(market, 150_000)
    assert "Chờ chuyển khoản" in seen(client, order)


def test_what_a_weak_protocol_tells_asks_the_merchant_to_look(
    client: FlaskClient, market: Market
) -> None:
    order = order_of(market)
    made = market.connect("agribank")
    told = made.sign(replace(credit("agribank", 1), amount=150_000, memo=order.code))
    market.keep(receive(replace(made.connection, environment=SANDBOX), told, ""))
    market.settle()
    page = seen(client, order)
    assert "<h2>ĐÃ NHẬN, chờ đối soát</h2>" in page
    assert "hãy xem tài khoản" in page
    (payment,) = market.rows("SELECT id FROM payment")[0]
    with transaction(market.engine) as db:
        confirm(db, payment, "person", "thấy trong tài khoản", "an officer")
    assert "<h2>ĐÃ NHẬN</h2>" in seen(client, order)


@pytest.mark.parametrize(
    ("amounts", "title", "advice"),
    [
        ((), "Chờ chuyển khoản", "quét mã này"),
        ((150_000,), "ĐÃ NHẬN", "Cảm ơn bạn"),
        ((100_000,), "Còn thiếu 50.000 đ", "chuyển nốt 50.000 đ"),
        ((100_000, 50_000), "ĐÃ NHẬN", "Cảm ơn bạn"),
        ((200_000,), "ĐÃ NHẬN, dư 50.000 đ", "nhận lại 50.000 đ"),
        ((150_000, 150_000), "ĐÃ NHẬN hai lần", "dư 150.000 đ"),
    ],
)
def test_each_way_of_paying_has_its_face(
    client: FlaskClient,
    market: Market,
    amounts: tuple[int, ...],
    title: str,
    advice: str,
) -> None:
    order = order_of(market)
    for amount in amounts:
        pay(market, amount, order)
    page = seen(client, order)
    assert f"<h2>{title}</h2>" in page
    assert advice in page
    assert ("code-box" in page) is ("quét mã này" in page.lower())


@pytest.mark.parametrize(
    ("amount", "title"),
    [(0, "Mã đã hết hạn"), (150_000, "Tiền đến trễ"), (1_000, "Tiền đến trễ")],
)
def test_an_expired_order_is_not_payable_and_late_money_is_told(
    client: FlaskClient, market: Market, amount: int, title: str
) -> None:
    order = order_of(market)
    age(market, order, 20)
    if amount:
        pay(market, amount, order)
    page = seen(client, order)
    assert f"<h2>{title}</h2>" in page
    assert "code-box" not in page
    assert "ĐÃ NHẬN" not in page


def test_a_part_that_came_in_time_is_told_after_the_expiry(
    client: FlaskClient, market: Market
) -> None:
    order = order_of(market)
    pay(market, 100_000, order)
    found = market.find_order(order.code)
    said = face(found, now() + timedelta(minutes=16))
    assert said.title.replace("\u00a0", " ") == "Hết hạn, còn thiếu 50.000 đ"
    assert not said.payable


@pytest.mark.parametrize(
    ("amount", "title"), [(0, "Phiếu đã hủy"), (9_000, "Phiếu đã hủy, đã nhận")]
)
def test_a_cancelled_order_says_so_also_when_money_came(
    client: FlaskClient, market: Market, amount: int, title: str
) -> None:
    order = order_of(market)
    if amount:
        pay(market, amount, order)
    with transaction(market.engine) as db:
        db.execute(text('UPDATE "order" SET cancelled_at = now()'))
    page = seen(client, order)
    assert f"<h2>{title}" in page
    assert "code-box" not in page


def test_status_is_a_small_answer_that_is_sent_once(client: FlaskClient, market: Market) -> None:
    order = order_of(market)
    first = client.get(f"/p/{order.code}/status")
    assert first.get_json() == {
        "code": order.code,
        "status": "open",
        "exception": "none",
        "final": True,
        "paid": 0,
        "amount": 150_000,
    }
    tag = {"If-None-Match": first.headers["ETag"]}
    assert client.get(f"/p/{order.code}/status", headers=tag).status_code == 304
    pay(market, 150_000, order)
    again = client.get(f"/p/{order.code}/status", headers=tag)
    assert again.get_json()["status"] == "paid"


def test_a_code_is_read_in_any_case(client: FlaskClient, market: Market) -> None:
    order = order_of(market)
    assert client.get(f"/p/{order.code.lower()}").status_code == 200


@pytest.mark.parametrize("code", ["x", "JXAAAAAAAAAA", "%00", "ố" * 12, "A" * 2000])
@pytest.mark.parametrize("tail", ["", "/status", "/feed"])
def test_what_is_no_order_is_not_found(client: FlaskClient, code: str, tail: str) -> None:
    assert client.get(f"/p/{code}{tail}").status_code == 404


def test_an_order_that_was_never_made_is_not_found(client: FlaskClient) -> None:
    answer = client.get(f"/p/{new_reference()}/status")
    assert answer.status_code == 404
    assert answer.get_json()["error"]["code"] == "order_unknown"


def test_without_live_feeds_a_page_is_told_to_ask(client: FlaskClient, market: Market) -> None:
    answer = client.get(f"/p/{order_of(market).code}/feed")
    assert (answer.status_code, answer.data) == (204, b"")


def test_without_scripts_the_page_reloads_until_it_is_paid(
    client: FlaskClient, market: Market
) -> None:
    order = order_of(market)
    assert '<meta http-equiv="refresh"' in seen(client, order)
    pay(market, 150_000, order)
    assert '<meta http-equiv="refresh"' not in seen(client, order)


def test_the_order_page_weighs_less_than_20_kilobytes(
    app: Flask, client: FlaskClient, market: Market
) -> None:
    page = client.get(f"/p/{order_of(market).code}").data
    files = [path.read_bytes() for path in _files(app, page)]
    assert len(files) == 4
    assert len(page) + sum(map(len, files)) <= 20_000


def _files(app: Flask, page: bytes) -> list[Path]:
    folder = Path(app.static_folder or "")
    return [path for path in sorted(folder.iterdir()) if f"/static/{path.name}?".encode() in page]
