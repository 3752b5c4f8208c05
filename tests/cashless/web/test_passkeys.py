"""Passkeys over the pages: what is offered, and where an answer comes in."""

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cashless.app import create_app
from cashless.db.engine import transaction
from cashless.settings import Settings
from tests.cashless.access.authenticator import Authenticator
from tests.cashless.web.visitors import COOKIE, SignedIn, signed_in
from tests.market import KEY, Market
from tests.people import Crowd, crowd

__all__ = ["crowd"]


@pytest.fixture
def site(market: Market, tmp_path: Path) -> Flask:
    """The application at an address at which browsers offer passkeys."""
    settings = Settings(home=tmp_path, vault_key_given=KEY, base_url="http://localhost")
    return create_app(market.engine, settings)


def offered(page: str) -> dict[str, Any]:
    """Read what the page hands to the browser."""
    (found,) = re.findall(r"data-passkey='([^']*)'", page)
    told: dict[str, Any] = json.loads(html.unescape(found))
    return told


def added(owner: SignedIn) -> Authenticator:
    """Add a passkey on the own page."""
    key = Authenticator()
    made = key.make(offered(owner.get("/me").text))
    assert owner.post("/me/passkeys", passkey=made, name="Máy ở sạp").location == "/me"
    return key


def entered(client: FlaskClient, key: Authenticator, then: str = "") -> TestResponse:
    """Sign in with a passkey over the form."""
    page = client.get("/sign-in").text
    guards = re.findall(r'name="form_token" value="([0-9a-f]{64})"', page)
    fields = {"form_token": guards[0], "passkey": key.get(offered(page)), "next": then}
    return client.post("/sign-in/passkey", data=fields)


def test_a_passkey_is_added_used_renamed_and_removed(crowd: Crowd, site: Flask) -> None:
    owner = signed_in(site, crowd.sign_in("owner"))
    key = added(owner)
    page = owner.get("/me").text
    assert "Máy ở sạp" in page
    assert len(offered(page)["excludeCredentials"]) == 1
    visitor = site.test_client()
    assert entered(visitor, key, "/me").location == "/me"
    assert crowd.everybody["owner"].code in visitor.get("/me").text
    ((number,),) = crowd.market.rows("SELECT id FROM passkey")
    assert owner.post(f"/me/passkeys/{number}/rename", name="Máy ở nhà").status_code == 303
    assert owner.post(f"/me/passkeys/{number}/rename", name="").status_code == 400
    assert "Máy ở nhà" in owner.get("/me").text
    assert owner.post(f"/me/passkeys/{number}/remove").status_code == 303
    assert "Chưa có khóa nào" in owner.get("/me").text
    refused = entered(site.test_client(), key)
    assert (refused.status_code, "không dùng được ở đây" in refused.text) == (400, True)


def test_an_answer_of_another_browser_opens_nothing(crowd: Crowd, site: Flask) -> None:
    key = added(signed_in(site, crowd.sign_in("owner")))
    stolen, thief = key.get(offered(site.test_client().get("/sign-in").text)), site.test_client()
    guard = re.search(r'name="form_token" value="([0-9a-f]{64})"', thief.get("/sign-in").text)
    assert guard is not None
    answer = thief.post("/sign-in/passkey", data={"form_token": guard[1], "passkey": stolen})
    assert answer.status_code == 400
    assert thief.get_cookie(COOKIE) is None
    assert thief.post("/sign-in/passkey", data={"passkey": stolen}).status_code == 403


def test_adding_and_removing_want_the_password_again(crowd: Crowd, site: Flask) -> None:
    owner = signed_in(site, crowd.sign_in("owner"))
    key = added(owner)
    with transaction(crowd.market.engine) as db:
        db.exec_driver_sql("UPDATE device SET proven_at = now() - interval '6 minutes'")
    assert "data-passkey" not in owner.get("/me").text
    ((number,),) = crowd.market.rows("SELECT id FROM passkey")
    for path in ("/me/passkeys", f"/me/passkeys/{number}/remove"):
        assert owner.post(path).location == "/me/prove?next=/me"
    page = owner.get("/me/prove?next=/me").text
    proven = owner.post("/me/prove/passkey", passkey=key.get(offered(page)), next="/me")
    fresh = owner.client.get_cookie(COOKIE)
    assert (proven.location, fresh is not None and fresh.value != owner.token) == ("/me", True)
    assert "data-passkey" in owner.client.get("/me").text


def test_a_proof_of_another_person_is_refused(crowd: Crowd, site: Flask) -> None:
    owner, board = (signed_in(site, crowd.sign_in(name)) for name in ("owner", "board"))
    added(board)
    key = added(owner)
    answer = key.get(offered(board.get("/me/prove").text))
    assert board.post("/me/prove/passkey", passkey=answer).status_code == 400


def test_without_scripts_the_forms_of_passkeys_stay_hidden(crowd: Crowd, site: Flask) -> None:
    owner = signed_in(site, crowd.sign_in("owner"))
    added(owner)
    for path in ("/me", "/sign-in", "/me/prove"):
        (form,) = re.findall(r"<form[^>]*data-passkey=[^>]*>", owner.get(path).text)
        assert form.endswith(" hidden>"), path


def test_where_browsers_offer_none_the_pages_offer_none(crowd: Crowd, app: Flask) -> None:
    owner = signed_in(app, crowd.sign_in("owner"))
    pages = [owner.get(path).text for path in ("/me", "/sign-in", "/me/prove")]
    assert [one for one in pages if "data-passkey" in one] == []
