"""The owner's side of the fifth step: on the own phone, where the voice has to be heard.

It is open until the stall is live; afterwards the address leads to the stall's page.
"""

from typing import Final

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response as Answer

from cashless.errors import Problem
from cashless.web import proof as proof_page
from cashless.web.signed_in import Door, Visit, Way, nowhere
from merchants import onboarding, register, registrar
from merchants.onboarding import Hand, Registration

_SEE_OTHER: Final = 303


def blueprint(door: Door) -> Blueprint:
    """Return the routes below ``/my/<merchant>/opening``."""
    own = "/my/<merchant>/opening"
    ways = (
        Way(own, "GET", opening, "opening", "merchant"),
        Way(f"{own}/heard", "POST", heard, "opening", "merchant"),
    )
    return door.blueprint("opening", ways)


def opening(visit: Visit, merchant: str, problem: Problem | None = None) -> Answer:
    """Show the code with the small amount and what it has proven."""
    found = _find(visit, merchant)
    return visit.page(
        "onboarding_prove.html",
        problem.status if problem else 200,
        base=f"/my/{merchant}/opening",
        back=f"/my/{merchant}",
        trail=[],
        problem=problem,
        **proof_page.shown(visit, found),
    )


def heard(visit: Visit, merchant: str) -> Answer:
    """Take down whether the owner heard it."""
    found = _find(visit, merchant)
    who = Hand(visit.person.id, visit.person.code, visit.key)
    try:
        proof_page.take_down(visit, found, who, request.form.get("heard", ""))
    except Problem as problem:
        return opening(visit, merchant, problem)
    return redirect(f"/my/{merchant}/opening", _SEE_OTHER)


def _find(visit: Visit, merchant: str) -> Registration:
    """Return the registration by which a merchant came; one that came otherwise has none."""
    number = register.find(visit.db, merchant).id
    found = onboarding.of_merchant(visit.db, number)
    if found is None or not registrar.opens(visit.db, number):
        raise nowhere()
    return found
