"""What the API can be asked: each operation in one line, and its view.

A view takes the call, what was read of query, headers or body, and what stands in the address; it
calls one function of another room and gives its rows a shape. Lists go on after the last code.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import marshmallow as ma
from flask import Response

from cashless.access import replies
from cashless.api import desk, desk_shapes, shapes
from cashless.api.door import Call
from cashless.clock import now
from cashless.errors import NotFound
from merchants import accounts, orders, places, register, stands

_CREATED: Final = 201
_JSON: Final = "application/json"
_ORDER: Final = shapes.OrderShape()
_CODE_MOST: Final = 40
_FAILS_OF_AN_ACT: Final = (400, 404, 409, 413, 415, 422)


def merchants(call: Call, asked: dict[str, Any]) -> dict[str, Any]:
    """List the merchants that this key's person sees, by code."""
    found = register.page(call.db, asked["after"], asked["limit"] + 1, asked["place"])
    return _page(found, asked["limit"])


def merchant(call: Call, code: str) -> register.Merchant:
    """Return one merchant."""
    return register.find(call.db, _written(code))


def merchant_accounts(call: Call, code: str) -> dict[str, Any]:
    """List a merchant's receiving accounts that stand in codes."""
    found = register.find(call.db, _written(code))
    return {"items": accounts.open_accounts(call.db, found.id), "next": None}


def market_places(call: Call, asked: dict[str, Any]) -> dict[str, Any]:
    """List the markets and streets that this key's person sees, by code."""
    found = sorted(places.listing(call.db), key=lambda one: one.code)
    after = [one for one in found if one.code > asked["after"]]
    return _page(after, asked["limit"])


def place(call: Call, code: str) -> places.Place:
    """Return one market or street."""
    return places.find(call.db, _written(code))


def place_stands(call: Call, code: str) -> dict[str, Any]:
    """List the live stands of a place in walking order."""
    return {"items": stands.listing(call.db, _written(code)), "next": None}


def stand(call: Call, token: str) -> stands.Stand:
    """Return one stand by the token that is printed on it."""
    return stands.find(call.db, _written(token))


def order(call: Call, code: str) -> dict[str, Any]:
    """Return one order, and what has come for it."""
    return _order(orders.find(call.db, _written(code)))


def add_order(call: Call, name: dict[str, Any], wanted: dict[str, Any]) -> Response:
    """Ask for an amount. The same Idempotency-Key again gives the same order."""

    def act() -> tuple[int, str]:
        made = orders.add(
            call.db, wanted["merchant"], wanted["amount"], wanted["minutes"], wanted["note"]
        )
        return _CREATED, json.dumps(_ORDER.dump(_order(made)), ensure_ascii=False)

    asked = json.dumps(wanted, sort_keys=True)
    status, body, before = replies.once(call.db, (call.device, name["key"]), asked, act)
    response = Response(body, status, content_type=_JSON)
    if before:
        response.headers["Idempotency-Replayed"] = "true"
    return response


@dataclass(frozen=True, slots=True)
class Operation:
    """A rule, its method and view, the permission it wants, what it takes and what it gives."""

    rule: str
    view: Callable[..., Any]
    permission: str
    given: type[ma.Schema]
    query: type[ma.Schema] | None = None
    headers: type[ma.Schema] | None = None
    body: type[ma.Schema] | None = None
    fails: tuple[int, ...] = (404,)

    @property
    def method(self) -> str:
        """POST when something is taken, else GET."""
        return "POST" if self.body else "GET"

    @property
    def status(self) -> int:
        """The status of an answer that is one."""
        return _CREATED if self.body else 200


OPERATIONS: Final = (
    Operation(
        "/merchants",
        merchants,
        "registry",
        shapes.listed(shapes.MerchantShape),
        query=shapes.MerchantPaging,
        fails=(422,),
    ),
    Operation("/merchants/<code>", merchant, "registry", shapes.MerchantShape),
    Operation(
        "/merchants/<code>/accounts",
        merchant_accounts,
        "registry",
        shapes.listed(shapes.AccountShape),
    ),
    Operation(
        "/places",
        market_places,
        "registry",
        shapes.listed(shapes.PlaceShape),
        query=shapes.Paging,
        fails=(422,),
    ),
    Operation("/places/<code>", place, "registry", shapes.PlaceShape),
    Operation("/places/<code>/stands", place_stands, "registry", shapes.listed(shapes.StandShape)),
    Operation("/stands/<token>", stand, "registry", shapes.StandShape),
    Operation("/orders/<code>", order, "today", shapes.OrderShape),
    Operation(
        "/orders",
        add_order,
        "orders",
        shapes.OrderShape,
        headers=shapes.IdempotencyKey,
        body=shapes.NewOrder,
        fails=_FAILS_OF_AN_ACT,
    ),
    Operation(
        "/suspense",
        desk.suspense,
        "suspense",
        shapes.listed(desk_shapes.WaitingShape),
        query=desk_shapes.Waits,
        fails=(422,),
    ),
    Operation(
        "/suspense/<payment>/acts",
        desk.act,
        "resolve",
        desk_shapes.ProposalShape,
        headers=shapes.IdempotencyKey,
        body=desk_shapes.NewAct,
        fails=_FAILS_OF_AN_ACT,
    ),
    Operation(
        "/conflicts",
        desk.conflicts,
        "suspense",
        shapes.listed(desk_shapes.ConflictShape),
        fails=(),
    ),
    Operation(
        "/conflicts/<conflict>/decision",
        desk.decide,
        "resolve",
        desk_shapes.ProposalShape,
        headers=shapes.IdempotencyKey,
        body=desk_shapes.NewDecision,
        fails=_FAILS_OF_AN_ACT,
    ),
    Operation(
        "/proposals",
        desk.proposals,
        "suspense",
        shapes.listed(desk_shapes.ProposalShape),
        fails=(),
    ),
    Operation(
        "/proposals/<proposal>/end",
        desk.end,
        "resolve",
        desk_shapes.ProposalShape,
        headers=shapes.IdempotencyKey,
        body=desk_shapes.NewEnd,
        fails=_FAILS_OF_AN_ACT,
    ),
)


def _page(found: list[Any], limit: int) -> dict[str, Any]:
    """Give the first ``limit`` of what was found, and the code to go on after."""
    shown = found[:limit]
    return {"items": shown, "next": shown[-1].code if len(found) > limit else None}


def _order(found: orders.Order) -> dict[str, Any]:
    names = ("code", "merchant", "amount", "paid", "exception", "note", "payload")
    times = {"created_at": found.created_at, "expires_at": found.expires_at}
    return {name: getattr(found, name) for name in names} | times | {"status": found.status(now())}


def _written(code: str) -> str:
    """Return a code that may be looked up; what cannot be one is not looked up."""
    if len(code) <= _CODE_MOST and code.isascii() and code.isprintable():
        return code
    raise NotFound("thing_unknown", "There is no such thing.", "Không có thứ này.")
