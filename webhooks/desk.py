"""The suspense desk: money whose owner is not known, and giving it to whom it belongs.

Assigning a payment adds a second match with the person's reason. Two entries follow in the same
transaction: the platform's book releases the money, the merchant's book takes it as a sale. The
first match and entry stay as they were; undoing would be a third match. Money that left an account
is assigned in the same way, as what its merchant took out. Two people who assign the
same payment at once are told apart by the match's key: the second is refused.
"""

from typing import Any

from sqlalchemy import Connection, text

from cashless.clock import now
from cashless.errors import Conflict, Invalid, NotFound
from cashless.ledger.post import post
from merchants import register
from webhooks import notify
from webhooks.match import Holder, Match, Payment
from webhooks.matches import write
from webhooks.post import drafts, release, withdrawn

_WHY_MIN = 3

_LIST = text(
    """
SELECT p.id, p.provider, p.provider_txn_id, p.kind, p.amount, p.account, p.memo, p.occurred_at,
       p.business_date, m.rule, m.explanation
FROM match m JOIN payment p ON p.id = m.payment_id
WHERE m.merchant_id IS NULL AND m.rule <> 'annulled'
  AND NOT EXISTS (SELECT FROM match y WHERE y.payment_id = m.payment_id AND y.seq > m.seq)
ORDER BY p.id
"""
)
_LATEST = text(
    """
SELECT p.id, p.provider, p.provider_txn_id, p.kind, p.amount, p.account, p.virtual_account,
       p.order_ref, p.memo, p.occurred_at, p.business_date, m.seq,
       CASE m.rule WHEN 'annulled' THEN 0 ELSE m.merchant_id END AS merchant_id
FROM payment p LEFT JOIN match m ON m.payment_id = p.id
WHERE p.id = :id ORDER BY m.seq DESC NULLS LAST LIMIT 1
"""
)
_PAIRED = text("DELETE FROM unpaired WHERE payment_id = :id")
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('suspense'), CAST(:id AS integer))")


def listing(db: Connection) -> list[dict[str, Any]]:
    """Return what is in suspense, oldest first, with the reason."""
    return [dict(row._mapping) for row in db.execute(_LIST)]


def assign(db: Connection, payment_id: int, merchant: str, why: str, who: str) -> Match:
    """Give a payment in suspense to a merchant, because of ``why``; return the new match.

    Raises ``NotFound("payment_unknown" | "merchant_unknown")``, ``Conflict("not_in_suspense")``,
    ``Invalid("why_missing" | "merchant_closed")``.
    """
    if len(why.strip()) < _WHY_MIN:
        raise Invalid(
            "why_missing",
            "Say why this payment belongs to the merchant (--why).",
            "Hãy ghi lý do khoản tiền thuộc về người bán (--why).",
        )
    holder = _holder(db, merchant)
    db.execute(_LOCK, {"id": payment_id % 2**31})
    payment, seq = _in_suspense(db, payment_id)
    claim = Match(payment, seq + 1, "assigned", {"why": why.strip(), "by": who}, holder)
    write(db, [claim], who)
    at = now()
    is_credit = payment.kind == "credit"
    post(db, [release(claim), *drafts([claim])] if is_credit else withdrawn(claim), at)
    notify.write(db, [claim], at)
    db.execute(_PAIRED, {"id": payment_id})
    return claim


def _holder(db: Connection, merchant: str) -> Holder:
    found = register.find(db, merchant)
    if found.status == "closed":
        raise Invalid(
            "merchant_closed",
            f"{found.name} is closed; reopen the merchant or choose another.",
            f"{found.name} đã ngừng kinh doanh; hãy mở lại hoặc chọn người khác.",
        )
    return Holder(found.id, found.code, found.status)


def _in_suspense(db: Connection, payment_id: int) -> tuple[Payment, int]:
    row = db.execute(_LATEST, {"id": payment_id}).one_or_none()
    if row is None:
        raise NotFound(
            "payment_unknown",
            f"There is no payment {payment_id}.",
            f"Không có khoản tiền số {payment_id}.",
        )
    *fields, seq, merchant_id = row
    if seq is None or merchant_id is not None:
        raise Conflict(
            "not_in_suspense",
            f"Payment {payment_id} is not in suspense.",
            f"Khoản tiền số {payment_id} không ở mục chưa rõ của ai.",
        )
    return Payment(*fields), seq
