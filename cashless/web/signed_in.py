"""The door of every page that asks who you are: device, form, right, then the database's eyes.

A way in (``Way``) says in one line who may take it: the permission, the thing in the address it is
about, and whether the password must have been given just now. Nothing is open by leaving a word
out: without a permission a way is for whoever is signed in, and about that person alone. What a
person may not reach and what does not exist are the same 404. Behind the door the transaction acts
as that person (``access.acting``), so that the database would refuse, too. A photo that comes with
a form is read before the transaction begins, and only from who is signed in.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from cashless.access import devices, grants, people
from cashless.access.acting import acting
from cashless.access.devices import Device
from cashless.access.grants import Grant
from cashless.access.people import Person
from cashless.clock import now
from cashless.errors import NotFound
from cashless.reports.source import Rows, Transact
from cashless.web import form_guard, upload

FORM: Final = "signed-in"
_PLAIN: Final = "cashless_device"
_SECURE: Final = "__Host-cashless"
_SECONDS: Final = 30 * 24 * 60 * 60
_SEE_OTHER: Final = 303
_INSIDE: Final = re.compile(r"/(?:[A-Za-z0-9][A-Za-z0-9/_-]{0,120})?")


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of somebody who is signed in; ``db`` sees what that person may see."""

    db: Rows
    door: "Door"
    person: Person
    device: Device
    grants: list[Grant]
    permissions: Mapping[str, frozenset[str]]
    token: str

    @property
    def key(self) -> bytes:
        """The vault key."""
        return self.door.key

    @property
    def form_token(self) -> str:
        """What the hidden field of each form of this person's pages holds."""
        return form_guard.token(self.key, self.token, FORM)

    @property
    def is_fresh(self) -> bool:
        """Whether the password was given just now."""
        return self.device.is_fresh(now())

    def may(self, permission: str, scope: str | None = None) -> bool:
        """Tell whether a role of this person gives the permission for a thing, by its code."""
        return any(
            permission in self.permissions[one.role] and one.scope in {scope, None}
            for one in self.grants
        )

    def page(self, template: str, status: int = 200, **shown: object) -> Answer:
        """Render a page of this person's."""
        page = render_template(template, visit=self, form_token=self.form_token, **shown)
        return Response(page, status)


View = Callable[..., Answer]


@dataclass(frozen=True, slots=True)
class Way:
    """A rule, its method and view, and who may take it; ``scope`` names the rule's argument."""

    rule: str
    method: str
    view: View
    permission: str | None = None
    scope: str | None = None
    fresh: bool = False
    back: str = "/me"
    photo: bool = False


@dataclass(frozen=True, slots=True)
class Door:
    """Where people come in: a way to the database, the vault key, and how the site is reached."""

    transact: Transact
    key: bytes
    base_url: str

    @property
    def https(self) -> bool:
        """Whether the site is reached over TLS."""
        return self.base_url.startswith("https:")

    @property
    def cookie(self) -> str:
        """The name of the cookie that holds a device's token."""
        return cookie_of(self.base_url)

    def blueprint(self, name: str, ways: Iterable[Way]) -> Blueprint:
        """Return the routes of some ways in, each behind this door."""
        routes = Blueprint(name, __name__)
        for way in ways:
            endpoint = way.view.__name__
            routes.add_url_rule(way.rule, endpoint, self._guarded(way), methods=[way.method])
        return routes

    def hand_out(self, response: Answer, token: str) -> Answer:
        """Give the browser the token of its device; the one it had before ends."""
        before = request.cookies.get(self.cookie, "")
        if before:
            with self.transact() as db:
                devices.end(db, before)
        self._set(response, token, _SECONDS)
        return response

    def take_back(self, response: Answer) -> Answer:
        """Let the browser forget its token."""
        self._set(response, "", 0)
        return response

    def _set(self, response: Answer, token: str, seconds: int) -> None:
        response.set_cookie(
            self.cookie,
            token,
            max_age=seconds,
            secure=self.https,
            httponly=True,
            samesite="Lax",
        )

    def _guarded(self, way: Way) -> View:
        def opened(**asked: Any) -> Answer:  # noqa: ANN401  what the rule says
            self._see()
            if way.photo and self._is_somebody():
                upload.take(request)
            with self.transact() as db:
                visit = self._visit(db)
                if visit is None:
                    return to_page("/sign-in", request.path if way.method == "GET" else "/me")
                if way.method == "POST":
                    form_guard.require_bound(request, self.key, visit.token, FORM)
                require(visit, way, asked)
                if way.fresh and not visit.is_fresh:
                    return to_page("/me/prove", way.back.format(**asked))
                with acting(db, visit.token):
                    return way.view(visit, **asked)

        return opened

    def _see(self) -> None:
        """Note the visit in a transaction of its own, so that no later one waits for this row."""
        with self.transact() as db:
            devices.see(db, request.cookies.get(self.cookie, ""))

    def _is_somebody(self) -> bool:
        with self.transact() as db:
            return self._visit(db) is not None

    def _visit(self, db: Rows) -> Visit | None:
        token = request.cookies.get(self.cookie, "")
        device = devices.find(db, token) if token else None
        person = people.by_id(db, device.person_id) if device else None
        if device is None or person is None or person.closed_at is not None:
            return None
        return Visit(
            db=db,
            door=self,
            person=person,
            device=device,
            grants=grants.live(db, device.person_id),
            permissions=grants.permissions(db),
            token=token,
        )


def cookie_of(base_url: str) -> str:
    """Return the name of the cookie that holds a device's token, on a site at that address."""
    return _SECURE if base_url.startswith("https:") else _PLAIN


def require(visit: Visit, way: Way, asked: Mapping[str, Any]) -> None:
    """Let a visit through that may take the way. Raises ``NotFound("page_unknown")``."""
    scope = str(asked[way.scope]) if way.scope else None
    if way.permission is not None and not visit.may(way.permission, scope):
        raise nowhere()


def nowhere() -> NotFound:
    """Say that there is no such page: for a foreign one as for one that never was."""
    return NotFound(
        "page_unknown",
        "There is no such page, or it is not yours.",
        "Không có trang này, hoặc trang không thuộc về bạn.",
    )


def to_page(path: str, then: str) -> Answer:
    """Lead to a page of ours that leads on to another one afterwards."""
    return redirect(f"{path}?next={quote(then)}", _SEE_OTHER)


def onward(given: str) -> Answer:
    """Lead on to a page of ours, or to the person's own page when it is none."""
    return redirect(inside(given) or "/me", _SEE_OTHER)


def inside(given: str) -> str:
    """Return the path of a page of ours; nothing else that somebody gave is repeated."""
    return given if _INSIDE.fullmatch(given) else ""
