"""The clerk's desk for programs: what waits, and acts on it, as on the pages.

A large act is proposed and waits for another person, whichever way it came; the answer's ``state``
says which. What is nobody's yet is read by the program after the database has said that the key may
see it; proposals are written as the key's person.
"""

from typing import Any, Final

from flask import current_app

from cashless.access.acting import as_program, code, require
from cashless.api import desk_shapes, shapes
from cashless.api.door import Call
from cashless.api.operation import Operation, whole
from cashless.errors import NotFound
from webhooks import conflicts as conflict_room
from webhooks import four_eyes
from webhooks import proposals as proposal_room
from webhooks import suspense as suspense_room
from webhooks.proposals import Wish
from webhooks.suspense import Filter

_DIGITS_MOST: Final = 18
_FAILS: Final = (403, 404, 409)


def suspense(call: Call, asked: dict[str, Any]) -> dict[str, Any]:
    """List what is in suspense: why, how long, and whose it may be; oldest first."""
    require(call.db, "suspense")
    limit, after = asked.pop("limit"), asked.pop("after")
    with as_program(call.db):
        found = suspense_room.waiting(call.db, Filter(**asked))
    later = [one for one in found if one.payment.id > after]
    shown = [one.as_json() for one in later[:limit]]
    return {"items": shown, "next": str(shown[-1]["id"]) if len(later) > limit else None}


def act_on_payment(call: Call, wanted: dict[str, Any], payment: str) -> dict[str, Any]:
    """Assign, return or undo a payment; a large one is proposed."""
    return _asked(call, Wish(payment=_number(payment), **wanted))


def conflicts(call: Call) -> dict[str, Any]:
    """List the payments that were told twice in different words, and are not decided."""
    require(call.db, "suspense")
    with as_program(call.db):
        return whole(conflict_room.listing(call.db))


def decide_conflict(call: Call, wanted: dict[str, Any], conflict: str) -> dict[str, Any]:
    """Decide which telling of a payment is right; a large one is proposed."""
    return _asked(call, Wish(wanted["stands"], wanted["why"], conflict=_number(conflict)))


def proposals(call: Call) -> dict[str, Any]:
    """List what waits for a second person."""
    require(call.db, "suspense")
    return whole([one.as_json() for one in proposal_room.waiting(call.db)])


def end_proposal(call: Call, wanted: dict[str, Any], proposal: str) -> dict[str, Any]:
    """Approve what somebody else proposed, or decline it."""
    require(call.db, "resolve")
    step = {"approved": four_eyes.approve, "declined": four_eyes.decline}[wanted["verdict"]]
    return step(call.db, _number(proposal), code(call.db), wanted["why"]).as_json()


def _asked(call: Call, wish: Wish) -> dict[str, Any]:
    """Do what is wished as the key's person, or propose it."""
    require(call.db, "resolve")
    limit = int(current_app.config[four_eyes.LIMIT])
    return four_eyes.ask(call.db, wish, code(call.db), limit).as_json()


def _number(written: str) -> int:
    """Return the number of a thing; what cannot be one is not looked up."""
    if written.isascii() and written.isdigit() and len(written) <= _DIGITS_MOST:
        return int(written)
    raise NotFound("thing_unknown", "There is no such thing.", "Không có thứ này.")


OPERATIONS: Final = (
    Operation(
        "/suspense",
        suspense,
        "suspense",
        shapes.listed(desk_shapes.WaitingShape),
        query=desk_shapes.Waits,
        fails=(),
    ),
    Operation(
        "/suspense/<payment>/acts",
        act_on_payment,
        "resolve",
        desk_shapes.ProposalShape,
        body=desk_shapes.NewAct,
        fails=_FAILS,
    ),
    Operation(
        "/conflicts",
        conflicts,
        "suspense",
        shapes.listed(desk_shapes.ConflictShape),
        fails=(),
    ),
    Operation(
        "/conflicts/<conflict>/decision",
        decide_conflict,
        "resolve",
        desk_shapes.ProposalShape,
        body=desk_shapes.NewDecision,
        fails=_FAILS,
    ),
    Operation(
        "/proposals",
        proposals,
        "suspense",
        shapes.listed(desk_shapes.ProposalShape),
        fails=(),
    ),
    Operation(
        "/proposals/<proposal>/end",
        end_proposal,
        "resolve",
        desk_shapes.ProposalShape,
        body=desk_shapes.NewEnd,
        fails=_FAILS,
    ),
)
