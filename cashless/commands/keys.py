"""``cashless keys``: the keys with which programs call the API; made by ``cashless people key``."""

import getpass
from datetime import timedelta
from typing import Any

import click

from cashless.access import api_keys, people
from cashless.access.api_keys import Key
from cashless.commands.session import answer, json_option, ledger, table

_COLUMNS = {
    "id": "Số",
    "person": "Của ai",
    "name": "Tên",
    "may": "Được",
    "used_at": "Dùng lần cuối",
    "ends_at": "Hết hạn",
}
_EMPTY = "Chưa có khóa nào. / No key yet: cashless people key --help"


@click.group()
def keys() -> None:
    """Khóa API: which programs may call, what they used last, exchanging and ending their keys."""


@keys.command("list")
@click.option("--person", help="Code of a person; otherwise everybody's.")
@click.option("--ended", is_flag=True, help="Also keys that were revoked or are over.")
@json_option
def list_(person: str | None, ended: bool, as_json: bool) -> None:
    """List the keys with their permissions, when they were last used, and until when they count."""
    with ledger() as db:
        whose = people.find(db, person).id if person else None
        rows = [_row(one) for one in api_keys.listing(db, whose, ended=ended)]
    answer(rows, as_json, lambda it: table([_flat(row) for row in it], _COLUMNS, _EMPTY))


@keys.command()
@click.argument("number", type=click.IntRange(min=1))
@click.option("--days", type=click.IntRange(1, 730), default=365, show_default=True)
@click.option(
    "--overlap",
    type=click.IntRange(0, 720),
    default=24,
    show_default=True,
    help="Hours for which the secret before still counts; 0 when it has leaked.",
)
@json_option
def rotate(number: int, days: int, overlap: int, as_json: bool) -> None:
    """Exchange key NUMBER and print the new secret, which is shown only now.

    It stays one key: a call that is repeated with the new secret is still not done twice.
    """
    with ledger() as db:
        person, secret = api_keys.rotate(db, number, days, timedelta(hours=overlap))
        people.note(db, person, "key exchanged", getpass.getuser())
        made = _row(api_keys.find(db, number))
    answer({**made, "key": secret}, as_json, lambda it: str(it["key"]))


@keys.command()
@click.argument("number", type=click.IntRange(min=1))
@json_option
def revoke(number: int, as_json: bool) -> None:
    """End key NUMBER now, also a secret before it that still counted."""
    with ledger() as db:
        person = api_keys.revoke(db, number)
        people.note(db, person, "key revoked", getpass.getuser())
        ended = _row(api_keys.find(db, number))
    answer(ended, as_json, lambda it: f"Đã hủy khóa {it['id']}. / Key {it['id']} has ended.")


def _row(one: Key) -> dict[str, Any]:
    return {
        "id": one.id,
        "person": one.person,
        "name": one.name,
        "permissions": one.permissions,
        "made_at": one.made_at,
        "used_at": one.used_at,
        "ends_at": one.ends_at,
        "earlier_until": one.earlier_until,
        "revoked_at": one.revoked_at,
    }


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    shown = {"may": " ".join(row["permissions"]), "used_at": row["used_at"] or "-"}
    return {**row, **shown}
