"""The API put together: routes, what is read of a call, and the description of it all.

flask-smorest makes the OpenAPI description from the same shapes that read and write; nothing in it
is written by hand twice. Errors are answered by the application in one style (``web.problems``),
as problem+json (RFC 9457), which each operation names.
"""

from typing import Any, Final

from flask import Flask, Response, request
from flask_smorest import Api, Blueprint
from werkzeug.wrappers import Response as Answer

from cashless.api.answering import mark
from cashless.api.door import Door, tell_budget
from cashless.api.examples import EXAMPLES
from cashless.api.operation import Operation
from cashless.api.operations import OPERATIONS
from cashless.api.shapes import IdempotencyKey, ProblemShape, Seen, Version
from cashless.api.strict import StrictParser
from cashless.reports.source import Transact

_PROBLEM_TYPE: Final = "application/problem+json"
_ALWAYS: Final = (401, 403, 429, 503)
_NOT_MODIFIED: Final = 304
_SEEN: Final = frozenset({"GET", "HEAD"})
_TOLD: Final = frozenset({200, 201})
_HEADERS: Final = {"GET": Seen, "PATCH": Version, "POST": IdempotencyKey}
_LICENSE: Final = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
_ABOUT: Final = """\
Merchants, places, receiving accounts, stands and orders of a city's cashless markets, for programs.

Every POST asks for an `Idempotency-Key`: the same key again within 72 hours gives the same answer
and no second act. Answers carry an `ETag`; a PATCH asks for it as `If-Match`. Errors are
problem+json with a stable `code` and, in `errors`, the place of every wrong field. A key may call
600 times in 60 seconds; `RateLimit` says what is left.
"""
_OPTIONS: Final = {
    "API_TITLE": "Chợ không tiền mặt",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.1.0",
    "OPENAPI_URL_PREFIX": "/api",
    "OPENAPI_JSON_PATH": "openapi.json",
    "API_SPEC_OPTIONS": {"info": {"description": _ABOUT, "license": _LICENSE}},
}
_BEARER: Final = {"type": "http", "scheme": "bearer", "description": "cashless people key"}


class _Quiet(Api):  # type: ignore[misc]  # ships no types
    """The framework's API without its own style of errors."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        """Leave errors to the application."""


class _Strict(Blueprint):  # type: ignore[misc]  # ships no types
    """Routes whose arguments are read strictly."""

    ARGUMENTS_PARSER = StrictParser()


def install(app: Flask, transact: Transact, key: bytes) -> None:
    """Give the application the routes of ``/api/v1`` and their description."""
    app.config.update(_OPTIONS)
    api = _Quiet(app)
    api.spec.components.security_scheme("key", _BEARER)
    door, routes = Door(transact, key), _Strict("api", __name__, url_prefix="/api/v1")
    routes.before_request(door.require_key)
    routes.after_request(_tag)
    routes.after_request(tell_budget)
    for one in OPERATIONS:
        _add(routes, one, door)
    api.register_blueprint(routes)


def _add(routes: Any, one: Operation, door: Door) -> None:  # noqa: ANN401  ships no types
    """Wrap a view in what is read, what is given and what may fail, and give it its route."""
    view = routes.response(one.status, one.given, headers=_headers(one))(door.guarded(one))
    for status in sorted({*_ALWAYS, *one.statuses}):
        view = routes.alt_response(
            status, schema=ProblemShape, content_type=_PROBLEM_TYPE, headers=_RETRY.get(status, {})
        )(view)
    for schema, location in _read(one):
        shown = EXAMPLES.get(schema) if location == "json" else None
        view = routes.arguments(schema, location=location, example=shown)(view)
    if one.method == "GET":
        view = routes.alt_response(_NOT_MODIFIED, headers=_headers(one))(view)
    described = routes.doc(security=[{"key": []}], operationId=one.view.__name__)(view)
    routes.route(one.rule, methods=[one.method])(described)


def _read(one: Operation) -> list[tuple[Any, str]]:
    """Return what is read of a call, and where, the last read first."""
    read = ((one.body, "json"), (_HEADERS[one.method], "headers"), (one.query, "query"))
    return [(schema, location) for schema, location in read if schema is not None]


def _headers(one: Operation) -> dict[str, Any]:
    """Return the headers of an answer that is one."""
    told = {
        "ETag": _header("Of the version that is told."),
        "RateLimit-Policy": _header("How many calls in how many seconds: q and w."),
        "RateLimit": _header("How many are left, and in how many seconds all are back: r and t."),
    }
    if one.method == "POST":
        told["Idempotency-Replayed"] = _header("true when this was answered before.")
    if one.made:
        told["Location"] = _header("Where what was made is found.")
    return told


def _header(said: str, kind: str = "string") -> dict[str, Any]:
    return {"description": said, "schema": {"type": kind}}


_RETRY: Final = {
    status: {"Retry-After": _header("Seconds to wait.", "integer")} for status in (429, 503)
}


def _seen_before() -> dict[str, Any]:
    """Return what a read may be conditional on: only what the caller has."""
    names = ("REQUEST_METHOD", "HTTP_IF_NONE_MATCH")
    return {name: request.environ[name] for name in names if name in request.environ}


def _tag(response: Response) -> Answer:
    """Mark an answer with its version, and leave it out when the caller has it."""
    if response.status_code not in _TOLD or not response.is_json:
        return response
    response.set_etag(mark(response.get_json()))
    if request.method in _SEEN:
        response.headers["Cache-Control"] = "private, no-cache"
        return response.make_conditional(_seen_before())
    return response
