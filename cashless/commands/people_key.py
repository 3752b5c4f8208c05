"""``cashless people key``: a key with which a program calls the API for a person."""

import getpass
from typing import Final

import click

from cashless.access import api_keys, people
from cashless.commands.session import answer, json_option, ledger

PERMISSIONS: Final = (
    *("registry", "today", "history", "orders"),
    *("register", "stands", "propose", "changes"),
)
"""What the API's operations want; a key has no use for another permission."""
_BRINGS: Final = {
    "orders": ("registry",),
    "register": ("registry",),
    "stands": ("registry",),
    "propose": ("registry", "changes"),
}


@click.command()
@click.argument("code")
@click.option("--name", required=True, help="What the key is for, e.g. 'máy tính tiền'.")
@click.option(
    "--permission",
    "permissions",
    multiple=True,
    required=True,
    type=click.Choice(PERMISSIONS),
    help="What it may use of the person's roles; several times. A permission to write brings along"
    " what it has to read.",
)
@click.option("--days", type=click.IntRange(1, 730), default=365, show_default=True)
@json_option
def key(code: str, name: str, permissions: tuple[str, ...], days: int, as_json: bool) -> None:
    """Print a new API key for CODE; it is shown only now.

    It can be signed out like a device on the person's own page; `cashless keys` lists, exchanges
    and ends keys.
    """
    with ledger() as db:
        person = people.find(db, code)
        token = api_keys.add(db, person.id, name, _with_registry(permissions), days)
        people.note(db, person.id, "key made", getpass.getuser())
    answer({"code": person.code, "key": token}, as_json, lambda it: str(it["key"]))


def _with_registry(permissions: tuple[str, ...]) -> list[str]:
    """Return what a key needs: whoever writes about a merchant has to see the merchant."""
    return sorted({*permissions, *(also for one in permissions for also in _BRINGS.get(one, ()))})
