"""The suspense desk's acts: give money to whom it belongs, note that it went back, undo either.

Each act adds a match with the person's reason, and its entries in the same transaction; what was
there stays as it was. *Assigning* releases the money from the platform's book, and the merchant's
book takes it as a sale (or, of money that left an account, as what its merchant took out).
*Returning* moves nothing: we never hold money. A person notes that the bank or the merchant has
sent it back to its payer, with their reference, and it waits for nobody any more. *Undoing* either
takes its entries back by new ones and puts the money into suspense again. A closed day stays
closed: entries that come late count on the first open day.

Two people who act on one payment at once are told apart by a lock and the match's key: the second
is refused. Above an amount a second person must agree (``webhooks.proposals``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Row, text

from cashless.clock import now
from cashless.errors import Conflict, Invalid, NotFound
from cashless.ledger.chart import PLATFORM
from cashless.ledger.entry import Draft
from cashless.ledger.post import post
from cashless.reason import require_why
from merchants import register
from webhooks import corrected, notify, pairing
from webhooks.annulled import ANNULLED
from webhooks.candidates import orders_of
from webhooks.match import SUSPENSE, Holder, Match, Order, Payment
from webhooks.matches import write
from webhooks.post import drafts, release, sent_back, undone, withdrawn
from webhooks.written import written

ASSIGNED: Final = "assigned"
RETURNED: Final = "returned"
_REFERENCE_MOST: Final = 64

_LATEST = text(
    """
SELECT p.id, p.provider, p.provider_txn_id, p.kind, p.amount, p.account, p.virtual_account,
       p.order_ref, p.memo, p.occurred_at, p.business_date, p.original,
       c.id IS NULL OR cardinality(c.accounts) = 0
         OR coalesce(p.account = ANY (c.accounts), false)
         OR coalesce(p.virtual_account = ANY (c.accounts), false) AS is_bound,
       m.seq, m.rule, m.merchant_id, h.code AS merchant, m.explanation
FROM payment p LEFT JOIN connection c ON c.id = p.connection_id
LEFT JOIN match m ON m.payment_id = p.id LEFT JOIN merchant h ON h.id = m.merchant_id
WHERE p.id = :id ORDER BY m.seq DESC NULLS LAST LIMIT 1
"""
)
_PAIRED = text("DELETE FROM unpaired WHERE payment_id = :id")
_UNPAIRED = text("INSERT INTO unpaired (payment_id) VALUES (:id) ON CONFLICT DO NOTHING")
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('suspense'), CAST(:id AS integer))")
_LOCK_BOOKS = text("SELECT id FROM book WHERE code = ANY (:codes) ORDER BY id FOR NO KEY UPDATE")
_TAKEN = text(
    "SELECT EXISTS (SELECT FROM match t WHERE t.credit_id = :id AND t.rule <> 'annulled'"
    " AND NOT EXISTS (SELECT FROM match y WHERE y.payment_id = t.payment_id AND y.seq > t.seq))"
)
# What people did by hand with a payment since, as long as it has not been taken back again.
_BY_HAND = text(
    """
SELECT EXISTS (SELECT FROM entry e JOIN book b ON b.id = e.book_id AND b.code = :book
JOIN transfer t ON t.book_id = e.book_id AND t.seq = e.seq
CROSS JOIN LATERAL (VALUES (t.debit, t.amount), (t.credit, -t.amount)) AS side (account, amount)
WHERE e.payment_id = :id AND e.match_seq IS NULL
GROUP BY side.account HAVING sum(side.amount) <> 0)
"""
)


@dataclass(frozen=True, slots=True)
class Word:
    """A person's word: why, who, and at or above an amount who agreed."""

    why: str
    who: str
    agreed_by: str | None = None

    def told(self) -> dict[str, str]:
        """Return what a match keeps of it. Raises ``Invalid("why_missing")``."""
        agreed = {"agreed_by": self.agreed_by} if self.agreed_by else {}
        return {"why": require_why(self.why), "by": self.who, **agreed}


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a payment is given to: a merchant by code, and one of its orders where one is named."""

    merchant: str
    order: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A payment as it stands: its last match, 0 and no rule where it has none yet."""

    payment: Payment
    seq: int
    rule: str | None
    merchant_id: int | None
    merchant: str | None
    told: Mapping[str, Any]

    @property
    def is_waiting(self) -> bool:
        """Whether it is in suspense."""
        is_nobodys = self.seq > 0 and self.merchant_id is None
        return is_nobodys and self.rule not in {RETURNED, ANNULLED}


def assign(db: Connection, payment_id: int, merchant: str, why: str, who: str) -> Match:
    """Give a payment in suspense to a merchant, because of ``why``; see ``give``."""
    return give(db, payment_id, Target(merchant), Word(why, who))


def give(db: Connection, payment_id: int, target: Target, word: Word) -> Match:
    """Give a payment in suspense to a merchant, perhaps for an order; return the new match.

    Raises ``NotFound("payment_unknown" | "merchant_unknown" | "order_unknown")``,
    ``Conflict("not_in_suspense")``,
    ``Invalid("why_missing" | "merchant_closed" | "order_not_of_merchant")``.
    """
    told = word.told()
    holder = _holder(db, target.merchant)
    found = _in_suspense(db, payment_id)
    order = _order(db, target.order, holder) if target.order else None
    told = {**told, **corrected.carried(found.told)}
    claim = Match(found.payment, found.seq + 1, ASSIGNED, told, holder, order)
    is_credit = found.payment.kind == "credit"
    _step(db, claim, [release(claim), *drafts([claim])] if is_credit else withdrawn(claim))
    return claim


def give_back(db: Connection, payment_id: int, reference: str, word: Word) -> Match:
    """Note that a payment in suspense was sent back to its payer, outside; return the new match.

    ``reference`` is by what the bank or the merchant names the sending back. Raises
    ``NotFound("payment_unknown")``, ``Conflict("not_in_suspense")``,
    ``Invalid("why_missing" | "reference_missing" | "return_not_credit")``.
    """
    told = {**word.told(), "reference": require_reference(reference)}
    found = _in_suspense(db, payment_id)
    if found.payment.kind != "credit":
        raise Invalid(
            "return_not_credit",
            f"Payment {payment_id} is money that left an account: there is nothing to send back.",
            f"Khoản số {payment_id} là tiền ra khỏi tài khoản: không có gì để trả lại.",
        )
    gone = Match(found.payment, found.seq + 1, RETURNED, {**told, **corrected.carried(found.told)})
    _step(db, gone, [sent_back(gone)])
    return gone


def undo(db: Connection, payment_id: int, word: Word) -> Match:
    """Take an assignment or a return back by new entries; the payment is in suspense again.

    Raises ``NotFound("payment_unknown")``, ``Invalid("why_missing")``,
    ``Conflict("nothing_to_undo" | "undo_taken_back" | "undo_marked")``.
    """
    told = word.told()
    found = locked(db, payment_id)
    if found.rule not in {ASSIGNED, RETURNED}:
        raise Conflict(
            "nothing_to_undo",
            f"Nobody has assigned or returned payment {payment_id}.",
            f"Chưa ai gán hay trả lại khoản tiền số {payment_id}.",
        )
    require_untouched(db, found)
    facts = {"reason": "undone", "undoes": found.seq, **told, **corrected.carried(found.told)}
    back = Match(found.payment, found.seq + 1, SUSPENSE, facts)
    _step(db, back, undone(back, written(db, payment_id, found.seq)))
    if found.payment.original:
        db.execute(_UNPAIRED, {"id": payment_id})
    return back


def locked(db: Connection, payment_id: int) -> Standing:
    """Let nobody else act on a payment until this transaction ends, and return how it stands.

    Raises ``NotFound("payment_unknown")``.
    """
    db.execute(_LOCK, {"id": payment_id % 2**31})
    return look(db, payment_id)


def look(db: Connection, payment_id: int) -> Standing:
    """Return how a payment stands. Raises ``NotFound("payment_unknown")``."""
    row = db.execute(_LATEST, {"id": payment_id}).one_or_none()
    if row is None:
        raise NotFound(
            "payment_unknown",
            f"There is no payment {payment_id}.",
            f"Không có khoản tiền số {payment_id}.",
        )
    return _standing(row)


def require_untouched(db: Connection, found: Standing) -> None:
    """Refuse to take a payment away from a merchant whose book has gone on from it.

    Raises ``Conflict("undo_taken_back" | "undo_marked")``.
    """
    if found.merchant is None:
        return
    number = found.payment.id
    pairing.lock(db, number)
    db.execute(_LOCK_BOOKS, {"codes": [PLATFORM, found.merchant]})
    if db.execute(_TAKEN, {"id": number}).scalar_one():
        raise Conflict(
            "undo_taken_back",
            f"Book {found.merchant} has given money of payment {number} back already. Leave it"
            " there, and correct the rest with `cashless ledger correct`.",
            f"Sổ {found.merchant} đã hoàn tiền từ khoản số {number}. Hãy để nguyên và điều chỉnh"
            " phần còn lại bằng `cashless ledger correct`.",
        )
    if db.execute(_BY_HAND, {"id": number, "book": found.merchant}).scalar_one():
        raise Conflict(
            "undo_marked",
            f"Payment {number} was marked or paid out in book {found.merchant} since. Take a mark"
            " back first (`cashless ledger sale-again`); correct a payout with"
            " `cashless ledger correct`.",
            f"Khoản số {number} đã được đánh dấu hoặc quyết toán trong sổ {found.merchant}. Hãy bỏ"
            " dấu trước (`cashless ledger sale-again`); với quyết toán, dùng"
            " `cashless ledger correct`.",
        )


def require_reference(given: str) -> str:
    """Return in one line what names a sending back. Raises ``Invalid("reference_missing")``."""
    said = " ".join(given.split())
    if 1 <= len(said) <= _REFERENCE_MOST and said.isprintable():
        return said
    raise Invalid(
        "reference_missing",
        "Write by which number or paper the bank or the merchant sent it back (--reference).",
        "Hãy ghi số hoặc giấy tờ mà ngân hàng hay người bán đã dùng để trả lại (--reference).",
    )


def _standing(row: Row[Any]) -> Standing:
    *fields, seq, rule, merchant_id, merchant, explanation = tuple(row)
    told = orjson.loads(explanation) if explanation else {}
    payment = corrected.through(Payment(*fields), told)
    return Standing(payment, seq or 0, rule, merchant_id, merchant, told)


def _in_suspense(db: Connection, payment_id: int) -> Standing:
    found = locked(db, payment_id)
    if not found.is_waiting:
        raise Conflict(
            "not_in_suspense",
            f"Payment {payment_id} is not in suspense.",
            f"Khoản tiền số {payment_id} không ở mục chưa rõ của ai.",
        )
    return found


def _step(db: Connection, made: Match, told: Sequence[Draft]) -> None:
    """Write a match with its entries and its message; what waited for its credit waits no more."""
    at = now()
    write(db, [made], str(made.explanation["by"]))
    post(db, told, at)
    notify.write(db, [made], at)
    db.execute(_PAIRED, {"id": made.payment.id})


def _holder(db: Connection, merchant: str) -> Holder:
    found = register.find(db, merchant)
    if found.status == "closed":
        raise Invalid(
            "merchant_closed",
            f"{found.name} is closed; reopen the merchant or choose another.",
            f"{found.name} đã ngừng kinh doanh; hãy mở lại hoặc chọn người khác.",
        )
    return Holder(found.id, found.code, found.status)


def _order(db: Connection, code: str, holder: Holder) -> Order:
    found = orders_of(db, [code.strip().upper()]).get(code.strip().upper())
    if found is None:
        raise NotFound("order_unknown", f"There is no order {code}.", f"Không có phiếu thu {code}.")
    if found.merchant_id != holder.merchant_id:
        raise Invalid(
            "order_not_of_merchant",
            f"Order {found.code} is not of merchant {holder.book}.",
            f"Phiếu thu {found.code} không phải của người bán {holder.book}.",
        )
    return found
