"""The pages of who is signed in, in a real browser: as wide as a phone, without a violation."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from cashless.access import grants, invitations, totp
from cashless.access.grants import Wish
from cashless.clock import now
from cashless.db.engine import transaction
from cashless.ids import ALPHABET
from tests.cashless.web.conftest import Visiting, Visitor
from tests.cashless.web.test_axe import AXE, _in_size
from tests.cashless.web.visitors import COOKIE
from tests.market import KEY, credit
from tests.people import PASSWORD, Crowd, crowd, pay
from webhooks import four_eyes
from webhooks.proposals import Wish as Asked

__all__ = ["crowd"]

pytestmark = pytest.mark.browser

WORDS = "cá lóc kho tộ buổi sớm"


def violations(page: Page) -> list[str]:
    """Run axe as wide as a phone in light and as wide as a desk in dark."""
    page.evaluate(AXE)
    return [*_in_size(page, 360, "light"), *_in_size(page, 1280, "dark")]


def comes_as(visitor: Visitor, crowd: Crowd, live: str, role: str) -> None:
    """Give the browser the device of somebody."""
    visitor.context.clear_cookies()
    visitor.context.add_cookies([{"name": COOKIE, "value": crowd.sign_in(role), "url": live}])


def waiting(crowd: Crowd) -> None:
    """Let a recovery wait at the office, and an owner have helpers and looks."""
    with transaction(crowd.market.engine) as db:
        invitations.open_recovery(db, crowd.everybody["owner"].id, "PFIRST", "mất điện thoại")


def at_the_desk(crowd: Crowd) -> int:
    """Let a payment wait with suggestions, one that was told twice, and a proposal; return it."""
    market, own = crowd.market, crowd.merchants["own"]
    code = market.order(own, 120_000).code
    other = next(sign for sign in ALPHABET if sign not in code)
    damaged = f"{code[:5]}{other}{code[6:]}"
    near = credit("agribank", 71, amount=120_000, memo=f"MUA CA {damaged} CT DEN TU 0123456789")
    market.hear("agribank", near, credit("agribank", 72, amount=7_500_000, account="7704205001235"))
    market.hear("agribank", credit("agribank", 1, amount=34_000, memo="tien ca"))
    market.settle()
    rows = market.rows("SELECT id FROM payment WHERE provider_txn_id IN ('71', '72') ORDER BY id")
    with transaction(market.engine) as db:
        wish = Asked("assign", "chị Tư đưa sao kê", rows[1][0], own.code)
        four_eyes.ask(db, wish, "P2345678", 5_000_000)
    return int(rows[0][0])


Way = tuple[str, Callable[[Crowd], str]]
PAGES: dict[str, Way] = {
    "me": ("owner", lambda _: "/me"),
    "officer's own": ("auditor", lambda _: "/me"),
    "prove": ("board", lambda _: "/me/prove"),
    "stall of the owner": ("owner", lambda c: f"/my/{c.merchants['own'].code}"),
    "stall for the helper": ("helper", lambda c: f"/my/{c.merchants['own'].code}"),
    "helpers": ("owner", lambda c: f"/my/{c.merchants['own'].code}/helpers"),
    "privacy": ("owner", lambda c: f"/my/{c.merchants['own'].code}/privacy"),
    "office": ("board", lambda _: "/office/RS"),
    "partner": ("partner", lambda _: "/partner/agribank"),
    "ward": ("ward", lambda _: "/area/30742"),
    "wards": ("city", lambda _: "/area"),
    "people": ("operator", lambda _: "/people"),
    "payment at the desk": ("clerk", lambda c: f"/desk/payments/{at_the_desk(c)}"),
    "desk": ("clerk", lambda _: "/desk"),
    "desk of the auditor": ("auditor", lambda _: "/desk?reason=account_unknown"),
}


def test_the_pages_have_no_violation(live: str, crowd: Crowd, visiting: Visiting) -> None:
    pay(crowd)
    waiting(crowd)
    visitor, found = visiting(), {}
    for name, (role, path) in PAGES.items():
        comes_as(visitor, crowd, live, role)
        page = visitor.open(live + path(crowd))
        found[name] = violations(page)
        page.close()
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_the_pages_before_the_door_have_no_violation(
    live: str, crowd: Crowd, visiting: Visiting
) -> None:
    with transaction(crowd.market.engine) as db:
        token = invitations.invite(db, crowd.everybody["board"].id, "chú Hùng", "lần đầu")
    visitor = visiting()
    for path in ("/sign-in", f"/invitation/{token}"):
        assert violations(visitor.open(live + path)) == []


def enter(page: Page, live: str, contact: str, password: str, code: str = "") -> None:
    """Sign in over the form."""
    page.goto(f"{live}/sign-in")
    page.get_by_label("Số điện thoại").fill(contact)
    page.get_by_label("Mật khẩu").fill(password)
    page.get_by_label("Mã 6 số").fill(code)
    page.get_by_role("button", name="Đăng nhập").click()


def test_the_daughter_helps_for_a_day_and_sees_no_sum(
    live: str, crowd: Crowd, visiting: Visiting
) -> None:
    """Chị Tư lets her daughter help: an invitation, a password, a code for a shopper, and out."""
    pay(crowd)
    mother = visiting().open(live)
    enter(mother, live, crowd.number_of("owner"), PASSWORD)
    mother.get_by_role("link", name="Chủ sạp").click()
    expect(mother.locator(".amount")).to_have_text(re.compile("44.444"))
    mother.get_by_role("link", name="Người phụ bán").click()
    mother.get_by_label("Tên").fill("Bé Hai")
    mother.get_by_label("Số điện thoại").fill("0977 777 777")
    mother.get_by_role("button", name="Cho phụ đến nửa đêm").click()
    address = mother.locator(".address").inner_text()
    daughter = visiting().open(address.replace("http://127.0.0.1:8080", live))
    daughter.get_by_label("Mật khẩu mới").fill(WORDS)
    daughter.get_by_role("button", name="Đặt mật khẩu").click()
    enter(daughter, live, "0977777777", WORDS)
    daughter.get_by_role("link", name="Phụ bán").click()
    expect(daughter.get_by_text("33.333")).to_be_visible()
    assert "44.444" not in daughter.content()
    daughter.get_by_label("Số tiền").fill("20000")
    daughter.get_by_role("button", name="Tạo mã QR").click()
    expect(daughter.get_by_text("Hai mươi nghìn đồng")).to_be_visible()
    mother.get_by_role("link", name="Xong").click()
    mother.get_by_role("listitem").filter(has_text="Bé Hai").get_by_role("button").click()
    expect(mother.get_by_text("Bé Hai")).to_have_count(0)
    daughter.goto(f"{live}/me")
    expect(daughter.get_by_text("Bạn chưa có vai trò nào")).to_be_visible()


def test_two_officers_let_in_who_lost_the_phone(
    live: str, crowd: Crowd, visiting: Visiting
) -> None:
    """One officer alone cannot: the first opens, the second approves and hands the letter over."""
    crowd.add("second", "board", "RS")
    lost = crowd.sign_in("owner")
    first, second = visiting(), visiting()
    comes_as(first, crowd, live, "board")
    office = first.open(f"{live}/office/RS")
    office.get_by_label("Số điện thoại").fill(crowd.number_of("owner"))
    office.get_by_label("Lý do").fill("mất điện thoại, đã xem căn cước")
    office.get_by_role("button", name="Mở yêu cầu").click()
    expect(office.get_by_text("owner · cấp lại đăng nhập")).to_be_visible()
    expect(office.get_by_role("button", name="Duyệt")).to_have_count(0)
    comes_as(second, crowd, live, "second")
    other = second.open(f"{live}/office/RS")
    other.get_by_role("button", name="Duyệt").click()
    address = other.locator(".address").inner_text()
    owner = visiting().open(address.replace("http://127.0.0.1:8080", live))
    owner.get_by_label("Mật khẩu mới").fill(WORDS)
    owner.get_by_role("button", name="Đặt mật khẩu").click()
    enter(owner, live, crowd.number_of("owner"), WORDS)
    expect(owner.get_by_role("heading", name="owner")).to_be_visible()
    thief = visiting()
    thief.context.add_cookies([{"name": COOKIE, "value": lost, "url": live}])
    expect(thief.open(f"{live}/me").get_by_role("button", name="Đăng nhập")).to_be_visible()


def test_an_officer_scans_the_app_s_code_at_the_first_visit(
    live: str, crowd: Crowd, visiting: Visiting
) -> None:
    with transaction(crowd.market.engine) as db:
        person = crowd.everybody["owner"].id
        grants.add(db, person, Wish("auditor", "chú Hùng", "được giao"))
        token = invitations.invite(db, person, "chú Hùng", "vai trò mới")
    page = visiting().open(f"{live}/invitation/{token}")
    secret = totp.secret(KEY, token)
    expect(page.get_by_text(totp.written(secret))).to_be_visible()
    page.get_by_label("Mật khẩu mới").fill(WORDS)
    page.get_by_label("Mã 6 số").fill(totp.code(secret, totp.step_at(now())))
    page.get_by_role("button", name="Đặt mật khẩu").click()
    code = totp.code(secret, totp.step_at(now()) + 1)
    enter(page, live, crowd.number_of("owner"), WORDS, code)
    expect(page.get_by_role("link", name="Kiểm toán")).to_be_visible()


def test_a_large_payment_needs_two_clerks(live: str, crowd: Crowd, visiting: Visiting) -> None:
    """The first proposes and cannot approve; the second approves; the merchant's book has it."""
    number = at_the_desk(crowd)
    crowd.add("second", "clerk")
    code = crowd.merchants["own"].code
    first, second = visiting(), visiting()
    comes_as(first, crowd, live, "clerk")
    page = first.open(f"{live}/desk")
    page.get_by_role("link", name=f"khoản {number}").click()
    expect(page.get_by_text("sai một ký tự")).to_be_visible()
    page.get_by_label("Mã người bán").fill(code)
    page.get_by_label("Lý do").first.fill("đúng giờ, đúng số tiền")
    page.get_by_role("button", name="Gán").click()
    expect(page.get_by_text(f"Đã là của {code}")).to_be_visible()
    expect(page.get_by_role("button", name="Hoàn tác")).to_be_visible()
    comes_as(second, crowd, live, "second")
    desk = second.open(f"{live}/desk")
    desk.get_by_label("Lý do").first.fill("đã gọi người bán")
    desk.get_by_role("button", name="Duyệt").click()
    expect(desk.get_by_text("Chờ người thứ hai duyệt")).to_have_count(0)
    assert crowd.market.balances(code)["Income:Sales"] == -7_620_000
