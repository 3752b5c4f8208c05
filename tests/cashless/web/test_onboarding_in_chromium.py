"""A seller comes into the register in a real browser as wide as a phone: first word, first money.

A photo of the own QR, the officer's word, the owner's phone, a signed webhook at the real door.
``--pictures docs/pictures`` writes the pictures of the documentation on the way.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
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
from tests.cashless.web.test_axe import AXE, _in_size
from tests.cashless.web.test_people_in_chromium import WORDS, comes_as, enter, violations
from tests.market import Connected, credit
from tests.merchants.registering import NUMBER
from tests.people import Crowd, crowd

__all__ = ["crowd"]

pytestmark = pytest.mark.browser

OWN_QR = photo(encode(Transfer(bin="970405", account=NUMBER)))
WHOLE = ("3", "5")
TAPS, FIELDS = 12, 3
Role = Literal["button", "checkbox", "link", "radio"]


@dataclass
class Thumb:
    """A thumb on a phone: taps and types, counts both, and stops to look at each page."""

    page: Page
    pictures: Path | None
    taps: int = 0
    fields: int = 0
    found: dict[str, list[str]] = field(default_factory=dict)

    def tap(self, role: Role, name: str) -> None:
        """Tap something, by its role and name."""
        self.page.get_by_role(role, name=name).first.click()
        self.taps += 1

    def type(self, label: str, words: str) -> None:
        """Fill a field."""
        self.page.get_by_label(label).fill(words)
        self.fields += 1

    def look(self, name: str) -> None:
        """Let axe look at the page, at some also wide and dark; take its picture if wanted."""
        lines = violations(self.page) if name in WHOLE else phone_violations(self.page)
        if lines:
            self.found[name] = lines
        if self.pictures is None:
            return
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size({"width": 360, "height": 640})
        height = self.page.evaluate("document.documentElement.scrollHeight")
        self.page.set_viewport_size({"width": 360, "height": height})
        shoot(self.page, self.pictures / f"onboarding-{name}.png")


def phone_violations(page: Page) -> list[str]:
    """Run axe as wide as a phone, in the light."""
    page.evaluate(AXE)
    return _in_size(page, 360, "light")


@pytest.fixture
def pictures(request: pytest.FixtureRequest) -> Path | None:
    """Folder for pictures of the walk, if they are wanted."""
    wanted: Path | None = request.config.getoption("--pictures")
    return wanted


def deliver(live: str, connected: Connected, amount: int) -> int:
    """Post what the bank says of a payment to the real door, signed; return the status."""
    said = credit("agribank", 4711, amount=amount, account=NUMBER, occurred_at=now())
    call = connected.sign(said)
    to = f"{live}/webhooks/{connected.token}"
    request = Request(to, call.body, dict(call.headers), method="POST")  # noqa: S310  our own server
    with urlopen(request, timeout=10) as answer:  # noqa: S310  our own server
        return int(answer.status)


def stalls(crowd: Crowd) -> None:
    """Two free stalls beside the one that is held, and an officer with a name."""
    with transaction(crowd.market.engine) as db:
        for order, code in enumerate(("RS-01", "RS-02", "RS-03"), start=1):
            places.stall(db, "RS", code, order)
    crowd.market.rows("UPDATE place SET name = 'Chợ Rạch Sỏi' WHERE code = 'RS' RETURNING code")
    crowd.add("Chú Hùng", "board", "RS")


def says_who(thumb: Thumb) -> None:
    thumb.tap("link", "Người bán mới")
    thumb.type("Họ và tên", "Nguyễn Thị Bảy")
    thumb.type("Số điện thoại của người bán", "0977 123 456")
    thumb.tap("checkbox", "Tôi đồng ý cho ban quản lý")
    thumb.look("1")
    thumb.tap("button", "Lưu, tiếp tục")


def says_where(thumb: Thumb) -> None:
    thumb.page.get_by_label("Sạp, theo thứ tự").select_option("RS-02")
    thumb.taps += 2
    thumb.tap("radio", "Thủy hải sản")
    thumb.look("2")
    thumb.tap("button", "Lưu, tiếp tục")


def shows_the_account(thumb: Thumb) -> None:
    picture = FilePayload(name="IMG_1.png", mimeType="image/png", buffer=OWN_QR)
    thumb.page.locator("#photo").set_input_files(picture)
    thumb.taps += 2
    thumb.type("Tên chủ tài khoản", "NGUYEN THI BAY")
    thumb.look("3")
    thumb.tap("button", "Lưu, tiếp tục")


def is_confirmed(thumb: Thumb) -> str:
    """Confirm; return the address of the invitation that is handed over."""
    expect(thumb.page.get_by_text("trùng tên")).to_be_visible()
    thumb.look("4")
    thumb.tap("button", "Xác nhận")
    address = thumb.page.locator(".address").inner_text()
    thumb.tap("link", "Xong")
    expect(thumb.page.get_by_role("heading", name="Trả thử 1.000")).to_be_visible()
    return address


def comes_with_the_own_phone(owner: Page, live: str, address: str) -> None:
    owner.goto(address.replace("http://127.0.0.1:8080", live))
    owner.get_by_label("Mật khẩu mới").fill(WORDS)
    owner.get_by_role("button", name="Đặt mật khẩu").click()
    enter(owner, live, "0977123456", WORDS)
    owner.get_by_role("link", name="Chủ sạp").click()
    owner.get_by_role("link", name="Thử tiền và loa").click()
    owner.get_by_role("button", name="Bật loa").click()


def test_a_seller_walks_from_the_first_word_to_the_first_money(
    live: str, crowd: Crowd, visiting: Visiting, pictures: Path | None
) -> None:
    stalls(crowd)
    bank, officer, phone = crowd.market.connect("agribank"), visiting(), visiting()
    comes_as(officer, crowd, live, "Chú Hùng")
    thumb = Thumb(officer.open(f"{live}/office/RS/onboarding"), pictures)
    for step in (says_who, says_where, shows_the_account):
        step(thumb)
    address = is_confirmed(thumb)
    owner = Thumb(phone.open(live), pictures)
    comes_with_the_own_phone(owner.page, live, address)
    assert deliver(live, bank, 1_000) == 200
    crowd.market.settle()
    for screen in (thumb.page, owner.page):
        expect(screen.locator("[data-proof].done")).to_have_count(3, timeout=20_000)
    expect(owner.page.locator("[data-said]")).to_contain_text("Đã nhận một")
    owner.look("5")
    owner.page.get_by_role("button", name="Nghe rồi").click()
    expect(owner.page.get_by_role("heading", name="Đang bán")).to_be_visible()
    thumb.page.reload()
    expect(thumb.page.get_by_role("heading", name="Đang bán")).to_be_visible()
    owner.look("live")
    print(f"taps {thumb.taps}, fields {thumb.fields}")  # noqa: T201  the measure of the walk
    assert (thumb.taps, thumb.fields) == (TAPS, FIELDS)
    assert thumb.found | owner.found == {}
