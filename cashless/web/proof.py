"""The fifth step: what the first small payment has proven, told live to whoever waits for it.

Office and owner wait on pages of their own; both listen at ``/proof/<number>/<seal>``, a sealed
address that tells yes or no four times and no more: not what else came, and no sum but the one the
page itself asked for. Where there is no live feed, the page asks now and then.
"""

import re
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, Response, jsonify
from markupsafe import Markup
from werkzeug.wrappers import Response as Answer

from cashless.access.acting import carried_out
from cashless.access.page_seal import is_genuine, seal
from cashless.errors import NotFound
from cashless.reports.source import Rows, Transact
from cashless.vietqr.banks import Bank, bank
from cashless.vietqr.image import svg
from cashless.web.signed_in import Visit
from cashless.words import read_amount
from merchants import accounts, onboarding, opening, proof, register
from merchants.obstacles import speaking
from merchants.onboarding import Hand, Registration
from merchants.proof import Proof

_NO_CONTENT: Final = 204
_NUMBER: Final = re.compile(r"[0-9]{1,18}")
_WORDS: Final = {"yes": "heard", "no": "not_heard"}
_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Told:
    """Who would tell us of payments to an account, and whether that connection is open."""

    bank: Bank
    provider: str | None
    speaks: bool


def blueprint(transact: Transact, key: bytes) -> Blueprint:
    """Return the routes below ``/proof/<number>/<seal>``."""
    routes = Blueprint("proof", __name__, url_prefix="/proof/<number>/<given>")

    def status(number: str, given: str) -> Answer:
        with transact() as db:
            return jsonify(state(db, listened(db, key, number, given)))

    def feed(number: str, given: str) -> Answer:  # noqa: ARG001  a WSGI host has no live feed
        return Response(status=_NO_CONTENT)

    routes.add_url_rule("/status", "status", status)
    routes.add_url_rule("/feed", "feed", feed)
    return routes


def told(db: Rows, bin_: str) -> Told:
    """Tell who would report payments to accounts of a bank; asked as the program."""
    provider = accounts.provider_of(bin_)
    return Told(bank(bin_), provider, provider in speaking(db))


def listened(db: Rows, key: bytes, number: str, given: str) -> Registration:
    """Return the registration of a sealed address. Raises ``NotFound("page_unknown")``."""
    name = f"proof:{number}"
    if _NUMBER.fullmatch(number) and is_genuine(key, name, _VERSION, given):
        found = onboarding.confirmed(db, int(number))
        if found is not None:
            return found
    raise NotFound("page_unknown", "There is no such page.", "Không có trang này.")


def state(db: Rows, registration: Registration) -> dict[str, object]:
    """Return what is proven, as page and feed tell it; asked as the program."""
    found = proof.proof(db, registration)
    return {
        "account": found.account is not None,
        "provider": found.provider is not None,
        "stand": found.stand is not None,
        "sound": found.sound is not None,
        "live": registration.state == "live",
        "said": _said(found),
    }


def shown(visit: Visit, registration: Registration) -> dict[str, Any]:
    """Return what both pages of the fifth step show."""
    merchant = register.find(visit.db, str(registration.merchant))
    account = accounts.choose(visit.db, merchant.id)
    with carried_out(visit.db):
        found, teller = proof.proof(visit.db, registration), told(visit.db, account.bin)
        now_state = state(visit.db, registration)
    number = registration.id
    drawn = svg(proof.code(visit.db, merchant), title=f"VietQR {merchant.name}")
    return {
        "registration": registration,
        "merchant": merchant,
        "account": account,
        "proof": found,
        "told": teller,
        "state": now_state,
        "amount": proof.AMOUNT,
        "picture": Markup(drawn),  # noqa: S704  our own drawing, its title escaped
        "listen": f"/proof/{number}/{seal(visit.key, f'proof:{number}', _VERSION)}",
    }


def take_down(visit: Visit, registration: Registration, hand: Hand, said: str) -> None:
    """Write whether it was heard; the stall goes live with the last proof.

    Raises ``Conflict("registration_unproven")``.
    """

    def word(db: Rows) -> None:
        onboarding.note(db, registration, _WORDS.get(said, "not_heard"), hand.who)

    with carried_out(visit.db, word):
        opening.go_live(visit.db, registration, hand)


def _said(found: Proof) -> dict[str, object] | None:
    """Return what the voice says of the first payment."""
    if found.payment is None:
        return None
    words = "tiền" if found.amount is None else read_amount(found.amount)
    return {"id": found.payment, "amount": proof.AMOUNT, "words": words}
