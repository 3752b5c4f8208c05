"""The entries that a match has in the books, as they stand: what an undo takes back."""

from sqlalchemy import Connection, text

from cashless.ledger.entry import Transfer
from webhooks.post import Written

_OF_MATCH = text(
    """
SELECT b.code, e.seq, array_agg(t.debit ORDER BY t.line) AS debits,
       array_agg(t.credit ORDER BY t.line) AS credits,
       array_agg(t.amount ORDER BY t.line) AS amounts
FROM entry e JOIN book b ON b.id = e.book_id
JOIN transfer t ON t.book_id = e.book_id AND t.seq = e.seq
WHERE e.payment_id = :payment AND e.match_seq = :match
GROUP BY b.id, e.seq ORDER BY b.id, e.seq
"""
)


def written(db: Connection, payment: int, match: int) -> list[Written]:
    """Return the entries of one match of a payment, by book."""
    rows = db.execute(_OF_MATCH, {"payment": payment, "match": match})
    return [
        (row.code, row.seq, tuple(map(Transfer, row.debits, row.credits, row.amounts)))
        for row in rows
    ]
