"""Receiving accounts over the API: read, the first one added, another one proposed.

A program never moves money's address: a change is only *proposed* here and goes the way of
``merchants.account_changes``, where a second person approves it on a page with a fresh password,
the merchant has a day to object, and a payment proves the new account.
"""

from typing import Any, Final

from cashless.api import shapes
from cashless.api.door import Call
from cashless.api.operation import Operation, about_its_accounts, numbered, whole, written
from merchants import account_changes, accounts, register
from merchants.account_changes import Actor, Change
from merchants.accounts import Account


def merchant_accounts(call: Call, code: str) -> dict[str, Any]:
    """List a merchant's receiving accounts that stand in codes."""
    found = register.find(call.db, written(code))
    return whole(accounts.open_accounts(call.db, found.id))


def add_account(call: Call, wanted: dict[str, Any], code: str) -> Account:
    """Add the first receiving account of a merchant who never had one."""
    found = register.find(call.db, written(code))
    account = f"{wanted['bin']}:{wanted['number']}"
    return accounts.add_first(call.db, found.id, account, wanted["holder"])


def propose_change(call: Call, wanted: dict[str, Any], code: str) -> Change:
    """Propose another account for a merchant's codes; a second person decides."""
    found = register.find(call.db, written(code))
    account, actor = f"{wanted['bin']}:{wanted['number']}", Actor(call.who, wanted["why"])
    with about_its_accounts():
        return account_changes.request(call.db, found, account, wanted["holder"], actor)


def open_changes(call: Call, code: str) -> dict[str, Any]:
    """List a merchant's change of account that is under way, if there is one."""
    found = register.find(call.db, written(code))
    return whole(account_changes.open_of(call.db, found.id))


def account_change(call: Call, number: int) -> Change:
    """Return one change of account, and how far it has come."""
    return account_changes.find(call.db, numbered(number))


OPERATIONS: Final = (
    Operation(
        "/merchants/<code>/accounts",
        merchant_accounts,
        "registry",
        shapes.listed(shapes.AccountShape),
    ),
    Operation(
        "/merchants/<code>/accounts",
        add_account,
        "register",
        shapes.AccountShape,
        body=shapes.NewAccount,
        fails=(404, 409),
    ),
    Operation(
        "/merchants/<code>/account-changes",
        open_changes,
        "changes",
        shapes.listed(shapes.AccountChangeShape),
    ),
    Operation(
        "/merchants/<code>/account-changes",
        propose_change,
        "propose",
        shapes.AccountChangeShape,
        body=shapes.NewAccountChange,
        fails=(404, 409),
        made="/account-changes/{id}",
    ),
    Operation(
        "/account-changes/<int:number>", account_change, "changes", shapes.AccountChangeShape
    ),
)
