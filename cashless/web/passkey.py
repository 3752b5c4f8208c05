"""Passkeys on the pages: signing in, proving oneself again, and looking after the own ones.

Adding and removing are sensitive acts. Adding and proving compare with what no person can read, so
they speak with the cabinet in transactions of their own; the rest acts as the person.
"""

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response as Answer

from cashless.access import passkeys, people
from cashless.access.challenges import Bond
from cashless.access.passkeys import Cabinet
from cashless.errors import Problem
from cashless.web import form_guard, me
from cashless.web.passkey_offer import bond_of, cabinet, given
from cashless.web.sign_in import sign_in_page
from cashless.web.signed_in import Door, Visit, Way, inside, onward

_SEE_OTHER: Final = 303


def blueprint(door: Door) -> Blueprint:
    """Return the routes of passkeys, before the door and behind it."""
    keys = _Keys(door, cabinet(door))
    ways = (
        Way("/me/prove/passkey", "POST", keys.prove_passkey),
        Way("/me/passkeys", "POST", keys.add_passkey, fresh=True),
        Way("/me/passkeys/<int:number>/rename", "POST", rename_passkey),
        Way("/me/passkeys/<int:number>/remove", "POST", remove_passkey, fresh=True),
    )
    routes = door.blueprint("passkey", ways)
    routes.add_url_rule("/sign-in/passkey", "enter", keys.enter, methods=["POST"])
    return routes


@dataclass(frozen=True, slots=True)
class _Keys:
    """The views that compare."""

    door: Door
    cabinet: Cabinet

    def enter(self) -> Answer:
        """Sign in whoever's passkey answers."""
        form_guard.require_own(request, self.door.key, "/sign-in")
        bond = Bond("sign-in", form_guard.cookie_of(request))
        then = inside(request.form.get("next", ""))
        try:
            token = self.cabinet.sign_in(given(bond))
        except Problem as problem:
            return sign_in_page(self.door, problem, then)
        return self.door.hand_out(onward(then), token)

    def prove_passkey(self, visit: Visit) -> Answer:
        """Take a passkey instead of the password, and exchange the token of the device."""
        try:
            token = self.cabinet.prove(visit.device, given(bond_of(visit, "prove")))
        except Problem as problem:
            return me.prove(visit, problem)
        return self.door.hand_out(onward(request.form.get("next", "")), token)

    def add_passkey(self, visit: Visit) -> Answer:
        """Keep the passkey that this browser has made."""
        try:
            answer = given(bond_of(visit, "add"))
            self.cabinet.add(visit.person, answer, request.form.get("name", ""))
        except Problem as problem:
            return me.me(visit, problem)
        return redirect("/me", _SEE_OTHER)


def rename_passkey(visit: Visit, number: int) -> Answer:
    """Call a passkey otherwise."""
    passkeys.rename(visit.db, visit.person.id, number, request.form.get("name", ""))
    return redirect("/me", _SEE_OTHER)


def remove_passkey(visit: Visit, number: int) -> Answer:
    """Let a passkey open nothing any more."""
    people.note(visit.db, visit.person.id, "passkey removed", visit.person.code)
    passkeys.remove(visit.db, visit.person.id, number)
    return redirect("/me", _SEE_OTHER)
