"""Disclose a book, or one entry of it, as a file that others can check (``evidence``).

A book is disclosed whole, with its closes, its balances and the newest root that covers it (or an
older one that is named). A receipt is one entry with the links to the first root after it: whoever
kept that root can see that the entry stands in the book, and sees nothing of the others.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, text

from cashless.errors import NotFound
from cashless.ledger import closing, evidence, publishing, root
from cashless.ledger.chain import GENESIS
from cashless.ledger.root import Head
from cashless.ledger.tracing import drafted

_ENTRIES = text(
    """
SELECT b.code AS book, e.seq, e.kind, e.cause, e.business_date, e.original_date, e.reverses,
       e.posted_at, e.hash, t.debits, t.credits, t.amounts
FROM book b JOIN entry e ON e.book_id = b.id
JOIN LATERAL (SELECT array_agg(debit ORDER BY line) AS debits,
                     array_agg(credit ORDER BY line) AS credits,
                     array_agg(amount ORDER BY line) AS amounts
              FROM transfer WHERE book_id = e.book_id AND seq = e.seq) AS t ON true
WHERE b.code = :book AND e.seq >= :first AND e.seq <= coalesce(CAST(:last AS bigint), b.last_seq)
ORDER BY e.seq
"""
)
_NEWEST = text(
    """
SELECT number, said, signature, heads FROM published_root
WHERE number = coalesce(CAST(:number AS bigint), number) AND EXISTS (
  SELECT FROM json_array_elements(CAST(heads AS json)) AS h (row) WHERE h.row ->> 0 = :book)
ORDER BY number DESC LIMIT 1
"""
)
_FIRST_AFTER = text(
    """
SELECT number, said, signature, heads FROM published_root
WHERE published_at >= :at AND EXISTS (
  SELECT FROM json_array_elements(CAST(heads AS json)) AS h (row)
  WHERE h.row ->> 0 = :book AND CAST(h.row ->> 1 AS bigint) >= :seq)
ORDER BY number LIMIT 1
"""
)
_PLACE = text(
    "SELECT b.code AS book, e.seq FROM entry e JOIN book b ON b.id = e.book_id"
    " WHERE e.payment_id = :payment AND e.match_seq IS NOT NULL"
    " ORDER BY e.match_seq DESC, b.merchant_id NULLS LAST, e.seq LIMIT 1"
)
_HASH = text(
    "SELECT e.hash FROM entry e JOIN book b ON b.id = e.book_id"
    " WHERE b.code = :book AND e.seq = :seq"
)


def book(db: Connection, code: str, number: int | None = None) -> dict[str, Any]:
    """Return a whole book as a file; ``number`` names a root, the newest is taken otherwise.

    Raises ``NotFound("root_missing")`` for a root that is not there or does not know the book.
    """
    rows = [_entry(row) for row in _entries(db, code, 1)]
    found = db.execute(_NEWEST, {"book": code, "number": number}).one_or_none()
    if found is None and number is not None:
        raise _no_root(f"Root {number} does not cover book {code}.")
    return {
        "format": evidence.BOOK,
        "book": code,
        "entries": rows,
        "balances": evidence.balances(rows),
        "closes": closing.written(db, code),
        "root": found and _signed(found, code),
    }


def receipt(db: Connection, payment: int) -> dict[str, Any]:
    """Return the entry of a payment as a file, from the book of its merchant if it has one.

    Raises ``NotFound("payment_not_posted" | "root_missing")``.
    """
    place = db.execute(_PLACE, {"payment": payment}).one_or_none()
    if place is None:
        raise NotFound(
            "payment_not_posted",
            f"Payment {payment} is in no book.",
            f"Khoản tiền số {payment} chưa ghi vào sổ nào.",
        )
    code, seq = place
    first = next(_entries(db, code, seq, seq))
    asked = {"book": code, "seq": seq, "at": first.posted_at}
    found = db.execute(_FIRST_AFTER, asked).one_or_none()
    if found is None:
        raise _no_root(f"No root covers entry {code}#{seq} yet: `cashless audit root`.")
    signed = _signed(found, code)
    after = islice(_entries(db, code, seq, signed["head"][1]), 1, None)
    return {
        "format": evidence.RECEIPT,
        "book": code,
        "previous": _previous(db, code, seq),
        "entries": [_entry(first)],
        "links": [evidence.link_row(drafted(row), row.seq, row.posted_at) for row in after],
        "root": signed,
    }


def _signed(row: Row[Any], code: str) -> dict[str, Any]:
    """Return a root with the head of one book and the path that leads from it to the root."""
    heads = publishing.heads(row)
    place = next(at for at, head in enumerate(heads) if head.book == code)
    return {
        "said": row.said,
        "signature": bytes(row.signature).hex(),
        "head": _listed(heads[place]),
        "path": [list(step) for step in root.path(heads, place)],
    }


def _listed(head: Head) -> list[Any]:
    return list(head.row)


def _entries(db: Connection, code: str, first: int, last: int | None = None) -> Iterator[Row[Any]]:
    asked = {"book": code, "first": first, "last": last}
    return iter(db.execute(_ENTRIES, asked))


def _previous(db: Connection, code: str, seq: int) -> str:
    before = db.execute(_HASH, {"book": code, "seq": seq - 1}).scalar_one_or_none()
    return bytes(before or GENESIS).hex()


def _entry(row: Row[Any]) -> dict[str, Any]:
    return evidence.entry_row(drafted(row), row.seq, row.posted_at, bytes(row.hash))


def _no_root(sentence: str) -> NotFound:
    return NotFound("root_missing", sentence, "Chưa có mã gốc nào bao gồm sổ hoặc bút toán này.")
