"""Rule sets as rows: drafted, switched on, and which one was active when.

Rows are only added. The active set is that of the last switch. A set is switched on after it was
rehearsed, against the set that is active now, over all payments and within the last 24 hours; and
by somebody else than its drafter. Where one person works alone, the same person may do it a day
after the draft and says so (``is_alone``); the database keeps both rules too.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, text

from cashless.clock import now
from cashless.errors import Conflict, Forbidden, NotFound
from cashless.reason import require_why
from webhooks.rules import body
from webhooks.rules.body import RuleSet

REHEARSAL_HOURS: Final = 24
ALONE_HOURS: Final = 24

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('rule_set'))")
_ACTIVE = text(
    "SELECT number, body FROM rule_set"
    " WHERE number = (SELECT rule_set FROM rule_switch ORDER BY seq DESC LIMIT 1)"
)
_EVERY = text("SELECT number, body FROM rule_set ORDER BY number")
_SAME = text("SELECT number FROM rule_set WHERE digest = :digest")
_DRAFT = text(
    """
INSERT INTO rule_set (number, body, digest, why, drafted_by, drafted_at)
SELECT max(number) + 1, :body, :digest, :why, :who, :at FROM rule_set RETURNING number
"""
)
_LIST = text(
    """
SELECT r.number, r.why, r.drafted_by, r.drafted_at,
  r.number = (SELECT rule_set FROM rule_switch ORDER BY seq DESC LIMIT 1) AS active,
  (SELECT count(*) FROM rule_switch s WHERE s.rule_set = r.number) AS switched_on,
  (SELECT max(switched_at) FROM rule_switch s WHERE s.rule_set = r.number) AS last_switched_at,
  (SELECT max(rehearsed_at) FROM rule_rehearsal h WHERE h.rule_set = r.number) AS rehearsed_at
FROM rule_set r ORDER BY r.number
"""
)
_SWITCHES = text(
    """
SELECT seq, rule_set, why, is_alone, switched_by, switched_at AS from_, rehearsal_id AS rehearsal,
       lead(switched_at) OVER (ORDER BY seq) AS until
FROM rule_switch ORDER BY seq
"""
)
_REHEARSED = text(
    """
SELECT id, against, since, until, place, rehearsed_at FROM rule_rehearsal
WHERE rule_set = :number ORDER BY against = :active DESC,
  num_nonnulls(since, until, place) = 0 DESC, id DESC LIMIT 1
"""
)
_SWITCH = text(
    """
INSERT INTO rule_switch (seq, rule_set, drafted_by, drafted_at, rehearsal_id, why, is_alone,
                         switched_by, switched_at)
SELECT (SELECT max(seq) + 1 FROM rule_switch), number, drafted_by, drafted_at, :rehearsal, :why,
       :is_alone, :who, :at
FROM rule_set WHERE number = :number RETURNING seq
"""
)


@dataclass(frozen=True, slots=True)
class Wish:
    """Who wants a set switched on and why; ``alone`` where nobody else is there to do it."""

    who: str
    why: str
    alone: bool = False


def active(db: Connection) -> RuleSet:
    """Return the set that is switched on."""
    return body.kept(*db.execute(_ACTIVE).one())


def every(db: Connection) -> dict[int, RuleSet]:
    """Return all sets by number."""
    return {row.number: body.kept(*row) for row in db.execute(_EVERY)}


def find(db: Connection, number: int) -> RuleSet:
    """Return a set. Raises ``NotFound("rules_unknown")``."""
    found = every(db).get(number)
    if found is None:
        raise NotFound(
            "rules_unknown",
            f"There is no rule set {number}; `cashless rules list` shows them.",
            f"Không có bộ quy tắc số {number}; lệnh `cashless rules list` liệt kê.",
        )
    return found


def listing(db: Connection) -> list[dict[str, Any]]:
    """Return every set: who drafted it and why, whether it is active, when it was rehearsed."""
    return [dict(row._mapping) for row in db.execute(_LIST)]


def switches(db: Connection) -> list[dict[str, Any]]:
    """Return which set was active from when until when, by whom and why."""
    rows = [dict(row._mapping) for row in db.execute(_SWITCHES)]
    return [{"from": row.pop("from_"), **row} for row in rows]


def draft(db: Connection, rules: RuleSet, why: str, who: str) -> RuleSet:
    """Keep a new set under the next number; it is not switched on by that.

    Raises ``Conflict("rules_known")``, ``Invalid("why_missing")``.
    """
    db.execute(_LOCK)
    same = db.execute(_SAME, {"digest": rules.digest}).scalar_one_or_none()
    if same is not None:
        raise Conflict(
            "rules_known",
            f"Rule set {same} says just the same.",
            f"Bộ quy tắc số {same} có đúng nội dung này.",
        )
    row = {"body": rules.body, "digest": rules.digest, "why": require_why(why), "who": who}
    number = db.execute(_DRAFT, {**row, "at": now()}).scalar_one()
    return RuleSet(number, rules.ladder)


def switch_on(db: Connection, number: int, wish: Wish) -> int:
    """Let a set decide from the next batch on; return the number of the switch.

    Raises ``NotFound("rules_unknown")``, ``Conflict("rules_active" | "rehearsal_missing" |
    "rehearsal_partial" | "rehearsal_stale")``, ``Forbidden("rules_own" | "rules_alone_too_early")``
    and ``Invalid("why_missing")``.
    """
    db.execute(_LOCK)
    find(db, number)
    at, before = now(), active(db).number
    if before == number:
        raise Conflict(
            "rules_active",
            f"Rule set {number} is switched on already.",
            f"Bộ quy tắc số {number} đang được dùng.",
        )
    is_alone = _is_alone(db, number, wish, at)
    row = {
        "number": number,
        "rehearsal": _require_rehearsal(db, number, before, at),
        "why": require_why(wish.why),
        "is_alone": is_alone,
        "who": wish.who,
        "at": at,
    }
    return int(db.execute(_SWITCH, row).scalar_one())


def _is_alone(db: Connection, number: int, wish: Wish, at: datetime) -> bool:
    """Require four eyes, or a day between the two looks of the one who works alone."""
    row = next(one for one in listing(db) if one["number"] == number)
    if row["drafted_by"] != wish.who:
        return False
    if not wish.alone:
        raise Forbidden(
            "rules_own",
            "Who drafted a rule set does not switch it on: ask a second person (or, working"
            " alone, --alone a day after the draft).",
            "Người soạn bộ quy tắc không tự bật: hãy nhờ người thứ hai (nếu chỉ có một mình, dùng"
            " --alone sau khi soạn một ngày).",
        )
    if at < row["drafted_at"] + timedelta(hours=ALONE_HOURS):
        raise Forbidden(
            "rules_alone_too_early",
            f"Working alone, look again {ALONE_HOURS} hours after the draft.",
            f"Khi chỉ có một mình, hãy xem lại sau khi soạn {ALONE_HOURS} giờ.",
        )
    return True


def _require_rehearsal(db: Connection, number: int, before: int, at: datetime) -> int:
    row = db.execute(_REHEARSED, {"number": number, "active": before}).one_or_none()
    if row is None or row.against != before:
        raise _not_rehearsed("rehearsal_missing", number, f"against set {before}")
    if (row.since, row.until, row.place) != (None, None, None):
        raise _not_rehearsed("rehearsal_partial", number, "without --since, --until or --place")
    if at - row.rehearsed_at > timedelta(hours=REHEARSAL_HOURS):
        raise _not_rehearsed("rehearsal_stale", number, f"of the last {REHEARSAL_HOURS} hours")
    return int(row.id)


def _not_rehearsed(code: str, number: int, wanted: str) -> Conflict:
    return Conflict(
        code,
        f"Set {number} needs a rehearsal of all payments {wanted}:"
        f" `cashless rules rehearse {number}`.",
        f"Bộ quy tắc {number} phải được diễn tập trên mọi khoản tiền hiện có trước khi bật:"
        f" `cashless rules rehearse {number}`.",
    )
