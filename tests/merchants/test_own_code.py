"""A merchant's own VietQR: the account in it, and a sentence for everything that is none."""

import pytest

from cashless.errors import Problem
from cashless.vietqr.payload import Transfer, encode
from cashless.vietqr.seal import sealed
from merchants import own_code
from merchants.own_code import OwnCode
from tests.cashless.web.photos import photo

OWN = encode(Transfer(bin="970436", account="1019876543210"))
OTHER = encode(Transfer(bin="970405", account="7704205001234"))
WRONG = {
    "a link": ("https://example.vn/qr", "own_code_not_payment"),
    "words": ("tài khoản của tôi", "own_code_not_payment"),
    "nothing": ("", "own_code_not_payment"),
    "Thailand": (
        sealed("00020101021129370016A0000006770101110113006681234567853037645802TH"),
        "own_code_foreign",
    ),
    "a changed digit": (OWN.replace("1019876543210", "1019876543211"), "own_code_damaged"),
    "cut off": (OWN[:-6], "own_code_damaged"),
    "an amount": (
        encode(Transfer(bin="970436", account="1019876543210", amount=20_000)),
        "own_code_amount",
    ),
    "a card": (
        sealed(
            "00020101021138600010A00000072701300006970436011697043612345678900208QRIBFTTC"
            "53037045802VN"
        ),
        "own_code_service",
    ),
    "no bank": (OWN.replace("970436", "999999"), "own_code_damaged"),
}


@pytest.mark.parametrize("wrapped", [OWN, f"  {OWN}\n", f"vnpay://{OWN}?callbackurl=x"])
def test_the_account_is_read_from_what_was_scanned_or_pasted(wrapped: str) -> None:
    assert own_code.read(wrapped) == OwnCode("970436", "1019876543210")


def test_the_name_in_a_code_is_shown() -> None:
    named = OWN[: -len("63040765")].replace("5802VN", "5802VN5914NGUYEN THI BAY")
    assert own_code.read(sealed(named)).name == "NGUYEN THI BAY"


@pytest.mark.parametrize(("text", "code"), WRONG.values(), ids=WRONG)
def test_what_is_no_own_code_is_told_as_what_it_is(text: str, code: str) -> None:
    with pytest.raises(Problem, match=code):
        own_code.read(text)


def test_a_photo_with_two_codes_or_none_is_told() -> None:
    assert own_code.in_photo(photo(OWN)).number == "1019876543210"
    for codes, told in (((OWN, OTHER), "photo_with_codes"), ((), "photo_without_code")):
        with pytest.raises(Problem, match=told):
            own_code.in_photo(photo(*codes))
