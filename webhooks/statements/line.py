"""What a statement says, in our terms: lines, balances, and the faults found on the way.

A line is one movement of an account. A fault names the line as people count it in the file, the
column by the file's own name, and says what is wrong in both languages. A statement with a fault
is not imported at all: half a day is worse than none, because nobody sees what is missing.
"""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one place: line, column, stable code, both sentences."""

    line: int
    column: str
    code: str
    message: str
    message_vi: str


@dataclass(frozen=True, slots=True)
class Line:
    """One movement: ``amount`` and ``fee`` in đồng, ``balance`` of the account after it.

    ``exact`` is False where the file tells only the day; ``occurred_at`` is then noon of it.
    ``count`` is how many movements it sums up: one, except in a file of totals. The kind ``return``
    is money that had left and came back; it counts for balances and is no payment.
    """

    number: int
    kind: str
    amount: int
    occurred_at: datetime
    exact: bool
    business_date: date
    account: str | None
    memo: str
    virtual_account: str | None = None
    order_ref: str | None = None
    provider_txn_id: str | None = None
    reference: str | None = None
    original: str | None = None
    balance: int | None = None
    fee: int = 0
    count: int = 1

    @property
    def signed(self) -> int:
        """What it does to the account: above zero money came."""
        return self.amount if self.kind in {"credit", "return"} else -self.amount


@dataclass(frozen=True, slots=True)
class Span:
    """An account's balances before the first and after the last of some lines of the file.

    ``days`` are those the file itself says that it tells; there may be no line in them.
    """

    account: str
    opening: int
    closing: int
    first: int
    last: int
    days: tuple[date, date] | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """What the file says of its own size, and in which line it says so."""

    line: int
    column: str
    what: str  # "count", "amount"
    number: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says: its movements, balances, how many rows were no money, every fault.

    ``unchecked`` names what could not be proven, such as record checksums without their key.
    """

    lines: tuple[Line, ...]
    faults: tuple[Fault, ...]
    spans: tuple[Span, ...] = ()
    passed_over: int = 0
    unchecked: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
