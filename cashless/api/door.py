"""Who comes in to the API: a key, its budget of calls, the permission, and the database's eyes.

The key travels as ``Authorization: Bearer``. A key that is unknown, revoked or over is 401; one
that calls too often 429; one whose permissions do not reach 403; a thing that is not its person's
is 404, like one that does not exist. Behind the door the transaction acts as that person with that
key, as on the pages.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import marshmallow as ma
from flask import Response, g, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import PreconditionRequired, TooManyRequests, Unauthorized

from cashless.access import devices, grants, key_budget, people
from cashless.access.acting import acting
from cashless.api import answering
from cashless.api.operation import Operation
from cashless.errors import Forbidden
from cashless.reports.source import Rows, Transact

_SCHEME: Final = "bearer"


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a program; ``db`` sees what its key may see, ``who`` is its person's code.

    ``key`` is the vault key, the secret behind the check words of stands.
    """

    db: Rows
    device: int
    who: str
    key: bytes

    def require_current(self, shape: type[ma.Schema], found: object) -> None:
        """Refuse to change another version than the caller saw: 412."""
        answering.require_current(shape, found)


@dataclass(frozen=True, slots=True)
class Door:
    """Where programs come in: a way to the database, and the vault key."""

    transact: Transact
    key: bytes

    def guarded(self, one: Operation) -> Callable[..., Any]:
        """Return the view of an operation behind this door."""

        def opened(*given: Any, **named: Any) -> Any:  # noqa: ANN401  what the framework hands over
            with self.transact() as db:
                token = bearer()
                device = devices.find(db, token, is_key=True)
                if device is None:
                    raise unauthorized()
                _require(db, device, one.permission)
                who = people.by_id(db, device.person_id).code
                call = Call(db, device.id, who, self.key)
                with acting(db, token):
                    if one.method == "POST":
                        return answering.once(call, one, given, named)
                    return one.view(call, *_without_headers(one, given), **named)

        opened.__name__, opened.__doc__ = one.view.__name__, one.view.__doc__
        return opened

    def require_key(self) -> None:
        """Ask for the key, count the call, and miss a version, before anything is read of it."""
        token = bearer()
        with self.transact() as db:
            devices.see(db, token)
            device = devices.find(db, token, is_key=True)
            if device is None:
                raise unauthorized()
            g.budget = key_budget.take(db, device.id)
        if g.budget.wait:
            raise TooManyRequests(retry_after=g.budget.wait)
        if request.method == "PATCH" and "If-Match" not in request.headers:
            raise PreconditionRequired


def _without_headers(one: Operation, given: tuple[Any, ...]) -> list[Any]:
    """Leave out what was read of the headers: it is answered before and after the view."""
    at = 1 if one.query else 0
    return [*given[:at], *given[at + 1 :]]


def tell_budget(response: Response) -> Response:
    """Say how many calls are left."""
    if "budget" in g:
        response.headers.update(g.budget.headers)
    return response


def bearer() -> str:
    """Return the key that came with the call, or 401."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != _SCHEME or not token:
        raise unauthorized()
    return token


def unauthorized() -> Unauthorized:
    """Ask for a key."""
    return Unauthorized(www_authenticate=WWWAuthenticate(_SCHEME))


def _require(db: Rows, device: devices.Device, permission: str) -> None:
    """Refuse a key without the permission: ``Forbidden("permission_missing")``."""
    may = grants.permissions(db)
    roles = {one.role for one in grants.live(db, device.person_id)}
    reaches = permission in (device.permissions or ()) and any(permission in may[r] for r in roles)
    if reaches or not permission:
        return
    raise Forbidden(
        "permission_missing",
        f"This key has no permission {permission!r}.",
        f"Khóa này không có quyền {permission!r}.",
    )
