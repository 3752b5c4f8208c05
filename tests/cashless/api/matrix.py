"""Who may ask for which operation: the table of the matrix, and the things operations are about.

For a thing there are three cases: one's own merchant's, another one's, and one that is not there.
What an act uses up (an open order, a live stand) is made anew for each call.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from cashless.access import grants
from cashless.api.operation import Operation
from cashless.db.engine import transaction
from cashless.ids import random_text
from merchants import account_changes, print_run, register
from merchants.account_changes import Actor
from merchants.print_run import Wish as Print
from merchants.register import Application, Merchant
from tests.market import KEY
from tests.people import ROLES, Crowd

PLACES: Final = {"own": "RS", "other": "VT"}
EVERYWHERE: Final = frozenset({"operator", "auditor"})
WHY: Final = "thử một lần"
LISTS: Final = frozenset({"GET /merchants", "GET /places", "GET /orders", "GET /key"})
"""Operations about nothing named: each sees its own, so there is no other's to refuse."""

Case = tuple[str, dict[str, object] | None]


def may(crowd: Crowd) -> dict[str, frozenset[str]]:
    """Return permission → the roles that have it, as the database says; "" is for everybody."""
    with transaction(crowd.market.engine) as db:
        found = grants.permissions(db)
    wanted = {one for permissions in found.values() for one in permissions}
    roles = {one: frozenset(r for r in ROLES if one in found[r]) for one in wanted}
    return {**roles, "": frozenset(ROLES)}


def named(one: Operation) -> str:
    """Name an operation as the table below does."""
    return f"{one.method} {one.rule}"


def merchant_of(crowd: Crowd, whose: str) -> str:
    """Return the code of a merchant, or one that nobody has."""
    return crowd.merchants[whose].code if whose in crowd.merchants else "MABCDEFG"


def bare(crowd: Crowd, whose: str) -> str:
    """Return a merchant of that market who has no account yet."""
    if whose not in crowd.merchants:
        return "MABCDEFG"
    place = PLACES[whose]
    wanted = Application("Chị Năm", "seafood", "", "", place, f"{place}-{random_text(5)}")
    with transaction(crowd.market.engine) as db:
        return register.add(db, wanted).code


def order_of(crowd: Crowd, whose: str) -> str:
    """Return an order of today."""
    if whose not in crowd.merchants:
        return "JXABCDEFGHKL"
    return crowd.market.order(crowd.merchants[whose], 10_000).code


def stand_of(crowd: Crowd, whose: str) -> str:
    """Return a live stand."""
    if whose not in crowd.merchants:
        return "X" * 16
    wish = Print("chú Hùng", KEY, merchant=crowd.merchants[whose].code)
    with transaction(crowd.market.engine) as db:
        return print_run.issue(db, wish)[0].token


def change_of(crowd: Crowd, whose: str) -> int:
    """Return a change of account that is under way."""
    if whose not in crowd.merchants:
        return 0
    found: Merchant = crowd.merchants[whose]
    no_change(crowd, whose)
    actor = Actor("chú Hùng", "mất thẻ")
    with transaction(crowd.market.engine) as db:
        return account_changes.request(db, found, new_account(), "NGUYEN THI TU", actor).id


def no_change(crowd: Crowd, whose: str) -> str:
    """Return a merchant none of whose accounts is being changed."""
    if whose in crowd.merchants:
        with transaction(crowd.market.engine) as db:
            for one in account_changes.open_of(db, crowd.merchants[whose].id):
                account_changes.end(db, one.id, "refused", Actor("chú Hùng", "mở lại"))
    return merchant_of(crowd, whose)


def closed(crowd: Crowd, whose: str, status: str = "closed") -> str:
    """Return a merchant who has that status."""
    code = merchant_of(crowd, whose)
    if whose in crowd.merchants:
        with transaction(crowd.market.engine) as db:
            register.set_status(db, code, status)
    return code


def new_account() -> str:
    """Return an account that nobody has, as it is written."""
    return f"970405:77043{random_text(8)}"


def account() -> dict[str, object]:
    """Return an account that nobody has, as the API takes it."""
    bin_, number = new_account().split(":")
    return {"bin": bin_, "number": number, "holder": "NGUYEN THI TU"}


def registered(_crowd: Crowd, whose: str) -> Case:
    """Name somebody new at a stall of a market."""
    place = PLACES.get(whose, "NOWHERE")
    stall = f"NEW-{random_text(6)}"
    wanted: dict[str, object] = {"name": "Chị Sáu", "category": "seafood", "account": account()}
    return "/merchants", {**wanted, "place": place, "stall": stall}


def _at(rule: str, find: Callable[[Crowd, str], object]) -> Callable[[Crowd, str], Case]:
    return lambda crowd, whose: (rule.format(find(crowd, whose)), None)


def _with(
    rule: str, find: Callable[[Crowd, str], object], body: Callable[[], Mapping[str, Any]]
) -> Callable[[Crowd, str], Case]:
    return lambda crowd, whose: (rule.format(find(crowd, whose)), dict(body()))


def _why() -> dict[str, object]:
    return {"why": WHY}


THINGS: Final[dict[str, Callable[[Crowd, str], Case]]] = {
    "GET /key": lambda _crowd, _whose: ("/key", None),
    "GET /merchants": lambda _crowd, _whose: ("/merchants", None),
    "GET /places": lambda _crowd, _whose: ("/places", None),
    "GET /orders": lambda _crowd, _whose: ("/orders", None),
    "POST /merchants": registered,
    "GET /merchants/<code>": _at("/merchants/{}", merchant_of),
    "PATCH /merchants/<code>": _with(
        "/merchants/{}", merchant_of, lambda: {"name": f"Chị {random_text(4)}"}
    ),
    "GET /merchants/<code>/changes": _at("/merchants/{}/changes", merchant_of),
    "POST /merchants/<code>/close": _with(
        "/merchants/{}/close", lambda crowd, whose: closed(crowd, whose, "active"), _why
    ),
    "POST /merchants/<code>/open": _with("/merchants/{}/open", closed, _why),
    "GET /merchants/<code>/accounts": _at("/merchants/{}/accounts", merchant_of),
    "POST /merchants/<code>/accounts": _with("/merchants/{}/accounts", bare, account),
    "GET /merchants/<code>/account-changes": _at("/merchants/{}/account-changes", merchant_of),
    "POST /merchants/<code>/account-changes": _with(
        "/merchants/{}/account-changes", no_change, lambda: {**account(), **_why()}
    ),
    "GET /account-changes/<int:number>": _at("/account-changes/{}", change_of),
    "GET /places/<code>": _at("/places/{}", lambda _crowd, whose: PLACES.get(whose, "NOWHERE")),
    "GET /places/<code>/stands": _at(
        "/places/{}/stands", lambda _crowd, whose: PLACES.get(whose, "NOWHERE")
    ),
    "GET /merchants/<code>/stands": _at("/merchants/{}/stands", merchant_of),
    "POST /merchants/<code>/stands": _with(
        "/merchants/{}/stands", lambda crowd, whose: closed(crowd, whose, "active"), _why
    ),
    "GET /stands/<token>": _at("/stands/{}", stand_of),
    "POST /stands/<token>/revoke": _with("/stands/{}/revoke", stand_of, _why),
    "GET /orders/<code>": _at("/orders/{}", order_of),
    "GET /orders/<code>/payments": _at("/orders/{}/payments", order_of),
    "POST /orders": lambda crowd, whose: (
        "/orders",
        {"merchant": closed(crowd, whose, "active"), "amount": 10_000},
    ),
    "POST /orders/<code>/cancel": _with("/orders/{}/cancel", order_of, dict),
}
"""Operation → the path and the body of a call about somebody's thing."""


def wanted(one: Operation, role: str, whose: str, roles: frozenset[str]) -> int:
    """Say what a call should be answered with."""
    there = whose == "own" or (whose == "other" and role in EVERYWHERE)
    answers = (
        (403, role not in roles),
        (one.status, named(one) in LISTS),
        (404, not there),
        (one.status, True),
    )
    return next(status for status, holds in answers if holds)
