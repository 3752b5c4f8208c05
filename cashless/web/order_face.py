"""The face of an order: what the shopper reads for each status and exception, and what to do.

Total over both: every pair an order can show has a row. ``tone`` is good, wait, warn or bad; the
page shows it by colour, sign and word together. A code to scan is shown only while paying helps.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from cashless.web.formats import dong
from merchants.orders import Order


@dataclass(frozen=True, slots=True)
class Face:
    """What the page says; texts in Vietnamese and English, ``payable`` while paying helps."""

    tone: str
    title: str
    title_en: str
    advice: str
    advice_en: str
    payable: bool = False


_TEXTS: Final = ("title", "title_en", "advice", "advice_en")
_LATE: Final = Face(
    "warn",
    "Tiền đến trễ",
    "The money came late",
    "Đã nhận {paid} sau khi mã hết hạn. Đừng chuyển lần nữa; hãy cho người bán xem trang này.",
    "{paid} came after the code had expired. Do not pay again; show this page to the merchant.",
)
_DUPLICATE: Final = Face(
    "good",
    "ĐÃ NHẬN hai lần",
    "Paid twice",
    "Bạn đã chuyển dư {extra}. Hãy cho người bán xem trang này để nhận lại.",
    "You paid {extra} too much. Show this page to the merchant to get it back.",
)
_FACES: Final = {
    ("open", "none"): Face(
        "wait",
        "Chờ chuyển khoản",
        "Waiting for your transfer",
        "Mở ứng dụng ngân hàng hoặc ví, quét mã này.",
        "Open your bank or wallet app and scan this code.",
        payable=True,
    ),
    ("open", "underpaid"): Face(
        "warn",
        "Còn thiếu {missing}",
        "{missing} still missing",
        "Đã nhận {paid}. Quét mã này để chuyển nốt {missing}.",
        "{paid} has arrived. Scan this code to pay the remaining {missing}.",
        payable=True,
    ),
    ("paid", "none"): Face(
        "good",
        "ĐÃ NHẬN",
        "Paid",
        "Cảm ơn bạn. Hãy cho người bán xem trang này.",
        "Thank you. Show this page to the merchant.",
    ),
    ("paid", "overpaid"): Face(
        "good",
        "ĐÃ NHẬN, dư {extra}",
        "Paid, {extra} too much",
        "Hãy cho người bán xem trang này để nhận lại {extra}.",
        "Show this page to the merchant to get {extra} back.",
    ),
    ("paid", "duplicate"): _DUPLICATE,
    ("expired", "none"): Face(
        "bad",
        "Mã đã hết hạn",
        "This code has expired",
        "Đừng chuyển nữa; hãy xin người bán mã mới. Nếu đã chuyển, tiền đến trễ vẫn hiện ở đây.",
        "Do not pay now; ask the merchant for a new code. Money already sent will still show here.",
    ),
    ("expired", "underpaid"): Face(
        "warn",
        "Hết hạn, còn thiếu {missing}",
        "Expired, {missing} missing",
        "Đã nhận {paid}. Hãy nhờ người bán tạo mã mới cho {missing} còn lại.",
        "{paid} has arrived. Ask the merchant for a new code for the remaining {missing}.",
    ),
    ("cancelled", "none"): Face(
        "bad",
        "Phiếu đã hủy",
        "This order was cancelled",
        "Đừng chuyển vào mã này. Hãy hỏi người bán.",
        "Do not pay this code. Ask the merchant.",
    ),
}
_UNCONFIRMED: Final = Face(
    "good",
    "ĐÃ NHẬN, chờ đối soát",
    "Paid, to be checked",
    "Kênh báo tin này chưa đủ chắc chắn: người bán hãy xem tài khoản trước khi giao hàng đắt tiền.",
    "This notice is not proof enough by itself: the merchant should look into the account first.",
)
_RETURNED: Final = Face(
    "warn",
    "Phiếu đã hủy, đã nhận {paid}",
    "Cancelled, {paid} received",
    "Hãy cho người bán xem trang này để nhận lại tiền.",
    "Show this page to the merchant to get your money back.",
)


def face(order: Order, at: datetime) -> Face:
    """Return the face of an order at that moment, with its amounts filled in."""
    found = _LATE if order.exception == "late" else _FACES.get(_pair(order, at), _RETURNED)
    if found.tone == "good" and order.exception == "none" and not order.is_final:
        found = _UNCONFIRMED
    amounts = {
        "paid": dong(order.paid),
        "missing": dong(missing(order)),
        "extra": dong(max(order.paid - order.amount, 0)),
    }
    said = {name: getattr(found, name).format(**amounts) for name in _TEXTS}
    return replace(found, **said)


def missing(order: Order) -> int:
    """Return what the order still asks for, in đồng."""
    return max(order.amount - order.paid, 0)


def _pair(order: Order, at: datetime) -> tuple[str, str]:
    return order.status(at), order.exception
