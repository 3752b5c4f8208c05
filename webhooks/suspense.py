"""What is in suspense: each payment with why it is there, how long, and whose it may be.

Two statements, whatever the length of the list: the payments, and the candidates of all of them
(``webhooks.suggestions``). A suggestion never decides: it says why somebody may be the one and why
the ladder did not take them, and a person looks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection, text

from cashless.clock import now
from webhooks import corrected, suggestions
from webhooks.match import Payment
from webhooks.suggestions import Suggestion

_LIST = text(
    """
SELECT p.id, p.provider, p.provider_txn_id, p.kind, p.amount, p.account, p.virtual_account,
       p.order_ref, p.memo, p.occurred_at, p.business_date, p.kept_at, m.seq, m.rule, m.explanation
FROM match m JOIN payment p ON p.id = m.payment_id
WHERE m.merchant_id IS NULL AND m.rule NOT IN ('returned', 'annulled')
  AND NOT EXISTS (SELECT FROM match y WHERE y.payment_id = m.payment_id AND y.seq > m.seq)
  AND (CAST(:provider AS text) IS NULL OR p.provider = :provider)
  AND (CAST(:reason AS text) IS NULL OR CAST(m.explanation AS json) ->> 'reason' = :reason)
  AND p.kept_at <= now() - make_interval(days => CAST(:days AS integer))
  AND (CAST(:payment AS bigint) IS NULL OR p.id = :payment)
ORDER BY p.id LIMIT :most
"""
)
_WAITED = text(
    "SELECT EXISTS (SELECT FROM match WHERE payment_id = :payment AND merchant_id IS NULL)"
)
_MOST: Final = 100_000

REASONS: Final[Mapping[str, tuple[str, str]]] = {
    "account_unknown": (
        "Không ai có tài khoản này, nội dung không có mã phiếu thu.",
        "Nobody has this account, and the memo names no order.",
    ),
    "account_not_of_merchant": (
        "Phiếu thu của một người, tiền vào tài khoản của người khác.",
        "The order is of one merchant, the money came to another one's account.",
    ),
    "reference_ambiguous": (
        "Nội dung có mã của nhiều phiếu thu.",
        "The memo names several orders.",
    ),
    "merchant_closed": (
        "Người bán đã ngừng kinh doanh.",
        "The merchant is closed.",
    ),
    "account_not_of_connection": (
        "Kết nối này không được báo về tài khoản đó.",
        "The connection that told of it may not speak of this account.",
    ),
    "credit_not_known": (
        "Tiền bị rút lại hoặc tiền ra: chưa thấy khoản tiền vào tương ứng.",
        "Money taken back or out: the credit it belongs to has not come.",
    ),
    "more_than_credit": (
        "Rút lại nhiều hơn số còn lại của khoản tiền vào.",
        "It takes back more than is left of its credit.",
    ),
    "undone": ("Đã gán hoặc trả lại, rồi hoàn tác.", "It was assigned or returned, then undone."),
    "conflict_decided": (
        "Nội dung báo lần hai là đúng; cần tìm lại người nhận.",
        "The second telling was right; its merchant has to be found again.",
    ),
}
"""Why a payment is in suspense: the reason its match keeps → Vietnamese, English."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the list to show; ``older_than`` in days since it was kept."""

    provider: str | None = None
    reason: str | None = None
    older_than: int = 0
    place: str | None = None
    payment: int | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A payment in suspense: its match's number, the reason and its facts, the suggestions."""

    payment: Payment
    seq: int
    kept_at: datetime
    facts: Mapping[str, Any]
    suggestions: tuple[Suggestion, ...] = ()

    @property
    def reason(self) -> str:
        """The stable name of the reason."""
        return str(self.facts["reason"])

    @property
    def words(self) -> tuple[str, str]:
        """The reason in Vietnamese and in English."""
        return REASONS.get(self.reason, (self.reason, self.reason))

    @property
    def age_days(self) -> int:
        """Whole days since it was kept."""
        return (now() - self.kept_at).days

    def as_json(self) -> dict[str, Any]:
        """Return what the command line and the API show."""
        shown = ("id", "provider", "provider_txn_id", "kind", "amount", "account", "memo")
        told = {name: getattr(self.payment, name) for name in shown}
        vi, en = self.words
        return {
            **told,
            "occurred_at": self.payment.occurred_at,
            "business_date": self.payment.business_date,
            "seen": self.seq,
            "age_days": self.age_days,
            "reason": self.reason,
            "reason_vi": vi,
            "reason_en": en,
            "suggestions": [one.as_json() for one in self.suggestions],
        }


def waiting(db: Connection, wanted: Filter | None = None) -> list[Waiting]:
    """Return what is in suspense with its suggestions, oldest first."""
    asked = wanted or Filter()
    found = _read(db, asked)
    named = suggestions.suggest(db, [(one.payment, one.facts) for one in found])
    told = [replace(one, suggestions=named.get(one.payment.id, ())) for one in found]
    if asked.place is None:
        return told
    return [one for one in told if any(s.place == asked.place for s in one.suggestions)]


def has_waited(db: Connection, payment: int) -> bool:
    """Tell whether a payment is or was in suspense; others are their merchants' own."""
    return bool(db.execute(_WAITED, {"payment": payment}).scalar_one())


def listing(db: Connection) -> list[dict[str, Any]]:
    """Return what is in suspense, oldest first, with the reason and without suggestions."""
    return [
        {**one.as_json(), "rule": one.facts["rule"], "facts": one.facts}
        for one in _read(db, Filter())
    ]


def _read(db: Connection, asked: Filter) -> list[Waiting]:
    values = {
        "provider": asked.provider,
        "reason": asked.reason,
        "days": asked.older_than,
        "payment": asked.payment,
        "most": _MOST,
    }
    return [_waiting(row) for row in db.execute(_LIST, values)]


def _waiting(row: Sequence[Any]) -> Waiting:
    *fields, kept_at, seq, rule, explanation = row
    facts = {"rule": rule, **orjson.loads(explanation)}
    return Waiting(corrected.through(Payment(*fields), facts), seq, kept_at, facts)
