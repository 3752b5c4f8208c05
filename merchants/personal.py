"""Personal data of merchants: sealed at rest, masked on show, every look written down.

Decree 13/2023/ND-CP asks for a purpose, a consent and a record of access. A number is sealed with
the vault key, bound to its merchant and kind. Opening one asks for a reason and leaves a row that
the merchant can read; nothing here ever logs or repeats a number. The keyed fingerprint tells that
two merchants gave the same number without opening either.
"""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, text

from cashless import vault
from cashless.access import contact
from cashless.clock import business_date, now
from cashless.errors import NotFound
from cashless.reason import require_why
from merchants import identifiers
from merchants.register import Merchant

_PUT = text(
    "INSERT INTO personal_datum (merchant_id, kind, sealed, fingerprint, noted_at, noted_by)"
    " VALUES (:merchant, :kind, :sealed, :fingerprint, :at, :who)"
    " ON CONFLICT (merchant_id, kind) DO UPDATE SET sealed = excluded.sealed,"
    " fingerprint = excluded.fingerprint, noted_at = excluded.noted_at,"
    " noted_by = excluded.noted_by"
)
_LOOK = text(
    "INSERT INTO look (merchant_id, kind, act, who, why, at)"
    " VALUES (:merchant, :kind, :act, :who, :why, :at)"
)
_GET = text("SELECT kind, sealed FROM personal_datum WHERE merchant_id = :merchant ORDER BY kind")
_FORGET = text("DELETE FROM personal_datum WHERE merchant_id = :merchant RETURNING kind")
_LOOKS = text("SELECT kind, act, who, why, at FROM look WHERE merchant_id = :merchant ORDER BY id")
_SAME = text(
    "SELECT DISTINCT m.code FROM personal_datum mine JOIN personal_datum other"
    " ON other.fingerprint = mine.fingerprint AND other.merchant_id <> mine.merchant_id"
    " JOIN merchant m ON m.id = other.merchant_id WHERE mine.merchant_id = :merchant ORDER BY 1"
)

_Read = Callable[[str, Merchant, date], str]
KINDS: Final[Mapping[str, _Read]] = {
    "tax_code": lambda written, who, at: identifiers.tax_code(written, who.kind, at),
    "old_tax_code": lambda written, _, __: identifiers.tax_code(written, "enterprise", date.min),
    "id_card": lambda written, _, at: identifiers.id_card(written, at),
    "phone": lambda written, _, __: contact.phone(written),
    "registration_number": lambda written, _, __: identifiers.registration_number(written),
}
"""Kind of number → how it is read, checked and brought into its stored form."""


@dataclass(frozen=True, slots=True)
class Look:
    """One act on personal data: who, when (UTC), which kind, and why."""

    kind: str
    act: str
    who: str
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Officer:
    """Who acts, for which reason, with the vault key that opens what is sealed."""

    who: str
    why: str
    key: bytes

    def __post_init__(self) -> None:
        """Keep the reason in one line, or refuse one that is none: ``Invalid("why_missing")``."""
        object.__setattr__(self, "why", require_why(self.why))


def note(db: Connection, merchant: Merchant, numbers: Mapping[str, str], by: Officer) -> None:
    """Keep numbers of a merchant, by kind; all of them or none.

    Raises ``Invalid("tax_code_invalid" | "id_card_invalid" | "phone_invalid" |
    "registration_number_invalid")``.
    """
    at = now()
    today = business_date(at)
    stored = {kind: KINDS[kind](value, merchant, today) for kind, value in numbers.items()}
    for kind, value in stored.items():
        sealed = vault.seal(by.key, value.encode(), _about(merchant.id, kind))
        row = {"merchant": merchant.id, "kind": kind, "at": at, "who": by.who}
        mark = _fingerprint(by.key, value)
        db.execute(_PUT, {**row, "sealed": sealed, "fingerprint": mark})
        db.execute(_LOOK, {**row, "act": "noted", "why": by.why})


def shown(db: Connection, merchant: Merchant, key: bytes) -> dict[str, str]:
    """Return the kept numbers masked: nobody has to give a reason for that."""
    return {kind: identifiers.masked(value) for kind, value in _opened(db, merchant, key).items()}


def reveal(db: Connection, merchant: Merchant, kind: str, by: Officer) -> str:
    """Open one number and write down who looked. Raises ``NotFound("personal_datum_missing")``."""
    value = _opened(db, merchant, by.key).get(kind)
    if value is None:
        raise NotFound(
            "personal_datum_missing",
            f"{merchant.code} has given no {kind}.",
            f"{merchant.code} chưa khai {kind}.",
        )
    _write_look(db, merchant, kind, "revealed", by)
    return value


def export(db: Connection, merchant: Merchant, by: Officer) -> dict[str, Any]:
    """Return everything kept of a merchant as a person, for that person; the look is written."""
    numbers = _opened(db, merchant, by.key)
    _write_look(db, merchant, "all", "exported", by)
    return {
        "merchant": merchant.code,
        "name": merchant.name,
        "numbers": numbers,
        "looks": [_told(one) for one in looks(db, merchant)],
    }


def forget(db: Connection, merchant: Merchant, by: Officer) -> list[str]:
    """Remove the numbers of a merchant and return their kinds; the books stay, as law asks."""
    kinds = list(db.execute(_FORGET, {"merchant": merchant.id}).scalars())
    for kind in kinds:
        _write_look(db, merchant, kind, "forgotten", by)
    return sorted(kinds)


def looks(db: Connection, merchant: Merchant) -> list[Look]:
    """Return who touched the personal data of a merchant, oldest first."""
    return [Look(*row) for row in db.execute(_LOOKS, {"merchant": merchant.id})]


def same_person(db: Connection, merchant: Merchant) -> list[str]:
    """Return the codes of other merchants that gave one of the same numbers."""
    return list(db.execute(_SAME, {"merchant": merchant.id}).scalars())


def _opened(db: Connection, merchant: Merchant, key: bytes) -> dict[str, str]:
    return {
        row.kind: vault.unseal(key, bytes(row.sealed), _about(merchant.id, row.kind)).decode()
        for row in db.execute(_GET, {"merchant": merchant.id})
    }


def _write_look(db: Connection, merchant: Merchant, kind: str, act: str, by: Officer) -> None:
    row = {"merchant": merchant.id, "kind": kind, "act": act, "who": by.who}
    db.execute(_LOOK, {**row, "why": by.why, "at": now()})


def _told(look: Look) -> dict[str, Any]:
    return {"kind": look.kind, "act": look.act, "who": look.who, "why": look.why, "at": look.at}


def _about(merchant: int, kind: str) -> str:
    return f"personal:{merchant}:{kind}"


def _fingerprint(key: bytes, value: str) -> bytes:
    """Hash a number with a key of its own, so that the database alone cannot try numbers."""
    return hmac.digest(
        hmac.digest(key, b"personal fingerprint", "sha256"), value.encode(), "sha256"
    )
