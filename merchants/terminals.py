"""Terminals: what a wallet or gateway calls a merchant or one of the stalls.

A provider without a BIN has no accounts that money could be transferred to: it names the merchant
by a code of its own (VNPAY's terminal, ZaloPay's application, a shop's number). A payment that
names a terminal is heard for its merchant, just as one that names a receiving account. One open
terminal belongs to one merchant.
"""

import re
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from cashless.clock import now
from cashless.errors import Conflict, Invalid, NotFound
from providers import find

_NUMBER = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_ADD = text(
    "INSERT INTO terminal (merchant_id, provider, number) VALUES (:merchant, :provider, :number)"
)
_CLOSE = text(
    "UPDATE terminal SET closed_at = :at WHERE provider = :provider AND number = :number"
    " AND closed_at IS NULL"
)
_LIST = text(
    "SELECT t.provider, t.number, m.code AS merchant, m.name, t.opened_at, t.closed_at"
    " FROM terminal t JOIN merchant m ON m.id = t.merchant_id"
    " WHERE CAST(:merchant AS bigint) IS NULL OR m.id = :merchant"
    " ORDER BY t.closed_at IS NOT NULL, t.provider, t.number"
)


def add(db: Connection, merchant: int, provider: str, number: str) -> None:
    """Name a merchant's terminal at a provider.

    Raises ``NotFound("provider_unknown")``, ``Invalid("terminal_invalid")`` and
    ``Conflict("terminal_taken")`` when it is another's.
    """
    find(provider)
    if not _NUMBER.fullmatch(number):
        raise Invalid(
            "terminal_invalid",
            "Write a terminal as the provider does: up to 64 letters, digits and . _ : -",
            "Hãy ghi mã điểm bán đúng như tổ chức thanh toán cấp: tối đa 64 chữ, số và . _ : -",
        )
    try:
        with db.begin_nested():
            db.execute(_ADD, {"merchant": merchant, "provider": provider, "number": number})
    except IntegrityError as error:
        raise Conflict(
            "terminal_taken",
            f"Terminal {number} of {provider} already belongs to a merchant. Close it there first.",
            f"Mã điểm bán {number} của {provider} đã thuộc một người bán. Hãy đóng ở đó trước.",
        ) from error


def close(db: Connection, provider: str, number: str) -> None:
    """Close a terminal; money that still names it goes on to its merchant, late money is money.

    Raises ``NotFound("terminal_unknown")``.
    """
    closed = db.execute(_CLOSE, {"provider": provider, "number": number, "at": now()})
    if closed.rowcount == 0:
        raise NotFound(
            "terminal_unknown",
            f"{provider} has no open terminal {number} here.",
            f"Không có mã điểm bán {number} đang mở của {provider}.",
        )


def listing(db: Connection, merchant: int | None = None) -> list[dict[str, Any]]:
    """Return terminals, of one merchant when it is given, the open ones first."""
    return [dict(row._mapping) for row in db.execute(_LIST, {"merchant": merchant})]
