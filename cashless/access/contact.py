"""What a person signs in with: a Vietnamese phone number or an e-mail address.

Each is brought into one stored form or refused with a sentence that does not repeat it. Stored are
the sealed value and its mark, a hash with a key of its own: the database alone can neither read a
number nor try numbers. Phones: mobile prefixes 03, 05, 07, 08, 09 after the change of 2018, and the
landline of Kiên Giang, 0297; stored as E.164. Lists still have numbers of eleven digits as they
were before: they are read as the number of ten that the operator made of them.
"""

import hmac
import re
from dataclasses import dataclass
from typing import Final

from cashless import vault
from cashless.errors import Invalid

_MOBILE: Final = re.compile(r"(?:0|84)(?:3[2-9]|5[25689]|7[06-9]|8[1-9]|9[0-9])[0-9]{7}")
_LANDLINE: Final = re.compile(r"(?:0|84)297[0-9]{7}")
# The change of 2018, operator by operator: three digits after the zero became two.
_BEFORE_2018: Final = {
    **{f"16{digit}": f"3{digit}" for digit in "23456789"},  # Viettel
    "120": "70",
    "121": "79",
    "122": "77",
    "126": "76",
    "128": "78",  # MobiFone
    "123": "83",
    "124": "84",
    "125": "85",
    "127": "81",
    "129": "82",  # VinaPhone
    "186": "56",
    "188": "58",
    "199": "59",  # Vietnamobile, Gmobile
}
_OLD: Final = re.compile(r"(0|84)(1[0-9]{2})([0-9]{7})")
_EMAIL: Final = re.compile(r"[a-z0-9._%+-]{1,64}@(?:[a-z0-9-]{1,63}\.)+[a-z]{2,63}")
_EMAIL_MOST: Final = 254
_SEPARATORS: Final = str.maketrans("", "", " .\t\u00a0-()")


@dataclass(frozen=True, slots=True)
class Contact:
    """A phone number (E.164) or an e-mail address (lower case) of a person."""

    kind: str
    value: str

    @property
    def masked(self) -> str:
        """What may be shown to others: the end of a number, the beginning of an address."""
        name, sign, host = self.value.partition("@")
        return f"{name[0]}•••@{host}" if sign else f"•••{self.value[-3:]}"

    def mark(self, key: bytes) -> bytes:
        """Return the keyed hash by which the contact is found."""
        own = hmac.digest(key, b"contact fingerprint", "sha256")
        return hmac.digest(own, f"{self.kind}:{self.value}".encode(), "sha256")

    def sealed(self, key: bytes, person: int) -> bytes:
        """Return the contact sealed and bound to its person."""
        return vault.seal(key, self.value.encode(), _about(person, self.kind))


def opened(key: bytes, person: int, kind: str, sealed: bytes) -> Contact:
    """Open a kept contact. Raises ``Broken("vault_key_wrong")``."""
    return Contact(kind, vault.unseal(key, sealed, _about(person, kind)).decode())


def read(written: str) -> Contact:
    """Read what a person typed. Raises ``Invalid("phone_invalid" | "email_invalid")``."""
    if "@" in written:
        return Contact("email", email(written))
    return Contact("phone", phone(written))


def phone(written: str) -> str:
    """Return a Vietnamese phone number in E.164. Raises ``Invalid("phone_invalid")``."""
    compact = _renewed(written.translate(_SEPARATORS).removeprefix("+"))
    if _MOBILE.fullmatch(compact) or _LANDLINE.fullmatch(compact):
        return "+84" + compact[2 if compact.startswith("84") else 1 :]
    raise Invalid(
        "phone_invalid",
        "Write a Vietnamese phone number of ten digits, for example 0912 345 678.",
        "Hãy viết số điện thoại Việt Nam mười chữ số, ví dụ 0912 345 678.",
    )


def _renewed(compact: str) -> str:
    """Return a number of eleven digits as the one of ten that replaced it in 2018."""
    old = _OLD.fullmatch(compact)
    new = _BEFORE_2018.get(old[2]) if old else None
    return f"{old[1]}{new}{old[3]}" if old and new else compact


def shown_phone(number: str) -> str:
    """Return a stored phone number as people read it, ``0912 345 678``."""
    local = "0" + number.removeprefix("+84")
    return f"{local[:4]} {local[4:7]} {local[7:]}"


def email(written: str) -> str:
    """Return an e-mail address in lower case. Raises ``Invalid("email_invalid")``."""
    compact = written.strip().lower()
    if len(compact) <= _EMAIL_MOST and _EMAIL.fullmatch(compact):
        return compact
    raise Invalid(
        "email_invalid",
        "Write an e-mail address such as khoa@example.vn.",
        "Hãy viết địa chỉ e-mail, ví dụ khoa@example.vn.",
    )


def _about(person: int, kind: str) -> str:
    return f"contact:{person}:{kind}"
