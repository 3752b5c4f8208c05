"""Proposals at the desk as rows: what somebody wants done, and what became of it.

A proposal is about the match its author saw: once another follows, it has expired. Who ended it,
and that nobody approves the own one, is kept by the table. Acting is ``webhooks.four_eyes``.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from cashless.errors import Conflict, NotFound
from cashless.reason import require_why
from webhooks.desk import Standing, Word

_COLUMNS: Final = """
SELECT a.id, a.act, a.payment_id AS payment, a.match_seq, a.conflict_id AS conflict, a.merchant,
       a.order_code AS order, a.reference, a.amount, a.why, a.needs_second, a.proposed_by,
       a.proposed_at, z.verdict, z.why AS end_why, z.ended_by, z.ended_at,
       still_matched(a.payment_id, a.match_seq) AS is_current
FROM proposal a LEFT JOIN proposal_end z ON z.proposal_id = a.id
"""
_FIND = text(f"{_COLUMNS} WHERE a.id = :id")
_WAITING = text(
    f"{_COLUMNS} WHERE z.proposal_id IS NULL AND still_matched(a.payment_id, a.match_seq)"
    " ORDER BY a.id"
)
_DONE = text(
    f"{_COLUMNS} WHERE z.verdict IN ('done', 'approved') ORDER BY z.ended_at DESC, a.id DESC"
    " LIMIT :most"
)
_OF_STATE = text(f"{_COLUMNS} WHERE a.payment_id = :payment AND a.match_seq = :seq ORDER BY a.id")
_ADD = text(
    "INSERT INTO proposal (act, payment_id, match_seq, conflict_id, merchant, order_code,"
    " reference, amount, why, needs_second, proposed_by) VALUES (:act, :payment, :seq, :conflict,"
    " :merchant, :order, :reference, :amount, :why, :needs_second, :who) RETURNING id"
)
_END = text(
    "INSERT INTO proposal_end (proposal_id, proposed_by, needs_second, verdict, why, ended_by)"
    " VALUES (:id, :proposed_by, :needs_second, :verdict, :why, :who)"
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants done at the desk, and why.

    ``payment`` is 0 for a decision about a conflict; ``seen`` is the number of the match its author
    saw, None where nobody looked before.
    """

    act: str
    why: str
    payment: int = 0
    merchant: str | None = None
    order: str | None = None
    reference: str | None = None
    conflict: int | None = None
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal and what became of it; amounts in đồng, times in UTC."""

    id: int
    act: str
    payment: int
    match_seq: int
    conflict: int | None
    merchant: str | None
    order: str | None
    reference: str | None
    amount: int
    why: str
    needs_second: bool
    proposed_by: str
    proposed_at: datetime
    verdict: str | None
    end_why: str | None
    ended_by: str | None
    ended_at: datetime | None
    is_current: bool

    @property
    def state(self) -> str:
        """Return done, approved, declined, expired or waiting."""
        return self.verdict or ("waiting" if self.is_current else "expired")

    def as_json(self) -> dict[str, Any]:
        """Return what the command line and the API show."""
        hidden = {"match_seq", "is_current", "verdict"}
        shown = {name: value for name, value in asdict(self).items() if name not in hidden}
        return {**shown, "state": self.state}


@dataclass(frozen=True, slots=True)
class Stake:
    """Who proposes, about how many đồng, and whether a second person must agree."""

    who: str
    amount: int
    needs_second: bool


def add(db: Connection, wish: Wish, standing: Standing, said: Stake) -> Proposal:
    """Write a proposal about a payment as it stands. Raises ``Invalid("why_missing")``."""
    row = {**asdict(wish), **asdict(said), "why": require_why(wish.why)}
    row |= {"payment": standing.payment.id, "seq": standing.seq}
    return find(db, db.execute(_ADD, row).scalar_one())


def end(db: Connection, found: Proposal, verdict: str, word: Word) -> None:
    """End a proposal. Raises ``Conflict("proposal_over")``, ``Invalid("why_missing")``."""
    row = {"id": found.id, "proposed_by": found.proposed_by, "needs_second": found.needs_second}
    told = {"verdict": verdict, "why": require_why(word.why), "who": word.who}
    try:
        with db.begin_nested():
            db.execute(_END, {**row, **told})
    except IntegrityError as error:
        raise over("ended") from error


def over(state: str) -> Conflict:
    """Say that a proposal has ended."""
    return Conflict(
        "proposal_over", f"This proposal has ended: {state}.", "Đề nghị này đã kết thúc."
    )


def waiting(db: Connection) -> list[Proposal]:
    """Return the proposals that wait for a second person, oldest first."""
    return [Proposal(*row) for row in db.execute(_WAITING)]


def newest(db: Connection, most: int) -> list[Proposal]:
    """Return the last proposals that were carried out, the newest first."""
    return [Proposal(*row) for row in db.execute(_DONE, {"most": most})]


def find(db: Connection, number: int) -> Proposal:
    """Return a proposal. Raises ``NotFound("proposal_unknown")``."""
    row = db.execute(_FIND, {"id": number}).one_or_none()
    if row is None:
        raise NotFound(
            "proposal_unknown",
            f"There is no proposal {number}.",
            f"Không có đề nghị số {number}.",
        )
    return Proposal(*row)


def of_state(db: Connection, standing: Standing, seq: int | None = None) -> list[Proposal]:
    """Return what was proposed about a payment's match: its last one, or the one given."""
    asked = {"payment": standing.payment.id, "seq": standing.seq if seq is None else seq}
    return [Proposal(*row) for row in db.execute(_OF_STATE, asked)]
