"""What a book says: its balances, its entries, its takings of a day.

A balance is debits minus credits in đồng, summed over days (``account_day``); there is no balance
row that a payment must touch. The same figures can be had by folding the transfers, and the audit
compares the two (invariant I5).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, text

from cashless.ledger.chart import REFUNDS, SALES

_BALANCES = text(
    "SELECT account, sum(debits - credits)::bigint AS balance FROM account_day"
    " JOIN book ON book.id = account_day.book_id WHERE book.code = :book"
    " GROUP BY account ORDER BY account"
)

_ENTRIES = text(
    "SELECT e.seq, e.kind, e.payment_id, e.business_date, e.posted_at, t.debit, t.credit, t.amount"
    " FROM book JOIN entry e ON e.book_id = book.id"
    " JOIN transfer t ON t.book_id = e.book_id AND t.seq = e.seq"
    " WHERE book.code = :book ORDER BY e.seq, t.line"
)

_DAY = text(
    "SELECT coalesce(sum(credits - debits), 0)::bigint AS amount,"
    " coalesce(sum(credit_count - debit_count) FILTER (WHERE account = :sales), 0)::bigint"
    " AS payments FROM account_day JOIN book ON book.id = account_day.book_id"
    " WHERE book.code = :book AND account IN (:sales, :refunds) AND business_date = :day"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One transfer of a posted entry, with the entry it belongs to."""

    seq: int
    kind: str
    payment: int | None
    business_date: date
    debit: str
    credit: str
    amount: int


def balances(connection: Connection, book: str) -> dict[str, int]:
    """Return every account of a book with its balance in đồng, debits minus credits."""
    return {row.account: row.balance for row in connection.execute(_BALANCES, {"book": book})}


def lines(connection: Connection, book: str) -> Iterator[Line]:
    """Yield the transfers of a book in the order they were posted."""
    for row in connection.execute(_ENTRIES, {"book": book}):
        yield Line(
            row.seq,
            row.kind,
            row.payment_id,
            row.business_date,
            row.debit,
            row.credit,
            row.amount,
        )


def takings(connection: Connection, book: str, day: date) -> tuple[int, int]:
    """Return the sales of one business day less refunds, in đồng, and the number of payments."""
    asked = {"book": book, "sales": SALES, "refunds": REFUNDS, "day": day}
    row = connection.execute(_DAY, asked).one()
    return row.amount, row.payments
