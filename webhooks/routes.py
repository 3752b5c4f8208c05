"""The webhook door as a Flask route: the plain form, one transaction for one call.

It serves where no ASGI server runs (a WSGI host, the test client). Same core, same rows, same
answers as the asyncio door.
"""

from flask import Blueprint, Response, request
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from cashless.clock import now
from cashless.errors import Unavailable
from providers._protocol import Delivery, Reply
from webhooks import single
from webhooks.directory import Directory
from webhooks.receive import Turned, problem_reply, turned
from webhooks.refusals import NO_CONNECTION

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def blueprint(engine: Engine, directory: Directory) -> Blueprint:
    """Return the blueprint that answers ``/webhooks/<token>[/<operation>]``."""
    routes = Blueprint("webhooks", __name__, url_prefix="/webhooks")

    def take(token: str, operation: str = "") -> Response:
        return _response(_answer(engine, directory, token, operation))

    routes.add_url_rule("/<token>", "take", take, methods=_METHODS)
    operation = "/<token>/<path:operation>"
    routes.add_url_rule(operation, "take_operation", take, methods=_METHODS, merge_slashes=False)
    return routes


def _answer(engine: Engine, directory: Directory, token: str, operation: str) -> Reply:
    connection_id = NO_CONNECTION
    try:
        connection = directory.fresh(token)
        if connection is None:
            raise turned("not_found")
        connection_id = connection.id
        delivery = _delivery(operation, _body(connection.protocol.body_limit))
        return single.answer(engine, connection, delivery, request.remote_addr or "")
    except Turned as away:
        return single.turn_away(engine, connection_id, away, b"")
    except (DBAPIError, Unavailable):
        return problem_reply("unavailable")


def _body(limit: int) -> bytes:
    request.max_content_length = limit
    length = request.content_length
    if length is not None and length > limit:
        raise turned("body_too_large")
    body = request.stream.read(limit + 1)
    if len(body) > limit:
        raise turned("body_too_large")
    return body


def _delivery(operation: str, body: bytes) -> Delivery:
    return Delivery(
        method=request.method,
        operation=operation,
        query=request.query_string.decode("latin-1"),
        headers=tuple((name.lower(), value) for name, value in request.headers),
        body=body,
        received_at=now(),
    )


def _response(reply: Reply) -> Response:
    response = Response(reply.body, status=reply.status)
    response.headers.pop("content-type", None)
    for name, value in reply.headers:
        response.headers.add(name, value)
    return response
