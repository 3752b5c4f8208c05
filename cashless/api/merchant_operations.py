"""Merchants over the API: read, registered at a stall, changed, closed and opened again.

A board registers who sells at its own stalls. A change says which version it changes (If-Match), so
that of two who change at once one is told. What was before is kept with who changed it and why.
"""

from typing import Any, Final

from cashless.api import shapes
from cashless.api.door import Call
from cashless.api.operation import Operation, page, whole, written
from merchants import register, register_changes
from merchants.account_changes import Actor
from merchants.register import Application, Merchant


def merchants(call: Call, asked: dict[str, Any]) -> dict[str, Any]:
    """List the merchants that this key's person sees, by code."""
    found = register.page(call.db, asked["after"], asked["limit"] + 1, asked["place"])
    return page(found, asked["limit"])


def merchant(call: Call, code: str) -> Merchant:
    """Return one merchant."""
    return register.find(call.db, written(code))


def add_merchant(call: Call, wanted: dict[str, Any]) -> Merchant:
    """Register a merchant at a stall of a market or street, from today; the account may follow."""
    account = wanted["account"] or {"bin": "", "number": "", "holder": ""}
    application = Application(
        name=wanted["name"],
        category=wanted["category"],
        account=":".join((account["bin"], account["number"])).strip(":"),
        holder=account["holder"],
        place=wanted["place"],
        stall=wanted["stall"],
        kind=wanted["kind"],
    )
    return register.add(call.db, application)


def change_merchant(call: Call, wanted: dict[str, Any], code: str) -> Merchant:
    """Change name, category or kind; If-Match names the version that is changed."""
    found = register_changes.locked(call.db, written(code))
    call.require_current(shapes.MerchantShape, found)
    return register_changes.amend(call.db, found, wanted, call.who)


def close_merchant(call: Call, wanted: dict[str, Any], code: str) -> Merchant:
    """Let a merchant sell no more: no new order, and stands are out of use."""
    found = register_changes.locked(call.db, written(code))
    return register_changes.turn(call.db, found, "close", Actor(call.who, wanted["why"]))


def open_merchant(call: Call, wanted: dict[str, Any], code: str) -> Merchant:
    """Let a closed or suspended merchant sell again."""
    found = register_changes.locked(call.db, written(code))
    return register_changes.turn(call.db, found, "open", Actor(call.who, wanted["why"]))


def merchant_changes(call: Call, code: str) -> dict[str, Any]:
    """List what was changed about a merchant, by whom and why, the newest first."""
    found = register.find(call.db, written(code))
    return whole(register_changes.history(call.db, found))


OPERATIONS: Final = (
    Operation(
        "/merchants",
        merchants,
        "registry",
        shapes.listed(shapes.MerchantShape),
        query=shapes.MerchantPaging,
        fails=(),
    ),
    Operation(
        "/merchants",
        add_merchant,
        "register",
        shapes.MerchantShape,
        body=shapes.NewMerchant,
        fails=(404, 409),
        made="/merchants/{code}",
    ),
    Operation("/merchants/<code>", merchant, "registry", shapes.MerchantShape),
    Operation(
        "/merchants/<code>",
        change_merchant,
        "register",
        shapes.MerchantShape,
        body=shapes.MerchantPatch,
        fails=(404, 409),
        verb="PATCH",
    ),
    Operation(
        "/merchants/<code>/changes",
        merchant_changes,
        "registry",
        shapes.listed(shapes.ChangeShape),
    ),
    Operation(
        "/merchants/<code>/close",
        close_merchant,
        "register",
        shapes.MerchantShape,
        body=shapes.Reason,
        fails=(404, 409),
    ),
    Operation(
        "/merchants/<code>/open",
        open_merchant,
        "register",
        shapes.MerchantShape,
        body=shapes.Reason,
        fails=(404, 409),
    ),
)
