"""Prove the books: what must hold in every book at every moment, with figures.

Each check is one question to the database that finds what is broken, so that an auditor sees not
only that something is wrong but where. I1 and I5 are sums, I6 recomputes every hash.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, text

_UNBALANCED = text(
    "SELECT count(*) FROM (SELECT book_id FROM account_day GROUP BY book_id"
    " HAVING sum(debits) <> sum(credits)) AS unbalanced"
)

_FOLD = text(
    """
WITH fold AS (
  SELECT t.book_id, side.account, e.business_date, sum(side.debit) AS debits,
         sum(side.credit) AS credits, count(*) FILTER (WHERE side.debit > 0) AS debit_count,
         count(*) FILTER (WHERE side.credit > 0) AS credit_count
  FROM transfer t JOIN entry e USING (book_id, seq)
  CROSS JOIN LATERAL (VALUES (t.debit, t.amount, 0::bigint), (t.credit, 0::bigint, t.amount))
    AS side (account, debit, credit)
  GROUP BY t.book_id, side.account, e.business_date)
SELECT coalesce(b.code, 'book ' || book_id) || ' ' || account || ' ' || business_date AS place
FROM fold FULL JOIN account_day d USING (book_id, account, business_date)
LEFT JOIN book b ON b.id = book_id
WHERE (fold.debits, fold.credits, fold.debit_count, fold.credit_count)
  IS DISTINCT FROM (d.debits, d.credits, d.debit_count, d.credit_count)
ORDER BY place
"""
)

_EMPTY = text(
    "SELECT count(*) FROM entry e WHERE NOT EXISTS"
    " (SELECT FROM transfer t WHERE t.book_id = e.book_id AND t.seq = e.seq)"
)

# An entry of the kind ``annulled`` takes back what its payment had in its merchant's book before.
_TWICE = text(
    "SELECT count(*) FROM (SELECT payment_id FROM entry e JOIN book b ON b.id = e.book_id"
    " WHERE kind IN ('sale', 'overpayment', 'annulled') AND b.merchant_id IS NOT NULL"
    " AND payment_id IS NOT NULL AND NOT EXISTS (SELECT FROM entry u WHERE u.book_id = e.book_id"
    " AND u.reverses = e.seq AND u.kind = 'undo') GROUP BY payment_id"
    " HAVING sum(CASE kind WHEN 'annulled' THEN -1 ELSE 1 END) > 1) AS twice"
)

_COUNTS = text(
    "SELECT (SELECT count(*) FROM book) AS books, (SELECT count(*) FROM entry) AS entries,"
    " (SELECT count(*) FROM transfer) AS transfers,"
    " (SELECT coalesce(sum(amount), 0)::bigint FROM transfer) AS amount"
)


@dataclass(frozen=True, slots=True)
class Figures:
    """How much the ledger holds: rows, and the sum of all transfers in đồng."""

    books: int
    entries: int
    transfers: int
    amount: int


def figures(connection: Connection) -> Figures:
    """Count books, entries and transfers."""
    return Figures(*connection.execute(_COUNTS).one())


def unbalanced_books(connection: Connection) -> int:
    """Count books whose debits and credits differ (invariant I1)."""
    return int(connection.execute(_UNBALANCED).scalar_one())


def days_off(connection: Connection) -> list[str]:
    """Name the days of an account whose kept sums and counts are not the fold of transfers (I5)."""
    return list(connection.execute(_FOLD).scalars())


def empty_entries(connection: Connection) -> int:
    """Count entries without a transfer (I4)."""
    return int(connection.execute(_EMPTY).scalar_one())


def posted_twice(connection: Connection) -> int:
    """Count payments with more than one live entry in merchants' books (I2)."""
    return int(connection.execute(_TWICE).scalar_one())
