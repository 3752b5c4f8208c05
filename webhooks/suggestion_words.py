"""What a suggestion says, rule by rule: why somebody may be the one, why the ladder passed them by.

Vietnamese first, English beside it. The order of the table is the order of sureness.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from cashless.clock import VIETNAM

_MINUTE: Final = 60


@dataclass(frozen=True, slots=True)
class Words:
    """Why, and why not: each in Vietnamese and in English."""

    why: tuple[str, str]
    why_not: tuple[str, str]


def _order_named(row: Mapping[str, Any]) -> Words:
    code = row["order"]
    return Words(
        (f"Nội dung hoặc tin báo có mã phiếu thu {code}.", f"Order {code} is named."),
        _barred(row)
        or (
            "Tài khoản nhận tiền không phải của người bán này, hoặc có nhiều mã.",
            "The account is not this merchant's, or several orders are named.",
        ),
    )


def _order_near(row: Mapping[str, Any]) -> Words:
    code = row["order"]
    return Words(
        (
            f"Nội dung gần giống mã phiếu thu {code}, sai một ký tự.",
            f"The memo is one sign away from order {code}.",
        ),
        _barred(row)
        or (
            "Ký tự kiểm tra của mã không khớp, nên máy không đọc là mã.",
            "The check character does not fit, so it was not read as a code.",
        ),
    )


def _holder(row: Mapping[str, Any]) -> Words:
    number = row["number"]
    return Words(
        (f"Tài khoản {number} là của người bán này.", f"Account {number} is this merchant's."),
        _barred(row)
        or (
            "Mã là của người khác, kết nối không được báo về tài khoản này, hoặc mới ghi sau.",
            "Another one's order was named, its connection may not tell of it, or it is newer.",
        ),
    )


def _former(row: Mapping[str, Any]) -> Words:
    number, day = row["number"], _day(row["until"])
    return Words(
        (
            f"Người bán này có tài khoản {number} đến ngày {day}.",
            f"This merchant held account {number} until {day}.",
        ),
        _barred(row)
        or (
            "Tài khoản đã khóa với người bán này, hoặc nay là của người khác.",
            "The account was closed for this merchant, or is somebody else's now.",
        ),
    )


def _revoked_stand(row: Mapping[str, Any]) -> Words:
    number, day = row["number"], _day(row["until"])
    return Words(
        (
            f"Bảng QR của người bán này với tài khoản {number} đã thu hồi ngày {day}.",
            f"A stand of this merchant with account {number} was revoked on {day}.",
        ),
        _barred(row)
        or (
            "Bảng QR đã thu hồi không còn chỉ rõ ai nhận tiền.",
            "A revoked stand names nobody any more.",
        ),
    )


def _account_near(row: Mapping[str, Any]) -> Words:
    number = row["number"]
    return Words(
        (
            f"Chỉ khác một chữ số so với tài khoản {number} của người bán này.",
            f"It is one digit away from this merchant's account {number}.",
        ),
        _barred(row)
        or (
            "Số tài khoản phải đúng từng chữ số.",
            "An account number must be right in every digit.",
        ),
    )


def _prefix(row: Mapping[str, Any]) -> Words:
    number = row["number"]
    return Words(
        (
            f"Tài khoản ảo bắt đầu bằng {number} của người bán này.",
            f"The virtual account begins with this merchant's {number}.",
        ),
        _barred(row)
        or (
            "Chưa ghi đúng tài khoản ảo này cho ai.",
            "This very virtual account is registered for nobody.",
        ),
    )


def _amount(row: Mapping[str, Any]) -> Words:
    code, minutes = row["order"], max(row["seconds"] // _MINUTE, 1)
    return Words(
        (
            f"Phiếu thu {code} có đúng số tiền này, cách nhau {minutes} phút, chưa ai trả.",
            f"Order {code} asks for this amount, {minutes} minutes apart, and is not paid.",
        ),
        ("Không bao giờ khớp chỉ bằng số tiền.", "Amounts alone never decide."),
    )


def _barred(row: Mapping[str, Any]) -> tuple[str, str] | None:
    """Say what speaks against anybody: a closed merchant, or money that did not come in."""
    if row["status"] == "closed":
        return (
            "Người bán đã ngừng kinh doanh: mở lại thì mới gán được.",
            "The merchant is closed: reopen to assign.",
        )
    if row["kind"] != "credit":
        return (
            "Đây không phải tiền vào, nên chờ khoản tiền vào mà nó rút lại.",
            "It did not come in, so it waits for the credit that it takes back.",
        )
    return None


def _day(at: datetime) -> str:
    return f"{at.astimezone(VIETNAM):%d/%m/%Y}"


RULES: Final[Mapping[str, Callable[[Mapping[str, Any]], Words]]] = {
    "order_named": _order_named,
    "order_near": _order_near,
    "revoked_stand": _revoked_stand,
    "holder": _holder,
    "former": _former,
    "account_near": _account_near,
    "prefix": _prefix,
    "amount": _amount,
}
"""Rule → its words, the surest rule first."""
