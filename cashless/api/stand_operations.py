"""Stands over the API: issued, read with what is printed on them, revoked.

A stand that is issued here is one to print: its payload is in the answer, and its picture at the
address beside it. Issuing without a reason gives the live stands again; with one, new sheets that
put an end to the old ones.
"""

from typing import Any, Final

from cashless.api import shapes
from cashless.api.door import Call
from cashless.api.operation import Operation, about_its_accounts, whole, written
from merchants import print_run, register, stands
from merchants.print_run import Wish
from merchants.stands import Stand


def merchant_stands(call: Call, asked: dict[str, Any], code: str) -> dict[str, Any]:
    """List a merchant's stands in walking order, revoked ones if wanted."""
    found = register.find(call.db, written(code))
    return whole(stands.of_merchant(call.db, found.id, revoked=asked["revoked"]))


def issue_stands(call: Call, wanted: dict[str, Any], code: str) -> dict[str, Any]:
    """Issue a stand for each stall of a merchant; live ones are given again without a reason."""
    found = register.find(call.db, written(code))
    wish = Wish(call.who, call.key, merchant=found.code, why=wanted["why"])
    with about_its_accounts():
        return whole(print_run.issue(call.db, wish))


def stand(call: Call, token: str) -> Stand:
    """Return one stand by the token that is printed on it."""
    return stands.find(call.db, written(token))


def revoke_stand(call: Call, wanted: dict[str, Any], token: str) -> Stand:
    """Put a stand out of use; money that still comes is caught as before."""
    return stands.revoke(call.db, written(token), wanted["why"], call.who)


OPERATIONS: Final = (
    Operation(
        "/merchants/<code>/stands",
        merchant_stands,
        "registry",
        shapes.listed(shapes.StandShape),
        query=shapes.StandFilter,
    ),
    Operation(
        "/merchants/<code>/stands",
        issue_stands,
        "stands",
        shapes.listed(shapes.StandShape),
        body=shapes.NewStands,
        fails=(404, 409),
    ),
    Operation("/stands/<token>", stand, "registry", shapes.StandShape),
    Operation(
        "/stands/<token>/revoke",
        revoke_stand,
        "stands",
        shapes.StandShape,
        body=shapes.Reason,
        fails=(404, 409),
    ),
)
