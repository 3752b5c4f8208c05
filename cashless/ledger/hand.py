"""What people do to a book by hand: mark, correct and open. Payouts have a room of their own.

Each act locks the book, looks at what it holds, and posts new entries with the person's reason
under their hash (``cashless.ledger.cause``). Nothing is changed and nothing asks to be undone: the
opposite act is another entry. An act that has been done already is refused, so that two people who
do the same at once do it once. An act counts for a day of the book: none that has not come.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Connection, text

from cashless.clock import business_date, now
from cashless.errors import Conflict, Invalid, NotFound
from cashless.ledger import drafting
from cashless.ledger.cause import Act, Reason
from cashless.ledger.chart import OPENING
from cashless.ledger.drafting import Place
from cashless.ledger.entry import Draft, Posted, Transfer
from cashless.ledger.post import post

FIRST_DAY: Final = date(2000, 1, 1)
"""Before it no book can have begun."""

LOCK: Final = text("SELECT id FROM book WHERE code = :book FOR NO KEY UPDATE")
"""Holds a book while somebody looks at it and then posts."""

# Of a payment and of what took money back from it.
_SOLD = text(
    """
SELECT b.code AS book, min(e.business_date) AS day,
       (array_agg(e.cause ORDER BY e.seq))[1] AS cause,
       sum(CASE WHEN t.credit IN ('Income:Sales', 'Income:Refunds') THEN t.amount
           WHEN t.debit IN ('Income:Sales', 'Income:Refunds') THEN -t.amount
           ELSE 0 END)::bigint AS sold,
       sum(CASE 'Income:NotSales' WHEN t.credit THEN t.amount WHEN t.debit THEN -t.amount
           ELSE 0 END)::bigint AS not_sold
FROM entry e JOIN book b ON b.id = e.book_id
JOIN transfer t ON t.book_id = e.book_id AND t.seq = e.seq
WHERE b.merchant_id IS NOT NULL AND (e.payment_id = :payment OR e.payment_id IN
  (SELECT m.payment_id FROM match m WHERE m.credit_id = :payment))
GROUP BY b.code ORDER BY sold DESC, not_sold DESC, max(e.posted_at) DESC LIMIT 1
"""
)

_ENTRY = text(
    "SELECT count(*) FROM entry e JOIN book b ON b.id = e.book_id"
    " WHERE b.code = :book AND e.seq = :seq"
)

_OPENED = text(
    "SELECT count(*) FROM entry e JOIN book b ON b.id = e.book_id"
    " JOIN transfer t ON t.book_id = e.book_id AND t.seq = e.seq"
    " WHERE b.code = :book AND e.kind = 'opening' AND :account IN (t.debit, t.credit)"
)


@dataclass(frozen=True, slots=True)
class Correction:
    """What is corrected: the transfer to post, its day, and the entry it is about if there is."""

    moved: Transfer
    day: date
    about: int | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """What an account held when the book began: đồng, below zero for a debt, and the day."""

    account: str
    amount: int
    day: date


@dataclass(frozen=True, slots=True)
class _Sold:
    """How much of a payment counts as sales in its merchant's book, and how much does not."""

    book: str
    day: date
    cause: str
    sold: int
    not_sold: int


def not_sale(db: Connection, payment: int, reason: Reason) -> Posted:
    """Mark a payment as no revenue: family money, a loan, cash for a transfer.

    Raises ``NotFound("payment_not_posted")``, ``Conflict("already_not_sale")``.
    """
    found = _sold(db, payment)
    if found.sold <= 0:
        raise Conflict(
            "already_not_sale",
            f"No part of payment {payment} counts as sales now.",
            f"Khoản tiền số {payment} hiện không tính vào doanh thu.",
        )
    place = _place(found, payment, Act("not_sale", found.cause, reason))
    return _post(db, drafting.not_sale(place, found.sold))


def sale_again(db: Connection, payment: int, reason: Reason) -> Posted:
    """Take such a mark back, by a new entry.

    Raises ``NotFound("payment_not_posted")``, ``Conflict("not_marked")``.
    """
    found = _sold(db, payment)
    if found.not_sold <= 0:
        raise Conflict(
            "not_marked",
            f"Payment {payment} is not marked as no sale.",
            f"Khoản tiền số {payment} không bị đánh dấu là không phải doanh thu.",
        )
    place = _place(found, payment, Act("sale_again", found.cause, reason))
    return _post(db, drafting.sale_again(place, found.not_sold))


def correct(db: Connection, book: str, said: Correction, reason: Reason) -> Posted:
    """Post a correction with its reason, in a new entry.

    Raises ``NotFound("entry_unknown")`` when it is about an entry the book does not have, and
    ``Invalid("day_not_of_book")``.
    """
    require_day(said.day)
    if (
        said.about is not None
        and not db.execute(_ENTRY, {"book": book, "seq": said.about}).scalar_one()
    ):
        raise NotFound(
            "entry_unknown",
            f"Book {book} has no entry {said.about}.",
            f"Sổ {book} không có bút toán số {said.about}.",
        )
    subject = f"{book}#{said.about}" if said.about else book
    place = Place(book, said.day, Act("correction", subject, reason).written())
    return _post(db, drafting.correction(place, said.moved, said.about))


def open_balance(db: Connection, book: str, said: Opening, reason: Reason) -> Posted:
    """Post what an account held before the book began.

    Raises ``Conflict("opening_known")``, ``Invalid("opening_of_itself" | "day_not_of_book")``.
    """
    require_day(said.day)
    if said.account == OPENING:
        raise Invalid(
            "opening_of_itself",
            f"{OPENING} is the other side of every opening balance; name what was held or owed.",
            f"{OPENING} là vế đối ứng của mọi số dư đầu kỳ; hãy nêu tài khoản có hoặc nợ.",
        )
    db.execute(LOCK, {"book": book})
    if db.execute(_OPENED, {"book": book, "account": said.account}).scalar_one():
        raise Conflict(
            "opening_known",
            f"{said.account} has an opening balance; correct it with `cashless ledger correct`.",
            f"{said.account} đã có số dư đầu kỳ; hãy điều chỉnh bằng `cashless ledger correct`.",
        )
    act = Act("opening", f"{book}/{said.account}", reason)
    place = Place(book, said.day, act.written())
    return _post(db, drafting.opening(place, said.account, said.amount))


def require_day(day: date) -> None:
    """Refuse a day that has not come. Raises ``Invalid("day_not_of_book")``."""
    if not FIRST_DAY <= day <= business_date(now()):
        raise Invalid(
            "day_not_of_book",
            f"{day:%d/%m/%Y} is no day of a book: name one from 2000 to today.",
            f"{day:%d/%m/%Y} không thể ghi vào sổ: hãy nêu ngày từ năm 2000 đến hôm nay.",
        )


def _sold(db: Connection, payment: int) -> _Sold:
    """Lock the book that holds a payment, then read what it says of it."""
    row = db.execute(_SOLD, {"payment": payment}).one_or_none()
    if row is None:
        raise NotFound(
            "payment_not_posted",
            f"Payment {payment} is in no merchant's book.",
            f"Khoản tiền số {payment} chưa ghi vào sổ của người bán nào.",
        )
    db.execute(LOCK, {"book": row.book})
    return _Sold(*db.execute(_SOLD, {"payment": payment}).one())


def _place(found: _Sold, payment: int, act: Act) -> Place:
    return Place(found.book, found.day, act.written(), payment)


def _post(db: Connection, draft: Draft) -> Posted:
    return post(db, [draft], now())[0]
