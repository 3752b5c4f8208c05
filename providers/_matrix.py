"""The facts of a protocol in words: every axis, from the code, so it cannot say something else.

``facts`` is what ``cashless providers show`` prints; ``matrix`` is docs/reference/providers.md: one
line for each protocol to compare them, then a table of all axes for each.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields

from providers._fields import AMOUNT_FORMS, AMOUNT_UNITS
from providers._protocol import Axes, Protocol, Provider, Standing

_Cell = Callable[[Protocol], str]
_UNITS = {1: "đồng", 100: "hundredths of a đồng"}

_COLUMNS: Mapping[str, Callable[[Provider, Protocol], str]] = {
    "Provider": lambda one, _: one.title,
    "BIN": lambda one, _: ", ".join(one.bins) or "none",
    "Settles": lambda one, _: one.settles,
    "Protocol": lambda one, said: f"[{said.name}](#{one.name}-{said.name})",
    "Family": lambda _, said: said.axes.family,
    "Weak": lambda _, said: "weak" if said.weak else "",
    "Evidence": lambda _, said: said.evidence,
}


def facts(said: Protocol) -> dict[str, str]:
    """Return every axis of a protocol by its name, each as a short text."""
    told = {name: cell(said) for name, cell in _FACTS.items()}
    axes = {axis.name: _axis(said.axes, axis.name) for axis in fields(Axes)}
    return {name: text for name, text in (told | axes).items() if text}


def matrix(providers: Iterable[Provider]) -> str:
    """Return the Markdown page of all protocols of those providers, ending in a line break."""
    spoken = [(one, said) for one in providers for said in one.protocols]
    rows = [[cell(one, said) for cell in _COLUMNS.values()] for one, said in spoken]
    overview = "".join(map(_row, [list(_COLUMNS), ["---"] * len(_COLUMNS), *rows]))
    return overview + "".join(_section(one, said) for one, said in spoken)


def _section(one: Provider, said: Protocol) -> str:
    rows = [["axis", one.title], ["---", "---"], *map(list, facts(said).items())]
    return f"\n## {one.name} {said.name}\n\n" + "".join(map(_row, rows))


def _row(cells: Iterable[str]) -> str:
    escaped = (cell.replace("|", "\\|").replace("\n", " ") for cell in cells)
    return f"| {' | '.join(escaped)} |\n"


def _axis(axes: Axes, name: str) -> str:
    value = getattr(axes, name)
    if isinstance(value, tuple):
        return ", ".join(value) or "none published"
    if name == "answer_seconds":
        return _seconds(value) if value else "not published"
    return str(value)


def _results(said: Protocol) -> str:
    if said.result is None:
        return "none: the call itself is the success"
    by_standing = {
        standing: [code for code, one in said.results.items() if one is standing]
        for standing in Standing
    }
    told = {str(one): " ".join(codes) for one, codes in by_standing.items() if codes}
    return _pairs(told | {"unknown": "every other code"})


def _pairs(named: Mapping[str, str]) -> str:
    return "; ".join(f"{name}: {what}" for name, what in named.items())


def _unit(said: Protocol) -> str:
    return _UNITS[AMOUNT_UNITS[said.amount_unit]]


def _seconds(value: int | None) -> str:
    return "none" if value is None else f"{value} s"


_FACTS: Mapping[str, _Cell] = {
    "call": lambda said: f"{' '.join(said.methods)} {', '.join(said.content_types)}".strip(),
    "operations": lambda said: ", ".join(said.operations) or "any",
    "talks": lambda said: _pairs({name: talk.purpose for name, talk in said.talks.items()}),
    "body_limit": lambda said: f"{said.body_limit // 1024} KiB, UTF-8",
    "proof": lambda said: said.proof,
    "secrets": lambda said: _pairs(said.secrets),
    "speaking_secrets": lambda said: _pairs(said.speaking_secrets),
    "unsigned": lambda said: ", ".join(said.unsigned) or "nothing",
    "weak": lambda said: "yes: final once it is confirmed" if said.weak else "no",
    "replay_window": lambda said: _seconds(said.window_seconds),
    "success_rule": lambda said: said.success_rule,
    "results": _results,
    "kinds": lambda said: ", ".join(said.kinds),
    "amount": lambda said: f"{AMOUNT_FORMS[said.amount_form]}, in {_unit(said)}, 1 to 10^12 đồng",
    "time": lambda said: f"{said.time_format}; the business date is the day in Vietnam",
    "retry": lambda said: said.retry,
    "retry_horizon": lambda said: _seconds(said.retry_horizon_seconds),
    "evidence": lambda said: said.evidence,
    "source": lambda said: said.source,
}
