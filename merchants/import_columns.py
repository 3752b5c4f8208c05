"""Import columns: the headings of a market's list, and what a cell under each may be.

A heading has a Vietnamese title and other words that people write for it. Each reader takes what
was written, the kind of merchant of that row and the day, and returns the stored form or raises
``Invalid`` with a sentence for the person who keeps the list.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from cashless.access import contact
from cashless.errors import Invalid
from cashless.vietqr.text import ascii_text
from merchants import accounts, categories, identifiers, shifts
from merchants.register import KINDS

_STALL_MAX: Final = 30


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, other words for it, and what a cell of it may be."""

    name: str
    title: str
    also: tuple[str, ...]
    required: bool = False
    is_identifier: bool = False


COLUMNS: Final = (
    Column("market", "Chợ", ("market", "tuyen pho", "cho tuyen pho"), required=True),
    Column("stall", "Sạp", ("stall", "ma sap", "so sap"), required=True),
    Column("walking_order", "Thứ tự", ("order", "walking order", "stt di")),
    Column("name", "Tên", ("name", "ten nguoi ban", "ten sap"), required=True),
    Column("category", "Ngành hàng", ("category", "nganh"), required=True),
    Column("kind", "Loại", ("kind", "loai nguoi ban")),
    Column(
        "account",
        "Tài khoản",
        ("account", "tai khoan nhan tien"),
        required=True,
        is_identifier=True,
    ),
    Column("holder", "Chủ tài khoản", ("holder", "ten chu tai khoan"), required=True),
    Column("phone", "Điện thoại", ("phone", "so dien thoai", "sdt"), is_identifier=True),
    Column("id_card", "Căn cước", ("id card", "cccd", "so can cuoc"), is_identifier=True),
    Column("tax_code", "Mã số thuế", ("tax code", "mst"), is_identifier=True),
    Column("shift", "Ca", ("shift", "ca ban", "gio ban")),
)
BY_NAME: Final = {column.name: column for column in COLUMNS}

KINDS_WRITTEN: Final[Mapping[str, str]] = {
    "ho kinh doanh": "household",
    "hkd": "household",
    "chua dang ky": "unregistered",
    "doanh nghiep": "enterprise",
    "hop tac xa": "cooperative",
    "ban quan ly cho": "market_board",
    **{kind: kind for kind in KINDS},
}


def plain(written: str) -> str:
    """Return a heading or word without accents, case and punctuation."""
    words = "".join(sign if sign.isalnum() else " " for sign in ascii_text(written).lower())
    return " ".join(words.split())


def _account(written: str, _kind: str, _today: date) -> str:
    bin_, number = accounts.read(written)
    return f"{bin_}:{number}"


def _stall(written: str, _kind: str, _today: date) -> str:
    code = written.upper()
    if len(code) <= _STALL_MAX and all(
        sign.isascii() and (sign.isalnum() or sign == "-") for sign in code
    ):
        return code
    raise Invalid(
        "stall_code_invalid",
        "A stall code has up to 30 plain letters, digits and hyphens, for example RS-TS-012.",
        "Mã sạp gồm tối đa 30 chữ không dấu, chữ số và gạch nối, ví dụ RS-TS-012.",
    )


def _order(written: str, _kind: str, _today: date) -> str:
    digits = written.removesuffix(".0")
    if digits.isascii() and digits.isdigit() and len(digits) <= len("999999"):
        return digits
    raise Invalid(
        "import_order_invalid",
        "The walking order is a whole number, for example 12.",
        "Thứ tự đi là số nguyên, ví dụ 12.",
    )


def _kind(written: str, _kind: str, _today: date) -> str:
    kind = KINDS_WRITTEN.get(plain(written))
    if kind is not None:
        return kind
    raise Invalid(
        "merchant_kind_unknown",
        "Write hộ kinh doanh, chưa đăng ký, doanh nghiệp, hợp tác xã or ban quản lý chợ.",
        "Hãy ghi hộ kinh doanh, chưa đăng ký, doanh nghiệp, hợp tác xã hoặc ban quản lý chợ.",
    )


def _text(code: str, most: int) -> Callable[[str, str, date], str]:
    def read_text(written: str, _kind: str, _today: date) -> str:
        if len(written) <= most and written.isprintable():
            return written
        raise Invalid(
            code,
            f"At most {most} visible characters.",
            f"Tối đa {most} ký tự nhìn thấy được.",
        )

    return read_text


READERS: Final[Mapping[str, Callable[[str, str, date], str]]] = {
    "market": _text("place_name_invalid", 120),
    "stall": _stall,
    "shift": lambda written, _, __: shifts.read(written).written,
    "walking_order": _order,
    "name": _text("merchant_name_invalid", 120),
    "category": lambda written, _, __: categories.require(written),
    "kind": _kind,
    "account": _account,
    "holder": _text("holder_invalid", 120),
    "phone": lambda written, _, __: contact.phone(written),
    "id_card": lambda written, _, today: identifiers.id_card(written, today),
    "tax_code": identifiers.tax_code,
}
