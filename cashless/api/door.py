"""Who comes in to the API: a key, the permission an operation wants, and the database's eyes.

The key travels as ``Authorization: Bearer``. A key that is unknown, revoked or over is 401; one
whose permissions do not reach is 403; a thing that is not its person's is 404, like one that does
not exist. Behind the door the transaction acts as that person with that key, as on the pages.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from flask import request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from cashless.access import devices, grants
from cashless.access.acting import acting
from cashless.errors import Forbidden
from cashless.reports.source import Rows, Transact

_SCHEME: Final = "Bearer "


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a program; ``db`` sees what its key may see."""

    db: Rows
    device: int


View = Callable[..., Any]


def guarded(transact: Transact, permission: str, view: View) -> View:
    """Return the view behind this door."""

    def opened(*given: Any, **named: Any) -> Any:  # noqa: ANN401  what the framework hands over
        with transact() as db:
            token = bearer()
            device = devices.find(db, token, is_key=True)
            if device is None:
                raise unauthorized()
            _require(db, device, permission)
            with acting(db, token):
                return view(Call(db, device.id), *given, **named)

    opened.__name__, opened.__doc__ = view.__name__, view.__doc__
    return opened


def require_key(transact: Transact) -> Callable[[], None]:
    """Return the check that stands before anything is read of a call."""

    def check() -> None:
        token = bearer()
        with transact() as db:
            devices.see(db, token)
            if devices.find(db, token, is_key=True) is None:
                raise unauthorized()

    return check


def bearer() -> str:
    """Return the key that came with the call, or 401."""
    header = request.headers.get("Authorization", "")
    if not header.startswith(_SCHEME):
        raise unauthorized()
    return header.removeprefix(_SCHEME)


def unauthorized() -> Unauthorized:
    """Ask for a key."""
    return Unauthorized(www_authenticate=WWWAuthenticate("bearer"))


def _require(db: Rows, device: devices.Device, permission: str) -> None:
    """Refuse a key without the permission: ``Forbidden("permission_missing")``."""
    may = grants.permissions(db)
    roles = {one.role for one in grants.live(db, device.person_id)}
    if permission in (device.permissions or ()) and any(permission in may[r] for r in roles):
        return
    raise Forbidden(
        "permission_missing",
        f"This key has no permission {permission!r}.",
        f"Khóa này không có quyền {permission!r}.",
    )
