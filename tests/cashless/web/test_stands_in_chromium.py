"""The page of a stand in a real browser: photos made small, and all of it without scripts too."""

import io
import re
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from cashless.app import create_app
from cashless.settings import Settings
from cashless.vietqr.payload import Transfer, encode
from merchants.stands import Stand
from tests.cashless.web.conftest import Visiting, serving
from tests.cashless.web.photos import pasted_over, photo, saved
from tests.market import KEY, Market

pytestmark = pytest.mark.browser

FOREIGN = encode(Transfer(bin="970436", account="1019876543210"))


def choose(page: Page, data: bytes, kind: str = "png") -> None:
    page.locator("#photo").set_input_files(
        FilePayload(name=f"IMG_1234.{kind}", mimeType=f"image/{kind}", buffer=data)
    )


def large(payload: str) -> bytes:
    """Return a photo of 14 megapixels and over 5 MB with the code in a corner."""
    table = Image.new("L", (4_400, 3_200), 190)
    code = Image.open(io.BytesIO(photo(payload)))
    table.paste(code.resize((code.width * 2, code.height * 2)), (200, 200))
    exif = Image.Exif()
    exif[0x010F] = "Marker Of Phone"
    # Phones append films and previews behind the end of the picture.
    return saved(table, "JPEG", exif=exif) + b"\0" * 5_000_000


def test_a_photo_too_large_to_send_is_made_small_first(
    live: str, stand: Stand, visiting: Visiting
) -> None:
    page = visiting().open(f"{live}/s/{stand.token}")
    choose(page, large(stand.payload), "jpeg")
    for _ in range(100):
        if page.evaluate("document.getElementById('photo').files[0].name") == "small.jpg":
            break
        page.wait_for_timeout(100)
    size = page.evaluate("document.getElementById('photo').files[0].size")
    bytes_ = page.evaluate(
        "async () => new TextDecoder('latin1').decode("
        "await document.getElementById('photo').files[0].arrayBuffer())"
    )
    assert size < 3_000_000
    assert "Marker Of Phone" not in bytes_
    page.get_by_role("button", name="Kiểm tra").click()
    expect(page.get_by_role("heading", name="ĐÚNG MÃ CỦA SẠP")).to_be_visible()


@pytest.mark.parametrize("scripts", ["with", "without"])
@pytest.mark.parametrize("width", [360, 1280])
def test_a_pasted_over_code_is_found(
    live: str, stand: Stand, visiting: Visiting, scripts: str, width: int
) -> None:
    visitor = visiting(width, java_script_enabled=scripts == "with")
    page = visitor.open(f"{live}/s/{stand.token}")
    choose(page, pasted_over(stand.payload, FOREIGN), "jpeg")
    page.get_by_role("button", name="Kiểm tra").click()
    expect(page.get_by_role("heading", name="KHÔNG PHẢI MÃ CỦA SẠP NÀY")).to_be_visible()
    expect(page.get_by_text("Đừng trả tiền, hãy báo người bán")).to_be_visible()


def test_the_page_serves_without_scripts(live: str, stand: Stand, visiting: Visiting) -> None:
    page = visiting(java_script_enabled=False).open(f"{live}/s")
    page.get_by_label("Bảng số").fill(stand.written.lower())
    page.get_by_role("button", name="Xem bảng").click()
    expect(page).to_have_url(re.compile(f"/s/{stand.token}$"))
    picture = Image.open(io.BytesIO(page.screenshot(full_page=True)))
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [stand.payload]
    expect(page.get_by_role("button", name="Chép")).to_have_count(0)
    page.get_by_text("Ứng dụng ngân hàng").click()
    expect(page.get_by_text("OCB OMNI")).to_be_visible()


def test_number_and_picture_can_be_taken_along(live: str, stand: Stand, visiting: Visiting) -> None:
    visitor = visiting(permissions=["clipboard-read", "clipboard-write"])
    page = visitor.open(f"{live}/s/{stand.token}")
    page.get_by_role("button", name="Chép").click()
    expect(page.get_by_role("button", name="Đã chép ✓")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == stand.number
    with page.expect_download() as download:
        page.get_by_role("link", name="Lưu ảnh mã").click()
    (found,) = zxingcpp.read_barcodes(Image.open(download.value.path()))
    assert found.text == stand.payload


def test_the_app_that_was_tapped_comes_first_the_next_time(
    market: Market, stand: Stand, visiting: Visiting, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path, vault_key_given=KEY, app_links=True)
    with serving(create_app(market.engine, settings)) as live:
        page = visiting().open(f"{live}/s/{stand.token}")
        page.evaluate(
            "addEventListener('click', (e) => { if (e.target.matches('a')) e.preventDefault(); })"
        )
        page.get_by_text("Ứng dụng ngân hàng").click()
        page.get_by_role("link", name="VCB Digibank").click()
        page.reload()
        expect(page.locator("[data-apps] a").first).to_have_text("VCB Digibank")
