"""``cashless audit``: every invariant by number, with figures and places."""

import sys
from typing import Any

import click

from cashless.commands import audit_proofs, audit_rebuild
from cashless.commands.session import answer, json_option, ledger, read_settings
from cashless.ledger import root
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


for _command in (audit_proofs.publish_root, audit_proofs.verify, audit_rebuild.rebuild):
    audit.add_command(_command)
