"""The providers side by side: every axis of every protocol as one Markdown table.

The table is made from the code, so it cannot say something else than the code does. Rows are axes
and columns are protocols, because there are more facts than providers a reader compares.
"""

from collections.abc import Callable, Iterable, Mapping

from providers._fields import AMOUNT_FORMS
from providers._protocol import Protocol, Provider

_Cell = Callable[[Provider, Protocol], str]

_AXES: Mapping[str, _Cell] = {
    "Held by": lambda one, _: f"{one.title} ({', '.join(one.bins) or 'no BIN'})",
    "Settles": lambda one, _: one.settles,
    "Call": lambda _, said: f"{' '.join(said.methods)} {', '.join(said.content_types)}",
    "Body limit": lambda _, said: f"{said.body_limit // 1024} KiB",
    "Proof": lambda _, said: said.proof,
    "Secrets": lambda _, said: ", ".join(said.secrets),
    "Not signed": lambda _, said: ", ".join(said.unsigned) or "nothing",
    "Weak": lambda _, said: "yes" if said.weak else "no",
    "Replay window": lambda _, said: _seconds(said.window_seconds),
    "Money has come if": lambda _, said: said.success_rule,
    "Kinds": lambda _, said: ", ".join(said.kinds),
    "Amount": lambda _, said: f"{said.amount_unit}, {AMOUNT_FORMS[said.amount_form]}",
    "Time": lambda _, said: said.time_format,
    "Sent again": lambda _, said: said.retry,
    "Sent again until": lambda _, said: _seconds(said.retry_horizon_seconds),
    "Evidence": lambda _, said: said.evidence,
    "Source": lambda _, said: said.source,
}


def matrix(providers: Iterable[Provider]) -> str:
    """Return the Markdown table of all protocols of those providers, ending in a line break."""
    columns = [(one, said) for one in providers for said in one.protocols]
    heads = [f"{one.name}: {said.name}" for one, said in columns]
    rows = [[axis, *(cell(one, said) for one, said in columns)] for axis, cell in _AXES.items()]
    return "".join(map(_row, [["", *heads], ["---"] * (len(heads) + 1), *rows]))


def _row(cells: Iterable[str]) -> str:
    escaped = (cell.replace("|", "\\|").replace("\n", " ") for cell in cells)
    return f"| {' | '.join(escaped)} |\n"


def _seconds(value: int | None) -> str:
    return "none" if value is None else f"{value} s"
