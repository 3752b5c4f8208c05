"""Numbers that name a person or a business: tax code, ID card, registration number.

Each is compacted first (people write spaces, dots and dashes) and then either returned in its one
stored form or refused with a sentence that says what is wrong. A refusal never repeats the number:
it is personal data.

* Tax code (mã số thuế) of an organisation: 10 digits, the last checks the others (weights 31, 29,
  23, 19, 17, 13, 7, 5, 3 modulo 11); a branch adds ``-001`` to ``-999``. The numbers after the
  first two digits are never all zero.
* A household business or an individual has, since 1 July 2025, the owner's ID number as tax code
  (Circular 86/2024/TT-BTC). The old ten digits were valid until 30 June 2025 and are kept apart.
* ID card (CCCD): 12 digits, province of birth registration, century and gender, year, six random
  digits; no check digit. The codes of provinces that were merged in 2025 stay valid.
"""

import re
from datetime import date
from typing import Final

from cashless.errors import Invalid

_WEIGHTS: Final = (31, 29, 23, 19, 17, 13, 7, 5, 3)
_MODULUS: Final = 11
_PERSONAL_FROM: Final = date(2025, 7, 1)

_ORGANISATION = re.compile(r"[0-9]{10}(?:-?[0-9]{3})?")
_PERSONAL = re.compile(r"[0-9]{12}")
_REGISTRATION = re.compile(r"[0-9A-Z][0-9A-Z./-]{3,19}")
_LONG: Final = re.compile(r"(?<![0-9-])(?:0|\+84)(?:[ .-]?[0-9]){6,}|[0-9]{7,}")
_CENTURIES: Final = {"0": 1900, "1": 1900, "2": 2000, "3": 2000}
_AGE_FEWEST: Final = 14  # an ID card is issued from 14 on

_PROVINCE_CODES: Final = (
    "001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 026 027 030 031 033 034 035"
    " 036 037 038 040 042 044 045 046 048 049 051 052 054 056 058 060 062 064 066 067 068 070 072"
    " 074 075 077 079 080 082 083 084 086 087 089 091 092 093 094 095 096"
)
PROVINCES: Final = frozenset(_PROVINCE_CODES.split())
"""Province codes of ID cards (Circular 59/2021/TT-BCA, annex); mergers did not retire them."""


def tax_code(written: str, kind: str, at: date) -> str:
    """Return a merchant's tax code in its stored form; ``at`` is the day it must be valid.

    A household business and an unregistered merchant have a person's number from 1 July 2025 on,
    an enterprise, a co-operative or a market board an organisation's. Raises
    ``Invalid("tax_code_invalid")``.
    """
    compact = _compact(written, keep="-")
    personal = kind in {"household", "unregistered"} and at >= _PERSONAL_FROM
    if personal:
        return _personal_tax_code(compact, at)
    if not _ORGANISATION.fullmatch(compact) or not _has_check_digit(compact):
        raise _wrong_tax_code(
            "the ten digits do not check; copy them again from the tax registration",
            "mười chữ số không đúng số kiểm tra; hãy chép lại từ giấy đăng ký thuế",
        )
    digits = compact.replace("-", "")
    return digits if len(digits) == len(_WEIGHTS) + 1 else f"{digits[:10]}-{_branch(digits[10:])}"


def id_card(written: str, at: date) -> str:
    """Return the twelve digits of an ID card. Raises ``Invalid("id_card_invalid")``."""
    compact = _compact(written)
    if not _PERSONAL.fullmatch(compact):
        raise _wrong_id(
            "it has 12 digits; the old card with 9 digits no longer counts",
            "gồm 12 chữ số; chứng minh nhân dân 9 số không còn dùng được",
        )
    if compact[:3] not in PROVINCES:
        raise _wrong_id(
            "the first three digits name no province",
            "ba số đầu không phải mã tỉnh, thành phố nào",
        )
    century = _CENTURIES.get(compact[3])
    if century is None or not _is_plausible(century + int(compact[4:6]), at):
        raise _wrong_id(
            "the fourth to sixth digits give no year of birth of somebody who has a card",
            "số thứ tư đến thứ sáu không cho ra năm sinh của người đã được cấp thẻ",
        )
    return compact


def registration_number(written: str) -> str:
    """Return the number of a household business certificate: old ones are free text.

    Raises ``Invalid("registration_number_invalid")``.
    """
    compact = "".join(written.split()).upper()
    if _REGISTRATION.fullmatch(compact):
        return compact
    raise Invalid(
        "registration_number_invalid",
        "Write the number of the business certificate: 4 to 20 letters, digits, dots or dashes.",
        "Hãy ghi số giấy chứng nhận: 4 đến 20 chữ cái, chữ số, dấu chấm hoặc gạch.",
    )


def masked(number: str) -> str:
    """Show the last three signs of a number, and nothing at all of a short one."""
    return f"•••{number[-3:]}" if len(number) > 2 * 3 else "•••"


def without_numbers(text: str) -> str:
    """Mask every long number in a sentence that repeats what somebody wrote into a wrong cell."""
    return _LONG.sub(lambda found: masked(found[0]), text)


def _compact(written: str, keep: str = "") -> str:
    return "".join(sign for sign in written if sign not in " .\t\u00a0-()" or sign in keep)


def _personal_tax_code(compact: str, at: date) -> str:
    try:
        return id_card(compact, at)
    except Invalid as error:
        raise _wrong_tax_code(
            "since 1 July 2025 it is the owner's ID number, 12 digits",
            "từ 01/07/2025 là số định danh cá nhân của chủ hộ, 12 chữ số",
        ) from error


def _has_check_digit(compact: str) -> bool:
    digits = [int(sign) for sign in compact[: len(_WEIGHTS)]]
    rest = sum(weight * digit for weight, digit in zip(_WEIGHTS, digits, strict=True)) % _MODULUS
    expected = 10 - rest
    return any(digits[2:]) and rest != 0 and expected == int(compact[len(_WEIGHTS)])


def _branch(digits: str) -> str:
    if digits == "000":
        raise _wrong_tax_code(
            "a branch is numbered from 001 to 999", "chi nhánh được đánh số từ 001 đến 999"
        )
    return digits


def _is_plausible(year: int, at: date) -> bool:
    return year <= at.year - _AGE_FEWEST


def _wrong_tax_code(why: str, why_vi: str) -> Invalid:
    return Invalid(
        "tax_code_invalid", f"This is no tax code: {why}.", f"Mã số thuế không đúng: {why_vi}."
    )


def _wrong_id(why: str, why_vi: str) -> Invalid:
    return Invalid(
        "id_card_invalid",
        f"This is no ID card number: {why}.",
        f"Số căn cước không đúng: {why_vi}.",
    )
