"""The office's five pages without scripts: mistakes stand beside their field, nothing is lost."""

import re

from flask import Flask

from cashless.db.engine import transaction
from cashless.vietqr.payload import Transfer, encode
from merchants import onboarding
from tests.cashless.web.desk import OTHER, OWN, at, held, office, officer, show, told
from tests.cashless.web.photos import bomb, photo
from tests.cashless.web.visitors import SignedIn, signed_in
from tests.merchants.registering import NUMBER, Office, typed
from tests.people import Crowd, crowd

__all__ = ["crowd", "office", "officer"]


def test_each_page_leads_to_the_next_and_an_officer_on_another_device_goes_on(
    app: Flask, crowd: Crowd, officer: SignedIn, office: Office
) -> None:
    first = officer.post("/office/RS/onboarding/new", **typed("who"))
    office.number = int(first.location.split("/")[4])
    assert first.location == at(office, "where")
    crowd.add("second", "board", "RS")
    other = signed_in(app, crowd.sign_in("second"))
    assert "Nguyễn Thị Bảy" in told(other.get("/office/RS/onboarding"))
    second = other.post(
        at(office, "where"), **typed("where", stall="RS-02", new_stall="y"), seen="1"
    )
    assert second.location == at(office, "account")
    third = show(other, at(office, "account"), photo(OWN), holder="NGUYEN THI BAY", seen="2")
    assert third.location == at(office, "confirm")
    page = told(officer.get(at(office, "confirm")))
    assert "✓ trùng tên" in page
    assert "Agribank chưa nối với hệ thống" in page
    letter = officer.post(at(office, "confirm"))
    assert "/invitation/" in letter.text
    waits = told(officer.get(at(office, "prove")))
    assert "Trả thử 1.000" in waits.replace("\u00a0", " ")
    assert "Agribank chưa nối với hệ thống nên không báo tiền về" in waits
    with transaction(crowd.market.engine) as db:
        trail = [(t.step, t.who) for t in onboarding.trail(db, office.find())]
    codes = {name: crowd.everybody[name].code for name in ("board", "second")}
    assert trail == [
        ("who", codes["board"]),
        ("where", codes["second"]),
        ("account", codes["second"]),
        ("confirmed", codes["board"]),
    ]


def test_a_mistake_keeps_what_was_typed_and_stands_beside_its_field(officer: SignedIn) -> None:
    fields = typed("who", phone="12345", id_card="12", stall_name="Cá <b>Bảy</b>")
    answer = officer.post("/office/RS/onboarding/new", **fields)
    assert answer.status_code == 400
    for name in ("name", "phone", "id_card", "stall_name"):
        assert held(answer, name) == fields[name]
    assert re.search(r'id="phone-wrong" role="alert">Hãy viết số điện thoại', answer.text)
    assert 'id="id_card-wrong"' in answer.text
    assert re.search(r'value="household" required checked', answer.text)
    assert officer.get("/office/RS/onboarding/1/who").status_code == 404


def test_without_the_consent_nothing_is_kept(officer: SignedIn, crowd: Crowd) -> None:
    answer = officer.post("/office/RS/onboarding/new", **typed("who", registration=""))
    assert "Không có đồng ý này" in told(answer)
    assert crowd.market.count("registration") == (0,)


WRONG_PHOTOS = {
    "two codes": (photo(OWN, OTHER), "Ảnh có 2 mã QR khác nhau"),
    "none": (photo(), "Không thấy mã QR trong ảnh"),
    "a link": (photo("https://example.vn/qr"), "không phải mã nhận tiền"),
    "altered": (photo(OWN.replace(NUMBER, NUMBER[:-1] + "2")), "Mã bị hỏng hoặc đã bị sửa"),
    "an amount": (
        photo(encode(Transfer(bin="970405", account=NUMBER, amount=5_000))),
        "Mã này ghi sẵn số tiền",
    ),
    "no picture": (b"GIF89a", "PNG và JPEG"),
    "a bomb": (bomb(), "Ảnh"),
    "too heavy": (b"\x89PNG" + b"0" * 5_100_000, "Ảnh quá lớn"),
}


def test_a_photo_that_will_not_do_is_told_and_the_name_stays(
    officer: SignedIn, office: Office
) -> None:
    office.start()
    for name, (data, sentence) in WRONG_PHOTOS.items():
        answer = show(officer, at(office, "account"), data, holder="NGUYEN THI BAY", seen="0")
        assert answer.status_code == 400, name
        assert sentence in told(answer).partition('id="photo-wrong"')[2], name
        assert held(answer, "holder") == "NGUYEN THI BAY", name


def test_a_photo_without_the_holder_s_name_is_read_and_the_name_asked_for(
    officer: SignedIn, office: Office
) -> None:
    office.start()
    answer = show(officer, at(office, "account"), photo(OWN), seen="0")
    assert (held(answer, "number"), answer.status_code) == (NUMBER, 400)
    assert re.search(r'value="970405" selected', answer.text)
    assert 'id="holder-wrong"' in answer.text


def test_pasted_text_and_typed_numbers_do_as_well(officer: SignedIn, office: Office) -> None:
    office.fill()
    for fields in ({"payload": f" {OWN} "}, {"bin": "970405", "number": "7704 2077 77001"}):
        seen = str(office.find().revision)
        path = at(office, "account")
        assert officer.post(path, **fields, holder="NGUYEN THI BAY", seen=seen).status_code == 303
        assert office.draft()["account"]["number"] == NUMBER
    wrong = officer.post(at(office, "account"), payload="xin chào", seen="9")
    assert "không phải mã nhận tiền" in told(wrong).partition('id="payload-wrong"')[2]


def test_another_s_qr_is_told_before_anybody_confirms(officer: SignedIn, office: Office) -> None:
    office.start()
    theirs = encode(Transfer(bin="970405", account="7704205005678"))
    answer = show(officer, at(office, "account"), photo(theirs), holder="TRAN VAN TAM", seen="0")
    assert "đã thuộc một người bán khác" in told(answer)
    assert "Chị other" not in told(answer)


def test_another_holder_s_name_needs_the_officer_s_word(officer: SignedIn, office: Office) -> None:
    office.fill(where={"stall": "RS-02", "new_stall": "y"}, account={"holder": "TRAN VAN TAM"})
    assert "Tài khoản mang tên khác" in told(officer.get(at(office, "confirm")))
    answer = officer.post(at(office, "confirm"))
    assert (answer.status_code, "mang tên khác" in told(answer)) == (400, True)
    assert office.find().state == "draft"
    assert office.market.count("merchant") == (2,)
    assert officer.post(at(office, "confirm"), other_holder="yes").status_code == 200


def test_a_stall_is_read_from_the_code_that_hangs_there(officer: SignedIn, office: Office) -> None:
    office.start()
    stand = encode(Transfer(bin="970405", account="1", terminal="RS-01"))
    answer = show(officer, at(office, "where"), photo(stand), **typed("where"), seen="0")
    assert "Sạp RS-01 đang có Chị own giữ từ" in told(answer)
    assert "(cả ngày)" in told(answer)
    answer = show(officer, at(office, "where"), photo(OWN), **typed("where"), seen="0")
    assert "Mã này không ghi số sạp" in told(answer)


def test_two_officers_on_one_draft_see_each_other(officer: SignedIn, office: Office) -> None:
    office.start()
    office.save("who", name="Nguyễn Thị Bảy")
    fields = typed("who", name="Nguyễn Thị Bẩy")
    answer = officer.post(at(office, "who"), **fields, seen="0")
    assert answer.status_code == 409
    assert "Cán bộ khác vừa lưu hồ sơ này" in told(answer)
    assert "<b>Nguyễn Thị Bảy</b>" in told(answer)
    assert held(answer, "name") == "Nguyễn Thị Bẩy"
    assert officer.post(at(office, "who"), **fields, seen="1").status_code == 303
    assert office.draft()["who"]["name"] == "Nguyễn Thị Bẩy"


def test_a_known_phone_and_an_open_registration_are_told(
    officer: SignedIn, office: Office, crowd: Crowd
) -> None:
    fields = typed("who", phone=crowd.number_of("owner"))
    answer = officer.post("/office/RS/onboarding/new", **fields)
    assert "Số này đã có người dùng đăng nhập: Chị own (RS-01)" in told(answer)
    assert 'name="same_person"' in answer.text
    office.start()
    office.save("who")
    again = officer.post("/office/RS/onboarding/new", **typed("who"))
    assert "đang có một hồ sơ chưa xong" in told(again)
    assert crowd.market.count("registration") == (1,)


def test_a_draft_that_is_given_up_is_gone(officer: SignedIn, office: Office) -> None:
    office.fill()
    assert officer.post(at(office, "end")).location == "/office/RS/onboarding"
    assert office.market.count("registration_draft") == (0,)
    assert "Không có hồ sơ nào đang dở" in told(officer.get("/office/RS/onboarding"))
