"""Terminals: what a wallet or gateway calls a merchant or one of the stalls.

A provider without a BIN has no accounts that money could be transferred to: it names the merchant
by a code of its own (VNPAY's terminal, ZaloPay's application, a shop's number). A payment that
names a terminal is heard for its merchant, just as one that names a receiving account. One open
terminal belongs to one merchant, and no terminal is an account of another.

Whoever makes us hear another account for a merchant makes that merchant's phone say "received" for
money that went elsewhere: a code pasted over the stand would not be noticed. So a number at a
provider with a BIN (a virtual account, a service code) is heard only once a second person approved
it, and what our own dialect calls ``BIN:NUMBER`` is no terminal at all: it is a receiving account
and goes the way of those (``account_changes``).
"""

import re
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from cashless.clock import now
from cashless.errors import Conflict, Forbidden, Invalid, NotFound
from providers import find

_NUMBER = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_OWN_DIALECT = "standard"
_ACCOUNT = re.compile(r"[0-9]{6}:.*")
_ADD = text(
    "INSERT INTO terminal (merchant_id, provider, number, asked_by, needs_second)"
    " VALUES (:merchant, :provider, :number, :by, :needs_second)"
)
_APPROVE = text(
    "UPDATE terminal SET approved_by = :by, approved_at = :at WHERE provider = :provider"
    " AND number = :number AND closed_at IS NULL AND approved_at IS NULL AND needs_second"
    " AND asked_by <> :by"
)
_WAITING = text(
    "SELECT asked_by FROM terminal WHERE provider = :provider AND number = :number"
    " AND closed_at IS NULL AND approved_at IS NULL AND needs_second"
)
_CLOSE = text(
    "UPDATE terminal SET closed_at = :at WHERE provider = :provider AND number = :number"
    " AND closed_at IS NULL"
)
_LIST = text(
    "SELECT t.provider, t.number, m.code AS merchant, m.name, t.opened_at, t.closed_at,"
    " t.asked_by, t.approved_by, NOT t.needs_second OR t.approved_at IS NOT NULL AS is_heard"
    " FROM terminal t JOIN merchant m ON m.id = t.merchant_id"
    " WHERE CAST(:merchant AS bigint) IS NULL OR m.id = :merchant"
    " ORDER BY t.closed_at IS NOT NULL, t.provider, t.number"
)


def add(db: Connection, merchant: int, provider: str, number: str, by: str = "registry") -> bool:
    """Name a merchant's terminal at a provider; tell whether it is heard already.

    One at a provider with a BIN waits for ``approve`` by somebody else than ``by``. Raises
    ``NotFound("provider_unknown")``, ``Invalid("terminal_invalid" | "terminal_is_account")`` and
    ``Conflict("terminal_taken")`` when it, or an account of that number, is another's.
    """
    needs_second = _needs_second(provider)
    _require_terminal(provider, number)
    row = {"merchant": merchant, "provider": provider, "number": number, "by": by}
    try:
        with db.begin_nested():
            db.execute(_ADD, {**row, "needs_second": needs_second})
    except IntegrityError as error:
        raise Conflict(
            "terminal_taken",
            f"{number} of {provider} already belongs to a merchant. Close it there first.",
            f"{number} của {provider} đã thuộc một người bán. Hãy đóng ở đó trước.",
        ) from error
    return not needs_second


def approve(db: Connection, provider: str, number: str, by: str) -> None:
    """Let a terminal that waits be heard, as another person than the one who asked.

    Raises ``NotFound("terminal_unknown")`` when none waits, ``Forbidden("terminal_own")``.
    """
    row = {"provider": provider, "number": number, "by": by, "at": now()}
    if db.execute(_APPROVE, row).rowcount:
        return
    if db.execute(_WAITING, row).scalar_one_or_none() is None:
        raise _unknown(provider, number)
    raise Forbidden(
        "terminal_own",
        "Who asked for this terminal cannot approve it. Ask a second person.",
        "Người khai mã điểm bán này không được tự duyệt. Hãy nhờ người thứ hai.",
    )


def close(db: Connection, provider: str, number: str) -> None:
    """Close a terminal; money that still names it goes on to its merchant, late money is money.

    Raises ``NotFound("terminal_unknown")``.
    """
    closed = db.execute(_CLOSE, {"provider": provider, "number": number, "at": now()})
    if closed.rowcount == 0:
        raise _unknown(provider, number)


def listing(db: Connection, merchant: int | None = None) -> list[dict[str, Any]]:
    """Return terminals, of one merchant when it is given, the open ones first."""
    return [dict(row._mapping) for row in db.execute(_LIST, {"merchant": merchant})]


def _needs_second(provider: str) -> bool:
    """Tell whether a number there may be one that money can be transferred to."""
    return bool(find(provider).bins)


def _require_terminal(provider: str, number: str) -> None:
    if not _NUMBER.fullmatch(number):
        raise Invalid(
            "terminal_invalid",
            "Write a terminal as the provider does: up to 64 letters, digits and . _ : -",
            "Hãy ghi mã điểm bán đúng như tổ chức thanh toán cấp: tối đa 64 chữ, số và . _ : -",
        )
    if provider == _OWN_DIALECT and _ACCOUNT.fullmatch(number):
        raise Invalid(
            "terminal_is_account",
            "BIN:NUMBER is an account, not a terminal: cashless accounts add or change, which a"
            " second person approves.",
            "BIN:SỐ là tài khoản, không phải mã điểm bán: hãy dùng cashless accounts add hoặc"
            " change, có người thứ hai duyệt.",
        )


def _unknown(provider: str, number: str) -> NotFound:
    return NotFound(
        "terminal_unknown",
        f"{provider} has no such terminal {number} here.",
        f"Không có mã điểm bán {number} như vậy của {provider}.",
    )
