"""Consents: what a merchant agreed to, under which text, and when it was taken back.

A consent is a fact: giving and withdrawing are rows, the newest one of a purpose counts. The text
agreed to is named by the day of its version, so that it can be shown again as it was.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, text

from cashless.clock import now
from cashless.errors import Invalid
from merchants.register import Merchant

PURPOSES: Final = ("registration", "statistics", "contact")
TEXT_VERSION: Final = "2026-11-25"

_ADD = text(
    "INSERT INTO consent (merchant_id, purpose, text_version, is_given, witness, at)"
    " VALUES (:merchant, :purpose, :version, :given, :witness, :at)"
)
_LATEST = text(
    "SELECT DISTINCT ON (purpose) purpose, text_version, is_given, witness, at FROM consent"
    " WHERE merchant_id = :merchant ORDER BY purpose, id DESC"
)


@dataclass(frozen=True, slots=True)
class Consent:
    """Whether a merchant agrees to a purpose, since when, to which text, before whom."""

    purpose: str
    text_version: str
    is_given: bool
    witness: str
    at: datetime


def record(
    db: Connection, merchant: Merchant, purpose: str, witness: str, *, is_given: bool
) -> None:
    """Write that a merchant agrees, or no longer agrees. ``Invalid("consent_purpose_unknown")``."""
    if purpose not in PURPOSES:
        known = ", ".join(PURPOSES)
        raise Invalid(
            "consent_purpose_unknown",
            f"A consent is for one of: {known}.",
            f"Đồng ý cho một trong các mục đích: {known}.",
        )
    row = {"merchant": merchant.id, "purpose": purpose, "version": TEXT_VERSION, "at": now()}
    db.execute(_ADD, {**row, "given": is_given, "witness": witness})


def current(db: Connection, merchant: Merchant) -> list[Consent]:
    """Return the newest word of a merchant on each purpose."""
    return [Consent(*row) for row in db.execute(_LATEST, {"merchant": merchant.id})]
