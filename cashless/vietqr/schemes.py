"""Whose code it is, told by the marks (GUIDs) inside and never by the tag.

LaoQR sits under the same object 38 as NAPAS, wallets sit under 26, and a wallet
can hide behind a plain bank account: MoMo and ZaloPay give their users virtual
accounts at a bank. So there are two answers: the scheme, which says by what
rules the code is judged, and the issuer, which says what people call it.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from cashless.vietqr import emv, napas
from cashless.vietqr.emv import Inner

VIETQR: Final = "vietqr"
EMVCO: Final = "emvco"

# Issuer and the form of its mark in object 00 of an account template.
_MARKS: Final = (
    ("momo_order", r"vn\.momo(?:\..+)?"),
    ("zalopay", r"vn\.zalopay(?:\..+)?"),
    ("shopeepay", r"vn\.(?:airpay|shopeepay)(?:\..+)?"),
    ("vnpay", r"A000000775"),
    ("promptpay", r"A00000067701011[0-9]"),
    ("laoqr", r"A005266284662577"),
    ("pix", r"(?i:br\.gov\.bcb\.pix)"),
    ("khqr", r"[^@\s]+@[a-z]+"),
    ("evn", r"00"),
)
# Issuer, BIN and the form of the account behind the mark of NAPAS.
_ACCOUNTS: Final = (
    ("momo", "971025", r".+"),
    ("momo_old", "970454", r"99MM.+"),
    ("zalopay", "970454", r"99ZP.+"),
)
# The issuers whose codes follow a scheme of their own.
_SCHEMES: Final = {"vnpay": "vnpayqr"} | {
    name: name for name in ("promptpay", "laoqr", "pix", "khqr")
}
_NAMES: Final = {
    "napas": ("VietQR (NAPAS 247)", "VietQR (NAPAS 247)"),
    "momo": ("MoMo wallet", "Ví MoMo"),
    "momo_old": (
        "MoMo wallet, old form (account at BVBank)",
        "Ví MoMo, dạng cũ (tài khoản tại BVBank)",
    ),
    "momo_order": ("MoMo merchant code", "Mã của MoMo cho đơn vị"),
    "zalopay": ("ZaloPay", "ZaloPay"),
    "shopeepay": ("ShopeePay (AirPay)", "ShopeePay (AirPay)"),
    "vnpay": ("VNPAY-QR", "VNPAY-QR"),
    "vnpay_wallet": ("VNPAY wallet, old personal code", "Ví VNPAY, mã cá nhân đời cũ"),
    "promptpay": ("PromptPay (Thailand)", "PromptPay (Thái Lan)"),
    "laoqr": ("LaoQR (Laos)", "LaoQR (Lào)"),
    "khqr": ("KHQR (Cambodia)", "KHQR (Campuchia)"),
    "pix": ("Pix (Brazil)", "Pix (Brazil)"),
    "evn": ("Electricity bill (EVN)", "Hóa đơn tiền điện (EVN)"),
    EMVCO: ("EMVCo code of another scheme", "Mã EMVCo của hệ thống khác"),
}
_OLD_WALLET: Final = "VNPayWallet"


def scheme(inner: Inner) -> str:
    """Name the scheme by whose rules the code is judged; ``emvco`` if no mark is known."""
    return VIETQR if napas.is_napas(inner) else _SCHEMES.get(_marked(inner), EMVCO)


def issuer(root: Mapping[str, str], inner: Inner) -> str:
    """Name who issues such codes, finer than the scheme: one of the keys of ``name``."""
    if napas.is_napas(inner):
        return _wallet(_marks(inner)) or _behind_account(inner) or "napas"
    return _marked(inner) or ("vnpay_wallet" if _OLD_WALLET in root.values() else EMVCO)


def name(issuer_: str) -> tuple[str, str]:
    """Return what people call the codes of an issuer, in English and Vietnamese."""
    return _NAMES[issuer_]


def _marks(inner: Inner) -> list[str]:
    return [objects.get("00", "") for objects in emv.accounts(inner).values()]


def _marked(inner: Inner) -> str:
    return _first(_MARKS, _marks(inner))


def _wallet(marks: Iterable[str]) -> str:
    """Beside the mark of NAPAS only a wallet's mark says more."""
    return _first([row for row in _MARKS if row[1].startswith("vn")], marks)


def _first(rows: Iterable[tuple[str, str]], marks: Iterable[str]) -> str:
    given = list(marks)
    return next((who for who, form in rows if any(re.fullmatch(form, mark) for mark in given)), "")


def _behind_account(inner: Inner) -> str:
    found = napas.fields(inner)
    bin_, account = str(found["bin"]), str(found["account"])
    return next(
        (who for who, at, form in _ACCOUNTS if bin_ == at and re.fullmatch(form, account)), ""
    )
