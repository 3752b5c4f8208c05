"""A seller is taken into the register in a real browser, 360 pixels wide, from the first word to
the first money: photo of the own QR, the officer's word, the owner's phone, a signed webhook.

``--pictures docs/pictures`` writes the pictures of the documentation on the way.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import FilePayload, Page, expect

from cashless.clock import now
from cashless.commands.screenshots import shoot
from cashless.db.engine import transaction
from cashless.vietqr.payload import Transfer, encode
from merchants import places
from tests.cashless.web.conftest import Visiting
from tests.cashless.web.photos import photo
from tests.cashless.web.test_people_in_chromium import WORDS, comes_as, enter, violations
from tests.market import Connected, Market, credit
from tests.merchants.registering import NUMBER
from tests.people import Crowd, crowd

__all__ = ["crowd"]

pytestmark = pytest.mark.browser

OWN_QR = photo(encode(Transfer(bin="970405", account=NUMBER)))
TAPS_MOST, FIELDS_MOST = 14, 4


@dataclass
class Thumb:
    """A thumb on a phone: taps and types, and counts both."""

    page: Page
    taps: int = 0
    fields: int = 0
    found: dict[str, list[str]] = field(default_factory=dict)

    def tap(self, role: str, name: str) -> None:
        """Tap something, by its role and name."""
        self.page.get_by_role(role, name=name).first.click()  # type: ignore[arg-type]  a role
        self.taps += 1

    def type(self, label: str, words: str) -> None:
        """Fill a field."""
        self.page.get_by_label(label).fill(words)
        self.fields += 1


@pytest.fixture
def album(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Page, str], None]:
    """Save a picture of a step as wide as a phone, where pictures are wanted."""
    folder = request.config.getoption("--pictures") or tmp_path

    def save(page: Page, name: str) -> None:
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 360, "height": 640})
        height = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": 360, "height": height})
        assert shoot(page, folder / f"{name}.png").exists()

    return save


def deliver(live: str, connected: Connected, amount: int) -> int:
    """Post what the bank says of a payment to the real door, signed; return the status."""
    said = credit("agribank", 4711, amount=amount, account=NUMBER, occurred_at=now())
    call = connected.sign(said)
    to = f"{live}/webhooks/{connected.token}"
    request = Request(to, call.body, dict(call.headers), method="POST")  # noqa: S310  our own server
    with urlopen(request, timeout=10) as answer:  # noqa: S310  our own server
        return int(answer.status)


def stalls(crowd: Crowd) -> None:
    """Two free stalls beside the one that is held."""
    with transaction(crowd.market.engine) as db:
        for order, code in enumerate(("RS-01", "RS-02", "RS-03"), start=1):
            places.stall(db, "RS", code, order)
    crowd.market.rows("UPDATE place SET name = 'Chợ Rạch Sỏi' WHERE code = 'RS' RETURNING code")
    crowd.add("Chú Hùng", "board", "RS")


def test_a_seller_walks_from_the_first_word_to_the_first_money(
    live: str,
    crowd: Crowd,
    market: Market,
    visiting: Visiting,
    album: Callable[[Page, str], None],
) -> None:
    stalls(crowd)
    bank = market.connect("agribank")
    officer = visiting()
    comes_as(officer, crowd, live, "Chú Hùng")
    page = officer.open(f"{live}/office/RS/onboarding")
    thumb = Thumb(page)
    found = {"list": violations(page)}

    thumb.tap("link", "Người bán mới")
    thumb.type("Họ và tên", "Nguyễn Thị Bảy")
    thumb.type("Số điện thoại của người bán", "0977 123 456")
    thumb.tap("checkbox", "Tôi đồng ý cho ban quản lý")
    found["who"] = violations(page)
    album(page, "onboarding-1")
    thumb.tap("button", "Lưu, tiếp tục")

    page.get_by_label("Sạp, theo thứ tự").select_option("RS-02")
    thumb.taps += 2
    thumb.tap("radio", "Thủy hải sản")
    found["where"] = violations(page)
    album(page, "onboarding-2")
    thumb.tap("button", "Lưu, tiếp tục")

    page.locator("#photo").set_input_files(
        FilePayload(name="IMG_1.png", mimeType="image/png", buffer=OWN_QR)
    )
    thumb.taps += 2
    thumb.type("Tên chủ tài khoản", "NGUYEN THI BAY")
    found["account"] = violations(page)
    album(page, "onboarding-3")
    thumb.tap("button", "Lưu, tiếp tục")

    expect(page.get_by_text("trùng tên")).to_be_visible()
    found["confirm"] = violations(page)
    album(page, "onboarding-4")
    thumb.tap("button", "Xác nhận")
    address = page.locator(".address").inner_text()
    thumb.tap("link", "Xong")
    expect(page.get_by_role("heading", name="Trả thử 1.000")).to_be_visible()
    found["prove"] = violations(page)

    owner = visiting().open(address.replace("http://127.0.0.1:8080", live))
    owner.get_by_label("Mật khẩu mới").fill(WORDS)
    owner.get_by_role("button", name="Đặt mật khẩu").click()
    enter(owner, live, "0977123456", WORDS)
    owner.get_by_role("link", name="Chủ sạp").click()
    owner.get_by_role("link", name="Thử tiền và loa").click()
    owner.get_by_role("button", name="Bật loa").click()

    assert deliver(live, bank, 1_000) == 200
    market.settle()
    for screen in (page, owner):
        expect(screen.locator("[data-proof].done")).to_have_count(3, timeout=20_000)
    expect(owner.locator("[data-said]")).to_contain_text("Đã nhận một")
    found["proven"] = violations(owner)
    album(page, "onboarding-5")
    owner.get_by_role("button", name="Nghe rồi").click()
    expect(owner.get_by_role("heading", name="Đang bán")).to_be_visible()
    expect(page.get_by_role("heading", name="Đang bán")).to_be_visible(timeout=40_000)
    found["live"] = violations(owner)
    album(owner, "onboarding-live")

    assert {name: lines for name, lines in found.items() if lines} == {}
    assert (thumb.taps, thumb.fields) <= (TAPS_MOST, FIELDS_MOST)
    print(f"taps {thumb.taps}, fields {thumb.fields}")  # noqa: T201  the measure of the walk
