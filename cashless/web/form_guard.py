"""A form of ours is sent from a page of ours: the guard against forged requests.

Three locks. The browser says where a request comes from (Sec-Fetch-Site must be ``same-origin``
where it is sent). A random cookie travels only on requests from our own site (SameSite=Strict). The
form carries an HMAC of that cookie and of the path, which another site can neither read nor make.
"""

import hmac
from typing import Final

from flask import Request, Response

from cashless.errors import Forbidden
from cashless.ids import new_token

COOKIE: Final = "cashless_form"
FIELD: Final = "form_token"
_COOKIE_SECONDS: Final = 30 * 24 * 60 * 60


def cookie_of(request: Request) -> str:
    """Return the visitor's form cookie, or a new value for one."""
    return request.cookies.get(COOKIE) or new_token()


def token(key: bytes, cookie: str, path: str) -> str:
    """Return what the hidden field of a form on ``path`` must hold."""
    return hmac.digest(key, f"form:{cookie}:{path}".encode(), "sha256").hex()


def hand_out(response: Response, cookie: str, path: str, *, secure: bool) -> None:
    """Give the cookie along; ``path`` is the part of the site that has the form."""
    response.set_cookie(
        COOKIE,
        cookie,
        max_age=_COOKIE_SECONDS,
        path=path,
        secure=secure,
        httponly=True,
        samesite="Strict",
    )


def require_own(request: Request, key: bytes, path: str) -> None:
    """Refuse a form that was not sent from our own page: ``Forbidden("form_foreign")``."""
    require_bound(request, key, request.cookies.get(COOKIE), path)


def require_bound(request: Request, key: bytes, cookie: str | None, path: str) -> None:
    """Refuse a form whose hidden field is not bound to this cookie: ``Forbidden("form_foreign")``.

    Who is signed in has a secret cookie already, which then takes the place of the form's own.
    """
    wanted = token(key, cookie or "", path)
    given = request.form.get(FIELD, "")
    ours = (
        request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin",
        cookie is not None,
        hmac.compare_digest(wanted.encode(), given.encode()),
    )
    if not all(ours):
        raise Forbidden(
            "form_foreign",
            "This form was not sent from our page, or the page is too old. Open it again.",
            "Biểu mẫu không gửi từ trang của chúng tôi hoặc trang đã cũ. Hãy mở lại trang.",
        )
