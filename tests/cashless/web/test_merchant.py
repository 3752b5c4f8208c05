"""The merchant's page: only for who holds the address, and only what is in the book."""

import re
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from cashless.access.page_seal import seal
from cashless.app import create_app
from cashless.clock import business_date, now
from cashless.db.engine import transaction
from cashless.settings import Settings
from cashless.web.form_guard import COOKIE, FIELD
from cashless.web.formats import day
from merchants import account_changes, register
from merchants.account_changes import Actor
from tests.cashless.web.conftest import page_of, pay
from tests.market import KEY, Market, account


def read(answer: TestResponse) -> str:
    return answer.get_data(as_text=True).replace("\u00a0", " ")


def token_in(page: str) -> str:
    found = re.search(rf'name="{FIELD}" value="([0-9a-f]+)"', page)
    assert found
    return found[1]


def test_a_day_without_money_says_so(client: FlaskClient, market: Market) -> None:
    page = read(client.get(page_of(market.register())))
    assert "Chưa có khoản tiền nào hôm nay" in page
    assert "Không đồng" in page


def test_today_s_takings_and_messages_stand_on_the_page(
    client: FlaskClient, market: Market
) -> None:
    merchant = market.register()
    order = market.order(merchant, 150_000)
    pay(market, 150_000, order)
    pay(market, 45_000)
    page = read(client.get(page_of(merchant)))
    assert "195.000 đ" in page
    assert "Một trăm chín mươi lăm nghìn đồng" in page
    assert page.index("<b>45.000 đ</b>") < page.index("<b>150.000 đ</b>")
    assert order.code in page
    assert re.search(r"<time>\d\d:\d\d:\d\d</time>", page)


def test_a_tiny_amount_carries_a_warning(client: FlaskClient, market: Market) -> None:
    merchant = market.register()
    pay(market, 200)
    pay(market, 1_000)
    assert read(client.get(page_of(merchant))).count('class="tiny"') == 1


def test_what_asks_for_an_act_says_which_one(client: FlaskClient, market: Market) -> None:
    merchant = market.register()
    order = market.order(merchant, 150_000)
    pay(market, 160_000, order)
    pay(market, 45_000)
    page = read(client.get(page_of(merchant)))
    assert page.count('class="act"') == 1
    assert "Trả nhiều hơn phiếu thu." in page
    assert "give it back" in page


def test_messages_newer_than_the_last_one_seen_are_given(
    client: FlaskClient, market: Market
) -> None:
    merchant = market.register()
    pay(market, 45_000)
    before = client.get(f"{page_of(merchant)}/messages?after=0").get_json()
    assert [one["amount"] for one in before] == [45_000]
    again = f"{page_of(merchant)}/messages?after={before[-1]['id']}"
    assert client.get(again).get_json() == []


@pytest.mark.parametrize("after", ["", "x", "-1", "1" * 19, "1.5", "%00"])
def test_an_id_that_is_none_begins_at_the_beginning(
    client: FlaskClient, market: Market, after: str
) -> None:
    merchant = market.register()
    pay(market, 45_000)
    answer = client.get(f"{page_of(merchant)}/messages?after={after}")
    assert len(answer.get_json()) == 1


def test_today_is_told_as_the_page_writes_it(client: FlaskClient, market: Market) -> None:
    merchant = market.register()
    pay(market, 21_000)
    assert client.get(f"{page_of(merchant)}/today").get_json() == {
        "amount": 21_000,
        "date": business_date(now()).isoformat(),
        "day": day(business_date(now())),
        "count": 1,
        "text": "21.000\u00a0đ",
        "words": "hai mươi mốt nghìn đồng",
    }


def test_a_wrong_address_tells_nothing_whoever_it_names(
    client: FlaskClient, market: Market
) -> None:
    merchant = market.register()
    other = seal(KEY, "MNOTHERE", 1)
    wrong = [
        f"/m/{merchant.code}/{other}",
        f"/m/{merchant.code}/{seal(KEY, merchant.code, 2)}",
        f"/m/{merchant.code.lower()}/{seal(KEY, merchant.code, 1)}",
        f"/m/MNOTHERE/{other}",
        "/m/%00/x",
        f"/m/{'A' * 3000}/x",
    ]
    answers = [client.get(path) for path in wrong]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for answer in answers}) == 1
    tails = [client.get(wrong[0] + tail).status_code for tail in ("/messages", "/today", "/feed")]
    assert tails == [404, 404, 404]


def test_a_new_version_of_the_page_ends_the_old_address(
    client: FlaskClient, market: Market
) -> None:
    merchant = market.register()
    with transaction(market.engine) as db:
        db.execute(text("UPDATE merchant SET page_version = 2"))
    assert client.get(page_of(merchant)).status_code == 404
    assert client.get(page_of(replace(merchant, page_version=2))).status_code == 200


@pytest.mark.parametrize(
    ("form", "amount"),
    [({"amount": "125.000"}, 125_000), ({"quick": "20000", "amount": ""}, 20_000)],
)
def test_an_amount_becomes_an_order_and_its_page(
    client: FlaskClient, market: Market, form: dict[str, str], amount: int
) -> None:
    path = page_of(market.register())
    form = {FIELD: token_in(read(client.get(path))), **form}
    answer = client.post(f"{path}/orders", data=form)
    assert answer.status_code == 303
    assert market.rows('SELECT amount FROM "order"') == [(amount,)]
    assert client.get(answer.headers["Location"]).status_code == 200


@pytest.mark.parametrize("typed", ["", "0", "5e4", "-5", "50,5", "500000000", "9" * 40, "<b>"])
def test_an_amount_that_is_none_is_explained_on_the_page(
    client: FlaskClient, market: Market, typed: str
) -> None:
    path = page_of(market.register())
    form = {FIELD: token_in(read(client.get(path))), "amount": typed}
    answer = client.post(f"{path}/orders", data=form)
    assert answer.status_code == 400
    assert 'class="wrong"' in read(answer)
    assert market.count('"order"') == (0,)


def test_a_form_from_elsewhere_makes_no_order(client: FlaskClient, market: Market) -> None:
    path = page_of(market.register())
    token = token_in(read(client.get(path)))
    good = {FIELD: token, "amount": "5000"}
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    assert client.post(f"{path}/orders", data=good, headers=elsewhere).status_code == 403
    assert client.post(f"{path}/orders", data={**good, FIELD: "0" * 64}).status_code == 403
    assert client.post(f"{path}/orders", data={"amount": "5000"}).status_code == 403
    client.delete_cookie(COOKIE, path=path)
    assert client.post(f"{path}/orders", data=good).status_code == 403
    assert market.count('"order"') == (0,)


def test_a_form_of_one_page_does_not_serve_another(client: FlaskClient, market: Market) -> None:
    first = page_of(market.register())
    second = page_of(market.register("Anh Bảy", account("sacombank")))
    token = token_in(read(client.get(first)))
    client.get(second)
    form = {FIELD: token, "amount": "5000"}
    assert client.post(f"{second}/orders", data=form).status_code == 403


def test_the_form_cookie_stays_on_our_site(market: Market, app: Flask) -> None:
    merchant = market.register()
    path = page_of(merchant)
    plain = app.test_client().get(path).headers["Set-Cookie"]
    assert f"Path={path}" in plain
    assert "HttpOnly" in plain
    assert "SameSite=Strict" in plain
    assert "Secure" not in plain
    settings = Settings(home=app.root_path, vault_key_given=KEY, base_url="https://pay.example.vn")
    https = create_app(market.engine, settings).test_client().get(path)
    assert "Secure" in https.headers["Set-Cookie"]
    assert "Strict-Transport-Security" in https.headers


def test_a_closed_merchant_cannot_ask_for_money(client: FlaskClient, market: Market) -> None:
    merchant = market.register()
    path = page_of(merchant)
    token = token_in(read(client.get(path)))
    with transaction(market.engine) as db:
        register.set_status(db, merchant.code, "closed")
    assert FIELD not in read(client.get(path))
    answer = client.post(f"{path}/orders", data={FIELD: token, "amount": "5000"})
    assert answer.status_code == 409


def test_without_an_open_account_there_is_no_code_but_a_sentence(
    client: FlaskClient, market: Market
) -> None:
    path = page_of(market.register())
    with transaction(market.engine) as db:
        db.execute(text("UPDATE receiving_account SET closed_at = now()"))
    page = read(client.get(path))
    assert "Chưa có tài khoản nhận tiền" in page
    form = {FIELD: token_in(page), "amount": "5000"}
    assert client.post(f"{path}/orders", data=form).status_code == 404


def test_the_page_is_kept_by_nobody(client: FlaskClient, market: Market) -> None:
    headers = client.get(page_of(market.register())).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Robots-Tag"] == "noindex"


def test_without_live_feeds_the_page_is_told_to_ask(client: FlaskClient, market: Market) -> None:
    assert client.get(f"{page_of(market.register())}/feed").status_code == 204


def test_a_change_of_account_stands_on_the_page_and_can_be_stopped(
    client: FlaskClient, market: Market
) -> None:
    merchant = market.register()
    with transaction(market.engine) as db:
        asker = Actor("kẻ lạ", "đổi ngân hàng")
        account_changes.request(db, merchant, "970405:7704299990000", "NGUYEN VAN LA", asker)
    page = read(client.get(page_of(merchant)))
    assert "Có yêu cầu đổi tài khoản nhận tiền" in page
    assert "•••• 0000" in page
    assert "7704299990000" not in page
    stopped = client.post(f"{page_of(merchant)}/freeze", data={FIELD: token_in(page)})
    assert stopped.status_code == 303
    assert "Có yêu cầu đổi tài khoản" not in read(client.get(page_of(merchant)))
    with transaction(market.engine) as db:
        assert account_changes.listing(db) == []
    assert market.rows("SELECT step FROM account_change_step") == [("frozen",)]


def test_a_stranger_s_form_stops_no_change(client: FlaskClient, market: Market) -> None:
    merchant = market.register()
    with transaction(market.engine) as db:
        asker = Actor("cô Lan", "đổi ngân hàng")
        account_changes.request(db, merchant, "970405:7704299990000", "CHI TU", asker)
    assert client.post(f"{page_of(merchant)}/freeze", data={FIELD: "0" * 64}).status_code == 403
    with transaction(market.engine) as db:
        assert [one.state for one in account_changes.listing(db)] == ["requested"]
