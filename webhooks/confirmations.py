"""Confirmations: something independent says that a payment of a weak protocol is real.

Such a payment is matched and posted like every other one, because the money is most likely there;
but an order that it paid is final only once a statement, an answer of the provider or a person who
looked into the account confirms it.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from cashless.clock import now
from cashless.errors import Conflict, Invalid, NotFound
from cashless.reason import require_why

SOURCES = ("statement", "poll", "person")
_TRUST = text("SELECT trust FROM payment WHERE id = :id")
_CONFIRM = text(
    "INSERT INTO confirmation (payment_id, source, why, confirmed_by, confirmed_at)"
    " VALUES (:id, :source, :why, :who, :at) ON CONFLICT (payment_id) DO NOTHING"
)
_LIST = text(
    """
SELECT p.id, p.provider, p.provider_txn_id, p.kind, p.amount, p.occurred_at, me.code AS merchant,
       m.order_code AS order
FROM payment p
LEFT JOIN LATERAL (SELECT * FROM match x WHERE x.payment_id = p.id ORDER BY seq DESC LIMIT 1) m
  ON true
LEFT JOIN merchant me ON me.id = m.merchant_id
WHERE p.trust = 'weak' AND NOT EXISTS (SELECT FROM confirmation f WHERE f.payment_id = p.id)
ORDER BY p.id
"""
)


def waiting(db: Connection) -> list[dict[str, Any]]:
    """Return the payments of weak protocols that nothing has confirmed yet, oldest first."""
    return [dict(row._mapping) for row in db.execute(_LIST)]


def confirm(db: Connection, payment: int, source: str, why: str, who: str) -> datetime:
    """Confirm a payment of a weak protocol; return when.

    Raises ``NotFound("payment_unknown")``, ``Invalid("why_missing" | "confirmation_needless")``,
    ``Conflict("payment_confirmed")``.
    """
    reason = require_why(why)
    _require_weak(db, payment)
    at = now()
    row = {"id": payment, "source": source, "why": reason, "who": who, "at": at}
    if db.execute(_CONFIRM, row).rowcount == 0:
        raise Conflict(
            "payment_confirmed",
            f"Payment {payment} is confirmed already.",
            f"Khoản tiền số {payment} đã được xác nhận.",
        )
    return at


def _require_weak(db: Connection, payment: int) -> None:
    trust = db.execute(_TRUST, {"id": payment}).scalar_one_or_none()
    if trust is None:
        raise NotFound(
            "payment_unknown",
            f"There is no payment {payment}.",
            f"Không có khoản tiền số {payment}.",
        )
    if trust != "weak":
        raise Invalid(
            "confirmation_needless",
            f"Payment {payment} is proven by its seal and needs no confirmation.",
            f"Khoản tiền số {payment} đã được chữ ký chứng minh, không cần xác nhận.",
        )
