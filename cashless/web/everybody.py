"""Who can sign in at all: for whoever looks after the platform, and for the auditor.

The operator can sign somebody out everywhere, for example when a phone was stolen. Adding people
and granting roles is done on the command line, by who has the machine.
"""

from typing import Final

from flask import Blueprint, redirect
from werkzeug.wrappers import Response as Answer

from cashless.access import devices, grants, people
from cashless.web.signed_in import Door, Visit, Way

_SEE_OTHER: Final = 303


def blueprint(door: Door) -> Blueprint:
    """Return the routes below ``/people``."""
    ways = (
        Way("/people", "GET", everybody, "people"),
        Way("/people/<code>/sign-out", "POST", sign_out, "sign_out", fresh=True, back="/people"),
    )
    return door.blueprint("everybody", ways)


def everybody(visit: Visit) -> Answer:
    """Show all people with their roles and the number of their devices."""
    rows = [
        {
            "person": one,
            "grants": [g for g in grants.everything(visit.db, one.id) if g.revoked_at is None],
            "devices": len(devices.listing(visit.db, one.id)),
        }
        for one in people.listing(visit.db)
    ]
    return visit.page("people.html", rows=rows)


def sign_out(visit: Visit, code: str) -> Answer:
    """Sign a person out everywhere."""
    person = people.find(visit.db, code)
    if devices.revoke_all(visit.db, person.id):
        people.note(visit.db, person.id, "signed out by operator", visit.person.code)
    return redirect("/people", _SEE_OTHER)
