"""The page of a stand: is the code at this stall genuine, and paying to it if it is.

Shoppers and inspectors reach it by the number printed on the stand. It says what the register has:
name, stall, bank, last digits, check word, and whether the stand is in use. Where several sell at
the stall by shift and it is another's hour, it says so first and leads to that one's stand, and the
code is folded away: money sent to it reaches the stand's own merchant at any hour. A photo of the
code, or the text of a scan, is compared with that and forgotten. The check is stateless, so it
needs no lock against forged forms; it has limits of size and rate (``turnstile``) instead.
"""

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, make_response, redirect, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response as Reply

from cashless.clock import now
from cashless.errors import Invalid, NotFound, Problem, Unavailable
from cashless.reports.source import Transact
from cashless.vietqr import photo
from cashless.vietqr.apps import Payee
from cashless.vietqr.banks import bank
from cashless.vietqr.image import svg
from cashless.vietqr.links import payload_in
from cashless.vietqr.picture import open_picture
from cashless.web import landing, stand_face, upload
from cashless.web.stand_face import Answer
from cashless.web.turnstile import Turnstile
from cashless.web.upload import Upload
from merchants import genuine, hours, stands
from merchants.stands import Stand

_AT_ONCE: Final = 3
_A_MINUTE: Final = 60
_RETRY_SECONDS: Final = 30
_SEE_OTHER: Final = 303


def blueprint(transact: Transact, *, app_links: bool) -> Blueprint:
    """Return the routes below ``/s``, with links to apps if wanted."""
    routes = Blueprint("stands", __name__, url_prefix="/s")
    pages = _Pages(transact, Turnstile(_AT_ONCE, _A_MINUTE), app_links)
    views = (
        ("", "GET", pages.ask),
        ("/<token>", "GET", pages.page),
        ("/<token>", "POST", pages.check),
        ("/<token>/code.png", "GET", pages.picture),
        ("/<token>/code.svg", "GET", pages.drawing),
        ("/<token>/app/<app>", "GET", pages.app),
    )
    for rule, method, view in views:
        routes.add_url_rule(rule, view.__name__, view, methods=[method])
    return routes


@dataclass(frozen=True, slots=True)
class _Pages:
    """The views, and what they share."""

    transact: Transact
    turnstile: Turnstile
    app_links: bool

    def ask(self) -> Reply | str:
        """Ask for the number that is printed on a stand, and lead to its page."""
        number = request.args.get("number", "")
        if not number:
            return render_template("stand_ask.html")
        return redirect(f"/s/{self._find(number).token}", _SEE_OTHER)

    def page(self, token: str) -> Response:
        """Show what the register has."""
        return self._page(self._find(token))

    def check(self, token: str) -> Response:
        """Compare a photo or a text with the register."""
        stand = self._find(token)
        try:
            with self.turnstile.passage(request.remote_addr or ""):
                answer = _checked(stand, upload.read(request))
        except Problem as problem:
            return self._page(stand, problem=problem)
        return self._page(stand, answer=answer)

    def picture(self, token: str) -> Response:
        """Give the code as a picture to keep."""
        return landing.picture(self._find_payable(token).payload)

    def drawing(self, token: str) -> Response:
        """Give the code as a drawing that stays sharp at any size."""
        found = self._find_payable(token)
        drawn = svg(found.payload, title=f"VietQR {found.written}")
        return Response(drawn, content_type="image/svg+xml")

    def app(self, token: str, app: str) -> Reply:
        """Lead into a bank's app."""
        found = self._find_payable(token)
        return landing.app(app, Payee(found.bin, found.number), app_links=self.app_links)

    def _find(self, token: str) -> Stand:
        with self.transact() as db:
            return stands.find(db, token)

    def _find_payable(self, token: str) -> Stand:
        """Find a stand that a shopper may pay to; others have no code to offer."""
        found = self._find(token)
        if found.is_payable:
            return found
        raise NotFound(
            "stand_unknown",
            "This stand is not in use.",
            "Bảng QR này không còn dùng.",
        )

    def _page(
        self, stand: Stand, *, answer: Answer | None = None, problem: Problem | None = None
    ) -> Response:
        with self.transact() as db:
            found = hours.at_stand(db, stand, now())
        drawn = svg(stand.payload, title=f"VietQR {stand.written}") if stand.is_payable else ""
        page = render_template(
            "stand.html",
            stand=stand,
            face=stand_face.state_face(stand),
            hours=found,
            is_other_hour=stand.is_payable and found is not None and not found.is_on,
            answer=answer,
            problem=problem,
            bank=bank(stand.bin),
            picture=Markup(drawn),  # noqa: S704  our own drawing, its title escaped
            **landing.context(f"/s/{stand.token}", app_links=self.app_links),
        )
        response = make_response(page, problem.status if problem else 200)
        if isinstance(problem, Unavailable):
            response.headers["Retry-After"] = str(_RETRY_SECONDS)
        return response


def _checked(stand: Stand, sent: Upload) -> Answer:
    """Compare what was sent; a photo counts before a text."""
    if sent.photo:
        found = photo.codes(open_picture(sent.photo))
        inverted = {one.text for one in found if one.is_inverted}
        return stand_face.answer(stand, genuine.judge(stand, [f.text for f in found], inverted))
    if sent.text:
        return stand_face.answer(stand, genuine.judge(stand, [payload_in(sent.text)]))
    raise Invalid(
        "check_empty",
        "Choose a photo of the code, or paste its text.",
        "Hãy chọn ảnh chụp mã hoặc dán nội dung mã.",
    )
