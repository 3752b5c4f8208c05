"""How things are written on a page: money, times, days, percentages, as filters of the templates.

Times are Vietnam's with a 24-hour clock, days are dd/mm/yyyy, decimals have a comma. What is not
published is an en dash.
"""

from datetime import date, datetime
from typing import Final

from flask import Flask

from cashless.clock import VIETNAM, business_date
from cashless.money import format_dong
from cashless.words import read_amount

NOT_PUBLISHED: Final = "–"
_ROLES: Final = {
    "owner": "Chủ sạp",
    "helper": "Phụ bán",
    "board": "Ban quản lý chợ",
    "ward": "Phường",
    "city": "Thành phố",
    "partner": "Tổ chức thanh toán",
    "operator": "Vận hành",
    "auditor": "Kiểm toán",
}
_ACTS: Final = {
    "signed in": "đăng nhập",
    "passkey added": "thêm khóa đăng nhập",
    "passkey removed": "gỡ khóa đăng nhập",
    "passkey counter fell": "từ chối một khóa: có thể có bản sao",
    "device signed out": "đăng xuất một máy",
    "signed out by operator": "bị đăng xuất mọi máy",
    "password set": "đặt mật khẩu",
    "password changed": "đổi mật khẩu",
    "invited": "được mời",
    "recovery opened": "mở yêu cầu cấp lại",
    "recovery approved": "duyệt cấp lại",
    "granted": "được giao vai trò",
    "revoked": "bị thu hồi vai trò",
    "closed": "bị khóa",
    "key made": "cấp khóa API",
    "key exchanged": "đổi khóa API",
    "key revoked": "hủy khóa API",
    "noted": "ghi",
    "revealed": "xem",
    "exported": "xuất",
    "forgotten": "xóa",
    "who": "ghi bước 1: ai",
    "where": "ghi bước 2: ở đâu",
    "account": "ghi bước 3: tài khoản",
    "seen": "xem hồ sơ",
    "confirmed": "xác nhận",
    "heard": "đã nghe",
    "not_heard": "không nghe thấy",
    "corrected": "sửa tài khoản",
    "live": "mở bán",
    "ended": "bỏ hồ sơ",
}


def install(app: Flask) -> None:
    """Give the templates their filters."""
    filters = {
        "act": act,
        "clock": clock,
        "count": count,
        "date": date_of,
        "day": day,
        "dong": dong,
        "grouped": grouped,
        "percent": percent,
        "role": role,
        "words": words,
    }
    app.jinja_env.filters.update(filters)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def role(name: str) -> str:
    """Name a role in Vietnamese."""
    return _ROLES[name]


def act(name: str) -> str:
    """Name what somebody did in Vietnamese."""
    return _ACTS.get(name, name)


def clock(at: datetime) -> str:
    """Write the time of day in Vietnam: ``05:07:09``."""
    return at.astimezone(VIETNAM).strftime("%H:%M:%S")


def dong(amount: int) -> str:
    """Write đồng in full, with a no-break space before the unit."""
    return format_dong(amount).replace(" ", "\u00a0")


def date_of(at: datetime) -> str:
    """Write the business date of an instant for scripts: ``2026-11-23``."""
    return business_date(at).isoformat()


def day(value: date) -> str:
    """Write a day: ``23/11/2026``; an instant counts for its day in Vietnam."""
    local = value.astimezone(VIETNAM) if isinstance(value, datetime) else value
    return local.strftime("%d/%m/%Y")


def count(number: int | None) -> str:
    """Write a count grouped by dots, or the dash of what is not published."""
    return NOT_PUBLISHED if number is None else f"{number:,}".replace(",", ".")


def percent(permille: int | None) -> str:
    """Write thousandths as a percentage: ``93,3%``, ``100%``."""
    if permille is None:
        return NOT_PUBLISHED
    whole, tenth = divmod(permille, 10)
    return f"{whole},{tenth}%" if tenth else f"{whole}%"


def grouped(text: str) -> str:
    """Write an account number in groups of four with no-break spaces, to be read aloud."""
    return "\u00a0".join(text[at : at + 4] for at in range(0, len(text), 4))


def words(amount: int) -> str:
    """Write an amount in words, as the beginning of a sentence."""
    said = read_amount(max(amount, 0))
    return said[:1].upper() + said[1:]
