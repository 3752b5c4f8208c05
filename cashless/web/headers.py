"""The headers of every answer: nothing from elsewhere, nothing inline, nobody frames us.

Pages are not kept by caches unless they say so themselves. Static files carry a part of their
digest in the address, so they may be kept for a year.
"""

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from flask import Flask, Response, request, url_for

_POLICY: Final = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none';"
    " object-src 'none'"
)
_NOT_USED: Final = ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
_ALWAYS: Final = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{name}=()" for name in _NOT_USED),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}
_HTTPS_ONLY: Final = {"Strict-Transport-Security": "max-age=31536000"}
_YEAR: Final = 365 * 24 * 60 * 60
_OPEN_TO_ROBOTS: Final = ("public.home", "city.page")


def install(app: Flask, *, https: bool) -> None:
    """Set the headers on every answer of the application."""
    fixed = _ALWAYS | (_HTTPS_ONLY if https else {})

    @app.after_request
    def dress(response: Response) -> Response:
        for name, value in fixed.items():
            response.headers.setdefault(name, value)
        if request.endpoint in _OPEN_TO_ROBOTS:
            response.headers.pop("X-Robots-Tag", None)
        _set_cache(response)
        return response

    folder = Path(app.static_folder or "")

    @app.template_global()
    def asset(name: str) -> str:
        return url_for("static", filename=name, v=_mark(folder / name))


def _set_cache(response: Response) -> None:
    if request.endpoint == "static" and "v" in request.args:
        response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
    elif "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"


@cache
def _mark(path: Path) -> str:
    """Return a short mark of a file's content."""
    return sha256(path.read_bytes()).hexdigest()[:10]
