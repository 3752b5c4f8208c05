"""``cashless accounts``: change where a merchant's money goes: four eyes, a day to object."""

import getpass
from typing import Any

import click

from cashless.commands.account_checks import checks, told
from cashless.commands.session import answer, json_option, ledger, table
from merchants import account_changes, register
from merchants.account_changes import Actor, Change, NewAccount

_COLUMNS = {
    "id": "Số",
    "merchant": "Người bán",
    "old_account": "Từ",
    "new_account": "Sang",
    "new_holder": "Chủ mới",
    "state": "Tình trạng",
    "ready_at": "Được đổi từ",
}
_why = click.option("--why", required=True, help="The reason; the merchant sees it.")


@click.group()
def accounts() -> None:
    """Tài khoản nhận tiền: changes of the account behind a merchant's codes.

    request (one person) → approve (another) → 24 hours in which the merchant can stop it on the own
    page → a test payment reaches the new account → activate.
    """


accounts.add_command(told)
accounts.add_command(checks)


@accounts.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the changes that are under way."""
    with ledger() as db:
        rows = [_shape(one) for one in account_changes.listing(db)]
    empty = "Không có yêu cầu nào. / No change is under way."
    answer(rows, as_json, lambda it: table(it, _COLUMNS, empty))


@accounts.command()
@click.argument("merchant")
@click.argument("account")
@click.option("--holder", required=True, help="Name of the new account's holder.")
@_why
@json_option
def change(merchant: str, account: str, holder: str, why: str, as_json: bool) -> None:
    """Ask that the codes of MERCHANT point to ACCOUNT (BIN:NUMBER) from now on."""
    with ledger() as db:
        asked = account_changes.request(
            db, register.find(db, merchant), account, holder, _actor(why)
        )
    answer(_shape(asked), as_json, _lines)


@accounts.command()
@click.argument("merchant")
@click.argument("account")
@click.option("--holder", required=True, help="Name of the account's holder.")
@_why
@json_option
def add(merchant: str, account: str, holder: str, why: str, as_json: bool) -> None:
    """Ask that ACCOUNT (BIN:NUMBER) comes beside the account that MERCHANT has.

    It goes the way of a change: a second person, a day, a test payment. The old one stays open.
    """
    wanted = NewAccount(account, holder, beside=True)
    with ledger() as db:
        asked = account_changes.ask(db, register.find(db, merchant), wanted, _actor(why))
    answer(_shape(asked), as_json, _lines)


@accounts.command()
@click.argument("number", type=int)
@click.option("--other-holder", is_flag=True, help="The papers explain why the name differs.")
@_why
@json_option
def approve(number: int, other_holder: bool, why: str, as_json: bool) -> None:
    """Approve change NUMBER, as another person than the one who asked."""
    with ledger() as db:
        done = account_changes.approve(db, number, _actor(why), other_holder=other_holder)
    answer(_shape(done), as_json, _lines)


@accounts.command()
@click.argument("number", type=int)
@_why
@json_option
def activate(number: int, why: str, as_json: bool) -> None:
    """Let the codes point to the new account: approved, a day ago, and proven by a payment."""
    with ledger() as db:
        done = account_changes.activate(db, number, _actor(why))
    answer(_shape(done), as_json, _lines)


@accounts.command()
@click.argument("number", type=int)
@_why
@json_option
def refuse(number: int, why: str, as_json: bool) -> None:
    """End change NUMBER: the codes stay as they are."""
    with ledger() as db:
        done = account_changes.end(db, number, "refused", _actor(why))
    answer(_shape(done), as_json, _lines)


def _actor(why: str) -> Actor:
    return Actor(getpass.getuser(), why)


def _shape(one: Change) -> dict[str, Any]:
    return {
        "id": one.id,
        "merchant": one.merchant,
        "old_account": one.old_account,
        "new_account": one.new_account,
        "new_holder": one.new_holder,
        "same_holder": one.same_holder,
        "keeps_old": one.keeps_old,
        "state": one.state,
        "requested_by": one.requested_by,
        "approved_by": one.approved_by,
        "ready_at": one.ready_at,
        "proven": one.proven,
        "why": one.why,
    }


def _lines(shown: dict[str, Any]) -> str:
    proven = "đã tới / has come" if shown["proven"] else "chưa / not yet"
    sign = "+" if shown["keeps_old"] else "→"
    differs = "" if shown["same_holder"] else "   khác tên chủ cũ / another name"
    return (
        f"{shown['id']}  {shown['merchant']}  {shown['state']}\n"
        f"  {shown['old_account']} {sign} {shown['new_account']}  {shown['new_holder']}{differs}\n"
        f"  người yêu cầu / asked by     {shown['requested_by']}: {shown['why']}\n"
        f"  người duyệt / approved by    {shown['approved_by'] or '-'}\n"
        f"  chuyển thử / test payment    {proven}"
    )
