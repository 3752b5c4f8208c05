"""The merchant's own page: today's total, the live feed with its voice, a new order, the code.

Whoever holds the sealed address sees it; a wrong seal and a merchant who does not exist are the
same 404. An order is asked for by a form that only our own page can send (``form_guard``).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request
from flask import url_for as address_of
from markupsafe import Markup
from werkzeug.wrappers import Response as Answer

from cashless.access.page_seal import is_genuine
from cashless.clock import business_date, now
from cashless.errors import NotFound, Problem
from cashless.money import parse_amount
from cashless.reports import takings
from cashless.reports.source import Rows, Transact
from cashless.vietqr.image import svg
from cashless.web import form_guard, formats
from merchants import account_changes, orders, register
from merchants.account_changes import Actor
from merchants.register import Merchant

_FEED_MOST: Final = 30
_POLL_MOST: Final = 100
_CODE: Final = re.compile(r"[A-Z0-9]{1,20}")
_ID: Final = re.compile(r"[0-9]{1,18}")
_QUICK: Final = (10_000, 20_000, 50_000, 100_000, 200_000, 500_000)
_NO_CONTENT: Final = 204
_SEE_OTHER: Final = 303


@dataclass(frozen=True, slots=True)
class Visit:
    """One request to a merchant's page whose seal was genuine."""

    db: Rows
    merchant: Merchant
    key: bytes
    https: bool

    @property
    def path(self) -> str:
        """The page's own address, which its form and its form cookie are bound to."""
        return address_of("merchant.page", **(request.view_args or {}))


def blueprint(transact: Transact, key: bytes, *, https: bool) -> Blueprint:
    """Return the routes below ``/m/<code>/<seal>``."""
    routes = Blueprint("merchant", __name__, url_prefix="/m/<code>/<seal>")

    def sealed(view: Callable[[Visit], Answer]) -> Callable[[str, str], Answer]:
        def opened(code: str, seal: str) -> Answer:
            with transact() as db:
                return view(Visit(db, _genuine(db, key, code, seal), key, https))

        return opened

    for name, path, method, view in _VIEWS:
        routes.add_url_rule(path, name, sealed(view), methods=[method])
    return routes


def _genuine(db: Rows, key: bytes, code: str, seal: str) -> Merchant:
    """Return the merchant of a sealed address. Raises ``NotFound("page_unknown")``."""
    try:
        found = register.find(db, code if _CODE.fullmatch(code) else "-")
    except NotFound:
        raise _nowhere() from None
    if not is_genuine(key, code, found.page_version, seal):
        raise _nowhere()
    return found


def _nowhere() -> NotFound:
    return NotFound(
        "page_unknown",
        "There is no such page. Ask for the address of your page again.",
        "Không có trang này. Hãy xin lại địa chỉ trang của bạn.",
    )


def _page(visit: Visit, problem: Problem | None = None) -> Answer:
    merchant, today = visit.merchant, business_date(now())
    newest = takings.newest(visit.db, merchant.id, _FEED_MOST)
    cookie = form_guard.cookie_of(request)
    page = render_template(
        "merchant.html",
        merchant=merchant,
        base=visit.path,
        day=today,
        today=takings.today(visit.db, merchant.code),
        messages=[one for one in newest if business_date(one.at) == today],
        last=newest[0].id if newest else 0,
        quick=_QUICK,
        picture=_static_code(visit),
        changes=account_changes.open_of(visit.db, merchant.id),
        form_token=form_guard.token(visit.key, cookie, visit.path),
        problem=problem,
    )
    response = make_response(page, problem.status if problem else 200)
    form_guard.hand_out(response, cookie, visit.path, secure=visit.https)
    return response


def _static_code(visit: Visit) -> Markup | None:
    """Draw the merchant's static code; None without an open account."""
    try:
        payload = orders.static_payload(visit.db, visit.merchant.code)
    except NotFound:
        return None
    return Markup(svg(payload, title=f"VietQR {visit.merchant.code}"))  # noqa: S704  our own drawing


def _ask(visit: Visit) -> Answer:
    """Make an order of what was typed or tapped, and go to its page."""
    form_guard.require_own(request, visit.key, visit.path)
    typed = request.form.get("quick") or request.form.get("amount", "")
    try:
        order = orders.add(visit.db, visit.merchant.code, parse_amount(typed))
    except Problem as problem:
        return _page(visit, problem)
    return redirect(address_of("public.order", code=order.code), _SEE_OTHER)


def _freeze(visit: Visit) -> Answer:
    """Stop a change of the receiving account that the merchant has not asked for."""
    form_guard.require_own(request, visit.key, visit.path)
    actor = Actor(visit.merchant.code, "Người bán dừng yêu cầu trên trang của mình")
    for change in account_changes.open_of(visit.db, visit.merchant.id):
        account_changes.end(visit.db, change.id, "frozen", actor)
    return redirect(visit.path, _SEE_OTHER)


def _messages(visit: Visit) -> Answer:
    after = request.args.get("after", "")
    newer = int(after) if _ID.fullmatch(after) else 0
    told = takings.messages(visit.db, visit.merchant.id, newer, _POLL_MOST)
    return jsonify([one.as_json() for one in told])


def _today(visit: Visit) -> Answer:
    day = business_date(now())
    today = takings.today(visit.db, visit.merchant.code)
    return jsonify(
        {
            "date": day.isoformat(),
            "day": formats.day(day),
            "amount": today.amount,
            "count": today.count,
            "text": formats.dong(today.amount),
            "words": today.words,
        }
    )


def _feed(_visit: Visit) -> Answer:
    """Say that there is no live feed here (a WSGI host): the page then asks by itself."""
    return Response(status=_NO_CONTENT)


_VIEWS: Final = (
    ("page", "", "GET", _page),
    ("ask", "/orders", "POST", _ask),
    ("freeze", "/freeze", "POST", _freeze),
    ("messages", "/messages", "GET", _messages),
    ("today", "/today", "GET", _today),
    ("feed", "/feed", "GET", _feed),
)
