"""The pages to pay on: a picture to keep, a dated list of apps, links only where allowed."""

import html
import io
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import zxingcpp
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import text

from cashless.app import create_app
from cashless.db.engine import transaction
from cashless.settings import Settings
from cashless.vietqr.apps import SERVICE
from merchants import print_run
from merchants.print_run import Wish
from tests.cashless.web.conftest import pay
from tests.cashless.web.hanging import files
from tests.market import KEY, Market


@pytest.fixture
def linking(market: Market, tmp_path: Path) -> FlaskClient:
    """A client of a server whose operator has switched links on."""
    settings = Settings(home=tmp_path, vault_key_given=KEY, app_links=True)
    return create_app(market.engine, settings).test_client()


def order_page(market: Market) -> str:
    return f"/p/{market.order(market.register(), 150_000).code}"


def stand_page(market: Market) -> str:
    merchant = market.register()
    with transaction(market.engine) as db:
        (stand,) = print_run.issue(db, Wish("chú Hùng", KEY, merchant=merchant.code))
    return f"/s/{stand.token}"


PAGES = pytest.mark.parametrize("page_of", [order_page, stand_page])


@PAGES
def test_apps_are_listed_with_the_day_since_when_they_fill_in(
    client: FlaskClient, market: Market, page_of
) -> None:
    page = html.unescape(client.get(page_of(market)).get_data(as_text=True))
    for wanted in (
        "OCB OMNI <small>tự điền từ 28/05/2024",
        "tự điền từ 31/07/2026",
        "VCB Digibank",
    ):
        assert wanted in page
    assert "2026-09" in page


@PAGES
def test_without_the_operator_s_word_there_is_no_link_to_an_app(
    client: FlaskClient, market: Market, page_of
) -> None:
    path = page_of(market)
    assert "/app/" not in client.get(path).get_data(as_text=True)
    answer = client.get(f"{path}/app/ocb")
    assert (answer.status_code, answer.location) == (404, None)


@PAGES
def test_a_tap_leads_on_and_the_page_itself_names_no_other_host(
    linking: FlaskClient, market: Market, page_of
) -> None:
    path = page_of(market)
    page = linking.get(path).get_data(as_text=True)
    assert f'href="{path}/app/ocb"' in page
    assert "https://" not in page
    assert linking.get(f"{path}/app/none").status_code == 404
    answer = linking.get(f"{path}/app/ocb?amount=1&account=2")
    assert answer.status_code == 303
    assert answer.location.startswith(f"{SERVICE}?app=ocb&ba=77042")


def test_the_link_asks_for_what_is_missing_and_never_for_what_the_address_says(
    linking: FlaskClient, market: Market
) -> None:
    order = market.order(market.register(), 150_000)
    pay(market, 100_000, order)
    answer = linking.get(f"/p/{order.code}/app/mb?am=999")
    query = parse_qs(urlsplit(answer.location).query)
    assert (query["am"], query["tn"]) == (["50000"], [order.code])


@PAGES
def test_the_picture_to_keep_is_the_code_of_the_page(
    client: FlaskClient, market: Market, page_of
) -> None:
    answer = client.get(f"{page_of(market)}/code.png")
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(answer.data)))
    payloads = [
        row[0]
        for row in market.rows('SELECT payload FROM "order" UNION ALL SELECT payload FROM stand')
    ]
    assert [found.text] == payloads


@pytest.mark.parametrize("ended", ["cancelled_at = now()", "expires_at = now()"])
def test_what_need_not_be_paid_has_no_picture_and_no_link(
    linking: FlaskClient, market: Market, ended: str
) -> None:
    path = order_page(market)
    with transaction(market.engine) as db:
        db.execute(text(f'UPDATE "order" SET {ended}'))  # noqa: S608  one of the two above
    for tail in ("code.png", "app/ocb"):
        assert linking.get(f"{path}/{tail}").status_code == 404
    assert "/app/" not in linking.get(path).get_data(as_text=True)


@PAGES
def test_with_links_the_page_still_weighs_less_than_20_kilobytes(
    linking: FlaskClient, market: Market, page_of
) -> None:
    page = linking.get(page_of(market)).data
    assert len(page) + sum(files(linking.application, page).values()) <= 20_000
