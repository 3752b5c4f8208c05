"""``cashless conflicts`` and ``proposals``: what a person decides, and what waits for a second.

Also what the acts on suspense share. On the command line the user of the operating system acts.
"""

import getpass
from typing import Any

import click

from cashless.commands.session import answer, json_option, ledger, read_settings, table
from cashless.money import format_dong
from webhooks import conflicts as conflict_room
from webhooks import four_eyes
from webhooks import proposals as proposal_room
from webhooks.conflicts import Told
from webhooks.corrected import FIELDS
from webhooks.proposals import Proposal, Wish

why_option = click.option("--why", required=True, help="The reason; it is kept.")

_COLUMNS = {
    "id": "Số",
    "act": "Việc",
    "payment": "Khoản",
    "dong": "Số tiền",
    "merchant": "Người bán",
    "proposed_by": "Người đề nghị",
    "why": "Lý do",
}
_STATES = {
    "done": "Đã làm. / Done.",
    "approved": "Đã duyệt và làm. / Approved and done.",
    "declined": "Đã từ chối. / Declined.",
    "waiting": "Đề nghị số {0} chờ người thứ hai duyệt. / Proposal {0} waits for a second person:"
    " cashless proposals approve {0}",
}


@click.group()
def conflicts() -> None:
    """Mâu thuẫn: payments that a provider told twice in different words."""


@conflicts.command("list")
@json_option
def list_conflicts(as_json: bool) -> None:
    """List what nobody has decided, both tellings side by side."""
    with ledger() as db:
        found = conflict_room.listing(db)
    answer([shape(one) for one in found], as_json, lambda _: _side_by_side(found))


@conflicts.command()
@click.argument("conflict", type=click.IntRange(1, 2**63 - 1))
@click.argument("stands", type=click.Choice(conflict_room.STANDS))
@why_option
@json_option
def decide(conflict: int, stands: str, why: str, as_json: bool) -> None:
    """Decide of CONFLICT which telling is right.

    The first one right changes nothing. The second one right takes the first out of the books by
    new entries and matches the payment again; the payment's own row stays as it was told.
    """
    done = act(Wish(stands, why, conflict=conflict))
    answer(done.as_json(), as_json, lambda _: told_of(done))


@click.group()
def proposals() -> None:
    """Đề nghị: acts about large amounts that wait for a second person."""


@proposals.command("list")
@json_option
def list_proposals(as_json: bool) -> None:
    """List what waits for a second person."""
    with ledger() as db:
        found = proposal_room.waiting(db)
    rows = [{**one.as_json(), "dong": format_dong(one.amount)} for one in found]
    empty = "Không có đề nghị nào chờ duyệt. / No proposal waits."
    answer([one.as_json() for one in found], as_json, lambda _: table(rows, _COLUMNS, empty))


@proposals.command()
@click.argument("proposal", type=click.IntRange(1, 2**63 - 1))
@why_option
@json_option
def approve(proposal: int, why: str, as_json: bool) -> None:
    """Approve PROPOSAL of somebody else, and do it. Nobody approves the own one."""
    with ledger() as db:
        done = four_eyes.approve(db, proposal, getpass.getuser(), why)
    answer(done.as_json(), as_json, lambda _: told_of(done))


@proposals.command()
@click.argument("proposal", type=click.IntRange(1, 2**63 - 1))
@why_option
@json_option
def decline(proposal: int, why: str, as_json: bool) -> None:
    """Decline PROPOSAL, or take the own one back."""
    with ledger() as db:
        done = four_eyes.decline(db, proposal, getpass.getuser(), why)
    answer(done.as_json(), as_json, lambda _: told_of(done))


def act(wish: Wish) -> Proposal:
    """Do what is wished as the user of the operating system, or propose it."""
    limit = read_settings().four_eyes_dong
    with ledger() as db:
        return four_eyes.ask(db, wish, getpass.getuser(), limit)


def told_of(done: Proposal) -> str:
    """Say what became of an act."""
    return _STATES[done.state].format(done.id)


def shape(one: Told) -> dict[str, Any]:
    """Return a conflict as the command line and the API show it."""
    return {
        "id": one.id,
        "payment": one.payment,
        "provider": one.provider,
        "provider_txn_id": one.provider_txn_id,
        "kind": one.kind,
        "noted_at": one.noted_at,
        "merchant": one.merchant,
        "differs": list(one.differs),
        "first": dict(one.first),
        "second": dict(one.second),
    }


def _side_by_side(found: list[Told]) -> str:
    if not found:
        return "Không có mâu thuẫn nào. / There is no conflict."
    return "\n\n".join(_told(one) for one in found)


def _told(one: Told) -> str:
    head = f"Mâu thuẫn / conflict {one.id}: {one.provider} {one.provider_txn_id}"
    rows = [
        {
            "field": f"{'≠' if name in one.differs else ' '} {name}",
            "first": one.first[name],
            "second": one.second[name],
        }
        for name in FIELDS
    ]
    columns = {"field": "", "first": "Lần đầu / first", "second": "Lần hai / second"}
    return f"{head}\n{table(rows, columns, '')}"
