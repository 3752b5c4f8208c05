"""What a period of a book came to, by provider: the figures of a day close.

Gross is what arrived for the merchant, less what was undone; fees and refunds are what left of it;
net is the rest. Money marked as no sale, paid beyond an order, opened, corrected or paid out by a
wallet has its own line, so that revenue is exactly what ``Income:Sales`` and ``Income:Refunds`` say
together. Late is what belongs to a day that had been closed and counts here instead. All amounts
are đồng.
"""

from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, text

from cashless.ledger.chart import NOT_SALES, OVERPAID, REFUNDS, REVENUE, SALES, WITHDRAWALS
from cashless.words import read_amount

_ARRIVALS = {"sale", "overpayment"}
_TAKEN_BACK = {SALES, REFUNDS, OVERPAID, NOT_SALES}

_SUMS = text(
    """
SELECT e.kind, t.debit, t.credit, e.original_date, sum(t.amount)::bigint AS amount,
       count(DISTINCT e.seq) FILTER (WHERE t.line = 1) AS entries
FROM book b JOIN entry e ON e.book_id = b.id
JOIN transfer t ON t.book_id = e.book_id AND t.seq = e.seq
WHERE b.code = :book AND e.business_date BETWEEN :first AND :last
GROUP BY e.kind, t.debit, t.credit, e.original_date
ORDER BY e.kind, t.debit, t.credit, e.original_date
"""
)


@dataclass(slots=True)
class _Provider:
    """What one provider brought in the period; ``name`` as the chart of accounts spells it."""

    name: str
    count: int = 0
    gross: int = 0
    refunds: int = 0
    fees: int = 0
    paid_out: int = 0
    net: int = 0


def figures(db: Connection, book: str, first: date, last: date) -> dict[str, Any]:
    """Return the figures of a period, both days included."""
    rows = db.execute(_SUMS, {"book": book, "first": first, "last": last}).all()
    by_name: dict[str, _Provider] = {}
    moved: dict[str, int] = defaultdict(int)
    late: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        _add(by_name, row.kind, (row.debit, row.credit), (row.amount, row.entries))
        moved[row.credit] += row.amount
        moved[row.debit] -= row.amount
        if row.original_date is not None:
            late[row.original_date.isoformat()][0] += row.entries
            late[row.original_date.isoformat()][1] += row.amount
    for one in by_name.values():
        one.net = one.gross - one.refunds - one.fees
    revenue = sum(moved[account] for account in REVENUE)
    return {
        "providers": [asdict(by_name[name]) for name in sorted(by_name)],
        "revenue": revenue,
        "revenue_words": in_words(revenue),
        "not_sales": moved[NOT_SALES],
        "overpaid": moved[OVERPAID],
        "withdrawn": -moved[WITHDRAWALS],
        "late": [
            {"day": day, "count": count, "amount": amount}
            for day, (count, amount) in sorted(late.items())
        ],
    }


def in_words(amount: int) -> str:
    """Read an amount aloud; one below zero begins with âm."""
    return f"âm {read_amount(-amount)}" if amount < 0 else read_amount(amount)


def _add(
    by_name: dict[str, _Provider], kind: str, sides: tuple[str, str], said: tuple[int, int]
) -> None:
    """Put one sum on the lines of the providers its accounts name."""
    debit, credit = sides
    amount, count = said
    if kind in _ARRIVALS:
        one = _of(by_name, debit)
        one.gross += amount
        one.count += count
    elif kind == "undo" and credit.startswith("Assets:"):
        one = _of(by_name, credit)
        one.gross -= amount
        one.count -= count
    elif kind == "payout":
        _of(by_name, debit).paid_out += amount
    elif debit.startswith("Expenses:Fees:"):
        _of(by_name, debit).fees += amount
    elif debit in _TAKEN_BACK and credit.startswith("Assets:"):
        _of(by_name, credit).refunds += amount


def _of(by_name: dict[str, _Provider], account: str) -> _Provider:
    name = account.rpartition(":")[2]
    return by_name.setdefault(name, _Provider(name))
