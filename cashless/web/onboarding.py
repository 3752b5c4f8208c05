"""The office takes a seller into the register: five steps, each a page, each saved when it is sent.

Any officer of the market goes on with any draft, on any device. A mistake keeps what was typed and
is told beside its field. What an officer confirms is written as the officer; what follows from that
word, and what has to be asked over all markets, is done by the program (``acting.carried_out``).
No sum of a payment is on these pages.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response as Answer

from cashless.access.acting import carried_out
from cashless.clock import business_date, now
from cashless.errors import NotFound, Problem
from cashless.reports.source import Rows
from cashless.web import onboarding_steps as steps
from cashless.web import proof as proof_page
from cashless.web.letter import letter
from cashless.web.onboarding_steps import Sent
from cashless.web.signed_in import Door, Visit, Way, nowhere
from cashless.web.turnstile import Turnstile
from merchants import answers, onboarding, opening, places, registrar
from merchants.obstacles import obstacles
from merchants.onboarding import Hand, Registration, Step
from merchants.places import Place

_SEE_OTHER: Final = 303
_AT_ONCE: Final = 3
_A_MINUTE: Final = 60


def blueprint(door: Door) -> Blueprint:
    """Return the routes below ``/office/<place>/onboarding``."""
    own = "/office/<place>/onboarding"
    at = f"{own}/<int:number>"
    pages = _Pages(Turnstile(_AT_ONCE, _A_MINUTE))
    here = partial(Way, permission="onboarding", scope="place")
    back = "/office/{place}/onboarding/{number}"
    ways = (
        here(own, "GET", registrations),
        here(f"{own}/new", "GET", begin),
        here(f"{own}/new", "POST", begun),
        here(f"{at}/<step>", "GET", show),
        here(f"{at}/<step>", "POST", pages.save, photo=True),
        here(f"{at}/confirm", "GET", look_over),
        here(f"{at}/confirm", "POST", confirm, fresh=True, back=f"{back}/confirm"),
        here(f"{at}/prove", "GET", prove),
        here(f"{at}/heard", "POST", heard),
        here(f"{at}/invite", "POST", invite, fresh=True, back=f"{back}/prove"),
        here(f"{at}/end", "POST", give_up),
    )
    return door.blueprint("onboarding", ways)


def registrations(visit: Visit, place: str) -> Answer:
    """Show what is not finished here: drafts, and stalls that wait for their first payment."""
    found = _here(visit, place)
    rows = [
        (one, onboarding.draft(visit.db, one, visit.key).get("who", {}).get("name") or one.name)
        for one in onboarding.listing(visit.db, found.code)
    ]
    return visit.page("onboarding.html", place=found, rows=rows)


def begin(visit: Visit, place: str) -> Answer:
    """Show the first step of somebody new."""
    return _step(visit, place, None, Sent("who", {}))


def begun(visit: Visit, place: str) -> Answer:
    """Open a registration with its first step."""
    code, sent = _here(visit, place).code, steps.typed("who", request.form)
    read = _checked(visit, code, sent)
    if read.wrong:
        return _step(visit, place, None, read)
    try:
        made = onboarding.begin(visit.db, code, Step("who", read.values, 0), hand(visit))
    except Problem as problem:
        return _step(visit, place, None, read.stopped(problem))
    return _on(place, made.id, made.next_step)


def show(visit: Visit, place: str, number: int, step: str) -> Answer:
    """Show a step of a draft, or the account of a stall that waits for its proof."""
    found = _find(visit, place, number, step)
    if found.state != "draft" and step != "account":
        return _on(place, number, found.next_step)
    onboarding.look(visit.db, found, visit.person.code)
    said = onboarding.draft(visit.db, found, visit.key).get(step, {})
    return _step(visit, place, found, Sent(step, steps.written(said)))


@dataclass(frozen=True, slots=True)
class _Pages:
    """The one view that reads photos, and the turnstile in front of it."""

    turnstile: Turnstile

    def save(self, visit: Visit, place: str, number: int, step: str) -> Answer:
        """Save a step; what is wrong is told beside its field, and nothing typed is lost."""
        found = _find(visit, place, number, step)
        sent = steps.typed(step, request.form)
        try:
            sent = self._with_code(sent)
        except Problem as problem:
            return _step(visit, place, found, sent.misread(problem, request.files))
        read = _checked(visit, found.place, sent)
        if read.wrong:
            return _step(visit, place, found, read)
        try:
            _keep(visit, found, read)
        except Problem as problem:
            return _step(visit, place, found, read.stopped(problem))
        return _on(place, number, onboarding.find(visit.db, found.place, number).next_step)

    def _with_code(self, sent: Sent) -> Sent:
        """Let a code say what was not typed; only reading one is costly."""
        if not steps.has_code(request):
            return sent
        with self.turnstile.passage(request.remote_addr or ""):
            return steps.with_photo(sent, request)


def look_over(visit: Visit, place: str, number: int, problem: Problem | None = None) -> Answer:
    """Show everything that was said, before an officer confirms it."""
    found = _find(visit, place, number)
    if found.state != "draft" or found.next_step != "confirm":
        return _on(place, number, found.next_step)
    onboarding.look(visit.db, found, visit.person.code)
    said = onboarding.draft(visit.db, found, visit.key)
    holder = said["account"]["holder"]
    return visit.page(
        "onboarding_confirm.html",
        problem.status if problem else 200,
        place=_here(visit, place),
        registration=found,
        **steps.looked_over(said),
        same_holder=answers.same_name(holder, *opening.names(said["who"])),
        told=_speaks(visit, said["account"]["bin"]),
        problem=problem,
    )


def confirm(visit: Visit, place: str, number: int) -> Answer:
    """Confirm as an officer: the stand is issued, and the owner's invitation is handed over."""
    found, other = _find(visit, place, number), "other_holder" in request.form
    try:
        with carried_out(visit.db, _word(found, "confirmed", visit)):
            made = opening.confirm(visit.db, found, hand(visit), other_holder=other)
    except Problem as problem:
        return look_over(visit, place, number, problem)
    on = f"/office/{place}/onboarding/{number}/prove"
    return letter(visit, made.token, made.owner, on) if made.token else redirect(on, _SEE_OTHER)


def prove(visit: Visit, place: str, number: int, problem: Problem | None = None) -> Answer:
    """Show the code with the small amount, and what it has proven so far."""
    found = _find(visit, place, number)
    if found.merchant_id is None:
        return _on(place, number, found.next_step)
    here = f"/office/{place}/onboarding"
    shown = proof_page.shown(visit, found)
    status = problem.status if problem else 200
    return visit.page(
        "onboarding_prove.html",
        status,
        base=f"{here}/{number}",
        back=here,
        trail=onboarding.trail(visit.db, found),
        problem=problem,
        **shown,
    )


def heard(visit: Visit, place: str, number: int) -> Answer:
    """Take down whether the seller heard it; if all is proven, the stall is live."""
    found = _find(visit, place, number)
    if found.merchant_id is None:
        return _on(place, number, found.next_step)
    try:
        proof_page.take_down(visit, found, hand(visit), request.form.get("heard", ""))
    except Problem as problem:
        return prove(visit, place, number, problem)
    return _on(place, number, "prove")


def invite(visit: Visit, place: str, number: int) -> Answer:
    """Hand the owner's invitation over again, while there is no password."""
    found = _find(visit, place, number)
    if found.merchant_id is None:
        return _on(place, number, found.next_step)
    try:
        with carried_out(visit.db, _word(found, "invited", visit)):
            name, token = opening.invite_again(visit.db, found, hand(visit))
    except Problem as problem:
        return prove(visit, place, number, problem)
    return letter(visit, token, name, f"/office/{place}/onboarding/{number}/prove")


def give_up(visit: Visit, place: str, number: int) -> Answer:
    """Give a draft up: what was said is removed now."""
    found = _find(visit, place, number)
    if found.state != "draft":
        return _on(place, number, found.next_step)
    with carried_out(visit.db, _word(found, "ended", visit)):
        onboarding.end(visit.db, found)
    return redirect(f"/office/{place}/onboarding", _SEE_OTHER)


def hand(visit: Visit) -> Hand:
    """Return who acts."""
    return Hand(visit.person.id, visit.person.code, visit.key)


def _step(visit: Visit, place: str, found: Registration | None, sent: Sent) -> Answer:
    """Show a step with what is typed in it and what is wrong with that."""
    at = _here(visit, place)
    kept = onboarding.draft(visit.db, found, visit.key).get(sent.step, {}) if found else {}
    here = f"/office/{place}/onboarding"
    return visit.page(
        f"onboarding_{sent.step}.html",
        sent.status,
        place=at,
        registration=found,
        action=f"{here}/{found.id}/{sent.step}" if found else f"{here}/new",
        here=here,
        sent=sent,
        kept=steps.written(kept) if sent.is_behind else {},
        today=business_date(now()),
        **steps.offered(visit.db, at.code, sent.step),
    )


def _checked(visit: Visit, place: str, sent: Sent) -> Sent:
    """Read the fields, then ask what stands in their way."""
    read = answers.read(sent.step, sent.typed, business_date(now()))
    wrong: Mapping[str, Problem] = read.wrong
    if not wrong:
        with carried_out(visit.db):
            wrong = obstacles(visit.db, place, sent.step, read.values, visit.key)
    return sent.read(read.values, wrong)


def _keep(visit: Visit, found: Registration, read: Sent) -> None:
    """Save a step of a draft; the account of a stall without money yet is corrected at once."""
    if found.merchant_id is None:
        onboarding.save(visit.db, found, Step(read.step, read.values, read.seen), hand(visit))
        return
    if read.step != "account":
        raise nowhere()
    with carried_out(visit.db, _word(found, "corrected", visit)):
        opening.correct(visit.db, found, read.values, hand(visit))


def _speaks(visit: Visit, bin_: str) -> proof_page.Told:
    with carried_out(visit.db):
        return proof_page.told(visit.db, bin_)


def _word(found: Registration, step: str, visit: Visit) -> steps.Word:
    """Return the word of this person that a step is taken, to be written by ``carried_out``."""

    def write(db: Rows) -> None:
        onboarding.note(db, found, step, visit.person.code)

    return write


def _find(visit: Visit, place: str, number: int, step: str = "who") -> Registration:
    """Return a registration that this person sees; what is not there is nowhere."""
    if step not in onboarding.STEPS:
        raise nowhere()
    try:
        return onboarding.find(visit.db, _here(visit, place).code, number)
    except NotFound:
        raise nowhere() from None


def _here(visit: Visit, place: str) -> Place:
    """Return the place if the database, too, says that this person registers merchants there.

    Raises ``NotFound``. What is asked as the program afterwards, is asked by an officer.
    """
    found = places.find(visit.db, place)
    if not registrar.registers_here(visit.db, found.code):
        raise nowhere()
    return found


def _on(place: str, number: int, step: str) -> Answer:
    return redirect(f"/office/{place}/onboarding/{number}/{step}", _SEE_OTHER)
