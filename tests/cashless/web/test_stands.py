"""The page of a stand: what the register says of it, in every state, and nothing of others."""

import html
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from cashless.app import create_app
from cashless.clock import VIETNAM, business_date, now
from cashless.db.engine import transaction
from cashless.settings import Settings
from merchants import print_run, register, shifts, stands, tenancy
from merchants.print_run import Wish
from merchants.register import Application
from merchants.stands import Stand
from merchants.tenancy import Handover
from tests.cashless.web.hanging import files, hung_up, said, seen, shown, title, withdrawn
from tests.market import KEY, Market, credit

DAY = timedelta(days=1)


def test_the_page_says_what_must_stand_on_the_paper(client: FlaskClient, stand: Stand) -> None:
    page = seen(client, stand)
    for wanted in (
        *("Chị Tư Cá Biển", "RS-TS-012", "Chợ Rạch Sỏi", "NGUYEN THI TU", "Agribank •••• 1234"),
        *(stand.check_word, stand.written, "Bảng đang dùng, chưa thử", "<svg"),
    ):
        assert wanted in page


def test_a_stand_that_money_came_by_is_in_use(
    client: FlaskClient, market: Market, stand: Stand
) -> None:
    market.hear("agribank", credit("agribank", 1, account=stand.number, occurred_at=now()))
    market.settle()
    assert "<h2>Bảng đang dùng</h2>" in seen(client, stand)


def test_a_withdrawn_stand_says_so_loudly_and_offers_no_code(
    client: FlaskClient, market: Market, stand: Stand
) -> None:
    withdrawn(market, stand)
    page = seen(client, stand)
    assert "BẢNG NÀY ĐÃ THU HỒI" in page
    assert "Đừng trả tiền" in page
    assert "code-box" not in page
    assert "data-copy" not in page
    assert "bị dán đè" not in page
    for path in ("code.png", "app/ocb"):
        assert client.get(f"/s/{stand.token}/{path}").status_code == 404


def test_a_stand_whose_account_was_closed_is_no_longer_in_use(
    client: FlaskClient, market: Market, stand: Stand
) -> None:
    with transaction(market.engine) as db:
        db.execute(text("UPDATE receiving_account SET closed_at = now()"))
    page = seen(client, stand)
    assert "BẢNG NÀY KHÔNG CÒN DÙNG" in page
    assert "code-box" not in page


def test_every_stand_that_is_not_there_is_the_same_404(client: FlaskClient, stand: Stand) -> None:
    wrong = stand.token[:-1] + ("A" if stand.token[-1] != "A" else "B")
    answers = [
        client.open(f"/s/{token}", method=method)
        for token in (wrong, stands.new_token(), "x", "%00", "ố" * 16, "A" * 2000)
        for method in ("GET", "POST")
    ]
    assert {(answer.status_code, answer.data) for answer in answers} == {(404, answers[0].data)}


def test_the_number_on_the_paper_leads_to_the_page(client: FlaskClient, stand: Stand) -> None:
    assert "Bảng số" in said(client.get("/s"))
    answer = client.get("/s", query_string={"number": f" {stand.written.lower()}"})
    assert (answer.status_code, answer.location) == (303, f"/s/{stand.token}")
    assert client.get("/s?number=A").status_code == 404


@pytest.mark.parametrize("name", ["<b>Chị Tư</b>", "Cô 🐟 Ba", "ហាងលក់ត្រី", "X" * 120, "=1+1"])
def test_a_merchant_s_name_is_text(client: FlaskClient, market: Market, name: str) -> None:
    raw = client.get(f"/s/{hung_up(market, name).token}").get_data(as_text=True)
    assert f"<h1>{html.escape(name)}</h1>" in raw


def test_the_code_can_be_kept_as_a_picture(client: FlaskClient, stand: Stand) -> None:
    answer = client.get(f"/s/{stand.token}/code.png")
    assert answer.content_type == "image/png"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert title(shown(client, stand, answer.data)) == "ĐÚNG MÃ CỦA SẠP"


@pytest.mark.parametrize("links", ["on", "off"])
def test_the_page_weighs_less_than_20_kilobytes(
    market: Market, stand: Stand, tmp_path: Path, links: str
) -> None:
    settings = Settings(home=tmp_path, vault_key_given=KEY, app_links=links == "on")
    app = create_app(market.engine, settings)
    page = app.test_client().get(f"/s/{stand.token}").data
    assert len(page) + sum(files(app, page).values()) <= 20_000
    assert set(files(app, page)) == {
        *("mark.svg", "market.css", "pay.js", "stand.css", "stand.js"),
    }


def shared(market: Market, stand: Stand, own: str, other: str) -> Stand:
    """Let Anh Bảy sell phở at the same stall in the other shift."""
    wanted = Application("Anh Bảy Phở", "meals", "970405:7704200000009", "ANH BAY")
    today = business_date(now())
    with transaction(market.engine) as db:
        db.execute(text("UPDATE tenancy SET during = daterange(:day, NULL)"), {"day": today - DAY})
        tu = register.find(db, stand.merchant)
        tenancy.change_shift(
            db, tu, Handover("RS-TS-012", today, "chú Hùng", "chia ca", shifts.read(own))
        )
        bay = register.add(db, wanted)
        tenancy.hand_over(
            db, bay, Handover("RS-TS-012", today, "chú Hùng", "chia ca", shifts.read(other))
        )
        (made,) = print_run.issue(db, Wish("chú Hùng", KEY, merchant=bay.code))
    return made


def hours(begins: int, ends: int) -> str:
    """Write a shift by hours from now; the hours before midnight and after it do as well."""
    there = now().astimezone(VIETNAM)
    return "-".join(f"{(there + timedelta(hours=far)).hour:02}:00" for far in (begins, ends))


def test_the_morning_seller_s_stand_says_in_the_evening_who_sells_now(
    client: FlaskClient, market: Market, stand: Stand
) -> None:
    other = shared(market, stand, own=hours(4, 8), other=hours(-3, 3))
    page = seen(client, stand)
    for wanted in (
        *("Giờ này không phải ca của Chị Tư Cá Biển", "Bây giờ sạp này do <b>Anh Bảy Phở</b> bán"),
        *(f'href="/s/{other.token}"', "Tôi muốn trả cho Chị Tư Cá Biển", hours(4, 8)),
    ):
        assert wanted in page
    on = seen(client, other)
    assert "không phải ca" not in on
    assert hours(-3, 3) in on
    assert client.get(f"/s/{stand.token}/code.png").status_code == 200


def test_out_of_hours_with_nobody_there_the_money_still_reaches_the_merchant(
    client: FlaskClient, market: Market, stand: Stand
) -> None:
    shared(market, stand, own=hours(4, 6), other=hours(8, 10))
    page = seen(client, stand)
    assert "Giờ này sạp chưa có ai bán" in page
    assert "code-box" in page
