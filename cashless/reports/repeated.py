"""What one row repeats of another must be the same: names of books, messages, the heads of books.

Such copies are made once, when a merchant is registered or a payment is posted, and nothing changes
them; where they differ, somebody has changed one of the two.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, text

_BOOKS = text(
    """
SELECT 'book ' || b.code || ': no merchant of this code' AS place
FROM book b LEFT JOIN merchant m ON m.id = b.merchant_id
WHERE b.merchant_id IS NOT NULL AND m.code IS DISTINCT FROM b.code
UNION ALL
SELECT 'merchant ' || m.code || ': no book' FROM merchant m
WHERE NOT EXISTS (SELECT FROM book b WHERE b.merchant_id = m.id)
UNION ALL
SELECT 'book ' || b.code || ': posted_at' FROM book b
LEFT JOIN entry e ON e.book_id = b.id AND e.seq = b.last_seq
WHERE b.posted_at IS DISTINCT FROM e.posted_at
ORDER BY place
"""
)
_MESSAGES = text(
    """
SELECT 'message ' || s.id AS place FROM message s
LEFT JOIN payment p ON p.id = s.payment_id
LEFT JOIN match m ON m.payment_id = s.payment_id AND m.seq = s.match_seq
WHERE (s.amount, s.provider, s.merchant_id, s.order_code)
  IS DISTINCT FROM (p.amount, p.provider, m.merchant_id, m.order_code)
ORDER BY s.id
"""
)


def faults(db: Connection) -> Iterator[str]:
    """Name the rows that do not repeat what they were made from (I3)."""
    for question in (_BOOKS, _MESSAGES):
        yield from (str(place) for place in db.execute(question).scalars())
