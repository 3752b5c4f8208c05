"""The stable codes that the sources can answer with, read from their calls.

A code is the first argument of one of the families below. A function or method
that hands one of its own parameters on as that argument is read as a family,
too, so that small helpers hide nothing.
"""

import ast
from collections.abc import Iterable, Iterator

from tests.house.sizes import functions
from tests.house.sources import Source

FAMILIES = (
    *("Invalid", "NotFound", "Conflict", "Forbidden", "Unavailable", "Broken"),
    *("Refused", "Unreadable", "StrictJsonError", "Turned", "KeyReused"),
)
_Raisers = dict[str, int]


def codes(sources: Iterable[Source]) -> dict[str, str]:
    """Return code -> the family or function that answers with it."""
    found: dict[str, str] = {}
    for source in sources:
        for name, argument in _arguments(source.tree, _raisers(source.tree)):
            found |= dict.fromkeys(_constants(argument), name)
    return found


def texts(sources: Iterable[Source]) -> set[str]:
    """Return every string constant of the sources."""
    nodes = (node for source in sources for node in ast.walk(source.tree))
    return {
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def _raisers(tree: ast.AST) -> _Raisers:
    """Return function name -> place of the argument that is a code, helpers included."""
    known: _Raisers = dict.fromkeys(FAMILIES, 0)
    before = 0
    while before != len(known):
        before = len(known)
        for function in functions(tree):
            known |= _handed_on(function, known)
    return known


def _handed_on(function: ast.FunctionDef | ast.AsyncFunctionDef, known: _Raisers) -> _Raisers:
    names = [arg.arg for arg in function.args.args if arg.arg not in {"self", "cls"}]
    passed = {node.id for _, node in _arguments(function, known) if isinstance(node, ast.Name)}
    places = [names.index(name) for name in sorted(passed) if name in names]
    return dict.fromkeys([function.name], places[0]) if places else {}


def _arguments(tree: ast.AST, known: _Raisers) -> Iterator[tuple[str, ast.expr]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func).rpartition(".")[2]
            place = known.get(name, len(node.args))
            yield from ((name, argument) for argument in node.args[place : place + 1])


def _constants(argument: ast.expr) -> list[str]:
    """Return the texts an argument may be; both sides of a conditional expression."""
    if isinstance(argument, ast.IfExp):
        return _constants(argument.body) + _constants(argument.orelse)
    is_text = isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    return [str(argument.value)] if is_text and isinstance(argument, ast.Constant) else []
