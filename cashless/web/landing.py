"""What the two pages to pay on share: the code as a picture to keep, and the way into a bank's app.

A shopper who reads the page on the phone that pays cannot scan it: the app reads the picture, or a
link opens the app. Such a link tells a third party account and amount. So there is none in the
page: a tap asks our own server, which leads on only where the operator has switched links on.
"""

from typing import Final

from flask import Response, redirect
from werkzeug.wrappers import Response as Answer

from cashless.errors import NotFound
from cashless.vietqr.apps import Payee, checked, every_app, link
from cashless.vietqr.image import png

_SEE_OTHER: Final = 303


def context(base: str, *, app_links: bool) -> dict[str, object]:
    """Return what ``apps.html`` needs; ``base`` is the path of the page."""
    return {
        "base": base,
        "apps": every_app(),
        "apps_checked": checked(),
        "app_links": app_links,
    }


def picture(payload: str) -> Response:
    """Return a code as a picture that the phone keeps."""
    response = Response(png(payload), content_type="image/png")
    response.headers["Content-Disposition"] = 'attachment; filename="vietqr.png"'
    return response


def app(name: str, payee: Payee, *, app_links: bool) -> Answer:
    """Lead on to the service that opens a bank's app. Raises ``NotFound("app_unknown")``."""
    address = link(name, payee)
    if app_links:
        return redirect(address, _SEE_OTHER)
    raise NotFound(
        "app_unknown",
        "Links that open apps are switched off here.",
        "Liên kết mở ứng dụng đang tắt ở đây.",
    )
