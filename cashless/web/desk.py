"""The clerk's desk: money whose owner is not known, conflicts, and what waits for a second person.

The list says why each payment is there and whose it may be; the page of one payment is where
somebody acts, with a reason. A large act is only proposed, and another clerk approves it here. The
auditor looks and does nothing. A payment that never waited here has no page: it is its merchant's.

The database is asked whether the person may see the desk; what is nobody's yet is then read by the
program, and proposals are written as the person (``webhooks.four_eyes``).
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Final

from flask import Blueprint, current_app, redirect, request
from werkzeug.wrappers import Response as Answer

from cashless.access.acting import as_program, require
from cashless.errors import NotFound, Problem
from cashless.web.signed_in import Door, Visit, Way, nowhere
from merchants import places
from providers import everyone
from webhooks import conflicts, four_eyes, proposals, story, suspense
from webhooks import desk as acts
from webhooks.corrected import FIELDS
from webhooks.proposals import Proposal, Wish
from webhooks.suspense import REASONS, Filter

_SEE_OTHER: Final = 303
_SHOWN_MOST: Final = 40
_DONE_MOST: Final = 8
_DAYS_DIGITS: Final = 4


def blueprint(door: Door) -> Blueprint:
    """Return the routes below ``/desk``."""
    own, payment = "/desk", "/desk/payments/<int:number>"
    back = "/desk/payments/{number}"
    acting = (
        (f"{payment}/assign", assign, back),
        (f"{payment}/return", give_back, back),
        (f"{payment}/undo", undo, back),
        (f"{own}/conflicts/<int:number>", decide, own),
        (f"{own}/proposals/<int:number>/approve", approve, own),
        (f"{own}/proposals/<int:number>/decline", decline, own),
    )
    ways = [
        Way(rule, "POST", view, "resolve", fresh=True, back=then) for rule, view, then in acting
    ]
    seen = [Way(own, "GET", desk, "suspense"), Way(payment, "GET", show, "suspense")]
    return door.blueprint("desk", [*seen, *ways])


def desk(visit: Visit, problem: Problem | None = None) -> Answer:
    """Show what waits: for an owner, for a decision, for a second person."""
    require(visit.db, "suspense")
    wanted = _wanted()
    with as_program(visit.db):
        found = suspense.waiting(visit.db, wanted)
        told = conflicts.listing(visit.db)
        there = sorted(places.listing(visit.db), key=lambda one: one.name)
    return visit.page(
        "desk.html",
        problem.status if problem else 200,
        waiting=found[:_SHOWN_MOST],
        more=max(len(found) - _SHOWN_MOST, 0),
        total=sum(one.payment.amount for one in found),
        count=len(found),
        conflicts=told,
        fields=FIELDS,
        proposals=proposals.waiting(visit.db),
        done=proposals.newest(visit.db, _DONE_MOST),
        wanted=wanted,
        reasons=REASONS,
        providers=sorted(everyone()),
        places=there,
        problem=problem,
    )


def show(visit: Visit, number: int, problem: Problem | None = None) -> Answer:
    """Show one payment, whose it may be, and what can be done with it."""
    require(visit.db, "suspense")
    with as_program(visit.db):
        waiting = suspense.waiting(visit.db, Filter(payment=number))
        if not suspense.has_waited(visit.db, number):
            raise nowhere()
        standing = acts.look(visit.db, number)
        told = story.tell(visit.db, number)["story"]
    waits = proposals.waiting(visit.db)
    return visit.page(
        "desk_payment.html",
        problem.status if problem else 200,
        payment=standing.payment,
        standing=standing,
        waiting=next(iter(waiting), None),
        proposal=next((one for one in waits if one.payment == number), None),
        story=told,
        limit=_limit(),
        sent=request.values,
        problem=problem,
    )


def assign(visit: Visit, number: int) -> Answer:
    """Give a payment to a merchant."""
    given = request.form
    merchant, order = given.get("merchant", "").strip(), given.get("order", "").strip() or None
    return _ask(visit, Wish("assign", _why(), number, merchant, order, seen=_seen()))


def give_back(visit: Visit, number: int) -> Answer:
    """Note that a payment went back to its payer."""
    reference = request.form.get("reference", "")
    return _ask(visit, Wish("return", _why(), number, reference=reference, seen=_seen()))


def undo(visit: Visit, number: int) -> Answer:
    """Take an assignment or a return back."""
    return _ask(visit, Wish("undo", _why(), number, seen=_seen()))


def decide(visit: Visit, number: int) -> Answer:
    """Decide which telling of a payment is right."""
    stands = request.form.get("stands", "")
    if stands not in conflicts.STANDS:
        raise nowhere()

    def act() -> Proposal:
        wish = Wish(stands, _why(), conflict=number)
        return four_eyes.ask(visit.db, wish, visit.person.code, _limit())

    return _done(visit, act)


def approve(visit: Visit, number: int) -> Answer:
    """Approve what somebody else proposed."""
    return _done(visit, lambda: four_eyes.approve(visit.db, number, visit.person.code, _why()))


def decline(visit: Visit, number: int) -> Answer:
    """Decline what was proposed."""
    return _done(visit, lambda: four_eyes.decline(visit.db, number, visit.person.code, _why()))


def _ask(visit: Visit, wish: Wish) -> Answer:
    """Do what is wished with a payment, or propose it, and show the payment again."""
    require(visit.db, "resolve")
    try:
        four_eyes.ask(visit.db, wish, visit.person.code, _limit())
    except Problem as problem:
        return show(visit, wish.payment, problem)
    return redirect(f"/desk/payments/{wish.payment}", _SEE_OTHER)


def _done(visit: Visit, act: Callable[[], Proposal]) -> Answer:
    """Do an act of the desk's own page and show the page again."""
    require(visit.db, "resolve")
    try:
        act()
    except NotFound:
        raise nowhere() from None
    except Problem as problem:
        return desk(visit, problem)
    return redirect("/desk", _SEE_OTHER)


def _wanted() -> Filter:
    """Read the filter; what is none filters nothing."""
    given = {name: value for name, value in request.args.items() if value}
    days = given.get("older_than", "")
    is_number = days.isascii() and days.isdigit() and len(days) <= _DAYS_DIGITS
    return Filter(
        provider=given.get("provider") if given.get("provider") in everyone() else None,
        reason=given.get("reason") if given.get("reason") in REASONS else None,
        older_than=int(days) if is_number else 0,
        place=given.get("place"),
    )


def _why() -> str:
    return request.form.get("why", "")


def _seen() -> int | None:
    """Return the number of the match that the form was made for."""
    with suppress(ValueError):
        return int(request.form.get("seen", "")[:_DAYS_DIGITS])
    return None


def _limit() -> int:
    return int(current_app.config[four_eyes.LIMIT])
