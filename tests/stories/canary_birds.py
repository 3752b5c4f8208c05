"""Canaries: unmistakable personal values, and the one table of where each may be seen.

A value is looked for in every spelling: with or without accents, spaces, dots and signs, escaped
for HTML, an address or JSON, an amount also in words; of a long number any seven digits in a row
count. So the masked form (at most the last four) is nobody's leak, and needs no line below.
"""

import html
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final
from urllib.parse import unquote

from cashless.words import read_amount
from tests.market import SECRETS
from tests.people import PASSWORD

_WINDOW: Final = 7
_UNICODE: Final = re.compile(r"\\u([0-9a-fA-F]{4})")

ACCOUNT: Final = "7704208135792468"
NEW_ACCOUNT: Final = "7704209642875313"
TAKEN: Final = (3_141_593, 2_718_281)
ASKED: Final = 1_618_033
STRAY: Final = 1_732_051
BIRDS: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("Chị Hoàng Oanh Lụa",),
    "holder": ("TRAN VU QUYEN XANH",),
    "new_holder": ("LE KHUOU BAC MA",),
    "person": ("Trần Sơn Ca Vàng",),
    "helper": ("Cu Gáy Nâu",),
    "phone": ("0913 572 468",),
    "contact": ("0969 318 274", "0973 846 152", "chim.vanh.khuyen@example.vn"),
    "id_card": ("091165738291",),
    "tax_code": ("091067418529",),
    "old_tax_code": ("1702468009",),
    "certificate": ("56C8-BOCAU-0042",),
    "account": (ACCOUNT,),
    "new_account": (NEW_ACCOUNT,),
    "memo": ("tra tien chich choe lua 20 ky",),
    "note": ("ghẹ cho cô Bồ Câu",),
    "why": ("đã xem giấy của Chim Ưng",),
    "taken": tuple(map(str, TAKEN)),
    "sum": (str(sum(TAKEN)),),
    "stray": (str(STRAY),),
    "asked": (str(ASKED),),
    "draft": ("Nguyễn Thị Diều Hâu", "Khô Cò Trắng", "0986 427 513", "091074629385"),
    "secret": (PASSWORD, *SECRETS["agribank"].values(), *SECRETS["momo"].values()),
}
"""Kind → the values of that kind."""

_CODES: Final = ("* public.order", "* stands.page", "* stands.check wrong")
"""What a shopper must compare before paying stands beside the code."""
_SEALED: Final = ("* merchant.page", "* merchant.ask wrong")
"""The stall's own page, for whoever holds its sealed address; ``*`` are roles and nobody."""
_BOOK: Final = ("cli ledger show", "cli payments *", "cli reconcile", "cli statements *")
_CHANGES: Final = ("owner", "board", "operator", "auditor")
_ROLES: Final = ("owner", "helper", "board", "operator", "auditor")


def _for(roles: Iterable[str], *endpoints: str) -> tuple[str, ...]:
    return tuple(f"{role} {endpoint}" for role in roles for endpoint in endpoints)


MAY: Final[Mapping[str, tuple[str, ...]]] = {
    "name": (
        *(*_CODES, *_SEALED, *_for(_ROLES, "api.merchant", "api.merchants")),
        *_for(("owner", "helper", "operator", "auditor"), "work.stall"),
        *_for(("owner", "helper"), "work.ask wrong"),
        *_for(("owner", "auditor"), "work.privacy"),
        *_for(("board",), "office.office", "office.open_recovery wrong"),
        *_for(("board",), "office.approve_change wrong"),
        *("cli merchants *", "cli personal note", "cli personal show", "cli stalls *"),
        *("cli stands list", "cli stands show", "cli story"),
    ),
    "holder": (
        *(*_CODES, *_SEALED, *_for(_ROLES, "api.merchant_accounts"), "board office.office"),
        *("cli merchants add", "cli merchants show", "cli stands list", "cli stands show"),
    ),
    "new_holder": (
        *(*_SEALED, "board office.office", "cli accounts *"),
        *_for(_CHANGES, "api.account_change"),
    ),
    "person": (
        *_for(("owner",), "me.*", "passkey.*", "work.*"),
        *_for(("operator", "auditor"), "everybody.everybody"),
        *_for(("board",), "office.office", "office.*recovery wrong"),
        *("cli people list", "cli people show"),
    ),
    "helper": (
        *_for(("helper",), "me.*", "passkey.*", "work.*"),
        *_for(("operator", "auditor"), "everybody.everybody"),
        "cli people list",
    ),
    "account": (
        *(*_CODES, *_for(_ROLES, "api.merchant_accounts", "api.*stand*")),
        *_for(_CHANGES, "api.account_change"),
        *_for(("owner", "helper", "operator", "auditor"), "api.order", "api.listed_orders"),
        *("cli accounts *", "cli merchants add", "cli merchants show", "cli orders show"),
        *("cli qr order", "cli qr static", "cli stands list", "cli stands show"),
        *(
            "cli deliveries show",
            "cli payments explain",
            "cli reconcile",
            "cli statements show",
            "cli story",
        ),
    ),
    "new_account": ("cli accounts *", *_for(_CHANGES, "api.account_change")),
    "draft": _for(("board",), "onboarding.*"),
    "memo": (
        *("cli deliveries show", "cli statements show", "cli suspense list"),
        *_for(("clerk", "auditor"), "api.suspense", "desk.desk"),
    ),
    "note": (
        *("* public.order", "cli orders show", "cli qr order"),
        *_for(("owner", "helper", "operator", "auditor"), "api.order", "api.listed_orders"),
    ),
    "why": (
        *(*_SEALED, *_for(("board",), "office.*"), "cli accounts *"),
        *_for(_CHANGES, "api.account_change"),
    ),
    "taken": (
        *(*_SEALED, "* merchant.messages", *_BOOK, "cli story", "cli deliveries show"),
        *_for(("owner", "helper", "operator", "auditor"), "work.stall"),
        *_for(("owner", "helper"), "work.ask wrong"),
        *_for(("partner", "operator", "auditor"), "partner.partner"),
    ),
    "sum": (
        *(*_SEALED, "* merchant.today", "cli audit", "cli ledger gauge", "cli ledger show"),
        *("owner work.stall", "owner work.ask wrong", "auditor work.stall"),
    ),
    "stray": (
        *("cli audit", "cli payments list", "cli suspense list"),
        *_for(("partner", "operator", "auditor"), "partner.partner"),
        *_for(("clerk", "auditor"), "api.suspense", "desk.desk"),
    ),
    "asked": (
        *("* public.order", "* public.status", "cli orders show", "cli qr order"),
        *_for(("owner", "helper", "operator", "auditor"), "api.order", "api.listed_orders"),
    ),
}
"""Kind → where it may be seen. Elsewhere it is a leak; a kind without a line is seen nowhere."""


@dataclass(frozen=True)
class Sight:
    """Something that was shown or written: where, and its text."""

    where: str
    text: str


def leaks(sights: Iterable[Sight]) -> list[str]:
    """Return what was seen where it may not be, as ``kind at where``."""
    found = {
        f"{kind} at {one.where}"
        for one in sights
        for kind in seen_in(one.text)
        if not any(fnmatchcase(one.where, where) for where in MAY.get(kind, ()))
    }
    return sorted(found)


def needless(sights: Iterable[Sight]) -> list[str]:
    """Return the lines of the table that allow what is not there: holes for a later leak."""
    seen = [(kind, one.where) for one in sights for kind in seen_in(one.text)]
    return [
        f"{kind} at {where}"
        for kind, places in MAY.items()
        for where in places
        if not any(kind == there and fnmatchcase(at, where) for there, at in seen)
    ]


def seen_in(text: str) -> set[str]:
    """Return the kinds of which a value can be read in a text."""
    plain = folded(text)
    return {kind for kind, forms in _FORMS.items() if any(form in plain for form in forms)}


def folded(text: str) -> str:
    """Bring every spelling of a text into one: small letters and digits only."""
    opened = unquote(html.unescape(_UNICODE.sub(lambda one: chr(int(one[1], 16)), text)))
    plain = unicodedata.normalize("NFKD", opened.lower()).replace("đ", "d")
    return re.sub(r"[^a-z0-9]+", "", plain)


def _forms(kind: str, value: str) -> list[str]:
    """Return the folded texts that give a value away."""
    plain = folded(value)
    if kind in {"taken", "sum", "asked", "stray"}:
        return [plain, folded(read_amount(int(value)))]
    if plain.isdigit():
        return [plain[at : at + _WINDOW] for at in range(1, len(plain) - _WINDOW + 1)]
    return [plain]


_FORMS: Final = {
    kind: [form for value in values for form in _forms(kind, value)]
    for kind, values in BIRDS.items()
}
