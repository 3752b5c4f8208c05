"""A merchant's own VietQR, read to learn the account, so that nobody types a number.

What a phone shows under "my QR", or what hangs at the stall already, names bank and number. Only a
sound code of NAPAS for a transfer to an account will do; everything else has a sentence that says
what it is and what to do instead. A code with an amount was made for one payment, often with a
number that is good for that payment only, so it does not do either. A name in the code is what its
maker wrote: it is returned as the shown name, to be compared, not believed.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from cashless.errors import Invalid
from cashless.vietqr import napas, photo, schemes
from cashless.vietqr.banks import bank
from cashless.vietqr.explain import visible
from cashless.vietqr.links import payload_in
from cashless.vietqr.payload import Decoded, decode

_STALL: Final = re.compile(r"[A-Z0-9][A-Z0-9-]{0,29}")


@dataclass(frozen=True, slots=True)
class OwnCode:
    """The account a code names: BIN, number, and the name it shows (empty if none)."""

    bin: str
    number: str
    name: str = ""


def in_photo(data: bytes) -> OwnCode:
    """Read the one code of a photo; raises what ``photo.only_code`` and ``read`` raise."""
    return read(photo.only_code(data).text)


def read(text: str) -> OwnCode:
    """Read what a scan gave.

    Raises ``Invalid("own_code_not_payment" | "own_code_foreign" | "own_code_damaged" |
    "own_code_service" | "own_code_amount")``, ``NotFound("bank_unknown")``.
    """
    found = decode(payload_in(text))
    for refused, problem in _REFUSALS:
        if refused(found):
            raise problem(found)
    named: Any = found.fields["napas"]
    bank(named["bin"])
    name = str(found.fields.get("merchant_name") or "")
    return OwnCode(named["bin"], named["account"], name)


def stall_in_photo(data: bytes) -> str:
    """Return the stall that a code at a stall names: our stand's own, or a plate with the code.

    Raises ``Invalid("stall_not_in_code")``, and what ``photo.only_code`` raises.
    """
    text = photo.only_code(data).text.strip()
    additional: Any = decode(payload_in(text)).fields.get("additional") or {}
    named = str(additional.get("terminal_label") or text).upper()
    if _STALL.fullmatch(named):
        return named
    raise Invalid(
        "stall_not_in_code",
        "This code names no stall. Choose the stall from the list.",
        "Mã này không ghi số sạp. Hãy chọn sạp trong danh sách.",
    )


def _is_no_payment(found: Decoded) -> bool:
    return "payload_format" not in found.fields and found.issuer == schemes.EMVCO


def _is_foreign(found: Decoded) -> bool:
    return found.scheme != schemes.VIETQR


def _is_damaged(found: Decoded) -> bool:
    return not found.valid


def _is_other_service(found: Decoded) -> bool:
    named: Any = found.fields["napas"]
    return bool(named["service"] != napas.TO_ACCOUNT)


def _has_amount(found: Decoded) -> bool:
    return "amount" in found.fields


def _no_payment(_found: Decoded) -> Invalid:
    return Invalid(
        "own_code_not_payment",
        "This is a text or a link, not a payment code. Show “my QR” of your bank's app.",
        "Đây là chữ hoặc đường dẫn, không phải mã nhận tiền. Hãy mở «Mã QR của tôi» trong app"
        " ngân hàng.",
    )


def _foreign(found: Decoded) -> Invalid:
    english, vietnamese = schemes.name(found.issuer)
    return Invalid(
        "own_code_foreign",
        f"This is a code of another system: {english}. Only a VietQR names a bank account.",
        f"Đây là mã của hệ thống khác: {vietnamese}. Chỉ mã VietQR mới ghi số tài khoản.",
    )


def _damaged(found: Decoded) -> Invalid:
    first = found.errors[0]
    return Invalid(
        "own_code_damaged",
        f"The code is damaged or was altered: {visible(first.message)} Take a fresh one.",
        f"Mã bị hỏng hoặc đã bị sửa: {visible(first.message_vi)} Hãy lấy mã mới từ app.",
    )


def _other_service(_found: Decoded) -> Invalid:
    return Invalid(
        "own_code_service",
        "This VietQR does not go to an account number (a card, a counter or cash). Choose “my QR”"
        " of the account itself, or type the account.",
        "Mã VietQR này không chuyển vào số tài khoản (mã thẻ, mã quầy hoặc rút tiền). Hãy chọn mã"
        " của chính tài khoản, hoặc gõ số tài khoản.",
    )


def _amount(_found: Decoded) -> Invalid:
    return Invalid(
        "own_code_amount",
        "This code has an amount in it: it was made for one payment. Show the code without one.",
        "Mã này ghi sẵn số tiền: chỉ dùng cho một lần thu. Hãy mở mã không ghi số tiền.",
    )


_Refusal = tuple[Callable[[Decoded], bool], Callable[[Decoded], Invalid]]
_REFUSALS: Final[tuple[_Refusal, ...]] = (
    (_is_no_payment, _no_payment),
    (_is_foreign, _foreign),
    (_is_damaged, _damaged),
    (_is_other_service, _other_service),
    (_has_amount, _amount),
)
"""What will not do, in the order in which it is told."""
