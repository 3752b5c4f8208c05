"""Payouts: the lump sum a wallet pays for many payments, taken into a book once.

The payments it pays are named or found (``cashless.ledger.shortfall``); each moves from what is due
to the bank, and the fee is an entry of its own. A payout is known by the provider's reference: the
same one again is refused, also when other payments would add up to it by now.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import orjson
from sqlalchemy import Connection, text

from cashless.clock import now
from cashless.errors import Conflict, Invalid
from cashless.ledger import drafting, shortfall
from cashless.ledger.cause import Act, Reason
from cashless.ledger.chart import bank, due
from cashless.ledger.drafting import Place
from cashless.ledger.entry import Posted
from cashless.ledger.hand import LOCK, require_day
from cashless.ledger.post import post
from cashless.ledger.shortfall import Answer, Due
from cashless.money import format_dong

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

# A payout is known by provider and reference, which begin what its entries say.
_PAID = text(
    "SELECT count(*) FROM entry e JOIN book b ON b.id = e.book_id"
    " WHERE b.code = :book AND e.kind = 'payout' AND starts_with(e.cause, :said)"
)


@dataclass(frozen=True, slots=True)
class Payout:
    """A lump sum that came for many payments: net amount and fee in đồng, the provider's name."""

    provider: str
    lump: int
    fee: int
    day: date
    reference: str


def dues(db: Connection, book: str, provider: str) -> list[Due]:
    """Return what a wallet still owes to a book, payment by payment, oldest first."""
    return [Due(payment, amount) for payment, amount, _cause in _due_rows(db, book, provider)]


def shortfall_of(db: Connection, book: str, said: Payout) -> Answer:
    """Say which payments a lump sum and its fee pay. Raises ``Conflict("payout_known")``."""
    _require_new(db, book, said)
    return shortfall.find(dues(db, book, said.provider), said.lump + said.fee)


def settle_payout(
    db: Connection, book: str, said: Payout, payments: Sequence[int], reason: Reason
) -> tuple[Posted, ...]:
    """Take a payout in: each payment moves from due to the bank, the fee is its own entry.

    Raises ``Conflict("payment_not_due")`` for one that is not owed (any more),
    ``Conflict("payout_mismatch")`` when the payments are not lump sum and fee together,
    ``Conflict("payout_known")`` when the provider's payout of this reference was taken in before,
    ``Invalid("reference_missing" | "day_not_of_book")``.
    """
    require_day(said.day)
    subject = f"{said.provider}/{_reference(said)}"
    db.execute(LOCK, {"book": book})
    _require_new(db, book, said)
    rows = _due_rows(db, book, said.provider)
    owed = {payment: (amount, cause) for payment, amount, cause in rows}
    strange = sorted(set(payments) - owed.keys())
    if strange:
        _refuse_strange(strange, said.provider)
    total = sum(owed[payment][0] for payment in set(payments))
    if total != said.lump + said.fee:
        _refuse_mismatch(total, said)
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


def _reference(said: Payout) -> str:
    written = " ".join(said.reference.split())
    if written:
        return written
    raise Invalid(
        "reference_missing",
        "Say how the provider names this payout (--reference).",
        "Hãy ghi mã lần chuyển tiền của tổ chức (--reference).",
    )


def _require_new(db: Connection, book: str, said: Payout) -> None:
    subject = f"{said.provider}/{_reference(said)}"
    begun = orjson.dumps(["payout", f"{subject} {said.provider}/"]).decode().removesuffix('"]')
    if db.execute(_PAID, {"book": book, "said": begun}).scalar_one():
        raise Conflict(
            "payout_known",
            f"Payout {subject} was taken in before.",
            f"Lần chuyển tiền {subject} đã ghi sổ trước đây.",
        )


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
