"""The API put together: routes, what is read of a call, and the description of it all.

flask-smorest makes the OpenAPI description from the same shapes that read and write; nothing in it
is written by hand twice. Errors are answered by the application in one style (``web.problems``),
as problem+json (RFC 9457), which each operation names.
"""

from typing import Any, Final

from flask import Flask, Response, request
from flask_smorest import Api, Blueprint
from werkzeug.wrappers import Response as Answer

from cashless.api.door import guarded, require_key
from cashless.api.operations import OPERATIONS, Operation
from cashless.api.shapes import ProblemShape
from cashless.api.strict import StrictParser
from cashless.reports.source import Transact

_PROBLEM_TYPE: Final = "application/problem+json"
_ALWAYS: Final = (401, 403, 503)
_NOT_MODIFIED: Final = 304
_ETAG: Final = {"ETag": {"description": "Of this answer.", "schema": {"type": "string"}}}
_IF_NONE_MATCH: Final = {
    "in": "header",
    "name": "If-None-Match",
    "description": "An ETag seen before: 304 when nothing has changed.",
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


def install(app: Flask, transact: Transact) -> None:
    """Give the application the routes of ``/api/v1`` and their description."""
    app.config.update(_OPTIONS)
    api = _Quiet(app)
    api.spec.components.security_scheme("key", _BEARER)
    routes = _Strict("api", __name__, url_prefix="/api/v1")
    routes.before_request(require_key(transact))
    routes.after_request(_tag)
    for one in OPERATIONS:
        _add(routes, one, transact)
    api.register_blueprint(routes)


def _add(routes: Any, one: Operation, transact: Transact) -> None:  # noqa: ANN401  ships no types
    """Wrap a view in what is read, what is given and what may fail, and give it its route."""
    view = routes.response(one.status, one.given, headers=None if one.body else _ETAG)(
        guarded(transact, one.permission, one.view)
    )
    for status in sorted({*_ALWAYS, *one.fails}):
        view = routes.alt_response(status, schema=ProblemShape, content_type=_PROBLEM_TYPE)(view)
    for schema, location in ((one.body, "json"), (one.headers, "headers"), (one.query, "query")):
        if schema is not None:
            view = routes.arguments(schema, location=location)(view)
    if not one.body:
        view = routes.alt_response(_NOT_MODIFIED)(view)
    seen = [] if one.body else [_IF_NONE_MATCH]
    described = routes.doc(security=[{"key": []}])(view)
    routes.route(one.rule, methods=[one.method], parameters=seen)(described)


def _tag(response: Response) -> Answer:
    """Tag an answer that was asked for, and leave it out when the caller has it."""
    if request.method == "GET" and response.status_code == 200:  # noqa: PLR2004  what can be kept
        response.add_etag()
        response.headers["Cache-Control"] = "private, no-cache"
        return response.make_conditional(request)
    return response
