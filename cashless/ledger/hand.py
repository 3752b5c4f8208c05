"""What people do to a book by hand: mark, correct, open, and take a payout in.

Each act locks the book, looks at what it holds, and posts new entries with the person's reason
under their hash (``cashless.ledger.cause``). Nothing is changed and nothing asks to be undone: the
opposite act is another entry. An act that has been done already is refused, so that two people who
do the same at once do it once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, text

from cashless.clock import now
from cashless.errors import Conflict, NotFound
from cashless.ledger import drafting, shortfall
from cashless.ledger.cause import Act, Reason
from cashless.ledger.chart import bank, due
from cashless.ledger.drafting import Place
from cashless.ledger.entry import Draft, Posted, Transfer
from cashless.ledger.post import post
from cashless.ledger.shortfall import Answer, Due
from cashless.money import format_dong

_LOCK = text("SELECT id FROM book WHERE code = :book FOR NO KEY UPDATE")

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

# What a refund took back is owed less, so it counts with its credit.
_DUE = text(
    """
SELECT coalesce(m.credit_id, e.payment_id) AS due,
       sum(CASE WHEN t.debit = :account THEN t.amount ELSE -t.amount END)::bigint,
       (array_agg(e.cause ORDER BY e.seq))[1]
FROM entry e JOIN book b ON b.id = e.book_id
JOIN transfer t ON t.book_id = e.book_id AND t.seq = e.seq
LEFT JOIN match m ON m.payment_id = e.payment_id AND m.seq = e.match_seq
WHERE b.code = :book AND e.payment_id IS NOT NULL AND :account IN (t.debit, t.credit)
GROUP BY due
HAVING sum(CASE WHEN t.debit = :account THEN t.amount ELSE -t.amount END) > 0
ORDER BY due
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
class Payout:
    """A lump sum that came for many payments: net amount and fee in đồng, the provider's name."""

    provider: str
    lump: int
    fee: int
    day: date
    reference: str


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

    Raises ``NotFound("entry_unknown")`` when it is about an entry the book does not have.
    """
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
    """Post what an account held before the book began. Raises ``Conflict("opening_known")``."""
    db.execute(_LOCK, {"book": book})
    if db.execute(_OPENED, {"book": book, "account": said.account}).scalar_one():
        raise Conflict(
            "opening_known",
            f"{said.account} has an opening balance; correct it with `cashless ledger correct`.",
            f"{said.account} đã có số dư đầu kỳ; hãy điều chỉnh bằng `cashless ledger correct`.",
        )
    act = Act("opening", f"{book}/{said.account}", reason)
    place = Place(book, said.day, act.written())
    return _post(db, drafting.opening(place, said.account, said.amount))


def dues(db: Connection, book: str, provider: str) -> list[Due]:
    """Return what a wallet still owes to a book, payment by payment, oldest first."""
    return [Due(payment, amount) for payment, amount, _cause in _due_rows(db, book, provider)]


def shortfall_of(db: Connection, book: str, said: Payout) -> Answer:
    """Say which payments a lump sum and its fee pay."""
    return shortfall.find(dues(db, book, said.provider), said.lump + said.fee)


def settle_payout(
    db: Connection, book: str, said: Payout, payments: Sequence[int], reason: Reason
) -> tuple[Posted, ...]:
    """Take a payout in: each payment moves from due to the bank, the fee is its own entry.

    Raises ``Conflict("payment_not_due")`` for one that is not owed (any more), and
    ``Conflict("payout_mismatch")`` when the payments are not lump sum and fee together.
    """
    db.execute(_LOCK, {"book": book})
    rows = _due_rows(db, book, said.provider)
    owed = {payment: (amount, cause) for payment, amount, cause in rows}
    strange = sorted(set(payments) - owed.keys())
    if strange:
        _refuse_strange(strange, said.provider)
    total = sum(owed[payment][0] for payment in set(payments))
    if total != said.lump + said.fee:
        _refuse_mismatch(total, said)
    subject = f"{said.provider}/{said.reference}"
    drafts = []
    for one in sorted(set(payments)):
        amount, cause = owed[one]
        act = Act("payout", f"{subject} {cause}", reason)
        place = Place(book, said.day, act.written(), one)
        drafts.append(drafting.payout(place, said.provider, amount))
    if said.fee:
        place = Place(book, said.day, Act("fee", subject, reason).written())
        drafts.append(drafting.fee(place, said.provider, bank(said.provider), said.fee))
    return post(db, drafts, now())


def _due_rows(db: Connection, book: str, provider: str) -> list[tuple[int, int, str]]:
    rows = db.execute(_DUE, {"book": book, "account": due(provider)})
    return [(row[0], row[1], row[2]) for row in rows]


def _sold(db: Connection, payment: int) -> _Sold:
    """Lock the book that holds a payment, then read what it says of it."""
    row = db.execute(_SOLD, {"payment": payment}).one_or_none()
    if row is None:
        raise NotFound(
            "payment_not_posted",
            f"Payment {payment} is in no merchant's book.",
            f"Khoản tiền số {payment} chưa ghi vào sổ của người bán nào.",
        )
    db.execute(_LOCK, {"book": row.book})
    return _Sold(*db.execute(_SOLD, {"payment": payment}).one())


def _place(found: _Sold, payment: int, act: Act) -> Place:
    return Place(found.book, found.day, act.written(), payment)


def _post(db: Connection, draft: Draft) -> Posted:
    return post(db, [draft], now())[0]


def _refuse_strange(payments: list[int], provider: str) -> None:
    told = ", ".join(map(str, payments[:10]))
    raise Conflict(
        "payment_not_due",
        f"{provider} does not owe these payments to this book: {told}.",
        f"{provider} không còn nợ các khoản này trong sổ: {told}.",
    )


def _refuse_mismatch(total: int, said: Payout) -> None:
    came = format_dong(said.lump + said.fee)
    raise Conflict(
        "payout_mismatch",
        f"The payments are {format_dong(total)}, lump sum and fee {came}.",
        f"Các khoản cộng lại {format_dong(total)}, tiền về và phí {came}.",
    )
