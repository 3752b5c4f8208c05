"""Withdraw: a person says that a statement was imported in the wrong place.

The file stays as evidence, and so does every row made of it; none of them counts any more. Pairs
are released, lines are silent in every comparison, and the payments that the file alone told are
annulled by new entries. A payment that somebody else tells too (a webhook that came later, another
telling, another file) stays. The same file may then be imported where it belongs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from cashless.clock import now
from cashless.errors import Conflict
from cashless.ledger.cause import Reason
from webhooks import annulled
from webhooks.statements import desk

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('statement'), hashtext(:provider))")
_WITHDRAW = text(
    "INSERT INTO statement_withdrawal (statement_id, why, withdrawn_by, withdrawn_at)"
    " SELECT :id, :why, :who, :at WHERE EXISTS (SELECT FROM statement WHERE id = :id)"
)
# Payments that came from files and that nothing live tells, now that this one does not.
_ALONE = text(
    """
SELECT DISTINCT x.payment_id FROM statement_pair_told x JOIN payment p ON p.id = x.payment_id
JOIN connection c ON c.id = p.connection_id AND c.protocol = 'statement'
WHERE x.statement_id = :id
  AND NOT EXISTS (SELECT FROM witness w WHERE x.payment_id IN (w.payment_id, w.tells_of))
  AND NOT EXISTS (SELECT FROM late_telling h WHERE h.payment_id = x.payment_id)
  AND NOT EXISTS (SELECT FROM statement_pair y WHERE y.payment_id = x.payment_id)
ORDER BY x.payment_id
"""
)


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What came of it: payments annulled, and how many of its lines tell of some that stay."""

    statement: int
    annulled: Sequence[int]
    stay: int


def withdraw(db: Connection, number: int, reason: Reason) -> Withdrawn:
    """Withdraw a statement, in the caller's transaction.

    Raises ``NotFound("statement_unknown")``, ``Conflict("statement_withdrawn")`` for one that was
    withdrawn before, and ``Conflict("payment_waits" | "annul_corrected" | "annul_taken_back")``.
    """
    found = desk.show(db, number)
    db.execute(_LOCK, {"provider": found["provider"]})
    said = {"id": number, "why": reason.why, "who": reason.who, "at": now()}
    if not db.execute(_WITHDRAW, said).rowcount:
        raise Conflict(
            "statement_withdrawn",
            f"Statement {number} was withdrawn before.",
            f"Sao kê số {number} đã được rút lại trước đây.",
        )
    alone = list(db.execute(_ALONE, {"id": number}).scalars())
    facts = {"why": reason.why, "by": reason.who, "statement": number}
    made = annulled.annul(db, alone, facts, reason.who) if alone else []
    ids = [one.payment.id for one in made]
    return Withdrawn(number, ids, found["paired"] - len(ids))
