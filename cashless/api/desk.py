"""The clerk's desk for programs: what waits, and acts on it, as on the pages.

A large act is proposed and waits for another person, whichever way it came; the answer's ``state``
says which. What is nobody's yet is read by the program after the database has said that the key may
see it; proposals are written as the key's person.
"""

import json
from collections.abc import Callable
from typing import Any, Final

from flask import Response, current_app

from cashless.access import replies
from cashless.access.acting import as_program, code, require
from cashless.api import desk_shapes
from cashless.api.door import Call
from cashless.errors import NotFound
from webhooks import conflicts as conflict_room
from webhooks import four_eyes
from webhooks import proposals as proposal_room
from webhooks import suspense as suspense_room
from webhooks.proposals import Proposal, Wish
from webhooks.suspense import Filter

_CREATED: Final = 201
_DIGITS_MOST: Final = 18
_PROPOSAL: Final = desk_shapes.ProposalShape()


def suspense(call: Call, asked: dict[str, Any]) -> dict[str, Any]:
    """List what is in suspense: why, how long, and whose it may be; oldest first."""
    require(call.db, "suspense")
    limit, after = asked.pop("limit"), asked.pop("after")
    with as_program(call.db):
        found = suspense_room.waiting(call.db, Filter(**asked))
    later = [one for one in found if one.payment.id > after]
    shown = [one.as_json() for one in later[:limit]]
    return {"items": shown, "next": str(shown[-1]["id"]) if len(later) > limit else None}


def act(call: Call, name: dict[str, Any], wanted: dict[str, Any], payment: str) -> Response:
    """Assign, return or undo a payment; a large one is proposed."""
    wish = Wish(payment=_number(payment), **wanted)
    return _once(call, name, [payment, wanted], lambda who: _ask(call, wish, who))


def conflicts(call: Call) -> dict[str, Any]:
    """List the payments that were told twice in different words, and are not decided."""
    require(call.db, "suspense")
    with as_program(call.db):
        return {"items": conflict_room.listing(call.db), "next": None}


def decide(call: Call, name: dict[str, Any], wanted: dict[str, Any], conflict: str) -> Response:
    """Decide which telling of a payment is right; a large one is proposed."""
    wish = Wish(wanted["stands"], wanted["why"], conflict=_number(conflict))
    return _once(call, name, [conflict, wanted], lambda who: _ask(call, wish, who))


def proposals(call: Call) -> dict[str, Any]:
    """List what waits for a second person."""
    require(call.db, "suspense")
    found = proposal_room.waiting(call.db)
    return {"items": [one.as_json() for one in found], "next": None}


def end(call: Call, name: dict[str, Any], wanted: dict[str, Any], proposal: str) -> Response:
    """Approve what somebody else proposed, or decline it."""
    number, why = _number(proposal), wanted["why"]
    step = {"approved": four_eyes.approve, "declined": four_eyes.decline}[wanted["verdict"]]
    return _once(call, name, [proposal, wanted], lambda who: step(call.db, number, who, why))


def _ask(call: Call, wish: Wish, who: str) -> Proposal:
    return four_eyes.ask(call.db, wish, who, int(current_app.config[four_eyes.LIMIT]))


def _once(
    call: Call, name: dict[str, Any], asked: list[Any], step: Callable[[str], Proposal]
) -> Response:
    """Do a step once for the caller's name of it, as the key's person."""
    require(call.db, "resolve")

    def done() -> tuple[int, str]:
        made = _PROPOSAL.dump(step(code(call.db)).as_json())
        return _CREATED, json.dumps(made, ensure_ascii=False)

    place = (call.device, name["key"])
    written = json.dumps(asked, sort_keys=True)
    status, body, before = replies.once(call.db, place, written, done)
    response = Response(body, status, content_type="application/json")
    if before:
        response.headers["Idempotency-Replayed"] = "true"
    return response


def _number(written: str) -> int:
    """Return the number of a thing; what cannot be one is not looked up."""
    if written.isascii() and written.isdigit() and len(written) <= _DIGITS_MOST:
        return int(written)
    raise NotFound("thing_unknown", "There is no such thing.", "Không có thứ này.")
