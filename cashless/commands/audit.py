"""``cashless audit``: every invariant by number, with figures and places."""

import sys
from pathlib import Path
from typing import Any

import click

from cashless.clock import now
from cashless.commands.session import answer, as_text, json_option, ledger, read_settings
from cashless.ledger import publishing, root
from cashless.reports.invariants import Keys, check
from cashless.settings import root_key, trusted_roots, vault_key


@click.group(invoke_without_command=True)
@click.option("--quick", is_flag=True, help="Do not prove and read the kept deliveries again (I7).")
@json_option
@click.pass_context
def audit(context: click.Context, quick: bool, as_json: bool) -> None:
    """Check every invariant of the platform; exit 1 when one is broken, and say where.

    A place is `book#seq` for an entry and its transfers, else the payment or the delivery.
    """
    if context.invoked_subcommand is not None:
        return
    settings = read_settings()
    roots = trusted_roots(settings) | {root.public(root_key(settings))}
    keys = Keys(roots, None if quick else vault_key(settings))
    with ledger() as db:
        findings = check(db, keys)
    said = {
        "invariants": {
            number: {"ok": finding.ok, "figures": dict(finding.figures)}
            for number, finding in findings.items()
        },
        "ok": all(finding.ok for finding in findings.values()),
    }
    answer(said, as_json, _lines)
    if not said["ok"]:
        sys.exit(1)


@audit.command("root")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Also write it to a file.")
@json_option
def publish_root(output: Path | None, as_json: bool) -> None:
    """Sign one root over the heads of all books, keep it, and print it to be handed on.

    Meant for once a day. Whoever keeps the printed root can check any exported book against it,
    and the platform can no longer change what it covers without it showing.
    """
    with ledger() as db:
        made = publishing.publish(db, root_key(read_settings()), now())
    told = {"said": made.said, "signature": made.signature.hex()}
    if output is not None:
        output.write_text(as_text(told), encoding="utf-8")
    answer(told, as_json, lambda _: _root_lines(made))


def _root_lines(made: root.Root) -> str:
    told = made.told
    return "\n".join(
        [
            f"Mã gốc / root {told['number']}",
            f"  {told['books']} sổ / books, {told['entries']} bút toán / entries",
            f"  {told['root']}",
            f"  chữ ký / signature {made.signature.hex()}",
            f"  khóa / key {told['key']}",
        ]
    )


def _lines(said: dict[str, Any]) -> str:
    rows = [
        f"{number}  {'đúng / ok ' if found['ok'] else 'SAI / BROKEN'}  "
        + ", ".join(f"{name} {_figure(value)}" for name, value in found["figures"].items())
        for number, found in said["invariants"].items()
    ]
    verdict = "Mọi bất biến đều đúng. / All hold." if said["ok"] else "CÓ BẤT BIẾN SAI. / BROKEN."
    return "\n".join([*rows, verdict])


def _figure(value: object) -> str:
    return ("; ".join(map(str, value)) or "–") if isinstance(value, list) else str(value)
