"""The texts a merchant is asked to agree to, by the day of their version.

A consent names the version, so that what was agreed to can be shown as it was. A new wording is a
new version beside the old ones; none is ever edited. Registering is impossible without the first
purpose; the others are free, and nothing is ticked beforehand (Decree 13/2023/ND-CP, article 11).
"""

from dataclasses import dataclass
from typing import Final

from merchants.consents import TEXT_VERSION


@dataclass(frozen=True, slots=True)
class Clause:
    """What one purpose asks for, in both languages."""

    purpose: str
    vi: str
    en: str
    is_needed: bool = False


TEXTS: Final[dict[str, tuple[Clause, ...]]] = {
    "2026-11-25": (
        Clause(
            "registration",
            "Tôi đồng ý cho ban quản lý chợ lưu tên, số điện thoại, số căn cước (nếu khai) và tài"
            " khoản nhận tiền của tôi để đăng ký sạp và báo tiền về. Tôi xem được ai đã mở dữ liệu"
            " và rút lại đồng ý bất cứ lúc nào.",
            "The market board may keep my name, phone, ID number (if given) and receiving account,"
            " to register the stall and tell me of payments. I can see who looked and withdraw at"
            " any time.",
            is_needed=True,
        ),
        Clause(
            "statistics",
            "Đồng ý tính sạp vào số liệu chung của chợ, không nêu tên, không nêu doanh thu.",
            "Count the stall in figures of the whole market, without name or takings.",
        ),
        Clause(
            "contact",
            "Đồng ý nhận hướng dẫn và thông báo của chợ qua điện thoại.",
            "Tell me news and advice of the market by phone.",
        ),
    ),
}


def current() -> tuple[Clause, ...]:
    """Return the clauses that are asked for now."""
    return TEXTS[TEXT_VERSION]
