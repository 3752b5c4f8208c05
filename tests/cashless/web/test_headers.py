"""Every answer carries the same promises to the browser."""

import re

import pytest
from flask.testing import FlaskClient

from tests.cashless.web.conftest import page_of
from tests.cashless.web.hanging import hung_up
from tests.market import Market

PROMISES = {
    "Content-Security-Policy": r"default-src 'self'; .*frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": r".*geolocation=\(\)",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@pytest.mark.parametrize("path", ["/", "/city", "/healthz", "/nowhere", "/static/market.css"])
def test_every_answer_has_them(client: FlaskClient, path: str) -> None:
    headers = client.get(path, buffered=True).headers
    for name, wanted in PROMISES.items():
        assert re.match(wanted, headers[name]), name
    assert "unsafe" not in headers["Content-Security-Policy"]


def test_no_page_has_anything_inline_or_foreign(client: FlaskClient, market: Market) -> None:
    merchant = market.register()
    order, stand = market.order(merchant, 5_000), hung_up(market)
    pages = ("/", "/city", "/s", "/nowhere", page_of(merchant), f"/p/{order.code}")
    for path in (*pages, f"/s/{stand.token}"):
        page = client.get(path).get_data(as_text=True)
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page), path
        assert not re.search(r"<script(?![^>]*\ssrc=)", page), path
        assert set(re.findall(r"https?://[^\"'\s>]+", page)) <= {"http://www.w3.org/2000/svg"}


def test_static_files_are_kept_for_as_long_as_they_are_the_same(client: FlaskClient) -> None:
    page = client.get("/").get_data(as_text=True)
    found = re.search(r"/static/market\.css\?v=[0-9a-f]+", page)
    assert found
    assert "immutable" in client.get(found[0], buffered=True).headers["Cache-Control"]
    bare = client.get("/static/market.css", buffered=True)
    assert "immutable" not in bare.headers["Cache-Control"]
    assert client.get("/").headers["Cache-Control"] == "no-store"


def test_only_the_open_pages_are_for_search_engines(client: FlaskClient) -> None:
    robots = {path: client.get(path).headers.get("X-Robots-Tag") for path in ("/", "/city", "/x")}
    assert robots == {"/": None, "/city": None, "/x": "noindex"}
