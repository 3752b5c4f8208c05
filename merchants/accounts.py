"""Receiving accounts: the merchant's own bank or wallet account that gets the money.

An account is a BIN (six digits, the key of a bank; bank codes collide) and a number of up to 19
letters and digits. One open account belongs to one merchant; the database refuses a second owner.
The provider that will report its payments follows from the BIN.
"""

import re
from dataclasses import dataclass

from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from cashless.errors import Conflict, Invalid, NotFound
from cashless.vietqr.banks import bank, bank_named
from providers import everyone

_HOLDER_MAX = 120
_WRITTEN = re.compile(r"(?P<bank>[0-9]{6}|[^:]*[^\W\d_][^:]*):(?P<number>[A-Za-z0-9]{1,19})")
_BIN = re.compile("[0-9]{6}")

_ADD = text(
    "INSERT INTO receiving_account (merchant_id, provider, bin, number, holder, usable)"
    " VALUES (:merchant, :provider, :bin, :number, :holder, :usable) RETURNING id"
)
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('accounts of ' || :merchant, 0))")
_ANY = text("SELECT has_account(:merchant)")
_OPEN = text(
    "SELECT id, bin, number, holder, provider FROM receiving_account"
    " WHERE merchant_id = :merchant AND closed_at IS NULL AND usable ORDER BY id"
)


@dataclass(frozen=True, slots=True)
class Account:
    """A receiving account of a merchant; ``provider`` is None when no provider reports it yet."""

    id: int
    bin: str
    number: str
    holder: str
    provider: str | None

    @property
    def written(self) -> str:
        """The account as a person writes it: ``BIN:NUMBER``."""
        return f"{self.bin}:{self.number}"


def read(written: str) -> tuple[str, str]:
    """Split ``BIN:NUMBER``, or ``BANK:NUMBER`` with the bank's name, into BIN and number.

    Spaces within the number are how people group digits and go. Raises
    ``Invalid("account_invalid")``, ``NotFound("bank_unknown")``.
    """
    whose, colon, number = written.strip().partition(":")
    found = _WRITTEN.fullmatch(f"{whose.strip()}{colon}{number.replace(' ', '')}")
    if found is None:
        raise Invalid(
            "account_invalid",
            "Write the account as BIN:NUMBER: six digits of the bank or its name, a colon, then up"
            " to 19 letters or digits, for example 970405:7704205001234 or Agribank:7704205001234.",
            "Hãy viết tài khoản dạng NGÂN HÀNG:SỐ: 6 chữ số hoặc tên của ngân hàng, dấu hai chấm,"
            " rồi tối đa 19 chữ cái hoặc chữ số, ví dụ 970405:7704205001234 hay"
            " Agribank:7704205001234.",
        )
    named = found["bank"]
    there = bank(named) if _BIN.fullmatch(named) else bank_named(named)
    return there.bin, found["number"]


def provider_of(bin_: str) -> str | None:
    """Name the provider whose accounts carry this BIN, or None."""
    names = (name for name, provider in everyone().items() if bin_ in provider.bins)
    return next(names, None)


def add(
    db: Connection, merchant: int, written: str, holder: str, *, usable: bool = True
) -> Account:
    """Add a receiving account; one not ``usable`` is heard of, but stands in no code yet.

    Raises ``Conflict("account_taken")`` when it is another's.
    """
    bin_, number = read(written)
    provider, name = provider_of(bin_), _holder(holder)
    row = {
        "merchant": merchant,
        "provider": provider,
        "bin": bin_,
        "number": number,
        "holder": name,
        "usable": usable,
    }
    try:
        with db.begin_nested():
            id_ = int(db.execute(_ADD, row).scalar_one())
    except IntegrityError as error:
        raise Conflict(
            "account_taken",
            f"Account {written} already belongs to a merchant, as account or terminal. Close it"
            " there first.",
            f"Tài khoản {written} đã thuộc một người bán khác. Hãy đóng ở đó trước.",
        ) from error
    return Account(id_, bin_, number, name, provider)


def add_first(db: Connection, merchant: int, written: str, holder: str) -> Account:
    """Add the account of a merchant who never had one.

    Another one is a change, which two people make (``account_changes``). Raises as ``add`` does,
    and ``Conflict("account_present")``.
    """
    lock(db, merchant)
    if db.execute(_ANY, {"merchant": merchant}).scalar_one():
        raise Conflict(
            "account_present",
            "The merchant has a receiving account already: propose a change of it, which a second"
            " person approves.",
            "Người bán đã có tài khoản nhận tiền: hãy đề nghị đổi tài khoản để người thứ hai"
            " duyệt.",
        )
    return add(db, merchant, written, holder)


def lock(db: Connection, merchant: int) -> None:
    """Let nobody else touch a merchant's accounts before this transaction ends.

    It is a lock of its own and not the merchant's row, which a person who only proposes may not
    lock.
    """
    db.execute(_LOCK, {"merchant": str(merchant)})


def open_accounts(db: Connection, merchant: int) -> list[Account]:
    """Return the merchant's open accounts, the first one opened first."""
    return [Account(*row) for row in db.execute(_OPEN, {"merchant": merchant})]


def choose(db: Connection, merchant: int, written: str | None = None) -> Account:
    """Return the account a code should point to: the one written, else the first.

    Raises ``NotFound("account_missing")`` when the merchant has no such open account.
    """
    for account in open_accounts(db, merchant):
        if written in {None, account.written}:
            return account
    raise NotFound(
        "account_missing",
        "The merchant has no such open receiving account.",
        "Người bán không có tài khoản nhận tiền này đang mở.",
    )


def _holder(holder: str) -> str:
    name = " ".join(holder.split())
    if not 1 <= len(name) <= _HOLDER_MAX or not name.isprintable():
        raise Invalid(
            "holder_invalid",
            "Write the account holder's name, up to 120 characters.",
            "Hãy ghi tên chủ tài khoản, tối đa 120 ký tự.",
        )
    return name
