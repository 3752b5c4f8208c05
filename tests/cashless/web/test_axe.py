"""Every page passes axe-core without a violation, as wide as a phone and as a desk, light and dark.

The rules are those of WCAG 2.0 to 2.2, levels A and AA, and the best practices of axe itself.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page
from sqlalchemy import text

from cashless.db.engine import transaction
from cashless.vietqr.payload import Transfer, encode
from merchants import orders, print_run, stands
from merchants.orders import Order
from merchants.print_run import Wish
from merchants.stands import Stand
from tests.cashless.web.conftest import Visiting, page_of, pay
from tests.market import KEY, Market

pytestmark = pytest.mark.browser

AXE = (Path(__file__).parents[2] / "vendor/axe-core/axe.min.js").read_text(encoding="utf-8")
RUN = "async () => (await axe.run(document)).violations.map(v => v.id + ': ' + v.nodes[0].html)"
FOREIGN = encode(Transfer(bin="970436", account="1019876543210", amount=150_000))
SIZES = [(width, scheme) for width in (360, 1280) for scheme in ("light", "dark")]


def violations(page: Page) -> list[str]:
    """Run axe in the page in every size, all that can be unfolded unfolded."""
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    page.evaluate(AXE)
    return [f"{size}: {one}" for size in SIZES for one in _in_size(page, *size)]


def _in_size(page: Page, width: int, scheme: Literal["light", "dark"]) -> list[str]:
    page.set_viewport_size({"width": width, "height": 780})
    page.emulate_media(color_scheme=scheme)
    found: list[str] = page.evaluate(RUN)
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    return [*found, *(["wider than the screen"] if wide else [])]


def issued(market: Market, why: str | None = None) -> Stand:
    """Issue the stand of the market's only merchant, or print it again."""
    ((code,),) = market.rows("SELECT code FROM merchant")
    with transaction(market.engine) as db:
        (stand,) = print_run.issue(db, Wish("chú Hùng", KEY, merchant=code, why=why))
    return stand


def paid(market: Market, order: Order) -> str:
    pay(market, 150_000, order)
    return f"/p/{order.code}"


def expired(market: Market, order: Order) -> str:
    with transaction(market.engine) as db:
        other = orders.add(db, order.merchant, 20_000)
        late = text('UPDATE "order" SET expires_at = now() WHERE code = :code')
        db.execute(late, {"code": other.code})
    return f"/p/{other.code}"


def revoked(market: Market, _order: Order) -> str:
    stand = issued(market)
    with transaction(market.engine) as db:
        stands.revoke(db, stand.token, "bị mất", "chú Hùng")
    return f"/s/{stand.token}"


PAGES: dict[str, Callable[[Market, Order], str]] = {
    "home": lambda *_: "/",
    "city": lambda *_: "/city",
    "open order": lambda _, order: f"/p/{order.code}",
    "paid order": paid,
    "expired order": expired,
    "number of a stand": lambda *_: "/s",
    "stand": lambda market, _: f"/s/{issued(market).token}",
    "revoked stand": revoked,
}


def test_pages_have_no_violation(live: str, market: Market, visiting: Visiting) -> None:
    order = market.order(market.register(), 150_000)
    visitor = visiting()
    found = {
        name: lines
        for name, path in PAGES.items()
        if (lines := violations(visitor.open(live + path(market, order))))
    }
    assert found == {}


def test_the_merchant_s_page_has_no_violation(
    live: str, market: Market, visiting: Visiting
) -> None:
    merchant = market.register()
    pay(market, 20_000)
    assert violations(visiting().open(live + page_of(merchant))) == []


def test_the_answers_of_a_check_have_no_violation(
    live: str, market: Market, visiting: Visiting
) -> None:
    market.register()
    stand = issued(market)
    visitor = visiting()
    for pasted in (stand.payload, FOREIGN, "https://example.vn"):
        page = visitor.open(f"{live}/s/{stand.token}")
        page.get_by_text("Hoặc dán nội dung mã").click()
        page.get_by_label("Nội dung mã").fill(pasted)
        page.get_by_role("button", name="Kiểm tra").click()
        page.locator("#verdict").wait_for()
        assert violations(page) == []


def test_a_page_that_is_wrong_is_found(live: str, visiting: Visiting) -> None:
    page = visiting().open(f"{live}/s")
    page.evaluate("document.querySelector('label').remove()")
    page.evaluate("document.querySelector('input').removeAttribute('placeholder')")
    assert any(": label:" in line for line in violations(page))
