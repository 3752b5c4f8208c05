"""A payment code told in plain words: may it be paid, who gets the money, how much, what is wrong.

Each line is said in Vietnamese and English. What the code itself says (names,
contents) is put in quotation marks, because whoever made the code chose it, and
signs that could move a terminal's cursor or turn the line around are replaced.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from cashless.errors import NotFound
from cashless.money import format_dong
from cashless.vietqr import napas, schemes, tlv
from cashless.vietqr.banks import bank
from cashless.vietqr.payload import Decoded

_SERVICES: Final = {
    napas.TO_ACCOUNT: ("a transfer to a bank account", "chuyển khoản đến tài khoản ngân hàng"),
    napas.TO_CARD: ("a transfer to a bank card", "chuyển khoản đến thẻ ngân hàng"),
    napas.MERCHANT_PAYMENT: ("a payment to a merchant", "thanh toán cho đơn vị chấp nhận"),
    napas.CASH: ("a withdrawal of cash at a machine", "rút tiền mặt tại ATM"),
}
_CURRENCIES: Final = {
    "116": "KHR",
    "156": "CNY",
    "418": "LAK",
    "764": "THB",
    "840": "USD",
    "986": "BRL",
}
_TIPS: Final = {
    "01": ("The payer is asked for a tip.", "Người trả được hỏi thêm tiền tip."),
    "02": ("A fixed fee is added.", "Có cộng thêm phụ phí cố định."),
    "03": ("A fee in percent is added.", "Có cộng thêm phụ phí theo phần trăm."),
}
_ASK_THE_PAYER: Final = "***"


@dataclass(frozen=True, slots=True)
class Line:
    """One statement in both languages."""

    en: str
    vi: str


def lines(found: Decoded) -> tuple[Line, ...]:
    """Return what a person should know of a code, the verdict first."""
    if not found.fields:
        return (_NOT_A_CODE, *(_faults(found) if found.scheme == "unknown" else ()))
    return (_verdict(found), *_kind(found), *_content(found), *_faults(found))


def visible(value: object) -> str:
    """Return a text of the code with every sign that is not seen replaced."""
    return "".join(
        sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in f"{value}"
    )


_NOT_A_CODE: Final = Line(
    "This is not a payment code that can be read.", "Đây không phải mã thanh toán đọc được."
)


def _verdict(found: Decoded) -> Line:
    wrong = len(found.errors)
    if wrong:
        things = "1 thing is" if wrong == 1 else f"{wrong} things are"
        return Line(
            f"Do not pay by this code: {things} wrong with it. What it seems to say:",
            f"Đừng trả tiền theo mã này: có {wrong} lỗi. Nội dung mã có vẻ như sau:",
        )
    return Line(
        "The code is sound: all of it was read and its check sum fits.",
        "Mã hợp lệ: đã đọc trọn vẹn và mã kiểm tra khớp.",
    )


def _kind(found: Decoded) -> Iterator[Line]:
    english, vietnamese = schemes.name(found.issuer)
    napas_: Any = found.fields.get("napas")
    if napas_ is None:
        yield Line(
            f"It is not a VietQR but: {english}. Who gets the money, only that system knows.",
            f"Đây không phải VietQR mà là: {vietnamese}. Chỉ hệ thống đó biết ai nhận tiền.",
        )
        return
    service = napas_["service"] or napas.MERCHANT_PAYMENT
    what, what_vi = _SERVICES.get(service, (f"“{visible(service)}”", f"“{visible(service)}”"))
    yield Line(f"{english}: {what}.", f"{vietnamese}: {what_vi}.")
    where, where_vi = _bank(str(napas_["bin"]))
    account = visible(napas_["account"])
    yield Line(
        f"The money goes to {account} at {where}.",
        f"Tiền vào {account} tại {where_vi}.",
    )


def _bank(bin_: str) -> tuple[str, str]:
    try:
        found = bank(bin_)
    except NotFound:
        number = visible(bin_)
        return (
            f"a bank that is not in our list (BIN {number})",
            f"ngân hàng không có trong danh sách (BIN {number})",
        )
    former = " / ".join(found.former_names)
    return (
        f"{found.short_name} ({found.name}{former and f', formerly {former}'})",
        f"{found.short_name} ({found.name}{former and f', trước đây là {former}'})",
    )


def _content(found: Decoded) -> Iterator[Line]:
    fields = found.fields
    if "merchant_name" in fields:
        name = visible(fields["merchant_name"])
        yield Line(
            f"Name written in the code: “{name}”. Trust the name your bank's app shows.",
            f"Tên ghi trong mã: “{name}”. Chỉ tin tên do ứng dụng ngân hàng hiện ra.",
        )
    yield _amount(fields)
    tip = _TIPS.get(str(fields.get("tip_indicator")))
    if tip:
        yield Line(*tip)
    additional = fields.get("additional")
    if isinstance(additional, dict) and "purpose" in additional:
        yield _purpose(additional["purpose"])


def _amount(fields: dict[str, object]) -> Line:
    if "amount" not in fields:
        return Line("The payer types the amount.", "Người trả tự nhập số tiền.")
    written, currency = str(fields["amount"]), str(fields.get("currency"))
    whole = written.removesuffix(".")
    if currency == napas.CURRENCY and tlv.is_digits(whole):
        said = format_dong(int(whole))
    else:
        said = f"{visible(written)} {_CURRENCIES.get(currency, '')}".strip()
    return Line(f"Amount: {said}.", f"Số tiền: {said}.")


def _purpose(purpose: str) -> Line:
    if purpose == _ASK_THE_PAYER:
        return Line("The payer types the content.", "Người trả tự nhập nội dung.")
    return Line(
        f"Transfer content: “{visible(purpose)}”.",
        f"Nội dung chuyển khoản: “{visible(purpose)}”.",
    )


def _faults(found: Decoded) -> Iterator[Line]:
    for one in found.errors:
        yield Line(f"Wrong: {one.message}", f"Lỗi: {one.message_vi}")
    for one in found.warnings:
        yield Line(f"Note: {one.message}", f"Lưu ý: {one.message_vi}")
