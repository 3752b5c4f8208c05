"""``cashless``: everything the platform does, from one command.

Exit codes: 0 done, 2 the input was not right (a code and a sentence say why), 1 our fault. Errors
go to stderr, as JSON when the command was called with ``--json``.
"""

import logging
import sys

import click
import orjson

from cashless import log
from cashless.commands.lazy import LazyGroup
from cashless.errors import Problem

_PLACES = {
    "demo": "cashless.commands.demo:demo",
    "serve": "cashless.commands.serve:serve",
    "init": "cashless.commands.databases:init",
    "db": "cashless.commands.databases:db",
    "markets": "cashless.commands.markets:markets",
    "areas": "cashless.commands.areas:areas",
    "merchants": "cashless.commands.merchants:merchants",
    "categories": "cashless.commands.categories:categories",
    "people": "cashless.commands.people:people",
    "keys": "cashless.commands.keys:keys",
    "personal": "cashless.commands.personal:personal",
    "accounts": "cashless.commands.accounts:accounts",
    "terminals": "cashless.commands.terminals:terminals",
    "connections": "cashless.commands.connections:connections",
    "providers": "cashless.commands.providers:providers",
    "qr": "cashless.commands.qr:qr",
    "stalls": "cashless.commands.stalls:stalls",
    "stands": "cashless.commands.stands:stands",
    "banks": "cashless.commands.banks:banks",
    "orders": "cashless.commands.orders:orders",
    "payments": "cashless.commands.payments:payments",
    "story": "cashless.commands.payments:story",
    "settle": "cashless.commands.payments:settle",
    "polls": "cashless.commands.polls:polls",
    "deliveries": "cashless.commands.deliveries:deliveries",
    "suspense": "cashless.commands.suspense:suspense",
    "rules": "cashless.commands.rules:rules",
    "statements": "cashless.commands.statements:statements",
    "reconcile": "cashless.commands.reconcile:reconcile",
    "ledger": "cashless.commands.ledgers:ledger",
    "report": "cashless.commands.reports:report",
    "audit": "cashless.commands.audit:audit",
    "simulate": "cashless.commands.simulate:simulate",
    "screenshots": "cashless.commands.screenshots:screenshots",
}
_EPILOG = """\b
Start here:
  cashless demo                      a small market with live simulated payments
  cashless merchants add --help      register a merchant
  cashless connections add --help    connect one of the payment providers
  cashless serve                     run the server
"""


@click.group(
    cls=LazyGroup,
    places=_PLACES,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="cashless-market", prog_name="cashless")
def cashless() -> None:
    """Chợ không tiền mặt: the platform behind a city's cashless markets and streets.

    Each command has --json. Settings are CASHLESS_* variables (docs/reference/settings.md).
    """


def main() -> None:
    """Run the command line; the one place where an error becomes an exit code."""
    log.install("cashless", logging.WARNING)
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
