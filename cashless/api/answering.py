"""How an answer leaves: once for one Idempotency-Key, and with a mark of the version it tells.

The mark (ETag) is a hash of what is told, whatever order or spacing it is written in, so that a
GET, a POST and a PATCH that tell the same version carry the same mark.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

import marshmallow as ma
from flask import Response, request
from werkzeug.exceptions import PreconditionFailed

from cashless.access import replies
from cashless.api.operation import Operation

_JSON: Final = "application/json"
_ROOT: Final = "/api/v1"
_MARK_LENGTH: Final = 32


def mark(told: object) -> str:
    """Return the mark of what is told."""
    whole = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(whole.encode()).hexdigest()[:_MARK_LENGTH]


def require_current(shape: type[ma.Schema], found: object) -> None:
    """Refuse to change another version than the one the caller saw: 412."""
    if not request.if_match.contains(mark(shape().dump(found))):
        raise PreconditionFailed


def once(call: Any, one: Operation, given: tuple[Any, Any], named: Mapping[str, Any]) -> Response:  # noqa: ANN401  the door's call
    """Answer a POST: act, or give the answer that the same Idempotency-Key had before."""
    name, wanted = given

    def act() -> tuple[int, str]:
        told = one.given().dump(one.view(call, wanted, **named))
        return one.status, json.dumps(told, ensure_ascii=False)

    said = json.dumps(wanted, sort_keys=True, default=str)
    asked = f"{request.method} {request.path}\n{said}"
    status, body, before = replies.once(call.db, (call.device, name["key"]), asked, act)
    response = Response(body, status, content_type=_JSON)
    if before:
        response.headers["Idempotency-Replayed"] = "true"
    if one.made:
        response.headers["Location"] = _ROOT + one.made.format(**json.loads(body))
    return response
