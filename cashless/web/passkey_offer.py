"""Offering passkeys on a page: what the script beside the form hands to the browser.

The challenge stands in the page. It is bound to the visitor's form cookie, or to the device of who
is signed in, so it is worth nothing elsewhere. Where browsers offer no passkeys (an address in
numbers, no TLS) nothing is offered, and the page is as it always was.
"""

from dataclasses import dataclass
from typing import Any, Final

from flask import request

from cashless.access import passkeys
from cashless.access.challenges import Bond
from cashless.access.devices import name_of
from cashless.access.passkeys import Cabinet, Given
from cashless.access.webauthn import Site
from cashless.web.signed_in import Door, Visit

FIELD: Final = "passkey"


@dataclass(frozen=True, slots=True)
class Offer:
    """A form that a passkey fills: where it goes, and what the browser is asked for."""

    action: str
    options: dict[str, Any]


def cabinet(door: Door) -> Cabinet:
    """Return where this site's passkeys are compared."""
    return Cabinet(door.transact, door.key, Site(door.base_url))


def to_sign_in(door: Door, cookie: str) -> Offer | None:
    """Offer to sign in with any passkey of this site."""
    return _offer(cabinet(door), "/sign-in/passkey", Bond("sign-in", cookie), [])


def to_prove(visit: Visit) -> Offer | None:
    """Offer to be proven again with one of the own passkeys, if there is one."""
    known = [one.credential_id for one in passkeys.listing(visit.db, visit.person.id)]
    bond = bond_of(visit, "prove")
    return _offer(cabinet(visit.door), "/me/prove/passkey", bond, known) if known else None


def to_add(visit: Visit) -> Offer | None:
    """Offer to make a passkey on this machine."""
    ours = cabinet(visit.door)
    if not ours.site.is_fit:
        return None
    known = [one.credential_id for one in passkeys.listing(visit.db, visit.person.id)]
    challenge = ours.challenge(bond_of(visit, "add"))
    return Offer("/me/passkeys", ours.site.ask_new(ours.owner(visit.person), known, challenge))


def bond_of(visit: Visit, purpose: str) -> Bond:
    """Return what a challenge of somebody who is signed in is bound to."""
    return Bond(purpose, visit.token)


def given(bond: Bond) -> Given:
    """Read the answer that a form brought."""
    device = name_of(request.headers.get("User-Agent", ""))
    return Given(request.form.get(FIELD, ""), bond, request.remote_addr or "", device)


def _offer(ours: Cabinet, action: str, bond: Bond, known: list[bytes]) -> Offer | None:
    if not ours.site.is_fit:
        return None
    return Offer(action, ours.site.ask(known, ours.challenge(bond)))
