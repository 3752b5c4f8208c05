"""After an officer's word: what office, owner and shopper see until the stall is live."""

import re

from flask import Flask

from tests.cashless.web.desk import OTHER, OWN, at, office, officer, show, told
from tests.cashless.web.photos import photo
from tests.cashless.web.visitors import SignedIn, signed_in
from tests.merchants.registering import Office
from tests.people import Crowd, crowd

__all__ = ["crowd", "office", "officer"]


def test_the_office_sees_no_sum_and_whoever_waits_is_told_yes_or_no(
    app: Flask, officer: SignedIn, office: Office
) -> None:
    office.fill(where={"stall": "RS-02", "new_stall": "y"})
    officer.post(at(office, "confirm"))
    page = officer.get(at(office, "prove"))
    listen = re.search(r'data-listen="([^"]+)"', page.text)
    assert listen is not None
    assert app.test_client().get(f"{listen[1]}/status").json["account"] is False
    office.pay(amount=2_500_000)
    said = app.test_client().get(f"{listen[1]}/status").json
    assert [said[name] for name in ("account", "provider", "stand", "sound", "live")] == [
        True,
        True,
        True,
        False,
        False,
    ]
    assert said["said"]["words"] == "tiền"
    shown = officer.get(at(office, "prove")).text + str(said)
    assert not re.search(r"2.?500.?000", shown)
    assert app.test_client().get(f"{listen[1]}x/status").status_code == 404


def test_who_did_not_hear_gets_advice_and_stays_unproven(officer: SignedIn, office: Office) -> None:
    office.fill(where={"stall": "RS-02", "new_stall": "y"})
    officer.post(at(office, "confirm"))
    early = officer.post(at(office, "heard"), heard="yes")
    assert (early.status_code, "chưa có gì để nghe" in told(early)) == (409, True)
    office.pay()
    officer.post(at(office, "heard"), heard="no")
    assert "tăng âm lượng" in told(officer.get(at(office, "prove")))
    officer.post(at(office, "heard"), heard="yes")
    assert "Đang bán" in told(officer.get(at(office, "prove")))
    assert told(officer.get("/office/RS/onboarding")).count("Làm tiếp") == 0


def test_a_wrong_account_is_put_right_until_money_came(officer: SignedIn, office: Office) -> None:
    office.fill(where={"stall": "RS-02", "new_stall": "y"}, account={"number": "1234567"})
    officer.post(at(office, "confirm"))
    assert "Sai tài khoản, sửa lại" in told(officer.get(at(office, "prove")))
    assert "Sửa tài khoản trước khi mở bán" in told(officer.get(at(office, "account")))
    moved = show(officer, at(office, "account"), photo(OWN), holder="NGUYEN THI BAY")
    assert moved.location == at(office, "prove")
    office.pay()
    assert "Sai tài khoản" not in told(officer.get(at(office, "prove")))
    late = show(officer, at(office, "account"), photo(OTHER), holder="NGUYEN THI BAY")
    assert "phải có hai cán bộ duyệt" in told(late)


def test_a_sensitive_step_asks_for_the_password_again_and_leads_back(
    officer: SignedIn, office: Office
) -> None:
    office.fill(where={"stall": "RS-02", "new_stall": "y"})
    old = "UPDATE device SET proven_at = now() - interval '1 hour' RETURNING id"
    office.market.rows(old)
    answer = officer.post(at(office, "confirm"))
    assert answer.location == f"/me/prove?next={at(office, 'confirm')}"
    assert officer.post(at(office, "invite")).location == f"/me/prove?next={at(office, 'prove')}"
    assert office.find().state == "draft"


def test_the_invitation_is_handed_over_again_while_there_is_no_password(
    officer: SignedIn, office: Office
) -> None:
    office.fill(where={"stall": "RS-02", "new_stall": "y"})
    first = officer.post(at(office, "confirm")).text
    second = officer.post(at(office, "invite")).text
    addresses = [re.findall(r"/invitation/([\w-]{32})", page)[0] for page in (first, second)]
    assert addresses[0] != addresses[1]


def test_a_shopper_reads_that_the_stall_is_not_open_and_gets_no_code(
    app: Flask, officer: SignedIn, office: Office
) -> None:
    office.fill(where={"stall": "RS-02", "new_stall": "y"})
    officer.post(at(office, "confirm"))
    ((number,),) = office.market.rows("SELECT s.token FROM stand s WHERE revoked_at IS NULL")
    page = app.test_client().get(f"/s/{number}")
    assert "Bảng chưa mở bán" in told(page)
    assert app.test_client().get(f"/s/{number}/code.png").status_code == 404
    office.pay()
    officer.post(at(office, "heard"), heard="yes")
    assert app.test_client().get(f"/s/{number}/code.png").status_code == 200


def test_the_owner_reads_who_looked_at_the_draft_and_asks_for_no_amount_yet(
    app: Flask, crowd: Crowd, officer: SignedIn, office: Office
) -> None:
    number = crowd.number_of("owner")
    office.fill(
        who={"phone": number, "same_person": "y"}, where={"stall": "RS-02", "new_stall": "y"}
    )
    crowd.add("second", "board", "RS")
    for _ in range(2):
        signed_in(app, crowd.sign_in("second")).get(at(office, "who"))
    made = officer.post(at(office, "confirm"))
    assert made.location == at(office, "prove")
    ((code,),) = office.market.rows("SELECT code FROM merchant WHERE status = 'pending'")
    owner = signed_in(app, crowd.sign_in("owner"))
    page = told(owner.get(f"/my/{code}/privacy"))
    assert page.count(f"{crowd.everybody['second'].code}</b> · xem hồ sơ") == 1
    assert "Thử tiền và loa để mở bán" in told(owner.get(f"/my/{code}"))
    assert owner.post(f"/my/{code}/orders", amount="20000").status_code == 409
    office.pay()
    assert owner.post(f"/my/{code}/opening/heard", heard="yes").status_code == 303
    assert "Đang bán" in told(owner.get(f"/my/{code}/opening"))
    assert owner.get(f"/my/{crowd.merchants['own'].code}/opening").status_code == 404
