"""Pages for everybody: the home page, and the page a shopper pays an order on.

Amount and account come from the stored order, never from the address. The page says "paid" only
when the match of a payment stands in the database; it asks again by itself (``order.js``), and
without scripts the browser reloads it.
"""

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, jsonify, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response as Answer

from cashless.clock import now
from cashless.errors import NotFound
from cashless.reports.source import Transact
from cashless.reports.takings import order_state
from cashless.vietqr.apps import Payee
from cashless.vietqr.banks import bank
from cashless.vietqr.image import svg
from cashless.vietqr.payload import Transfer, encode
from cashless.vietqr.reference import is_reference
from cashless.web import landing
from cashless.web.order_face import face, missing
from merchants import orders, register
from merchants.orders import Order
from merchants.register import Merchant

_NO_CONTENT: Final = 204


def blueprint(transact: Transact, *, app_links: bool) -> Blueprint:
    """Return the routes of the home page and the order page, with links to apps if wanted."""
    routes = Blueprint("public", __name__)
    pages = _Pages(transact, app_links)
    views = (
        ("/", pages.home),
        ("/p/<code>", pages.order),
        ("/p/<code>/status", pages.status),
        ("/p/<code>/feed", pages.feed),
        ("/p/<code>/code.png", pages.picture),
        ("/p/<code>/app/<app>", pages.app),
    )
    for rule, view in views:
        routes.add_url_rule(rule, view.__name__, view)
    return routes


@dataclass(frozen=True, slots=True)
class _Pages:
    """The views, and what they share."""

    transact: Transact
    app_links: bool

    def home(self) -> str:
        """Say what this is."""
        return render_template("home.html")

    def order(self, code: str) -> str:
        """Show what is asked for and what has come."""
        with self.transact() as db:
            found = orders.find(db, _reference(code))
            merchant = register.find(db, found.merchant)
        return _page(found, merchant, app_links=self.app_links)

    def status(self, code: str) -> Answer:
        """Say in a few bytes whether anything has changed."""
        with self.transact() as db:
            state = order_state(db, _reference(code))
        response = jsonify(state)
        response.headers["Cache-Control"] = "private, no-cache"
        response.add_etag()
        return response.make_conditional(request)

    def feed(self, code: str) -> Response:
        """Say that there is no live feed here (a WSGI host): the page then asks by itself."""
        _reference(code)
        return Response(status=_NO_CONTENT)

    def picture(self, code: str) -> Response:
        """Give the code as a picture to keep."""
        return landing.picture(_payload(self._payable(code)))

    def app(self, code: str, app: str) -> Answer:
        """Lead into a bank's app, with what is still missing."""
        found = self._payable(code)
        payee = Payee(found.bin, found.number, missing(found), found.code)
        return landing.app(app, payee, app_links=self.app_links)

    def _payable(self, code: str) -> Order:
        """Return the order while paying it helps; otherwise there is no code to offer."""
        with self.transact() as db:
            found = orders.find(db, _reference(code))
        if face(found, now()).payable:
            return found
        raise NotFound(
            "order_unknown",
            "There is nothing to pay for this order now.",
            "Phiếu thu này hiện không cần trả tiền.",
        )


def _reference(code: str) -> str:
    """Return the code in its written form; what is no reference is not looked up."""
    written = code.upper()
    if is_reference(written):
        return written
    raise NotFound(
        "order_unknown",
        "There is no such order. Scan the code again or ask the merchant.",
        "Không có phiếu thu này. Hãy quét lại mã hoặc hỏi người bán.",
    )


def _page(order: Order, merchant: Merchant, *, app_links: bool) -> str:
    at = now()
    seen = face(order, at)
    picture = svg(_payload(order), title=f"VietQR {order.code}") if seen.payable else ""
    return render_template(
        "order.html",
        order=order,
        status=order.status(at),
        merchant=merchant,
        face=seen,
        bank=bank(order.bin),
        asked=missing(order) if seen.payable else order.amount,
        picture=Markup(picture),  # noqa: S704  our own drawing, its title escaped
        seconds_left=max(int((order.expires_at - at).total_seconds()), 0),
        **landing.context(f"/p/{order.code}", app_links=app_links),
    )


def _payload(order: Order) -> str:
    """Return the stored payload, or one for the rest when a part has been paid."""
    if order.paid == 0:
        return order.payload
    rest = Transfer(bin=order.bin, account=order.number, amount=missing(order), purpose=order.code)
    return encode(rest)
