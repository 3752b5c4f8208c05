"""``cashless``: everything the platform does, from one command.

Exit codes: 0 done, 2 the input was not right (a code and a sentence say why), 1 our fault. Errors
go to stderr, as JSON when the command was called with ``--json``.
"""

import sys

import click
import orjson

from cashless.commands import (
    accounts,
    areas,
    audit,
    banks,
    connections,
    databases,
    deliveries,
    demo,
    desk,
    ledgers,
    markets,
    merchants,
    orders,
    payments,
    people,
    personal,
    polls,
    providers,
    qr,
    reconcile,
    reports,
    screenshots,
    serve,
    simulate,
    stalls,
    stands,
    statements,
    suspense,
    terminals,
)
from cashless.errors import Problem

_EPILOG = """\b
Start here:
  cashless demo                      a small market with live simulated payments
  cashless merchants add --help      register a merchant
  cashless connections add --help    connect one of the payment providers
  cashless serve                     run the server
"""


@click.group(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cashless-market", prog_name="cashless")
def cashless() -> None:
    """Chợ không tiền mặt: the platform behind a city's cashless markets and streets.

    Each command has --json. Settings are CASHLESS_* variables (docs/reference/settings.md).
    """


for command in (
    demo.demo,
    serve.serve,
    databases.init,
    databases.db,
    markets.markets,
    areas.areas,
    merchants.merchants,
    people.people,
    personal.personal,
    accounts.accounts,
    terminals.terminals,
    connections.connections,
    providers.providers,
    qr.qr,
    stalls.stalls,
    stands.stands,
    banks.banks,
    orders.orders,
    payments.payments,
    payments.story,
    payments.settle,
    polls.polls,
    deliveries.deliveries,
    suspense.suspense,
    desk.conflicts,
    desk.proposals,
    statements.statements,
    reconcile.reconcile,
    ledgers.ledger,
    reports.report,
    audit.audit,
    simulate.simulate,
    screenshots.screenshots,
):
    cashless.add_command(command)


def main() -> None:
    """Run the command line; the one place where an error becomes an exit code."""
    try:
        cashless.main(standalone_mode=False)
    except Problem as problem:
        _fail(problem.as_json(), f"{problem.message_vi}\n{problem.message}")
        sys.exit(problem.exit_code)
    except click.ClickException as error:
        _fail(_usage(error), f"{error.format_message()}\n{_hint(error)}")
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)


def _usage(error: click.ClickException) -> dict[str, dict[str, str]]:
    said = error.format_message()
    return {"error": {"code": "usage", "message": said, "message_vi": f"Lệnh chưa đúng: {said}"}}


def _hint(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "cashless"
    return f"Xem cách dùng / how to use it: {path} --help"


def _fail(data: dict[str, dict[str, str]], said: str) -> None:
    as_json = "--json" in sys.argv
    click.echo(orjson.dumps(data).decode() if as_json else said, err=True)


if __name__ == "__main__":
    main()
