"""What a book says: its balances, its entries, its takings of a day.

A balance is debits minus credits in đồng: what the last day close says, and the days since
(``account_day``). There is no balance row that a payment must touch. The same figures can be had by
folding the transfers, and the audit compares them (invariants I5 and I6).

A book has two clocks. ``at`` is business time: what counts up to and including that day. ``known``
is system time: what had been posted by that moment, so that one can see what was known then. Time
in a book never runs backwards, so the moment is a place in it, found by halving.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, TextClause, text

from cashless.ledger.chart import REFUNDS, REVENUE, SALES

# From the last close on: it says the balances of its day, and its days take no more entries.
_BALANCES = text(
    """
WITH closed AS (
  SELECT c.last_day, c.said FROM day_close c JOIN book ON book.id = c.book_id
  WHERE book.code = :book AND c.last_day <= coalesce(CAST(:at AS date), 'infinity')
  ORDER BY c.last_day DESC LIMIT 1)
SELECT account, sum(amount)::bigint AS balance FROM (
  SELECT told.key AS account, CAST(told.value AS bigint) AS amount
  FROM closed CROSS JOIN LATERAL json_each_text(CAST(closed.said AS json) -> 'balances') AS told
  UNION ALL
  SELECT account, debits - credits FROM account_day JOIN book ON book.id = account_day.book_id
  WHERE book.code = :book
    AND business_date > coalesce((SELECT last_day FROM closed), CAST('-infinity' AS date))
    AND business_date <= coalesce(CAST(:at AS date), 'infinity')) AS parts
GROUP BY account ORDER BY account
"""
)

_KNOWN = text(
    """
SELECT side.account, sum(side.amount)::bigint AS balance
FROM book JOIN entry e ON e.book_id = book.id
JOIN transfer t ON t.book_id = e.book_id AND t.seq = e.seq
CROSS JOIN LATERAL (VALUES (t.debit, t.amount), (t.credit, -t.amount)) AS side (account, amount)
WHERE book.code = :book AND e.seq <= :seq
  AND e.business_date <= coalesce(CAST(:at AS date), 'infinity')
GROUP BY side.account ORDER BY side.account
"""
)

# The same from the other end: the sums of the days less what was posted after that place.
_KNOWN_LESS = text(
    """
WITH later AS (
  SELECT side.account, sum(side.amount) AS amount, count(*) AS lines
  FROM book JOIN entry e ON e.book_id = book.id
  JOIN transfer t ON t.book_id = e.book_id AND t.seq = e.seq
  CROSS JOIN LATERAL (VALUES (t.debit, t.amount), (t.credit, -t.amount)) AS side (account, amount)
  WHERE book.code = :book AND e.seq > :seq
    AND e.business_date <= coalesce(CAST(:at AS date), 'infinity')
  GROUP BY side.account),
days AS (
  SELECT account, sum(debits - credits) AS amount, sum(debit_count + credit_count) AS lines
  FROM account_day JOIN book ON book.id = account_day.book_id
  WHERE book.code = :book AND business_date <= coalesce(CAST(:at AS date), 'infinity')
  GROUP BY account)
SELECT account, (days.amount - coalesce(later.amount, 0))::bigint AS balance
FROM days LEFT JOIN later USING (account)
WHERE days.lines > coalesce(later.lines, 0) ORDER BY account
"""
)
_LAST_SEQ = text("SELECT last_seq FROM book WHERE code = :book")

_SEQ_KNOWN = text(
    """
WITH RECURSIVE halved (book_id, low, high) AS (
  SELECT id, 0::bigint, last_seq + 1 FROM book WHERE code = :book
  UNION ALL
  SELECT h.book_id, CASE WHEN e.posted_at <= :known THEN e.seq ELSE h.low END,
         CASE WHEN e.posted_at <= :known THEN h.high ELSE e.seq END
  FROM halved h JOIN entry e ON e.book_id = h.book_id AND e.seq = (h.low + h.high) / 2
  WHERE h.high - h.low > 1)
SELECT max(low) FROM halved
"""
)

_ENTRIES = text(
    "SELECT e.seq, e.kind, e.payment_id, e.business_date, t.debit, t.credit, t.amount, e.cause,"
    " e.original_date, e.posted_at FROM book JOIN entry e ON e.book_id = book.id"
    " JOIN transfer t ON t.book_id = e.book_id AND t.seq = e.seq"
    " WHERE book.code = :book AND e.seq <= coalesce(CAST(:seq AS bigint), book.last_seq)"
    " AND e.business_date <= coalesce(CAST(:at AS date), 'infinity') ORDER BY e.seq, t.line"
)

_PERIOD = text(
    "SELECT e.seq, e.kind, e.payment_id, e.business_date, t.debit, t.credit, t.amount, e.cause,"
    " e.original_date, e.posted_at FROM book JOIN entry e ON e.book_id = book.id"
    " JOIN transfer t ON t.book_id = e.book_id AND t.seq = e.seq"
    " WHERE book.code = :book AND e.business_date BETWEEN :first AND :last ORDER BY e.seq, t.line"
)

_DAY = text(
    "SELECT coalesce(sum(credits - debits), 0)::bigint AS amount,"
    " coalesce(sum(credit_count - debit_count) FILTER (WHERE account = :sales), 0)::bigint"
    " AS payments FROM account_day JOIN book ON book.id = account_day.book_id"
    " WHERE book.code = :book AND account IN (:sales, :refunds) AND business_date = :day"
)
_SPAN = text(
    "SELECT coalesce(sum(credits - debits), 0)::bigint FROM account_day"
    " JOIN book ON book.id = account_day.book_id"
    " WHERE book.code = :book AND account = ANY (:accounts)"
    " AND business_date BETWEEN :first AND :last"
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
    cause: str
    original_date: date | None
    posted_at: datetime


def balances(
    connection: Connection, book: str, at: date | None = None, known: datetime | None = None
) -> dict[str, int]:
    """Return every account of a book with its balance in đồng, debits minus credits.

    Up to and including the day ``at``, and as known at the moment ``known``, where they are given.
    """
    if known is None:
        rows = connection.execute(_BALANCES, {"book": book, "at": at})
    else:
        seq = seq_known(connection, book, known)
        rows = connection.execute(
            _nearer(connection, book, seq), {"book": book, "at": at, "seq": seq}
        )
    return {row.account: row.balance for row in rows}


def _nearer(connection: Connection, book: str, seq: int) -> TextClause:
    """Choose the end of a book that is nearer to a place in it."""
    last = connection.execute(_LAST_SEQ, {"book": book}).scalar() or 0
    return _KNOWN if 2 * seq < last else _KNOWN_LESS


def seq_known(connection: Connection, book: str, known: datetime) -> int:
    """Return the number of the last entry that had been posted by that moment; 0 if none."""
    found = connection.execute(_SEQ_KNOWN, {"book": book, "known": known}).scalar_one()
    return int(found or 0)


def lines(
    connection: Connection, book: str, at: date | None = None, known: datetime | None = None
) -> Iterator[Line]:
    """Yield the transfers of a book in the order they were posted, cut like ``balances``."""
    seq = None if known is None else seq_known(connection, book, known)
    for row in connection.execute(_ENTRIES, {"book": book, "at": at, "seq": seq}):
        yield Line(*row)


def period(connection: Connection, book: str, first: date, last: date) -> Iterator[Line]:
    """Yield the transfers that count in a period, both days included, in posting order."""
    for row in connection.execute(_PERIOD, {"book": book, "first": first, "last": last}):
        yield Line(*row)


def takings(connection: Connection, book: str, day: date) -> tuple[int, int]:
    """Return the sales of one business day less refunds, in đồng, and the number of payments."""
    asked = {"book": book, "sales": SALES, "refunds": REFUNDS, "day": day}
    row = connection.execute(_DAY, asked).one()
    return row.amount, row.payments


def revenue(connection: Connection, book: str, first: date, last: date) -> int:
    """Return the sales of a period in đồng, both days included, less what was taken back."""
    span = {"book": book, "accounts": list(REVENUE), "first": first, "last": last}
    return int(connection.execute(_SPAN, span).scalar_one())
