"""``cashless rules``: the rules of matching, drafted, rehearsed and switched on."""

import getpass
from typing import Any, BinaryIO

import click
import orjson

from cashless.commands.rehearse import rehearse
from cashless.commands.session import answer, json_option, ledger, table
from webhooks.rules import body, kept
from webhooks.rules.body import RuleSet
from webhooks.rules.kept import Wish

_COLUMNS = {
    "number": "Số",
    "active": "Đang dùng",
    "drafted_by": "Người soạn",
    "drafted_at": "Soạn lúc",
    "rehearsed_at": "Diễn tập lúc",
    "last_switched_at": "Bật lúc",
    "why": "Lý do",
}
_DIFFERENCES = {"parameter": "Tham số", "old": "Cũ", "new": "Mới"}


@click.group()
def rules() -> None:
    """Quy tắc khớp: by which rules money finds its owner, as numbered sets."""


@rules.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the rule sets, and which one was switched on from when until when."""
    with ledger() as db:
        said = {"sets": kept.listing(db), "switches": kept.switches(db)}
    answer(said, as_json, lambda it: table([*map(_marked, it["sets"])], _COLUMNS, ""))


@rules.command()
@click.argument("number", type=int)
@json_option
def show(number: int, as_json: bool) -> None:
    """Show rule set NUMBER. The ladder that is printed may be changed and drafted again."""
    with ledger() as db:
        found = kept.find(db, number)
        about = next(one for one in kept.listing(db) if one["number"] == number)
    answer({**about, **_shape(found)}, as_json, lambda _: _written(found))


@rules.command()
@click.argument("file", type=click.File("rb"), required=False)
@click.option("--set", "settings", multiple=True, help="RUNG.PARAMETER=VALUE; may be repeated.")
@click.option("--ladder", help="The rungs in their order, with commas; `account` is the last.")
@click.option("--why", required=True, help="What the set is for; it is kept.")
@json_option
def draft(
    *, file: BinaryIO | None, settings: tuple[str, ...], ladder: str | None, why: str, as_json: bool
) -> None:
    """Keep a new set: the ladder in FILE (JSON), or the active set with some things changed.

    Nothing is switched on. What a parameter may say stands in docs/adr/0017.
    """
    with ledger() as db:
        before = kept.active(db)
        base = body.read(file.read()) if file else before
        wanted = body.changed(base, settings, ladder)
        made = kept.draft(db, wanted, why, getpass.getuser())
    said = {**_shape(made), "against": before.number, "differences": _differences(before, made)}
    head = f"Bộ quy tắc / rule set {made.number}"
    answer(said, as_json, lambda _: f"{head}\n{_changes(before, made)}")


@rules.command()
@click.argument("old", type=int)
@click.argument("new", type=int)
@json_option
def diff(old: int, new: int, as_json: bool) -> None:
    """Say what differs between the sets OLD and NEW, parameter by parameter."""
    with ledger() as db:
        before, after = kept.find(db, old), kept.find(db, new)
    answer(_differences(before, after), as_json, lambda _: _changes(before, after))


@rules.command("switch-on")
@click.argument("number", type=int)
@click.option("--why", required=True, help="Why this set shall decide; it is kept.")
@click.option(
    "--alone", is_flag=True, help="You drafted it yourself, a day ago, and nobody else is there."
)
@json_option
def switch_on(number: int, why: str, alone: bool, as_json: bool) -> None:
    """Let rule set NUMBER decide about new payments; old matches stay as they are.

    It was rehearsed within a day over all payments, and somebody else drafted it.
    """
    with ledger() as db:
        seq = kept.switch_on(db, number, Wish(getpass.getuser(), why, alone))
    said = {"number": number, "switch": seq}
    answer(said, as_json, lambda it: f"Đã bật / switched on {it['number']}")


rules.add_command(rehearse)


def _marked(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "active": "✓" if row["active"] else ""}


def _shape(found: RuleSet) -> dict[str, Any]:
    ladder = orjson.loads(found.body)["ladder"]
    return {"number": found.number, "digest": found.digest.hex(), "ladder": ladder}


def _written(found: RuleSet) -> str:
    return orjson.dumps(orjson.loads(found.body), option=orjson.OPT_INDENT_2).decode()


def _differences(old: RuleSet, new: RuleSet) -> list[dict[str, str]]:
    return [dict(zip(_DIFFERENCES, one, strict=True)) for one in body.differences(old, new)]


def _changes(old: RuleSet, new: RuleSet) -> str:
    return table(_differences(old, new), _DIFFERENCES, "Không khác nhau. / They do not differ.")
