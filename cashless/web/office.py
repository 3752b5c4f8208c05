"""The market office: who sells in this market, letting people in again, changes of accounts.

Two acts here need two officers, and the database counts them: a recovery (one opens it while the
person stands there, another approves it and hands the address over) and the change of the account
behind a merchant's codes. No sum is on this page: the market board has no way to takings.
"""

from typing import Final

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response as Answer

from cashless.access import contact, invitations, people
from cashless.access.contact import Contact
from cashless.errors import NotFound, Problem
from cashless.reason import require_why
from cashless.web.letter import letter
from cashless.web.signed_in import Door, Visit, Way, nowhere
from merchants import account_changes, places, register
from merchants.account_changes import Actor

_SEE_OTHER: Final = 303


def blueprint(door: Door) -> Blueprint:
    """Return the routes below ``/office/<place>``."""
    own, back = "/office/<place>", "/office/{place}"
    acts = (
        (f"{own}/recoveries", open_recovery, "office"),
        (f"{own}/recoveries/<int:number>/approve", approve_recovery, "office"),
        (f"{own}/changes/<int:number>/approve", approve_change, "approve"),
    )
    ways = [
        Way(rule, "POST", view, permission, "place", fresh=True, back=back)
        for rule, view, permission in acts
    ]
    return door.blueprint("office", [Way(own, "GET", office, "office", "place"), *ways])


def office(visit: Visit, place: str, problem: Problem | None = None) -> Answer:
    """Show the market's merchants, and what waits for a second officer."""
    found = places.find(visit.db, place)
    there = [one for one in register.listing(visit.db) if one.place == found.code]
    codes = {one.code for one in there}
    changes = [one for one in account_changes.listing(visit.db) if one.merchant in codes]
    return visit.page(
        "office.html",
        problem.status if problem else 200,
        place=found,
        merchants=there,
        recoveries=invitations.waiting(visit.db),
        changes=changes,
        problem=problem,
    )


def open_recovery(visit: Visit, place: str) -> Answer:
    """Note that somebody of this market stands here and wants in again."""
    try:
        why = require_why(request.form.get("why", ""))
        known = people.with_contact(visit.db, _contact(), visit.key)
        invitations.open_recovery(visit.db, known or 0, visit.person.code, why)
    except Problem as problem:
        return office(visit, place, problem)
    return redirect(f"/office/{place}", _SEE_OTHER)


def approve_recovery(visit: Visit, place: str, number: int) -> Answer:
    """Approve as the second officer, and show the address to hand over, once."""
    waiting = {one.id: one for one in invitations.waiting(visit.db)}
    if number not in waiting:
        raise nowhere()
    try:
        token = invitations.approve(visit.db, number, visit.person.code)
    except Problem as problem:
        return office(visit, place, problem)
    return letter(visit, token, waiting[number].name, f"/office/{place}")


def approve_change(visit: Visit, place: str, number: int) -> Answer:
    """Approve a change of account as another person than the one who asked."""
    try:
        actor = Actor(visit.person.code, request.form.get("why", ""))
        account_changes.approve(
            visit.db, number, actor, other_holder="other_holder" in request.form
        )
    except NotFound:
        raise nowhere() from None
    except Problem as problem:
        return office(visit, place, problem)
    return redirect(f"/office/{place}", _SEE_OTHER)


def _contact() -> Contact:
    return contact.read(request.form.get("contact", ""))
