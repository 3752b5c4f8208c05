"""One operation of the API, in one line of a table, and what its views share.

A view takes the call, what was read of query or body, and what stands in the address; it calls one
function of another room and returns rows, to which the operation gives their shape. Lists go on
after the last code.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import marshmallow as ma

from cashless.errors import Conflict, NotFound

CREATED: Final = 201
_CODE_MOST: Final = 40
_NUMBER_MOST: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Operation:
    """A rule, its view, the permission it wants, what it takes and gives, how it may fail.

    With a ``body`` it is a POST, which asks for an ``Idempotency-Key``; a PATCH asks for an
    ``If-Match``. ``made`` is the address of what a POST makes, with names from its answer.
    An empty permission is for whoever has a key.
    """

    rule: str
    view: Callable[..., Any]
    permission: str
    given: type[ma.Schema]
    query: type[ma.Schema] | None = None
    body: type[ma.Schema] | None = None
    fails: tuple[int, ...] = (404,)
    verb: str = ""
    made: str = ""

    @property
    def method(self) -> str:
        """POST when something is taken, unless another verb is said; else GET."""
        return self.verb or ("POST" if self.body else "GET")

    @property
    def status(self) -> int:
        """The status of an answer that is one: 201 for what is made and found at an address."""
        return CREATED if self.made else 200

    @property
    def statuses(self) -> tuple[int, ...]:
        """How it may fail, together with how every operation of its method may."""
        always = {"POST": (400, 413, 415), "PATCH": (400, 412, 413, 415, 428)}
        return tuple(sorted({*self.fails, 422, *always.get(self.method, ())}))


def page(found: list[Any], limit: int) -> dict[str, Any]:
    """Give the first ``limit`` of what was found, and the code to go on after."""
    shown = found[:limit]
    return {"items": shown, "next": shown[-1].code if len(found) > limit else None}


def whole(found: list[Any]) -> dict[str, Any]:
    """Give a list that has no second page."""
    return {"items": found, "next": None}


def written(code: str) -> str:
    """Return a code that may be looked up; what cannot be one is not looked up."""
    if len(code) <= _CODE_MOST and code.isascii() and code.isprintable():
        return code
    raise _nothing()


def numbered(number: int) -> int:
    """Return a number that may be looked up."""
    if number <= _NUMBER_MOST:
        return number
    raise _nothing()


@contextmanager
def about_its_accounts() -> Iterator[None]:
    """Say 409 and not 404 when the merchant is there and only has no receiving account yet."""
    try:
        yield
    except NotFound as problem:
        if problem.code != "account_missing":
            raise
        raise Conflict(problem.code, problem.message, problem.message_vi) from problem


def _nothing() -> NotFound:
    return NotFound("thing_unknown", "There is no such thing.", "Không có thứ này.")
