"""The pages in a real browser: they turn by themselves, speak once, and call nobody else.

The server here has no live feeds, so what is tested is the way for the worst case: asking again.
"""

import io
import re

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from cashless.db.engine import transaction
from merchants.orders import static_payload
from tests.cashless.web.conftest import Visiting, page_of, pay
from tests.market import Market

pytestmark = pytest.mark.browser

# Stands in for the device's voice, and keeps what it was asked to say.
EAR = """
window.said = [];
window.SpeechSynthesisUtterance = function (text) { this.text = text; };
Object.defineProperty(window, "speechSynthesis", { value: {
  getVoices: () => [{ lang: "vi-VN" }],
  speak: (spoken) => window.said.push(spoken.text),
  cancel: () => {},
} });
"""


def codes(page: Page) -> list[str]:
    """Read every QR code in a picture of the whole page."""
    picture = Image.open(io.BytesIO(page.screenshot(full_page=True)))
    return [found.text for found in zxingcpp.read_barcodes(picture)]


def wait_for_words(page: Page, count: int) -> list[str]:
    """Wait until that many sentences were said, and return them."""
    for _ in range(100):
        said = list(page.evaluate("window.said"))
        if len(said) >= count:
            return said
        page.wait_for_timeout(100)
    pytest.fail(f"not said: {said}")


def test_an_order_turns_to_paid_by_itself(live: str, market: Market, visiting: Visiting) -> None:
    order = market.order(market.register(), 150_000)
    page = visiting().open(f"{live}/p/{order.code}")
    expect(page.locator("[data-left]")).to_contain_text("14:")
    pay(market, 100_000, order)
    expect(page.get_by_role("heading", name="Còn thiếu 50.000 đ")).to_be_visible()
    pay(market, 50_000, order)
    expect(page.get_by_role("heading", name="ĐÃ NHẬN")).to_be_visible()
    assert page.title().startswith("ĐÃ NHẬN")
    assert page.locator(".code-box").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_code_on_the_screen_is_the_order_s(
    live: str, market: Market, visiting: Visiting, scheme: str
) -> None:
    order = market.order(market.register(), 150_000)
    page = visiting(color_scheme=scheme).open(f"{live}/p/{order.code}")
    assert codes(page) == [order.payload]


def test_the_code_for_the_rest_asks_for_the_rest(
    live: str, market: Market, visiting: Visiting
) -> None:
    order = market.order(market.register(), 150_000)
    pay(market, 100_000, order)
    (payload,) = codes(visiting().open(f"{live}/p/{order.code}"))
    assert "540550000" in payload
    assert order.code in payload


def test_the_order_page_serves_without_scripts(
    live: str, market: Market, visiting: Visiting
) -> None:
    order = market.order(market.register(), 150_000)
    page = visiting(java_script_enabled=False).open(f"{live}/p/{order.code}")
    assert codes(page) == [order.payload]
    assert page.get_by_role("button").count() == 0


def test_a_number_can_be_copied(live: str, market: Market, visiting: Visiting) -> None:
    order = market.order(market.register(), 150_000)
    visitor = visiting(permissions=["clipboard-read", "clipboard-write"])
    page = visitor.open(f"{live}/p/{order.code}")
    page.get_by_role("button", name="Chép").first.click()
    expect(page.get_by_role("button", name="Đã chép ✓")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == order.number


def test_an_expired_code_goes_away_by_itself(live: str, market: Market, visiting: Visiting) -> None:
    order = market.order(market.register(), 150_000, minutes=1)
    with transaction(market.engine) as db:
        db.exec_driver_sql("UPDATE \"order\" SET expires_at = now() + interval '3 seconds'")
    page = visiting().open(f"{live}/p/{order.code}")
    expect(page.locator(".code-box")).to_be_visible()
    expect(page.get_by_role("heading", name="Mã đã hết hạn")).to_be_visible(timeout=10_000)


def test_a_new_payment_appears_and_is_said_once(
    live: str, market: Market, visiting: Visiting
) -> None:
    merchant = market.register()
    pay(market, 20_000)
    visitor = visiting()
    visitor.context.add_init_script(EAR)
    page = visitor.open(live + page_of(merchant))
    page.get_by_role("button", name="Bật loa").click()
    other = visitor.open(live + page_of(merchant))
    other.get_by_role("button", name="Bật loa").click()
    pay(market, 105_000)
    for one in (page, other):
        expect(one.locator("[data-list] li").first).to_contain_text("105.000 đ")
        expect(one.locator("[data-amount]")).to_have_text("125.000 đ")
        expect(one.locator("[data-count]")).to_have_text("2")
    page.wait_for_timeout(1_000)
    said = [*page.evaluate("window.said"), *other.evaluate("window.said")]
    assert said == ["Đã nhận một trăm lẻ năm ngàn đồng"]


def test_the_northern_voice_and_the_alarm_for_tiny_amounts(
    live: str, market: Market, visiting: Visiting
) -> None:
    merchant = market.register()
    visitor = visiting()
    visitor.context.add_init_script(EAR)
    page = visitor.open(live + page_of(merchant))
    page.get_by_text("Bắc").click()
    page.get_by_role("button", name="Bật loa").click()
    pay(market, 200)
    assert wait_for_words(page, 1) == ["Chú ý, chỉ nhận hai trăm đồng"]
    expect(page.locator("li.tiny em")).to_be_visible()
    pay(market, 105_000)
    assert wait_for_words(page, 2)[1] == "Đã nhận một trăm linh năm nghìn đồng"
    page.get_by_role("button", name="Nghe lại").click()
    assert wait_for_words(page, 3)[2] == "Đã nhận một trăm linh năm nghìn đồng"


def test_after_a_gap_one_sentence_sums_up(live: str, market: Market, visiting: Visiting) -> None:
    merchant = market.register()
    visitor = visiting()
    visitor.context.add_init_script(EAR)
    page = visitor.open(live + page_of(merchant))
    page.get_by_role("button", name="Bật loa").click()
    page.close()
    for amount in (10_000, 20_000, 30_000, 40_000):
        pay(market, amount)
    page = visitor.open(live + page_of(merchant))
    page.get_by_role("button", name="Bật loa").click()
    assert wait_for_words(page, 1) == ["Có 4 khoản mới, tổng cộng 100.000 đồng"]


def test_a_device_that_never_listened_does_not_recite_the_morning(
    live: str, market: Market, visiting: Visiting
) -> None:
    merchant = market.register()
    pay(market, 10_000)
    visitor = visiting()
    visitor.context.add_init_script(EAR)
    page = visitor.open(live + page_of(merchant))
    page.get_by_role("button", name="Bật loa").click()
    expect(page.get_by_role("button", name="Loa đang bật")).to_be_visible()
    page.wait_for_timeout(1_000)
    assert page.evaluate("window.said") == []


def test_a_page_left_open_over_midnight_begins_a_new_day(
    live: str, market: Market, visiting: Visiting
) -> None:
    merchant = market.register()
    pay(market, 20_000)
    page = visiting().open(live + page_of(merchant))
    page.evaluate("""() => {
      document.querySelector("main").dataset.date = "2026-01-01";
      document.querySelector("li").dataset.date = "2026-01-01";
    }""")
    pay(market, 30_000)
    expect(page.locator("[data-list] li")).to_have_text([re.compile("30.000")])


def test_two_taps_lead_to_a_code(live: str, market: Market, visiting: Visiting) -> None:
    merchant = market.register()
    page = visiting().open(live + page_of(merchant))
    page.get_by_role("link", name="Tạo mã cho khách").click()
    page.get_by_role("button", name="50.000", exact=True).click()
    expect(page.get_by_text("Năm mươi nghìn đồng")).to_be_visible()
    assert market.rows('SELECT amount FROM "order"') == [(50_000,)]


def test_the_keypad_types_groups_of_three(live: str, market: Market, visiting: Visiting) -> None:
    page = visiting().open(live + page_of(market.register()))
    for key in ("0", "1", "2", "5", "000", "7", "⌫"):
        page.locator("[data-keys] button", has_text=key).filter(has_text=key).last.click()
    expect(page.locator("[name=amount]")).to_have_value("125.000")


def test_the_merchant_s_own_code_is_on_the_page(
    live: str, market: Market, visiting: Visiting
) -> None:
    merchant = market.register()
    with transaction(market.engine) as db:
        payload = static_payload(db, merchant.code)
    assert codes(visiting(1280).open(live + page_of(merchant))) == [payload]


_WIDER = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll('*')]
    .filter(e => e.getBoundingClientRect().right > innerWidth + 0.5)
    .map(e => `${e.tagName}.${e.className} ${Math.round(e.getBoundingClientRect().right)}`)"""


def test_no_page_scrolls_sideways(live: str, market: Market, visiting: Visiting) -> None:
    merchant = market.register("Chị Tư bán cá lóc, cá rô, cá trê và tôm càng xanh " * 2)
    pay(market, 499_999_999)
    order = market.order(merchant, 499_999_999)
    visitor = visiting()
    for path in ("/", "/city", page_of(merchant), f"/p/{order.code}"):
        page = visitor.open(live + path)
        for width in (320, 360, 1280):
            page.set_viewport_size({"width": width, "height": 640})
            assert (path, width, page.evaluate(_WIDER)) == (path, width, [])
        page.close()


def test_buttons_of_the_merchant_are_large_enough_for_gloves(
    live: str, market: Market, visiting: Visiting
) -> None:
    page = visiting().open(live + page_of(market.register()))
    boxes = [one.bounding_box() for one in page.get_by_role("button").all()]
    assert boxes
    assert all(box and min(box["width"], box["height"]) >= 48 for box in boxes)
