"""Answers: what is said in each of the three steps of a registration, read field by field.

Every field is brought into its stored form or gets its own problem, all of them at once, so that a
page can keep what was typed and say beside each field what is wrong with it. What a step means for
the others (a stall that is taken, an account that is another's) is asked in ``onboarding``.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from cashless.access import contact
from cashless.access.people import require_name
from cashless.errors import Invalid, Problem
from cashless.vietqr.text import ascii_text
from merchants import accounts, categories, consent_text, identifiers, shifts
from merchants.consents import TEXT_VERSION

_STALL: Final = re.compile(r"[A-Z0-9][A-Z0-9-]{0,29}")
_HOLDER_MOST: Final = 120
_NEAR: Final = timedelta(days=366)
_TITLES: Final = re.compile(r"^(?:HO KINH DOANH|HKD|CONG TY|CTY)\b")
KINDS: Final = {
    "household": ("Hộ kinh doanh", "Household business"),
    "unregistered": ("Bán hàng chưa đăng ký", "Not registered"),
    "enterprise": ("Doanh nghiệp, hợp tác xã", "Enterprise, co-operative"),
}
"""Kinds of merchant that register at a stall, as the page calls them."""

Typed = Mapping[str, str]
Reader = Callable[[str, date], str]


@dataclass(frozen=True, slots=True)
class Answers:
    """The stored form of a step's fields, and the problem of each that is wrong."""

    values: dict[str, str]
    wrong: dict[str, Problem]


def read(step: str, typed: Typed, today: date) -> Answers:
    """Read what was typed in a step; unknown fields are passed over."""
    values: dict[str, str] = {}
    wrong: dict[str, Problem] = {}
    for name, reader in STEPS[step].items():
        try:
            values[name] = reader(typed.get(name, "").strip(), today)
        except Problem as problem:
            wrong[name] = problem
    return Answers(values, wrong)


def same_name(holder: str, *names: str) -> bool:
    """Tell whether an account's holder is one of the names, accents, case and titles apart."""
    return _folded(holder) in {_folded(name) for name in names if name}


def _folded(name: str) -> str:
    plain = re.sub(r"[^A-Z0-9 ]", " ", ascii_text(name).upper())
    return "".join(_TITLES.sub("", " ".join(plain.split())).split())


def _optional(reader: Reader) -> Reader:
    return lambda written, today: reader(written, today) if written else ""


def _kind(written: str, _today: date) -> str:
    if written in KINDS:
        return written
    known = ", ".join(name for name, _ in KINDS.values())
    raise Invalid(
        "merchant_kind_unknown",
        f"A merchant is one of: {', '.join(KINDS)}.",
        f"Hãy chọn một trong: {known}.",
    )


def _agreed(written: str, _today: date) -> str:
    """Return the version agreed to; a box ticked before the text changed does not count."""
    if written == TEXT_VERSION:
        return written
    raise Invalid(
        "consent_missing",
        "Without this consent nobody can be registered. Read it out, then let the merchant tick.",
        "Không có đồng ý này thì không đăng ký được. Hãy đọc cho người bán nghe rồi đánh dấu.",
    )


def _tick(written: str, _today: date) -> str:
    return "yes" if written else ""


def _stall(written: str, _today: date) -> str:
    code = written.upper()
    if _STALL.fullmatch(code):
        return code
    raise Invalid(
        "stall_code_invalid",
        "Choose a stall, or type its code: letters, digits and dashes, for example RS-TS-012.",
        "Hãy chọn sạp hoặc gõ mã sạp: chữ không dấu, số và gạch ngang, ví dụ RS-TS-012.",
    )


def _day(written: str, today: date) -> str:
    try:
        day = date.fromisoformat(written)
    except ValueError:
        day = date.min
    if timedelta() <= today - day <= _NEAR:
        return day.isoformat()
    raise Invalid(
        "day_invalid",
        "The day the merchant took the stall is today or earlier, within a year.",
        "Ngày vào sạp là hôm nay hoặc trước đó, không quá một năm.",
    )


def _bank(written: str, _today: date) -> str:
    if written:
        return accounts.read(f"{written}:0")[0]
    raise Invalid(
        "account_bank_missing",
        "Take a photo of the merchant's own QR, or choose the bank.",
        "Hãy chụp mã QR của người bán, hoặc chọn ngân hàng.",
    )


def _number(written: str, _today: date) -> str:
    number = re.sub(r"[ .\u00a0-]", "", written)
    if re.fullmatch(r"[A-Za-z0-9]{1,19}", number):
        return number
    raise Invalid(
        "account_number_invalid",
        "Type the account number: up to 19 digits or letters, as the bank's app shows it.",
        "Hãy gõ số tài khoản: tối đa 19 chữ số hoặc chữ cái, như app ngân hàng hiện.",
    )


def _holder(written: str, _today: date) -> str:
    name = " ".join(written.split())
    if 1 <= len(name) <= _HOLDER_MOST and name.isprintable():
        return name
    raise Invalid(
        "holder_invalid",
        "Type the account holder's name exactly as the bank's app shows it.",
        "Hãy gõ tên chủ tài khoản đúng như app ngân hàng hiện.",
    )


def _source(written: str, _today: date) -> str:
    return written if written in {"photo", "text"} else "typed"


STEPS: Final[Mapping[str, Mapping[str, Reader]]] = {
    "who": {
        "name": lambda written, _: require_name(written),
        "stall_name": _optional(lambda written, _: require_name(written)),
        "phone": lambda written, _: contact.phone(written),
        "kind": _kind,
        "id_card": _optional(identifiers.id_card),
        "same_person": _tick,
        "registration": _agreed,
        **{clause.purpose: _tick for clause in consent_text.current() if not clause.is_needed},
    },
    "where": {
        "stall": _stall,
        "new_stall": _tick,
        "since": _day,
        "shift": lambda written, _: shifts.read(written).written,
        "category": lambda written, _: categories.require(written),
    },
    "account": {"bin": _bank, "number": _number, "holder": _holder, "read_from": _source},
}
"""Step → field → how it is read."""
