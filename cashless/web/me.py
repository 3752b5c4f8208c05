"""A person's own page: roles, devices and passkeys, the password, what happened.

Proving the password again and changing it compare credentials, which no person can read, so these
two speak with the desk in transactions of their own; the rest acts as the person.
"""

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response as Answer

from cashless.access import devices, grants, passkeys, passwords, people
from cashless.access.credentials import Desk
from cashless.access.grants import Grant
from cashless.errors import Problem
from cashless.web.passkey_offer import to_add, to_prove
from cashless.web.sign_in import given
from cashless.web.signed_in import Door, Visit, Way, inside, onward

_SEE_OTHER: Final = 303
_ACTS_MOST: Final = 12
_PAGES: Final = {
    "owner": "/my/{}",
    "helper": "/my/{}",
    "board": "/office/{}",
    "ward": "/area/{}",
    "city": "/area",
    "partner": "/partner/{}",
    "operator": "/people",
    "auditor": "/people",
}
"""Role → the page where its work is."""


def blueprint(door: Door) -> Blueprint:
    """Return the routes below ``/me``."""
    own = _Own(door, Desk(door.transact, door.key))
    ways = (
        Way("/me", "GET", me),
        Way("/me/sign-out", "POST", own.sign_out),
        Way("/me/devices/<int:number>/revoke", "POST", revoke_device),
        Way("/me/prove", "GET", prove),
        Way("/me/prove", "POST", own.proven),
        Way("/me/password", "POST", own.password),
    )
    return door.blueprint("me", ways)


def me(visit: Visit, problem: Problem | None = None) -> Answer:
    """Show who one is here, where one is signed in, and what happened."""
    return visit.page(
        "me.html",
        problem.status if problem else 200,
        roles=[(one, page_of(one)) for one in visit.grants],
        devices=devices.listing(visit.db, visit.person.id),
        acts=people.acts(visit.db, visit.person.id, _ACTS_MOST),
        needs_app=_needs_app(visit),
        fewest=passwords.FEWEST,
        passkeys=passkeys.listing(visit.db, visit.person.id),
        passkey=to_add(visit),
        problem=problem,
    )


def prove(visit: Visit, problem: Problem | None = None) -> Answer:
    """Ask for the password again before a sensitive act."""
    then = inside(request.values.get("next", ""))
    status = problem.status if problem else 200
    shown = {"then": then, "problem": problem, "needs_app": _needs_app(visit)}
    return visit.page("prove.html", status, passkey=to_prove(visit), **shown)


def revoke_device(visit: Visit, number: int) -> Answer:
    """Sign out on one device."""
    people.note(visit.db, visit.person.id, "device signed out", visit.person.code)
    devices.revoke(visit.db, visit.person.id, number)
    return redirect("/me", _SEE_OTHER)


@dataclass(frozen=True, slots=True)
class _Own:
    """The views that touch the token or the credentials."""

    door: Door
    desk: Desk

    def sign_out(self, visit: Visit) -> Answer:
        """Sign out on this device."""
        devices.revoke(visit.db, visit.person.id, visit.device.id)
        return self.door.take_back(redirect("/", _SEE_OTHER))

    def proven(self, visit: Visit) -> Answer:
        """Take the password, and exchange the token of the device."""
        try:
            token = self.desk.prove(visit.device, given(request.remote_addr or ""))
        except Problem as problem:
            return prove(visit, problem)
        return self.door.hand_out(onward(request.form.get("next", "")), token)

    def password(self, visit: Visit) -> Answer:
        """Change the password; every other device is signed out."""
        typed = given(request.remote_addr or "")
        try:
            self.desk.change(visit.device, typed, request.form.get("wanted", ""))
        except Problem as problem:
            return me(visit, problem)
        return redirect("/me", _SEE_OTHER)


def page_of(grant: Grant) -> str:
    """Return the path of the page where a role's work is."""
    return _PAGES[grant.role].format(grant.scope)


def _needs_app(visit: Visit) -> bool:
    return any(one.role in grants.OFFICERS for one in visit.grants)
