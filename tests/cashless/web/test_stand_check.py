"""Every kind of photo and text that the page of a stand is shown, and what it answers."""

import io
import tempfile
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from PIL import Image

from cashless.app import create_app
from cashless.settings import Settings
from cashless.vietqr.payload import Transfer, encode
from cashless.vietqr.seal import sealed
from cashless.web import stand_face
from cashless.web import stands as stands_page
from merchants import genuine
from merchants.stands import Stand
from tests.cashless.web.hanging import pasted, said, seen, shown, title, withdrawn
from tests.cashless.web.photos import bomb, pasted_over, photo, saved
from tests.market import KEY, Market

FOREIGN = encode(Transfer(bin="970436", account="1019876543210", amount=150_000))
VNPAY = sealed("00020101021126280010A0000007750110000000001253037045802VN5905CHUNG6007RACHGIA")


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_the_stall_s_own_code_is_recognised(client: FlaskClient, stand: Stand, form: str) -> None:
    answer = shown(client, stand, photo(stand.payload, form=form))
    assert answer.status_code == 200
    assert title(answer) == "ĐÚNG MÃ CỦA SẠP"


def test_a_pasted_over_code_is_found_and_told_in_plain_words(
    client: FlaskClient, stand: Stand
) -> None:
    answer = shown(client, stand, pasted_over(stand.payload, FOREIGN), "photo.jpg")
    assert title(answer) == "KHÔNG PHẢI MÃ CỦA SẠP NÀY"
    page = said(answer)
    assert "Đừng trả tiền, hãy báo người bán" in page
    assert "Mã đúng có trên trang này" in page
    for wanted in ("<b>Vietcombank</b>", "<b>•••• 3210</b>", "<b>150.000 đ</b>", "<b>để trống</b>"):
        assert wanted in page
    assert FOREIGN not in page
    assert "1019876543210" not in page


def test_two_codes_in_one_photo_are_told(client: FlaskClient, stand: Stand) -> None:
    assert title(shown(client, stand, photo(stand.payload, FOREIGN))) == (
        "CÓ MÃ LẠ BÊN CẠNH MÃ CỦA SẠP"
    )
    assert title(shown(client, stand, photo(FOREIGN, VNPAY))) == "KHÔNG PHẢI MÃ CỦA SẠP NÀY"
    assert title(shown(client, stand, photo(stand.payload, stand.payload))) == "ĐÚNG MÃ CỦA SẠP"


def test_a_photo_without_a_code_asks_for_another(client: FlaskClient, stand: Stand) -> None:
    assert title(shown(client, stand, photo())) == "Không thấy mã nào trong ảnh"


def test_our_code_light_on_dark_is_told(client: FlaskClient, stand: Stand) -> None:
    answer = shown(client, stand, photo(stand.payload, inverted=True))
    assert title(answer) == "Đúng tài khoản, nhưng không phải mã của bảng này"
    assert "sáng trên nền tối" in said(answer)


@pytest.mark.parametrize(
    ("code", "headline", "more"),
    [
        (FOREIGN, "KHÔNG PHẢI MÃ CỦA SẠP NÀY", "Vietcombank"),
        (VNPAY, "Không phải mã VietQR", "VNPAY-QR"),
        ("https://example.vn/trung-thuong", "Không phải mã thanh toán", "Đừng mở nó"),
        (FOREIGN[:-1] + "0", "Mã bị hỏng hoặc đã bị sửa", "lau khô"),
    ],
)
def test_every_other_code_has_its_words_scanned_or_pasted(
    client: FlaskClient, stand: Stand, code: str, headline: str, more: str
) -> None:
    for answer in (pasted(client, stand, code), shown(client, stand, photo(code))):
        assert title(answer) == headline
        assert more in said(answer)
        assert "trung-thuong" not in said(answer)


def test_the_same_account_with_an_amount_is_told_apart(client: FlaskClient, stand: Stand) -> None:
    code = encode(Transfer(bin=stand.bin, account=stand.number, terminal=stand.stall, amount=9_000))
    answer = pasted(client, stand, code)
    assert title(answer) == "Đúng tài khoản, nhưng không phải mã của bảng này"
    assert "<b>9.000 đ</b>" in said(answer)


def test_what_was_copied_with_white_space_or_in_a_link_is_unwrapped(
    client: FlaskClient, stand: Stand
) -> None:
    for wrapped in (
        f" {stand.payload}\n",
        f"mb://applink?targetPage=QRPay&qrContent={stand.payload}",
    ):
        assert title(pasted(client, stand, wrapped)) == "ĐÚNG MÃ CỦA SẠP"


def test_the_right_code_on_a_withdrawn_stand_is_still_withdrawn(
    client: FlaskClient, market: Market, stand: Stand
) -> None:
    withdrawn(market, stand)
    assert title(pasted(client, stand, stand.payload)) == "BẢNG NÀY ĐÃ THU HỒI"
    foreign = pasted(client, stand, FOREIGN)
    assert title(foreign) == "KHÔNG PHẢI MÃ CỦA SẠP NÀY"
    assert "Mã đúng có trên trang này" not in said(foreign)


@pytest.mark.parametrize(
    "text_",
    ["<script>alert(1)</script>", "'\"><img src=x>", "=1+1", "ក" * 300, "🐟" * 200, "\u202egnp"],
)
def test_what_a_stranger_wrote_is_never_repeated(
    client: FlaskClient, stand: Stand, text_: str
) -> None:
    answer = pasted(client, stand, text_)
    assert title(answer) == "Không phải mã thanh toán"
    assert text_ not in answer.get_data(as_text=True)
    assert text_ not in said(answer)


def too_many_pixels() -> bytes:
    return saved(Image.new("1", (5_000, 3_000)))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (bomb(), "điểm ảnh"),
        (too_many_pixels(), "điểm ảnh"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 5_000_000, "5 MB"),
        (b"\0" * 5_200_000, "5 MB"),
        (photo("x")[:300], "Ảnh bị hỏng"),
        (b"\xff\xd8\xff" + b"x" * 100, "Ảnh bị hỏng"),
        (b"GIF89a" + b"\0" * 50, "PNG và JPEG"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', "PNG và JPEG"),
        (b"%PDF-1.7", "PNG và JPEG"),
        (b"x", "PNG và JPEG"),
    ],
)
def test_what_is_no_small_photo_is_refused_with_a_sentence(
    client: FlaskClient, stand: Stand, data: bytes, code: str
) -> None:
    answer = shown(client, stand, data)
    assert answer.status_code == 400
    assert code in said(answer).partition('role="alert"')[2].partition("</p>")[0]
    assert stand.check_word in said(answer)


def test_an_empty_form_asks_for_something(client: FlaskClient, stand: Stand) -> None:
    for answer in (
        client.post(f"/s/{stand.token}"),
        pasted(client, stand, "  "),
        client.post(f"/s/{stand.token}", data="x", content_type="text/plain"),
        client.post(f"/s/{stand.token}", data=b"\xff", content_type="multipart/form-data"),
    ):
        assert answer.status_code == 400
        assert "Hãy chọn ảnh chụp mã" in said(answer)


def test_too_long_a_text_is_no_code_and_a_far_too_long_one_is_refused(
    client: FlaskClient, stand: Stand
) -> None:
    long = pasted(client, stand, stand.payload + "0" * 20_000)
    assert title(long) == "Không phải mã thanh toán"
    assert pasted(client, stand, "0" * 300_000).status_code == 400


def test_a_photo_is_never_written_to_a_disk(
    client: FlaskClient, stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        pytest.fail("a temporary file")

    for name in ("TemporaryFile", "SpooledTemporaryFile", "NamedTemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, refuse)
    monkeypatch.setattr("werkzeug.formparser.default_stream_factory", refuse)
    noise = Image.effect_noise((1_600, 1_200), 90)
    assert len(data := saved(noise)) > 1_000_000
    assert title(shown(client, stand, data)) == "Không thấy mã nào trong ảnh"


def test_what_a_phone_writes_into_a_photo_goes_nowhere(
    client: FlaskClient, stand: Stand, market: Market
) -> None:
    picture = Image.open(io.BytesIO(photo(stand.payload)))
    exif = Image.Exif()
    exif[0x010F] = "Marker Of Phone"
    answer = shown(client, stand, saved(picture, "JPEG", exif=exif))
    assert title(answer) == "ĐÚNG MÃ CỦA SẠP"
    assert "Marker Of Phone" not in said(answer)
    assert market.count("delivery", "payment", "match") == (0, 0, 0)


def test_one_address_cannot_have_codes_checked_without_end(
    market: Market, stand: Stand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stands_page, "_A_MINUTE", 3)
    app = create_app(market.engine, Settings(home=tmp_path, vault_key_given=KEY))
    client = app.test_client()
    answers = [pasted(client, stand, "x") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 503]
    assert answers[-1].headers["Retry-After"] == "30"
    assert "quá nhiều lượt" in said(answers[-1])
    assert seen(client, stand)


def test_every_state_and_every_verdict_has_its_words() -> None:
    kinds = {
        getattr(genuine, name)
        for name in dir(genuine)
        if name.isupper() and not name.startswith("_") and isinstance(getattr(genuine, name), str)
    }
    kinds -= {genuine.EMVCO, genuine.VIETQR}
    assert kinds == set(stand_face._VERDICTS)
    assert set(stand_face._STATES) == {"issued", "tested", "waiting", "out_of_use", "revoked"}
