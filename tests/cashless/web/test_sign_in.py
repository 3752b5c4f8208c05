"""Coming in over the pages: invitation, sign-in, devices, the password again, and out."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cashless.access import grants, invitations, passwords, people, totp
from cashless.access.contact import read
from cashless.access.grants import Wish
from cashless.access.people import Card
from cashless.app import create_app
from cashless.clock import now
from cashless.db.engine import transaction
from cashless.settings import Settings
from tests.cashless.web.visitors import COOKIE, fill, signed_in
from tests.market import KEY, Market
from tests.people import PASSWORD, Crowd, crowd, long_waits

__all__ = ["crowd", "long_waits"]

WORDS = "cá lóc kho tộ buổi sớm"


def invited(market: Market, role: str) -> str:
    """Add somebody with that role and give the path of the invitation."""
    with transaction(market.engine) as db:
        person = people.add(db, Card("Anh Bảy", read("0987654321")), KEY)
        grants.add(db, person.id, Wish(role, "chú Hùng", "được giao"))
        return f"/invitation/{invitations.invite(db, person.id, 'chú Hùng', 'lần đầu')}"


def test_an_officer_comes_in_over_an_invitation_with_an_app(
    client: FlaskClient, market: Market
) -> None:
    path = invited(market, "operator")
    page = client.get(path).text
    secret = totp.secret(KEY, path.rpartition("/")[2])
    assert totp.written(secret) in page
    assert fill(client, path, password=WORDS, code="000000").status_code == 400
    digits = totp.code(secret, totp.step_at(now()) - 1)
    assert fill(client, path, password=WORDS, code=digits).location == "/sign-in"
    assert client.get(path).status_code == 404
    digits = totp.code(secret, totp.step_at(now()))
    entered = fill(client, "/sign-in", contact="0987 654 321", password=WORDS, code=digits)
    assert (entered.status_code, entered.location) == (303, "/me")
    assert "Vận hành" in client.get("/me").text


def test_the_city_s_people_need_an_app_and_a_weak_password_is_told(
    client: FlaskClient, market: Market
) -> None:
    path = invited(market, "city")
    answer = fill(client, path, password="matkhau12345", code="1")
    assert answer.status_code == 400
    assert "Mật khẩu có ít nhất" in answer.text


def test_signing_in_leads_on_inside_and_never_out(crowd: Crowd, app: Flask) -> None:
    for wanted, then in {
        "/my/M1/helpers": "/my/M1/helpers",
        "//evil.example": "/me",
        "https://evil.example": "/me",
        "/\\evil.example": "/me",
        "": "/me",
    }.items():
        client = app.test_client()
        fields = {"contact": crowd.number_of("owner"), "password": PASSWORD, "next": wanted}
        assert fill(client, "/sign-in", **fields).location == then


def test_a_refused_sign_in_gives_no_cookie_and_the_wait_says_when(
    crowd: Crowd, client: FlaskClient, long_waits: None
) -> None:
    wrong = {"contact": crowd.number_of("owner"), "password": "đoán mò thôi mà"}
    answers = [fill(client, "/sign-in", **wrong) for _ in range(4)]
    assert [one.status_code for one in answers] == [400, 400, 400, 503]
    assert answers[-1].headers["Retry-After"]
    assert client.get_cookie(COOKIE) is None


def test_a_sign_in_form_of_another_site_is_refused(crowd: Crowd, client: FlaskClient) -> None:
    fields = {"contact": crowd.number_of("owner"), "password": PASSWORD}
    assert client.post("/sign-in", data=fields).status_code == 403


def test_over_tls_the_cookie_is_bound_to_the_host(
    market: Market, crowd: Crowd, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path, vault_key_given=KEY, base_url="https://pay.example.vn")
    client = create_app(market.engine, settings).test_client()
    page = client.get("/sign-in", base_url="https://pay.example.vn").text
    guard = re.search(r'name="form_token" value="([0-9a-f]{64})"', page)
    assert guard is not None
    entered = client.post(
        "/sign-in",
        base_url="https://pay.example.vn",
        data={"form_token": guard[1], "contact": crowd.number_of("owner"), "password": PASSWORD},
    )
    cookie = next(c for c in entered.headers.getlist("Set-Cookie") if "__Host-cashless" in c)
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))


def test_the_own_page_lists_devices_and_signs_one_out(crowd: Crowd, app: Flask) -> None:
    phone, stolen = (signed_in(app, crowd.sign_in("owner")) for _ in range(2))
    page = phone.get("/me").text
    assert page.count("Android") == 2
    (number,) = re.findall(r"/me/devices/(\d+)/revoke", page)
    assert phone.post(f"/me/devices/{number}/revoke").status_code == 303
    assert stolen.get("/me").location == "/sign-in?next=/me"
    assert phone.post(f"/me/devices/{number}/revoke").status_code == 404


def test_nobody_signs_out_somebody_else_s_device(crowd: Crowd, app: Flask) -> None:
    owner = signed_in(app, crowd.sign_in("owner"))
    helper = signed_in(app, crowd.sign_in("helper"))
    number = crowd.market.rows("SELECT max(id) FROM device")[0][0]
    assert owner.post(f"/me/devices/{number}/revoke").status_code == 404
    assert helper.get("/me").status_code == 200


def test_signing_out_ends_this_device(crowd: Crowd, app: Flask) -> None:
    owner = signed_in(app, crowd.sign_in("owner"))
    assert owner.post("/me/sign-out").location == "/"
    assert signed_in(app, owner.token).get("/me").status_code == 303


def test_a_form_without_the_token_changes_nothing(crowd: Crowd, app: Flask) -> None:
    owner = signed_in(app, crowd.sign_in("owner"))
    assert owner.post("/me/sign-out", form_token="0" * 64).status_code == 403
    foreign = owner.client.post("/me/sign-out", headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    assert owner.get("/me").status_code == 200


def test_the_password_is_changed_with_the_old_one(crowd: Crowd, app: Flask) -> None:
    owner = signed_in(app, crowd.sign_in("owner"))
    wrong = owner.post("/me/password", password="đoán mò thôi mà", wanted=WORDS)
    assert (wrong.status_code, "không khớp" in wrong.text) == (400, True)
    assert owner.post("/me/password", password=PASSWORD, wanted="ngắn").status_code == 400
    assert owner.post("/me/password", password=PASSWORD, wanted=WORDS).status_code == 303
    fields = {"contact": crowd.number_of("owner"), "password": WORDS}
    assert fill(app.test_client(), "/sign-in", **fields).status_code == 303


def test_a_sensitive_act_wants_the_password_again(crowd: Crowd, app: Flask) -> None:
    owner = signed_in(app, crowd.sign_in("owner"))
    path = f"/my/{crowd.merchants['own'].code}/helpers"
    with transaction(crowd.market.engine) as db:
        db.exec_driver_sql("UPDATE device SET proven_at = now() - interval '6 minutes'")
    fields = {"name": "Bé Hai", "contact": "0977777777"}
    assert owner.post(path, **fields).location == f"/me/prove?next={path}"
    wrong = owner.post("/me/prove", password="đoán mò thôi mà", next=path)
    assert wrong.status_code == 400
    proven = owner.post("/me/prove", password=PASSWORD, next=path)
    assert proven.location == path
    fresh = owner.client.get_cookie(COOKIE)
    assert fresh is not None
    assert fresh.value != owner.token
    assert "/invitation/" in signed_in(app, fresh.value).post(path, **fields).text


def test_a_helper_who_is_known_already_keeps_name_and_password(crowd: Crowd, app: Flask) -> None:
    owner = signed_in(app, crowd.sign_in("owner"))
    path = f"/my/{crowd.merchants['own'].code}/helpers"
    added = owner.post(path, name="Cô Năm", contact=crowd.number_of("auditor"))
    assert (added.status_code, added.location) == (303, path)
    shown = owner.get(path).text
    assert "Cô Năm: phụ bán hôm nay" in shown
    assert "auditor" not in shown
    code = crowd.code()
    fields = {"contact": crowd.number_of("auditor"), "password": PASSWORD, "code": code}
    assert fill(app.test_client(), "/sign-in", **fields).status_code == 303


def test_no_page_and_no_log_repeats_a_number_or_a_password(
    crowd: Crowd, app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    owner, client = signed_in(app, crowd.sign_in("owner")), app.test_client()
    path = f"/my/{crowd.merchants['own'].code}/helpers"
    told = [
        owner.post(path, name="Bé Hai", contact="0977 654 321").text,
        owner.post(path, name="Bé Hai", contact="0977 654 32x").text,
        fill(client, "/sign-in", contact="0977654321", password=WORDS).text,
        signed_in(app, crowd.sign_in("operator")).get("/people").text,
        signed_in(app, crowd.sign_in("board")).get("/office/RS").text,
        owner.get(path).text,
        caplog.text,
    ]
    for secret in ("977654321", "977 654 32", WORDS, owner.token or "-"):
        assert [one for one in told if secret in one] == []


@pytest.mark.parametrize("token", ["x", "", "'", "a" * 400])
def test_an_invitation_that_was_never_given_is_not_there(client: FlaskClient, token: str) -> None:
    assert client.get(f"/invitation/{token}").status_code == 404


@pytest.mark.parametrize("given", ["0969 318 274", "//x.example", "/me?x=1", "/" + "a" * 200])
def test_the_forms_repeat_no_address_that_is_not_ours(
    client: FlaskClient, crowd: Crowd, app: Flask, given: str
) -> None:
    owner = signed_in(app, crowd.sign_in("owner"))
    pages = [
        client.get("/sign-in", query_string={"next": given}).text,
        fill(client, "/sign-in", contact="0999999999", password="x", next=given).text,
        owner.client.get("/me/prove", query_string={"next": given}).text,
    ]
    assert [one for one in pages if 'name="next" value=""' not in one] == []


def test_signing_in_anew_ends_the_device_that_this_browser_was(crowd: Crowd, app: Flask) -> None:
    before, elsewhere = crowd.sign_in("owner"), crowd.sign_in("owner")
    browser = signed_in(app, before).client
    entered = fill(browser, "/sign-in", contact=crowd.number_of("owner"), password=PASSWORD)
    assert entered.status_code == 303
    assert browser.get("/me").status_code == 200
    assert signed_in(app, before).get("/me").status_code == 303
    assert signed_in(app, elsewhere).get("/me").status_code == 200


def test_nothing_is_computed_for_an_invitation_that_is_not_there(
    market: Market, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = client.get(invited(market, "city")).text
    found = re.search(r'name="form_token" value="([0-9a-f]{64})"', page)
    assert found is not None
    monkeypatch.setattr(passwords, "made", lambda _: pytest.fail("it was computed"))
    sent = {"form_token": found[1], "password": PASSWORD}
    assert client.post("/invitation/nosuchtoken", data=sent).status_code == 404
