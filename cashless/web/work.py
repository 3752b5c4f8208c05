"""The stall's page of who is signed in: newest payments, an amount to ask for, helpers, privacy.

An owner sees today's sum and reaches the stall's own page with its voice; a helper sees what came
today and asks for amounts, and sees no sum. Helpers are let in by the owner, until midnight, and
are called what the owner calls them: whose number it really is, nobody learns here. An auditor
looks and changes nothing.
"""

from typing import Final

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as Answer

from cashless.access import contact, grants, invitations, people
from cashless.access.grants import Wish
from cashless.access.page_seal import seal
from cashless.access.people import Card
from cashless.clock import business_date, now
from cashless.errors import Problem
from cashless.money import parse_amount
from cashless.reports import takings
from cashless.web.letter import letter
from cashless.web.signed_in import Door, Visit, Way, nowhere
from merchants import onboarding, orders, personal, register
from merchants.register import Merchant

_SEE_OTHER: Final = 303
_NEWEST_MOST: Final = 30
_INVITED: Final = "Người bán nhờ phụ bán hôm nay"


def blueprint(door: Door) -> Blueprint:
    """Return the routes below ``/my/<merchant>``."""
    own = "/my/<merchant>"
    back = "/my/{merchant}/helpers"
    ways = (
        Way(own, "GET", stall, "today", "merchant"),
        Way(f"{own}/feed", "GET", feed, "today", "merchant"),
        Way(f"{own}/orders", "POST", ask, "orders", "merchant"),
        Way(f"{own}/privacy", "GET", privacy, "privacy", "merchant"),
        Way(f"{own}/helpers", "GET", helpers, "helpers", "merchant"),
        Way(f"{own}/helpers", "POST", add_helper, "helpers", "merchant", fresh=True, back=back),
        Way(f"{own}/helpers/<int:number>/revoke", "POST", end_helper, "helpers", "merchant"),
    )
    return door.blueprint("work", ways)


def stall(visit: Visit, merchant: str, problem: Problem | None = None) -> Answer:
    """Show what came today, and the sum to whom it belongs."""
    found, today = _find(visit, merchant), business_date(now())
    newest = takings.newest(visit.db, found.id, _NEWEST_MOST)
    sees_sum = visit.may("takings", found.code)
    return visit.page(
        "work.html",
        problem.status if problem else 200,
        merchant=found,
        messages=[one for one in newest if business_date(one.at) == today],
        sum=takings.today(visit.db, found.code) if sees_sum else None,
        page=_sealed(visit, found) if visit.may("helpers", found.code) else None,
        problem=problem,
    )


def feed(visit: Visit, merchant: str) -> Answer:
    """Say that there are no live feeds here; where there are, they answer before this page."""
    _find(visit, merchant)
    return Response(status=204)


def ask(visit: Visit, merchant: str) -> Answer:
    """Ask a shopper for an amount, and go to the order's page."""
    found = _find(visit, merchant)
    try:
        order = orders.add(visit.db, found.code, parse_amount(request.form.get("amount", "")))
    except Problem as problem:
        return stall(visit, merchant, problem)
    return redirect(f"/p/{order.code}", _SEE_OTHER)


def privacy(visit: Visit, merchant: str) -> Answer:
    """Show who looked at the personal numbers of the merchant, when and why."""
    found = _find(visit, merchant)
    way = onboarding.of_merchant(visit.db, found.id)
    trail = onboarding.trail(visit.db, way) if way else []
    looks = personal.looks(visit.db, found)
    return visit.page("privacy.html", merchant=found, looks=looks, trail=trail)


def helpers(visit: Visit, merchant: str, problem: Problem | None = None) -> Answer:
    """Show who helps today, and ask for another one."""
    found = _find(visit, merchant)
    there = grants.of_merchant(visit.db, found.id, "helper")
    status = problem.status if problem else 200
    return visit.page("helpers.html", status, merchant=found, helpers=there, problem=problem)


def add_helper(visit: Visit, merchant: str) -> Answer:
    """Let somebody help until midnight; somebody new gets an invitation to hand over."""
    found, who = _find(visit, merchant), visit.person.code
    try:
        name = people.require_name(request.form.get("name", ""))
        card = Card(name, contact.read(request.form.get("contact", "")))
        known = people.with_contact(visit.db, card.contact, visit.key)
        person = known or people.add(visit.db, card, visit.key, by=visit.person.id).id
    except Problem as problem:
        return helpers(visit, merchant, problem)
    grants.add(visit.db, person, Wish("helper", who, f"{name}: phụ bán hôm nay", found.id))
    if known is not None:
        return redirect(f"/my/{found.code}/helpers", _SEE_OTHER)
    token = invitations.invite(visit.db, person, who, _INVITED)
    return letter(visit, token, card.name, f"/my/{found.code}/helpers")


def end_helper(visit: Visit, merchant: str, number: int) -> Answer:
    """End a helper's day now."""
    found = _find(visit, merchant)
    if number not in {one.id for one in grants.of_merchant(visit.db, found.id, "helper")}:
        raise nowhere()
    grants.revoke(visit.db, number, visit.person.code)
    return redirect(f"/my/{found.code}/helpers", _SEE_OTHER)


def _find(visit: Visit, code: str) -> Merchant:
    """Return the merchant as far as this person sees it. Raises ``NotFound``."""
    return register.find(visit.db, code)


def _sealed(visit: Visit, merchant: Merchant) -> str:
    return f"/m/{merchant.code}/{seal(visit.key, merchant.code, merchant.page_version)}"
