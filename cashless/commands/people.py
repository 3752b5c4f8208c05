"""``cashless people``: who may sign in, with which role and until when."""

import getpass
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import click
from sqlalchemy import Connection

from cashless.access import contact, devices, grants, invitations
from cashless.access import people as room
from cashless.access.grants import Grant, Wish
from cashless.access.people import Card, Person
from cashless.clock import VIETNAM
from cashless.commands.people_key import key
from cashless.commands.session import answer, json_option, ledger, read_settings, table
from cashless.errors import Invalid
from cashless.settings import vault_key
from merchants import register
from providers import find as find_provider

_COLUMNS = {
    "code": "Mã",
    "name": "Tên",
    "contact": "Đăng nhập bằng",
    "roles": "Vai trò",
    "devices": "Máy",
}
_GRANTS = {
    "id": "Số",
    "role": "Vai trò",
    "scope": "Phạm vi",
    "until": "Đến",
    "granted_by": "Ai giao",
    "revoked_by": "Ai thu hồi",
    "why": "Lý do",
}
_ACTS_MOST = 20
_Option = str | datetime | None
_SCOPES = ("merchant", "market", "ward", "provider")
_why = click.option("--why", required=True, help="The reason; the person can read it.")


def _role_options(command: Any) -> Any:  # noqa: ANN401  what click decorates
    """Add the options that name a role, its scope and its end."""
    options = (
        click.option("--role", required=True, type=click.Choice(tuple(grants.SCOPES))),
        click.option("--merchant", help="Code of the merchant, for owner and helper."),
        click.option("--market", help="Code of the market or street, for board."),
        click.option("--ward", help="Code of the ward, for ward."),
        click.option("--provider", help="Name of the provider, for partner."),
        click.option(
            "--until",
            type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d"]),
            help="When the role ends, in Vietnam's time; a helper's ends at midnight anyway.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.group()
def people() -> None:
    """Người dùng: who may sign in, with which role, until when, on which devices."""


people.add_command(key)


@people.command()
@click.option("--name", required=True, help="The person's name.")
@click.option("--contact", "written", required=True, help="Phone or e-mail to sign in with.")
@_role_options
@_why
@json_option
def add(name: str, written: str, role: str, why: str, as_json: bool, **given: _Option) -> None:
    """Add a person with a role, and print the invitation to hand over.

    Example: cashless people add --name 'Chị Tư' --contact '0912 345 678' --role owner
    --merchant M7ABCDEF --why 'đăng ký tại văn phòng chợ'
    """
    with ledger() as db:
        person = room.add(db, Card(name, contact.read(written)), _vault())
        _grant(db, person, role, why, given)
        said = _invited(db, person, why)
    answer(said, as_json, _invitation)


@people.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List everybody with the roles that count now; numbers are masked."""
    with ledger() as db:
        rows = [_row(db, one) for one in room.listing(db)]
    empty = "Chưa có ai. / Nobody yet: cashless people add --help"
    answer(rows, as_json, lambda it: table([_flat(row) for row in it], _COLUMNS, empty))


@people.command()
@click.argument("code")
@json_option
def show(code: str, as_json: bool) -> None:
    """Show one person: all that was ever granted, devices, and what happened."""
    with ledger() as db:
        person = room.find(db, code)
        said = {
            **_row(db, person),
            "grants": [_shape(one) for one in grants.everything(db, person.id)],
            "acts": [
                {"act": one.act, "who": one.who, "at": one.at}
                for one in room.acts(db, person.id, _ACTS_MOST)
            ],
        }
    answer(said, as_json, _lines)


@people.command()
@click.argument("code")
@_role_options
@_why
@json_option
def grant(code: str, role: str, why: str, as_json: bool, **given: _Option) -> None:
    """Give the person CODE one more role."""
    with ledger() as db:
        person = room.find(db, code)
        _grant(db, person, role, why, given)
        rows = [_shape(one) for one in grants.live(db, person.id)]
    answer(rows, as_json, lambda it: table(it, _GRANTS, "-"))


@people.command()
@click.argument("number", type=int)
@json_option
def revoke(number: int, as_json: bool) -> None:
    """End grant NUMBER now, as `people show` counts them."""
    with ledger() as db:
        person = grants.revoke(db, number, getpass.getuser())
        room.note(db, person, "revoked", getpass.getuser())
        rows = [_shape(one) for one in grants.live(db, person)]
    answer(rows, as_json, lambda it: table(it, _GRANTS, "Không còn vai trò. / No role is left."))


@people.command()
@click.argument("code")
@_why
@json_option
def invite(code: str, why: str, as_json: bool) -> None:
    """Print a new invitation for CODE: it replaces the password and signs out everywhere."""
    with ledger() as db:
        said = _invited(db, room.find(db, code), why)
    answer(said, as_json, _invitation)


@people.command("sign-out")
@click.argument("code")
@json_option
def sign_out(code: str, as_json: bool) -> None:
    """Sign the person CODE out on every device, for example when a phone was stolen."""
    with ledger() as db:
        person = room.find(db, code)
        count = devices.revoke_all(db, person.id)
        room.note(db, person.id, "signed out by operator", getpass.getuser())
    said = {"code": person.code, "devices": count}
    answer(said, as_json, lambda it: f"Đã đăng xuất {it['devices']} máy. / Signed out.")


@people.command()
@click.argument("code")
@json_option
def close(code: str, as_json: bool) -> None:
    """Let the person CODE not come in again; what was done stays."""
    with ledger() as db:
        person = room.find(db, code)
        room.close(db, person)
        devices.revoke_all(db, person.id)
        room.note(db, person.id, "closed", getpass.getuser())
    answer(
        {"code": person.code, "closed": True}, as_json, lambda it: f"Đã khóa / closed {it['code']}"
    )


@people.command()
@json_option
def roles(as_json: bool) -> None:
    """Show what each role may, as the database itself asks it."""
    with ledger() as db:
        found = grants.permissions(db)
    rows = [
        {"role": role, "scope": scope, "permissions": sorted(found[role])}
        for role, scope in grants.SCOPES.items()
    ]
    columns = {"role": "Vai trò", "scope": "Phạm vi", "may": "Được"}
    answer(
        rows,
        as_json,
        lambda it: table([{**row, "may": " ".join(row["permissions"])} for row in it], columns, ""),
    )


def _grant(
    db: Connection, person: Person, role: str, why: str, given: Mapping[str, _Option]
) -> None:
    until = given["until"]
    wish = Wish(
        role=role,
        who=getpass.getuser(),
        why=why,
        scope=_scope(db, given),
        until=until.replace(tzinfo=VIETNAM) if isinstance(until, datetime) else None,
    )
    grants.add(db, person.id, wish)
    room.note(db, person.id, "granted", getpass.getuser())


def _scope(db: Connection, given: Mapping[str, _Option]) -> int | str | None:
    """Return the one scope that was named; a merchant by its id."""
    named = [(name, str(given[name])) for name in _SCOPES if given[name] is not None]
    if len(named) > 1:
        raise Invalid(
            "role_scope_wrong",
            "A role has one scope: name one merchant, market, ward or provider.",
            "Một vai trò có một phạm vi: hãy nêu một người bán, chợ, phường hoặc tổ chức.",
        )
    if not named:
        return None
    name, written = named[0]
    if name == "merchant":
        return register.find(db, written).id
    if name == "provider":
        find_provider(written)
    return written.upper() if name == "market" else written


def _invited(db: Connection, person: Person, why: str) -> dict[str, Any]:
    token = invitations.invite(db, person.id, getpass.getuser(), why)
    address = f"{read_settings().base_url}/invitation/{token}"
    return {"code": person.code, "name": person.name, "invitation": address}


def _row(db: Connection, person: Person) -> dict[str, Any]:
    return {
        "code": person.code,
        "name": person.name,
        "contact": [one.masked for one in room.contacts(db, person, _vault())],
        "roles": [_named(one) for one in grants.live(db, person.id)],
        "devices": len(devices.listing(db, person.id)),
        "closed_at": person.closed_at,
    }


def _vault() -> bytes:
    return vault_key(read_settings())


def _named(one: Grant) -> str:
    return f"{one.role}:{one.scope}" if one.scope else one.role


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "contact": ", ".join(row["contact"]), "roles": ", ".join(row["roles"])}


def _shape(one: Grant) -> dict[str, Any]:
    return {
        "id": one.id,
        "role": one.role,
        "scope": one.scope,
        "from": one.valid_from,
        "until": one.valid_until,
        "granted_by": one.granted_by,
        "why": one.why,
        "revoked_at": one.revoked_at,
        "revoked_by": one.revoked_by,
    }


def _invitation(said: dict[str, Any]) -> str:
    return (
        f"{said['code']}  {said['name']}\n"
        f"  thư mời, dùng một lần trong 24 giờ / invitation, once, for 24 hours:\n"
        f"  {said['invitation']}"
    )


def _lines(said: dict[str, Any]) -> str:
    head = f"{said['code']}  {said['name']}  {', '.join(said['contact'])}  {said['devices']} máy"
    acts = {"at": "Lúc", "act": "Việc", "who": "Ai"}
    return "\n".join(
        [head, "", table(said["grants"], _GRANTS, "-"), "", table(said["acts"], acts, "-")]
    )
