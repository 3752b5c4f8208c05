"""``cashless audit``: every invariant by number, with figures."""

import sys
from typing import Any

import click

from cashless.commands.session import answer, json_option, ledger
from cashless.reports.invariants import check


@click.command()
@json_option
def audit(as_json: bool) -> None:
    """Check every invariant of the platform; exit 1 when one is broken."""
    with ledger() as db:
        findings = check(db)
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
        + ", ".join(f"{name} {value}" for name, value in found["figures"].items())
        for number, found in said["invariants"].items()
    ]
    verdict = "Mọi bất biến đều đúng. / All hold." if said["ok"] else "CÓ BẤT BIẾN SAI. / BROKEN."
    return "\n".join([*rows, verdict])
