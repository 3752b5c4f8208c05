"""The webhook door as a Flask route: the plain form, one transaction for one call.

It serves where no ASGI server runs (a WSGI host, the test client). Same core, same rows, same
answers as the asyncio door.
"""

from hashlib import sha256

from flask import Blueprint, Response, request
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from cashless.clock import now
from cashless.db.engine import transaction
from cashless.errors import Unavailable
from providers._protocol import Delivery, Reply
from webhooks import inbox, refusals
from webhooks.directory import Directory
from webhooks.receive import Received, Turned, problem_reply, receive, unavailable
from webhooks.refusals import NO_CONNECTION, Refusal

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def blueprint(engine: Engine, directory: Directory) -> Blueprint:
    """Return the blueprint that answers ``/webhooks/<token>[/<operation>]``."""
    routes = Blueprint("webhooks", __name__, url_prefix="/webhooks")

    def take(token: str, operation: str = "") -> Response:
        return _response(_answer(engine, directory, token, operation))

    routes.add_url_rule("/<token>", "take", take, methods=_METHODS)
    routes.add_url_rule("/<token>/<operation>", "take_operation", take, methods=_METHODS)
    return routes


def _answer(engine: Engine, directory: Directory, token: str, operation: str) -> Reply:
    body, connection_id = b"", NO_CONNECTION
    try:
        connection = directory.find(token)
        if connection is None:
            return _nowhere(engine)
        connection_id = connection.id
        body = _body(connection.protocol.body_limit)
        return _kept(engine, receive(connection, _delivery(operation, body), _source()))
    except Turned as turned:
        _count(engine, Refusal(connection_id, turned.reason, sha256(body).digest(), now()))
        return turned.reply
    except (DBAPIError, Unavailable):
        return problem_reply("unavailable")


def _nowhere(engine: Engine) -> Reply:
    _count(engine, Refusal(NO_CONNECTION, "not_found", sha256(b"").digest(), now()))
    return problem_reply("not_found")


def _kept(engine: Engine, received: Received) -> Reply:
    try:
        with transaction(engine) as db:
            (reply,) = inbox.keep(db, [received], now())
    except (DBAPIError, Unavailable):
        return unavailable(received)
    return reply


def _count(engine: Engine, refusal: Refusal) -> None:
    with transaction(engine) as db:
        refusals.count(db, [refusal])


def _body(limit: int) -> bytes:
    request.max_content_length = limit
    length = request.content_length
    if length is not None and length > limit:
        raise Turned("body_too_large", problem_reply("body_too_large"))
    body = request.stream.read(limit + 1)
    if len(body) > limit:
        raise Turned("body_too_large", problem_reply("body_too_large"))
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


def _source() -> str:
    return request.remote_addr or ""


def _response(reply: Reply) -> Response:
    response = Response(reply.body, status=reply.status)
    response.headers.pop("content-type", None)
    for name, value in reply.headers:
        response.headers.add(name, value)
    return response
