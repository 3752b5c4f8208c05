"""The face of a stand and of a check: what a shopper or inspector reads, and what to do.

Total over the states of a stand and over the verdicts on a code; every one has a row. What a code
that is not ours says in words is not repeated here.
"""

from dataclasses import dataclass
from typing import Final

from cashless.errors import NotFound
from cashless.vietqr import schemes
from cashless.vietqr.banks import bank
from cashless.web.formats import dong
from cashless.web.order_face import Face
from merchants import genuine
from merchants.genuine import Difference, Sight, Verdict
from merchants.stands import Stand

_STATES: Final = {
    "tested": Face(
        "good",
        "Bảng đang dùng",
        "This stand is in use",
        "So bảng trước mặt bạn với các dòng dưới đây: phải giống hệt.",
        "Compare the stand in front of you with the lines below: they must be the same.",
    ),
    "issued": Face(
        "wait",
        "Bảng đang dùng, chưa thử",
        "In use, not tested yet",
        "Có trong sổ đăng ký, chưa có khoản tiền nào đi qua. So từng dòng dưới đây rồi hãy trả.",
        "It is registered; no payment has come by it yet. Compare each line below, then pay.",
    ),
    "waiting": Face(
        "warn",
        "Bảng chưa mở bán",
        "This stand is not open yet",
        "Sạp đang đăng ký, chưa thử xong. Đừng trả tiền vào bảng này vội.",
        "The stall is being registered and not tested yet. Do not pay to it now.",
    ),
    "out_of_use": Face(
        "bad",
        "BẢNG NÀY KHÔNG CÒN DÙNG",
        "This stand is no longer in use",
        "Đừng trả tiền vào bảng này: sạp hoặc tài khoản đã đổi. Hãy hỏi người bán bảng mới.",
        "Do not pay to it: stall or account have changed. Ask the merchant for the new stand.",
    ),
    "revoked": Face(
        "bad",
        "BẢNG NÀY ĐÃ THU HỒI",
        "This stand was withdrawn",
        "Đừng trả tiền vào bảng này. Hãy hỏi người bán bảng mới và báo ban quản lý chợ gỡ xuống.",
        "Do not pay to it. Ask the merchant for the new one; the market board takes this one down.",
    ),
}
_VERDICTS: Final = {
    genuine.GENUINE: Face(
        "good",
        "ĐÚNG MÃ CỦA SẠP",
        "The stall's own code",
        "Mã này đúng như trong sổ đăng ký. Khi trả, hãy so tên người nhận trong ứng dụng.",
        "It is the registered code. When you pay, compare the receiver's name in your app.",
    ),
    genuine.SAME_ACCOUNT: Face(
        "warn",
        "Đúng tài khoản, nhưng không phải mã của bảng này",
        "The right account, but not this stand's code",
        "Tiền vẫn tới người bán. Hãy xem chỗ khác dưới đây rồi hỏi người bán.",
        "The money still reaches the merchant. Look at what differs and ask the merchant.",
    ),
    genuine.FOREIGN: Face(
        "bad",
        "KHÔNG PHẢI MÃ CỦA SẠP NÀY",
        "Not this stall's code",
        "Đừng trả tiền, hãy báo người bán: bảng có thể đã bị dán đè.{here}",
        "Do not pay, tell the merchant: a code may be pasted over it.{here}",
    ),
    genuine.MIXED: Face(
        "bad",
        "CÓ MÃ LẠ BÊN CẠNH MÃ CỦA SẠP",
        "A foreign code beside the stall's own",
        "Đừng trả tiền, hãy báo người bán: có thể ai đó đã dán thêm mã.",
        "Do not pay, tell the merchant: somebody may have added a code.",
    ),
    genuine.DAMAGED: Face(
        "bad",
        "Mã bị hỏng hoặc đã bị sửa",
        "The code is damaged or was altered",
        "Đừng trả tiền, hãy báo người bán. Nếu mã chỉ bị bẩn hoặc ướt, lau khô rồi chụp lại.",
        "Do not pay, tell the merchant. If it is only wet or dirty, wipe it and try again.",
    ),
    genuine.OTHER_SCHEME: Face(
        "bad",
        "Không phải mã VietQR",
        "Not a VietQR code",
        "Đừng trả tiền, hãy báo người bán. Mã của sạp là VietQR, mã này là: {scheme}.",
        "Do not pay, tell the merchant. The stall's code is a VietQR, this one is: {scheme}.",
    ),
    genuine.NO_PAYMENT: Face(
        "bad",
        "Không phải mã thanh toán",
        "Not a payment code",
        "Mã này chỉ chứa chữ hoặc đường dẫn. Đừng mở nó, đừng trả tiền, hãy báo người bán.",
        "It holds a text or a link. Do not open it, do not pay, tell the merchant.",
    ),
    genuine.NOTHING: Face(
        "wait",
        "Không thấy mã nào trong ảnh",
        "No code found in the photo",
        "Chụp lại gần hơn: cả mã nằm trong ảnh, đủ sáng, không lóa, không mờ.",
        "Take it again, closer: the whole code, enough light, no glare, not blurred.",
    ),
}
_HERE: Final = (" Mã đúng có trên trang này.", " The right one is on this page.")
_FIELDS: Final = {
    "bank": ("Ngân hàng", "Bank"),
    "account": ("Số tài khoản", "Account"),
    "service": ("Cách chuyển tiền", "Kind of payment"),
    "amount": ("Số tiền ghi sẵn", "Amount in the code"),
    "purpose": ("Nội dung ghi sẵn", "Content in the code"),
    "terminal": ("Sạp ghi trong mã", "Stall in the code"),
    "contrast": ("Màu in: sáng trên nền tối, bảng thật thì ngược lại", "Light on dark"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One difference as the page shows it; both values None where they are not repeated."""

    name: str
    name_en: str
    registered: str | None = None
    seen: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the page says of a check: the face, and the lines that differ."""

    face: Face
    lines: tuple[Line, ...] = ()


def state_face(stand: Stand) -> Face:
    """Return the face of the stand itself."""
    return _STATES[stand.state]


def answer(stand: Stand, verdict: Verdict) -> Answer:
    """Return what is said of the codes that were seen.

    A stand that is out of use stays so, also when the code on it is the one that was printed.
    """
    found = _VERDICTS[verdict.kind]
    if verdict.kind == genuine.GENUINE and not stand.is_payable:
        found = _STATES[stand.state]
    issuers = {one.issuer for one in verdict.sights if one.kind == genuine.OTHER_SCHEME}
    names = [schemes.name(issuer) for issuer in sorted(issuers)]
    here, here_en = _HERE if stand.is_payable else ("", "")
    face = Face(
        found.tone,
        found.title,
        found.title_en,
        found.advice.format(scheme=", ".join(name_vi for _, name_vi in names), here=here),
        found.advice_en.format(scheme=", ".join(name for name, _ in names), here=here_en),
    )
    return Answer(face, tuple(dict.fromkeys(_lines(verdict.sights))))


def _lines(sights: tuple[Sight, ...]) -> list[Line]:
    return [_line(difference) for sight in sights for difference in sight.differences]


def _line(difference: Difference) -> Line:
    name, name_en = _FIELDS[difference.field]
    say = _SAID.get(difference.field)
    if say is None:
        return Line(name, name_en)
    return Line(name, name_en, say(difference.registered), say(difference.seen))


def _bank(bin_: str | None) -> str:
    try:
        return bank(bin_ or "").short_name
    except NotFound:
        return f"BIN {bin_}"


def _account(number: str | None) -> str:
    return f"•••• {(number or '')[-4:]}"


def _amount(digits: str | None) -> str:
    return dong(int(digits)) if digits else "để trống"


_SAID: Final = {"bank": _bank, "account": _account, "amount": _amount}
