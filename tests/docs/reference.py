"""Writes the pages of docs/reference that say what the code itself says.

``python -m tests.docs.reference`` rewrites them; tests/test_docs.py compares,
so they are never older than the commands and the providers.
"""

import importlib
import inspect
from collections.abc import Callable, Iterator, Mapping

import click

from cashless.api.operations import OPERATIONS, Operation
from providers import everyone
from providers._matrix import matrix
from providers._protocol import Provider
from tests.house.sources import ROOT
from webhooks.cases.advice import CASES
from webhooks.cases.case import Case

_CLI = """\
# Commands

`--json` prints JSON where a command has something to print.
A command ends with 0 when all went well, with 2 for bad input (a [code](errors.md) and a sentence
on stderr), and with 1 when the fault is ours.

This page is written by `python -m tests.docs.reference`.
"""
_API = """\
# API

For programs, at `/api/v1`; the whole description, OpenAPI 3.1, is at `/api/openapi.json`.
How to begin: [call the API](../how-to/call-the-api.md).

* **Key.** `cashless people key` makes one; it travels as `Authorization: Bearer` and uses the
  named permissions of its person's roles ([let people in](../how-to/let-people-in.md)). It sees
  what that person sees. A key is `cmk_` and 40 letters or digits, the last six of which check the
  others, so that scanners know a leaked one.
* **Once.** Every POST asks for an `Idempotency-Key` of 8 to 64 letters, digits, `-` or `_`. The
  same key again gives the same answer with `Idempotency-Replayed: true` and no second act, also
  to two who ask at once; for another call it is 422 `idempotency_key_reused`. Replies are kept
  for 72 hours; what failed is not kept.
* **Versions.** Answers carry an `ETag`; `If-None-Match` gives 304. A PATCH asks for `If-Match`:
  without one 428, when somebody was faster 412.
* **JSON** is read strictly: an equal key twice, `NaN`, numbers nobody means, `1.0` for đồng, an
  unknown name, more than 16 levels and more than 64 KiB are errors.
* **Errors** are problem+json (RFC 9457) with a stable [code](errors.md), a sentence in English
  and in Vietnamese, and in `errors` every field that is wrong: its JSON pointer, or the name of
  the parameter.
* **Lists** go on with `after` set to the last answer's `next`.
* **Calls.** 600 in 60 seconds for each key, at once or spread: `RateLimit-Policy` and `RateLimit`
  say what is left (as in draft-ietf-httpapi-ratelimit-headers-08), a call too many is 429 with
  `Retry-After`.

This page is written by `python -m tests.docs.reference`.

| call | permission | does |
|---|---|---|"""
_CASES = """\
# Cases

Every case a payment can be, where it stands and what to do about it.
A payment may be several at once; `cashless payments show PAYMENT` names them.
State is what `cashless payments list` says, entry what the [book](accounts.md) has of it.

This page is written by `python -m tests.docs.reference`, and each case is played from the door to
the book by `tests/webhooks/test_cases.py`.

| case | state | entry | means | do |
|---|---|---|---|---|"""
_PROVIDERS = """\
# Providers

What each provider's protocol is like, read from its file.
Evidence: A own documents and a vector that somebody else signed, B implementations or samples,
C nothing public.

This page is written by `python -m tests.docs.reference`.

"""


def cli() -> str:
    """Return the page of commands."""
    return "\n".join([_CLI, *(_section(path, command) for path, command in leaves())])


def api() -> str:
    """Return the page of the API's operations."""
    rows = [
        f"| `{one.method} /api/v1{one.rule}` | {_wanted(one)} | {_told(one)} |"
        for one in OPERATIONS
    ]
    return "\n".join([_API, *rows, ""])


def _wanted(one: Operation) -> str:
    return f"`{one.permission}`" if one.permission else "any"


def _told(one: Operation) -> str:
    return inspect.cleandoc(one.view.__doc__ or "").partition("\n")[0]


def cases() -> str:
    """Return the page of what a payment can be."""
    return "\n".join([_CASES, *map(_case, CASES.values()), ""])


def _case(one: Case) -> str:
    said = (f"{told.en} {told.vi}" for told in (one.means, one.do))
    entry = f"`{one.entry}`" if one.entry else "none"
    return f"| `{one.name}` | `{one.state}` | {entry} | {' | '.join(said)} |"


def providers() -> str:
    """Return the page of providers."""
    return _PROVIDERS + matrix(one for one in everyone().values() if not is_draft(one))


def is_draft(one: Provider) -> bool:
    """Tell whether a provider has blanks: it is being written and is not told of yet."""
    return any(said.source.startswith("BLANK") for said in one.protocols)


PAGES: Mapping[str, Callable[[], str]] = {
    "api.md": api,
    "cases.md": cases,
    "cli.md": cli,
    "providers.md": providers,
}


def leaves() -> Iterator[tuple[str, click.Command]]:
    """Give every command that does something, with its full name, in alphabetical order."""
    yield from sorted(_walk("cashless", root()), key=lambda leaf: leaf[0])


def root() -> click.Group:
    """Return the group that the console script runs."""
    module = importlib.import_module("cashless.cli")
    groups = [value for value in vars(module).values() if isinstance(value, click.Group)]
    return next(group for group in groups if group.callback is not None)


def _walk(path: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield path, command
        return
    if command.invoke_without_command:
        yield path, command
    context = click.Context(command, info_name=path)
    for name in command.list_commands(context):
        inner = command.get_command(context, name)
        if inner is not None and not inner.hidden:
            yield from _walk(f"{path} {name}", inner)


def _section(path: str, command: click.Command) -> str:
    context = click.Context(command, info_name=path)
    usage = " ".join([path, *command.collect_usage_pieces(context)])
    lines = [f"## {path}", "", f"`{usage}`", "", inspect.cleandoc(command.help or ""), ""]
    options = [param for param in command.params if isinstance(param, click.Option)]
    if options:
        lines += ["| option | meaning |", "|---|---|", *map(_row, options), ""]
    return "\n".join(lines)


def _row(option: click.Option) -> str:
    meaning = " ".join((option.help or "").split()).replace("|", "\\|")
    return f"| `{', '.join((*option.opts, *option.secondary_opts))}` | {meaning} |"


if __name__ == "__main__":
    for name, written in PAGES.items():
        (ROOT / "docs/reference" / name).write_text(written(), encoding="utf-8")
