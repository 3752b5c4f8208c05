"""A passkey in a real browser, with the authenticator that Chromium pretends to have."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from cashless.app import create_app
from cashless.settings import Settings
from tests.cashless.web.conftest import Visitor, serving
from tests.cashless.web.test_people_in_chromium import enter, violations
from tests.market import KEY, Market
from tests.people import PASSWORD, Crowd, crowd

__all__ = ["crowd"]

pytestmark = pytest.mark.browser

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}


@pytest.fixture
def address(market: Market, tmp_path: Path) -> Iterator[str]:
    """A server at a name, because browsers offer no passkeys at an address in numbers."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    here = f"http://localhost:{port}"
    settings = Settings(home=tmp_path, vault_key_given=KEY, base_url=here)
    with serving(create_app(market.engine, settings), port):
        yield here


def armed(page: Page) -> str:
    """Give the browser an authenticator that knows its person; return its name."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    made = tools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return str(made["authenticatorId"])


def test_an_officer_signs_in_with_a_finger(address: str, crowd: Crowd, chromium: Browser) -> None:
    """The auditor adds a passkey, leaves, comes in with it alone, is proven with it, removes it."""
    visitor = Visitor(chromium.new_context(viewport={"width": 360, "height": 640}, locale="vi-VN"))
    page = visitor.open(f"{address}/sign-in")
    armed(page)
    enter(page, address, crowd.number_of("auditor"), PASSWORD, crowd.code())
    page.get_by_role("button", name="Thêm khóa ở máy này").click()
    expect(page.get_by_role("button", name="Gỡ khóa này")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Thêm khóa ở máy này").click()
    expect(page.get_by_text("Máy này có thể đã có khóa")).to_be_visible()
    page.get_by_role("button", name="Đăng xuất", exact=False).last.click()
    page.goto(f"{address}/sign-in?next=/people")
    assert violations(page) == []
    page.get_by_role("button", name="Dùng khóa trong máy").click()
    expect(page).to_have_url(f"{address}/people")
    page.goto(f"{address}/me/prove?next=/me")
    assert violations(page) == []
    page.get_by_role("button", name="Dùng khóa trong máy").click()
    expect(page).to_have_url(f"{address}/me")
    page.get_by_role("button", name="Gỡ khóa này").click()
    expect(page.get_by_text("Chưa có khóa nào")).to_be_visible()
    page.goto(f"{address}/sign-in")
    page.get_by_role("button", name="Dùng khóa trong máy").click()
    expect(page.get_by_text("Khóa này không dùng được ở đây")).to_be_visible()
    visitor.hear_out()
    assert visitor.complaints == [
        "Failed to load resource: the server responded with a status of 400 (BAD REQUEST)"
    ]
    visitor.context.close()
