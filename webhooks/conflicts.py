"""The conflicts desk: a provider told one payment twice in different words, and a person decides.

That the *first* telling stands changes nothing and takes the conflict off the list. That the
*second* is right never edits the payment's row: what the first came to is taken out of the books by
new entries, the payment as told second is put aside in the platform's book, and the ladder is
walked for it. Where it finds a merchant, the money goes there in the same transaction; where it
finds nobody, or a person had assigned the first, the payment waits on the suspense desk. Later
matches carry what is right (``webhooks.corrected``), so that all sums and a replay know it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Row, text

from cashless.clock import now
from cashless.errors import Conflict, NotFound
from cashless.ledger.post import post
from webhooks import notify
from webhooks.annulled import ANNULLED
from webhooks.candidates import candidates
from webhooks.corrected import FIELDS, read
from webhooks.desk import RETURNED, Standing, Word, locked, require_untouched
from webhooks.match import SUSPENSE, Match, Payment, match
from webhooks.matches import write
from webhooks.post import drafts, release, told_otherwise
from webhooks.rules import kept
from webhooks.written import written

STANDS: Final = ("first", "second")
"""What a decision says is right."""

_OPEN: Final = """
SELECT c.id, c.payment_id AS payment, p.provider, p.provider_txn_id, p.kind, c.noted_at,
       p.amount AS first_amount, p.account AS first_account,
       p.memo AS first_memo, p.occurred_at AS first_occurred_at,
       p.business_date AS first_business_date,
       c.amount, c.account, c.memo, c.occurred_at, c.business_date,
       me.code AS merchant, me.name AS merchant_name, m.explanation
FROM conflict c JOIN payment p ON p.id = c.payment_id
LEFT JOIN LATERAL (SELECT * FROM match x WHERE x.payment_id = p.id ORDER BY x.seq DESC LIMIT 1) m
  ON true
LEFT JOIN merchant me ON me.id = m.merchant_id
WHERE NOT EXISTS (SELECT FROM conflict_decision d WHERE d.conflict_id = c.id)
"""
_LIST = text(f"{_OPEN} ORDER BY c.id")
_FIND = text(f"{_OPEN} AND c.id = :id")
_ABOUT = text("SELECT payment_id, amount FROM conflict WHERE id = :id")
_DECIDE = text(
    "INSERT INTO conflict_decision (conflict_id, stands, why, decided_by)"
    " VALUES (:id, :stands, :why, :who) ON CONFLICT DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class Told:
    """A conflict that waits: both tellings, field by field, and whose the payment is now."""

    id: int
    payment: int
    provider: str
    provider_txn_id: str
    kind: str
    noted_at: datetime
    first: Mapping[str, Any]
    second: Mapping[str, Any]
    merchant: str | None
    merchant_name: str | None

    @property
    def differs(self) -> tuple[str, ...]:
        """The fields in which the two tellings differ; none when it is a field not kept here."""
        return tuple(name for name in FIELDS if self.first[name] != self.second[name])


def listing(db: Connection) -> list[Told]:
    """Return the conflicts that nobody has decided, oldest first."""
    return [_told(row) for row in db.execute(_LIST)]


def find(db: Connection, number: int) -> Told:
    """Return a conflict that waits.

    Raises ``NotFound("conflict_unknown")``, ``Conflict("conflict_decided")``.
    """
    row = db.execute(_FIND, {"id": number}).one_or_none()
    if row is not None:
        return _told(row)
    about(db, number)
    raise Conflict(
        "conflict_decided",
        f"Conflict {number} has been decided already.",
        f"Mâu thuẫn số {number} đã được quyết định.",
    )


def about(db: Connection, number: int) -> tuple[int, int]:
    """Return the payment a conflict is about, decided or not, and the amount told second.

    Raises ``NotFound("conflict_unknown")``.
    """
    row = db.execute(_ABOUT, {"id": number}).one_or_none()
    if row is None:
        raise NotFound(
            "conflict_unknown",
            f"There is no conflict {number}.",
            f"Không có mâu thuẫn số {number}.",
        )
    return row.payment_id, row.amount


def decide(db: Connection, number: int, stands: str, word: Word) -> Told:
    """Decide which telling is right; return what was decided.

    Raises what ``find`` raises, ``Invalid("why_missing")``, ``Conflict("conflict_not_settled" |
    "conflict_not_credit" | "conflict_returned" | "undo_taken_back" | "undo_marked")``.
    """
    why = word.told()["why"]
    found = find(db, number)
    standing = locked(db, found.payment)
    row = {"id": number, "stands": stands, "why": why, "who": word.who}
    if db.execute(_DECIDE, row).rowcount == 0:
        find(db, number)
    if stands == "second":
        _require_correctable(found, standing)
        require_untouched(db, standing)
        _correct(db, found, standing, word)
    return found


def _correct(db: Connection, found: Told, standing: Standing, word: Word) -> None:
    """Take the first telling out of the books, and match and post the second."""
    right = {name: found.second[name] for name in FIELDS}
    payment = replace(standing.payment, **right)
    facts = {**word.told(), "corrected": _plain(right)}
    reason = str(_walked(db, payment).explanation.get("reason", "conflict_decided"))
    was = {"undoes": standing.seq, "was": standing.payment.amount, "reason": reason}
    aside = Match(payment, standing.seq + 1, SUSPENSE, {**was, **facts})
    at = now()
    write(db, [aside], word.who)
    before = written(db, payment.id, standing.seq)
    post(db, told_otherwise(aside, standing.payment.amount, before), at)
    chosen = _walked(db, payment)  # once more: the orders now lack what was told first
    if chosen.holder is not None:
        explained = {**chosen.explanation, **facts}
        claim = replace(chosen, seq=standing.seq + 2, explanation=explained)
        write(db, [claim], word.who)
        post(db, [release(claim), *drafts([claim])], now())
        notify.write(db, [claim], at)


def _walked(db: Connection, payment: Payment) -> Match:
    rules = kept.active(db)
    (chosen,) = match([payment], candidates(db, [payment], rules), rules)
    return chosen


def _require_correctable(found: Told, standing: Standing) -> None:
    """Refuse to correct what is not settled, no credit, or sent back."""
    number = found.payment
    cases = (
        (
            "conflict_not_settled",
            standing.seq > 0 and standing.rule != ANNULLED,
            f"Payment {number} waits to be settled, or another connection's telling stands for it.",
            f"Khoản số {number} chưa có kết quả khớp riêng: đang chờ, hoặc đã có kết nối khác báo.",
        ),
        (
            "conflict_not_credit",
            found.kind == "credit",
            "It is no credit: use `cashless ledger correct`, and let the first telling stand.",
            "Đây là tiền ra: hãy dùng `cashless ledger correct` và giữ lần báo đầu.",
        ),
        (
            "conflict_returned",
            standing.rule != RETURNED,
            f"Payment {number} was sent back to its payer. Undo the return first.",
            f"Khoản số {number} đã ghi trả lại người chuyển. Hãy hoàn tác việc trả lại trước.",
        ),
    )
    for code, holds, said, said_vi in cases:
        if not holds:
            raise Conflict(code, said, said_vi)


def _plain(right: Mapping[str, Any]) -> dict[str, Any]:
    """Write the second telling as a match keeps it."""
    times = {name: right[name].isoformat() for name in ("occurred_at", "business_date")}
    return {**right, **times}


def _first(row: Row[Any]) -> dict[str, Any]:
    """Return what stands now: the payment's row, or what an earlier decision made of it."""
    said = orjson.loads(row.explanation or "{}").get("corrected")
    if said is None:
        return {name: row._mapping[f"first_{name}"] for name in FIELDS}
    return read(said)


def _told(row: Row[Any]) -> Told:
    seen = row._mapping
    return Told(
        id=row.id,
        payment=row.payment,
        provider=row.provider,
        provider_txn_id=row.provider_txn_id,
        kind=row.kind,
        noted_at=row.noted_at,
        first=_first(row),
        second={name: seen[name] for name in FIELDS},
        merchant=row.merchant,
        merchant_name=row.merchant_name,
    )
