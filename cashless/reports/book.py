"""A book, or a period of it, as it is exported: what came before, its lines, what stands after.

One shape for every format, so that all of them add up to the same. Balances are debits minus
credits in đồng, and what a book held before a period is carried into it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from sqlalchemy import Connection

from cashless.ledger import balance, cause
from cashless.ledger.balance import Line

KINDS: Final[Mapping[str, str]] = {
    "sale": "Bán hàng",
    "overpayment": "Trả thừa",
    "suspense": "Chưa rõ của ai",
    "waiting": "Chờ ghép",
    "release": "Rút khỏi mục chưa rõ",
    "fee": "Phí",
    "payout": "Ví chuyển về",
    "refund": "Hoàn tiền",
    "reversal": "Đảo khoản tiền",
    "debit": "Tiền ra",
    "withdrawal": "Rút tiền",
    "not_sale": "Không phải doanh thu",
    "sale_again": "Là doanh thu",
    "opening": "Số dư đầu kỳ",
    "correction": "Điều chỉnh",
    "return": "Gửi trả người chuyển",
    "undo": "Hoàn tác",
    "annulled": "Hủy ghi",
}
"""Kind of entry → how it is called where people read."""

_FIRST: Final = date(2000, 1, 1)
_LAST: Final = date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class Period:
    """The days of an export, both included; None where the book is not cut."""

    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Book:
    """What is exported: the book's code, its owner's name, the period, the sums and the lines."""

    code: str
    name: str
    period: Period
    before: Mapping[str, int]
    lines: tuple[Line, ...]
    after: Mapping[str, int]

    def entries(self) -> Iterator[list[Line]]:
        """Give the lines of each entry, in posting order."""
        for _seq, lines in groupby(self.lines, key=lambda line: line.seq):
            yield list(lines)


def load(db: Connection, code: str, name: str, period: Period) -> Book:
    """Read a period of a book."""
    first, last = period.first or _FIRST, period.last or _LAST
    before = balance.balances(db, code, at=first - timedelta(days=1)) if period.first else {}
    return Book(
        code=code,
        name=name,
        period=period,
        before={account: sum_ for account, sum_ in before.items() if sum_},
        lines=tuple(balance.period(db, code, first, last)),
        after=balance.balances(db, code, at=period.last),
    )


def why(line: Line) -> str:
    """Say why an entry was made: a person's reason with the name, else the payment's own key."""
    act = cause.read(line.cause)
    return line.cause if act is None else f"{act.reason.why} ({act.reason.who})"
