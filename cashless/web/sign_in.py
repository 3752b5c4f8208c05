"""Signing in, and setting the password over an invitation: the two pages before the door.

One form asks for everything at once and refuses everything in the same words, so that it tells
nobody whether an account exists. A form of an invitation shows an authenticator's secret only for
roles that need one; the secret follows from the invitation, so nothing is kept before it is proven.
"""

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, make_response, redirect, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response as Answer

from cashless import vault
from cashless.access import grants, invitations, passwords, totp
from cashless.access.credentials import Desk, Given, about_totp
from cashless.access.devices import name_of
from cashless.access.invitations import Invitation
from cashless.clock import now
from cashless.errors import Invalid, Problem, Unavailable
from cashless.reports.source import Rows
from cashless.vietqr.image import svg
from cashless.web import form_guard
from cashless.web.passkey_offer import to_sign_in
from cashless.web.signed_in import Door, inside, nowhere, onward

_SEE_OTHER: Final = 303
_RETRY_SECONDS: Final = 30
_TEMPLATES: Final = {"/sign-in": "sign_in.html", "/invitation": "invitation.html"}


def blueprint(door: Door) -> Blueprint:
    """Return the routes of ``/sign-in`` and ``/invitation``."""
    routes = Blueprint("sign_in", __name__)
    pages = _Pages(door, Desk(door.transact, door.key))
    views = (
        ("/sign-in", "GET", pages.ask),
        ("/sign-in", "POST", pages.enter),
        ("/invitation/<token>", "GET", pages.invited),
        ("/invitation/<token>", "POST", pages.accept),
    )
    for rule, method, view in views:
        routes.add_url_rule(rule, view.__name__, view, methods=[method])
    return routes


def given(source: str) -> Given:
    """Read password and code of the form that was sent."""
    return Given(
        password=request.form.get("password", ""),
        code=request.form.get("code", ""),
        source=source,
        device=name_of(request.headers.get("User-Agent", "")),
    )


@dataclass(frozen=True, slots=True)
class _Pages:
    """The views, and what they share."""

    door: Door
    desk: Desk

    def ask(self) -> Answer:
        """Ask for number or address, password and code."""
        return sign_in_page(self.door, None, inside(request.args.get("next", "")))

    def enter(self) -> Answer:
        """Sign in, or say in one sentence that it does not go together."""
        form_guard.require_own(request, self.door.key, "/sign-in")
        then = inside(request.form.get("next", ""))
        try:
            token = self.desk.sign_in(
                request.form.get("contact", ""), given(request.remote_addr or "")
            )
        except Problem as problem:
            return sign_in_page(self.door, problem, then)
        return self.door.hand_out(onward(then), token)

    def invited(self, token: str) -> Answer:
        """Ask for a new password, and offer the authenticator where the role needs one."""
        with self.door.transact() as db:
            return self._invitation(db, token, self._find(db, token), None)

    def accept(self, token: str) -> Answer:
        """Set the password, and the authenticator once its first code is right."""
        form_guard.require_own(request, self.door.key, "/invitation")
        with self.door.transact() as db:
            self._find(db, token)  # before anything that is slow
        kept = _made(request.form.get("password", ""))
        with self.door.transact() as db:
            found = self._find(db, token)
            if isinstance(kept, Problem):
                return self._invitation(db, token, found, kept)
            try:
                invitations.accept(db, found, kept, self._proven_app(db, token, found))
            except Invalid as problem:
                return self._invitation(db, token, found, problem)
        return redirect("/sign-in", _SEE_OTHER)

    def _find(self, db: Rows, token: str) -> Invitation:
        found = invitations.find(db, token)
        if found is None:
            raise nowhere()
        return found

    def _proven_app(self, db: Rows, token: str, found: Invitation) -> bytes | None:
        """Return the sealed secret of the app whose first code was typed; None without need."""
        if not _needs_app(db, found):
            return None
        secret = totp.secret(self.door.key, token)
        if totp.step_of(secret, request.form.get("code", ""), now()) is None:
            raise Invalid(
                "authenticator_code_wrong",
                "The six digits are not those of the app: scan the code again.",
                "Sáu chữ số không đúng với ứng dụng: hãy quét lại mã.",
            )
        return vault.seal(self.door.key, secret, about_totp(found.person_id))

    def _invitation(
        self, db: Rows, token: str, found: Invitation, problem: Problem | None
    ) -> Answer:
        secret = totp.secret(self.door.key, token)
        address = totp.address(secret, found.name)
        return _form(
            self.door,
            form_guard.cookie_of(request),
            "/invitation",
            problem,
            name=found.name,
            token=token,
            fewest=passwords.FEWEST,
            secret=totp.written(secret) if _needs_app(db, found) else None,
            picture=Markup(svg(address, title="otpauth")),  # noqa: S704  our own drawing
        )


def sign_in_page(door: Door, problem: Problem | None, then: str) -> Answer:
    """Return the page that asks who somebody is; ``then`` is the page to go on with."""
    cookie = form_guard.cookie_of(request)
    offer = to_sign_in(door, cookie)
    return _form(door, cookie, "/sign-in", problem, then=then, passkey=offer)


def _form(door: Door, cookie: str, path: str, problem: Problem | None, **shown: object) -> Answer:
    """Render the form of a path before the door, guarded by the visitor's cookie."""
    token = form_guard.token(door.key, cookie, path)
    page = render_template(_TEMPLATES[path], form_token=token, problem=problem, **shown)
    response: Response = make_response(page, problem.status if problem else 200)
    form_guard.hand_out(response, cookie, path, secure=door.https)
    if isinstance(problem, Unavailable):
        response.headers["Retry-After"] = str(_RETRY_SECONDS)
    return response


def _made(password: str) -> str | Problem:
    try:
        return passwords.made(password)
    except (Invalid, Unavailable) as problem:
        return problem


def _needs_app(db: Rows, found: Invitation) -> bool:
    roles = {one.role for one in grants.live(db, found.person_id)}
    return bool(roles & grants.OFFICERS)
