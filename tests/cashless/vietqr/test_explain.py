"""A code in plain words: who gets the money, how much, what is wrong; in two languages."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from cashless.vietqr import explain, tlv
from cashless.vietqr.code import Beneficiary, Code
from cashless.vietqr.flaws import every_code
from cashless.vietqr.payload import Transfer, decode, encode

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "vectors/vietqr_vectors.json").read_text(encoding="utf-8")
)
BODY = encode(Transfer("970452", "1234567890"))[:-8]

VIKKI = "Vikki (Ngân hàng TNHH MTV Số Vikki"


def sealed(text: str) -> str:
    return f"{text}6304{tlv.crc(text + '6304')}"


def told(payload: str) -> str:
    lines = explain.lines(decode(payload))
    return "\n".join(f"{line.vi}\n{line.en}" for line in lines)


def test_an_order_says_who_gets_how_much_for_what() -> None:
    order = Transfer("970406", "1234567890", 50_000, "JX2345678ABC", name="Bà Tư")
    assert told(encode(order)).splitlines() == [
        "Mã hợp lệ: đã đọc trọn vẹn và mã kiểm tra khớp.",
        "The code is sound: all of it was read and its check sum fits.",
        "VietQR (NAPAS 247): chuyển khoản đến tài khoản ngân hàng.",
        "VietQR (NAPAS 247): a transfer to a bank account.",
        f"Tiền vào 1234567890 tại {VIKKI}, trước đây là DongABank (DOB)).",
        f"The money goes to 1234567890 at {VIKKI}, formerly DongABank (DOB)).",
        "Tên ghi trong mã: “Ba Tu”. Chỉ tin tên do ứng dụng ngân hàng hiện ra.",
        "Name written in the code: “Ba Tu”. Trust the name your bank's app shows.",
        "Số tiền: 50.000 đ.",
        "Amount: 50.000 đ.",
        "Nội dung chuyển khoản: “JX2345678ABC”.",
        "Transfer content: “JX2345678ABC”.",
    ]


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (sealed(BODY), "The payer types the amount."),
        (sealed(BODY + "62070803***"), "The payer types the content."),
        (sealed(BODY + "5502015303704"), "Do not pay by this code: 1 thing is wrong"),
        (sealed(BODY + "540655000."), "Amount: 55.000 đ."),
        (sealed(BODY + "550201"), "The payer is asked for a tip."),
        (sealed(BODY + "5502025603500"), "A fixed fee is added."),
        (encode(Transfer("123456", "1")), "a bank that is not in our list (BIN 123456)"),
        (VECTORS[0]["payload"], "Wrong: The beneficiary (38.01) has signs left over"),
        ("https://example.com", "Đây không phải mã thanh toán đọc được."),
        ("0" * 513, "Lỗi: Mã dài hơn 512 ký tự."),
        ("", "This is not a payment code that can be read."),
    ],
)
def test_what_matters_is_said(payload: str, said: str) -> None:
    assert said in told(payload)


def test_the_services_are_told_apart() -> None:
    said = set()
    for service in ("QRIBFTTA", "QRIBFTTC", "QRPUSH", "QRCASH", "QRNEW", None):
        beneficiary = Beneficiary(bin="970452", account="1234567890", service=service)
        code = Code(beneficiary=beneficiary, point_of_initiation="11")
        said.add(explain.lines(decode(encode(code, as_read=True)))[1].vi)
    assert len(said) == 5
    assert "VietQR (NAPAS 247): “QRNEW”." in said


def test_a_foreign_code_is_named_with_its_own_money() -> None:
    thai = next(
        one["payload"]
        for one in VECTORS
        if one["scheme"] == "promptpay" and "5404" in one["payload"]
    )
    assert "Đây không phải VietQR mà là: PromptPay (Thái Lan)." in told(thai)
    assert "Amount: 4.22 THB." in told(thai)


def test_signs_that_are_not_seen_do_not_reach_a_terminal() -> None:
    wild = sealed(BODY + "5911\x1b[2J\u202eevil\u200b" + "62100806\x9b31m\nx")
    words = told(wild).replace("\n", "")
    assert words.isprintable()
    assert "\N{REPLACEMENT CHARACTER}[2J\N{REPLACEMENT CHARACTER}evil" in words


@pytest.mark.parametrize("vector", VECTORS, ids=range(len(VECTORS)))
def test_every_published_code_can_be_told(vector: dict[str, Any]) -> None:
    lines = explain.lines(decode(vector["payload"]))
    assert all(line.en and line.vi and line.en != line.vi for line in lines[:1])
    wrong = sum(line.vi.startswith("Lỗi: ") for line in lines)
    assert bool(wrong) == (not vector["valid"]) or not decode(vector["payload"]).fields


def test_every_flaw_is_described() -> None:
    page = Path(__file__).parents[3] / "docs/reference/errors.md"
    section = page.read_text(encoding="utf-8").partition("## Inside a payment code")[2]
    assert sorted(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == list(every_code())
