"""Is it the stand's own code: every kind of other code is told apart, and nothing else is."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cashless.vietqr.payload import Transfer, encode
from cashless.vietqr.seal import sealed
from merchants import genuine
from merchants.genuine import compare, judge
from merchants.stands import Stand

OURS = Transfer(bin="970405", account="7704205001234", terminal="RS-TS-012")
STAND = Stand(
    token="7VNFFZEYX6AHAD8D",
    merchant_id=1,
    merchant="M2345678",
    name="Chị Tư",
    merchant_status="active",
    stall_id=1,
    stall="RS-TS-012",
    place_name="Chợ Rạch Sỏi",
    account_id=1,
    bin=OURS.bin,
    number=OURS.account,
    holder="NGUYEN THI TU",
    payload=encode(OURS),
    check_word="XVC4J",
    issued_at=datetime(2026, 7, 1, tzinfo=UTC),
    issued_by="chú Hùng",
    reason="in lần đầu",
)
FOREIGN = encode(replace(OURS, account="7704205009999"))
VNPAY = "00020101021126280010A0000007750110000000001253037045802VN5905CHUNG6007RACHGIA63041D4D"


def other(**changed: object) -> str:
    return encode(replace(OURS, **changed))


def test_the_code_that_was_printed_is_genuine() -> None:
    assert compare(STAND, STAND.payload).kind == "genuine"


@pytest.mark.parametrize(
    ("code", "kind", "fields"),
    [
        (other(bin="970436"), "foreign", ["bank"]),
        (FOREIGN, "foreign", ["account"]),
        (other(account="0000000001234"), "foreign", ["account"]),
        (other(bin="970436", account="1", amount=9), "foreign", ["bank", "account", "amount"]),
        (other(amount=150_000), "same_account", ["amount"]),
        (other(terminal="RS-TS-013"), "same_account", ["terminal"]),
        (other(terminal=None), "same_account", ["terminal"]),
        (other(purpose="TIEN CA"), "same_account", ["purpose"]),
        (other(name="CHI TU", city="RACH GIA"), "same_account", []),
        (STAND.payload.replace("QRIBFTTA", "QRIBFTTC"), "damaged", []),
        (STAND.payload[:-1] + "X", "damaged", []),
        (STAND.payload[:-8], "damaged", []),
        (STAND.payload.replace("7704205001234", "7704205009999"), "damaged", []),
        ("https://example.vn/win", "no_payment", []),
        ("xin chào", "no_payment", []),
        ("", "no_payment", []),
        ("0" * 3000, "no_payment", []),
        ("\ud800", "no_payment", []),
    ],
)
def test_every_other_code_is_told_with_what_differs(
    code: str, kind: str, fields: list[str]
) -> None:
    sight = compare(STAND, code)
    assert (sight.kind, [one.field for one in sight.differences]) == (kind, fields)


def test_another_way_to_pay_into_the_same_account_is_foreign() -> None:
    body = STAND.payload[:-8].replace("0208QRIBFTTA", "0206QRPUSH").replace("3857", "3855")
    sight = compare(STAND, sealed(body))
    assert (sight.kind, sight.differences[0].field) == ("foreign", "service")


def test_an_amount_is_told_as_digits_whatever_its_form() -> None:
    written = STAND.payload[:-8].replace("5802VN", "540650000.5802VN")
    (difference,) = compare(STAND, sealed(written)).differences
    assert (difference.registered, difference.seen) == (None, "50000")


def test_codes_of_other_schemes_are_named() -> None:
    body = VNPAY[:-8]
    sight = compare(STAND, sealed(body))
    assert (sight.kind, sight.issuer) == ("other_scheme", "vnpay")


@pytest.mark.parametrize(
    ("codes", "kind"),
    [
        ([], "nothing"),
        ([STAND.payload], "genuine"),
        ([STAND.payload, STAND.payload], "genuine"),
        ([FOREIGN], "foreign"),
        ([STAND.payload, FOREIGN], "mixed"),
        ([FOREIGN, STAND.payload, "https://example.vn"], "mixed"),
        ([STAND.payload, "https://example.vn"], "mixed"),
        (["https://example.vn", FOREIGN], "foreign"),
        ([other(amount=5), FOREIGN], "foreign"),
    ],
)
def test_of_several_codes_the_worst_decides(codes: list[str], kind: str) -> None:
    assert judge(STAND, codes).kind == kind


def test_our_own_code_light_on_dark_did_not_come_from_our_printer() -> None:
    verdict = judge(STAND, [STAND.payload], inverted={STAND.payload})
    assert verdict.kind == "same_account"
    assert verdict.sights[0].differences[0].field == "contrast"


@given(st.text(max_size=600))
def test_no_text_is_genuine_but_the_one(text: str) -> None:
    assert judge(STAND, [text]).kind != genuine.GENUINE


@given(
    st.from_regex(r"[0-9]{6}", fullmatch=True),
    st.from_regex(r"[0-9A-Za-z]{1,19}", fullmatch=True),
    st.one_of(st.none(), st.integers(1, 499_999_999)),
)
def test_whatever_leads_elsewhere_is_foreign(bin_: str, account: str, amount: int | None) -> None:
    code = encode(Transfer(bin=bin_, account=account, amount=amount))
    same = (bin_, account) == (STAND.bin, STAND.number)
    assert compare(STAND, code).kind == ("same_account" if same else "foreign")
