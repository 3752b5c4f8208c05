"""Orders over the API: asked for, listed, read with what has come for them, cancelled."""

from dataclasses import asdict
from typing import Any, Final

from cashless.api import shapes
from cashless.api.door import Call
from cashless.api.operation import Operation, about_its_accounts, page, whole, written
from cashless.clock import now
from merchants import order_payments, orders
from merchants.orders import Asked, Order
from webhooks.cases import advice


def listed_orders(call: Call, asked: dict[str, Any]) -> dict[str, Any]:
    """List orders, the newest first: of a merchant, in a state, from day to day."""
    wanted = Asked(
        merchant=asked["merchant"],
        state=asked["status"],
        since=asked["since"],
        until=asked["until"],
        after=asked["after"],
    )
    found = page(orders.page(call.db, wanted, asked["limit"] + 1), asked["limit"])
    return {**found, "items": [_order(one) for one in found["items"]]}


def order(call: Call, code: str) -> dict[str, Any]:
    """Return one order, and what has come for it."""
    return _order(orders.find(call.db, written(code)))


def order_paid_by(call: Call, code: str) -> dict[str, Any]:
    """List the payments that have come for an order, the first first, with what they ask for."""
    found = orders.find(call.db, written(code))
    came = order_payments.of_order(call.db, found.code)
    told = advice.cases(call.db, [one.id for one in came])
    return whole(
        [{**asdict(one), "cases": [advice.shape(case) for case in told[one.id]]} for one in came]
    )


def add_order(call: Call, wanted: dict[str, Any]) -> dict[str, Any]:
    """Ask for an amount. The same Idempotency-Key again gives the same order."""
    asked = (wanted["merchant"], wanted["amount"], wanted["minutes"], wanted["note"])
    with about_its_accounts():
        return _order(orders.add(call.db, *asked))


def cancel_order(call: Call, _wanted: dict[str, Any], code: str) -> dict[str, Any]:
    """Withdraw an order that is still open and unpaid."""
    return _order(orders.cancel(call.db, written(code)))


OPERATIONS: Final = (
    Operation(
        "/orders",
        listed_orders,
        "today",
        shapes.listed(shapes.OrderShape),
        query=shapes.OrderFilter,
        fails=(404,),
    ),
    Operation(
        "/orders",
        add_order,
        "orders",
        shapes.OrderShape,
        body=shapes.NewOrder,
        fails=(404, 409),
        made="/orders/{code}",
    ),
    Operation("/orders/<code>", order, "today", shapes.OrderShape),
    Operation(
        "/orders/<code>/payments", order_paid_by, "today", shapes.listed(shapes.OrderPaymentShape)
    ),
    Operation(
        "/orders/<code>/cancel",
        cancel_order,
        "orders",
        shapes.OrderShape,
        body=shapes.Nothing,
        fails=(404, 409),
    ),
)


def _order(found: Order) -> dict[str, Any]:
    names = ("code", "merchant", "amount", "paid", "exception", "note", "payload")
    times = {"created_at": found.created_at, "expires_at": found.expires_at}
    return {name: getattr(found, name) for name in names} | times | {"status": found.status(now())}
