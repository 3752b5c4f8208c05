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
from cashless.api.operation import Operation
from cashless.api.operations import OPERATIONS
from cashless.api.shapes import IdempotencyKey, ProblemShape
from cashless.api.strict import StrictParser
from cashless.reports.source import Transact

_PROBLEM_TYPE: Final = "application/problem+json"
_ALWAYS: Final = (401, 403, 429, 503)
_NOT_MODIFIED: Final = 304
_SEEN: Final = frozenset({"GET", "HEAD"})
_TOLD: Final = frozenset({200, 201})
_IF_NONE_MATCH: Final = {
    "in": "header",
    "name": "If-None-Match",
    "description": "An ETag seen before: 304 when nothing has changed.",
    "schema": {"type": "string"},
}
_IF_MATCH: Final = {
    "in": "header",
    "name": "If-Match",
    "description": "The ETag of the version that is changed: without one 428, when stale 412.",
    "required": True,
    "schema": {"type": "string"},
}
_OPTIONS: Final = {
    "API_TITLE": "Chợ không tiền mặt",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.1.0",
    "OPENAPI_URL_PREFIX": "/api",
    "OPENAPI_JSON_PATH": "openapi.json",
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
        view = routes.arguments(schema, location=location)(view)
    if one.method == "GET":
        view = routes.alt_response(_NOT_MODIFIED, headers=_headers(one))(view)
    described = routes.doc(security=[{"key": []}])(view)
    seen = {"GET": [_IF_NONE_MATCH], "PATCH": [_IF_MATCH]}.get(one.method, [])
    routes.route(one.rule, methods=[one.method], parameters=seen)(described)


def _read(one: Operation) -> list[tuple[Any, str]]:
    """Return what is read of a call, and where, the last read first."""
    name = IdempotencyKey if one.method == "POST" else None
    read = ((one.body, "json"), (name, "headers"), (one.query, "query"))
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


def _tag(response: Response) -> Answer:
    """Mark an answer with its version, and leave it out when the caller has it."""
    if response.status_code not in _TOLD or not response.is_json:
        return response
    response.set_etag(mark(response.get_json()))
    if request.method in _SEEN:
        response.headers["Cache-Control"] = "private, no-cache"
        return response.make_conditional(request)
    return response
