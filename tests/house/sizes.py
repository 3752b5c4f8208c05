"""Small by construction: lengths, arguments, branches and nesting of functions.

Counted as people see them: the length of a function is from ``def`` to its
last line, decorators apart; a branch is an if, elif, for, while, except, case
or conditional expression; nesting is how deep such blocks stand in each other.
What belongs to an inner function is counted there.
"""

import ast
import re
from collections.abc import Iterator

from tests.house.sources import Finding, Source

FUNCTION_LINES = 40
MODULE_LINES = 300
PROVIDER_LINES = 150
TEMPLATE_LINES = 150
ARGUMENTS = 5
BRANCHES = 6
NESTING = 3

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_BRANCHES = (ast.If, ast.IfExp, ast.ExceptHandler, *_LOOPS)
_BLOCKS = (ast.If, ast.Try, ast.TryStar, ast.With, ast.AsyncWith, ast.Match, *_LOOPS)


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Give every function and method, inner ones included."""
    for node in ast.walk(tree):
        if isinstance(node, _FUNCTIONS):
            yield node


def too_large(source: Source) -> Iterator[Finding]:
    """Report functions over one of the limits, and a module that is too long."""
    is_provider = re.fullmatch(r"providers\.[a-z]\w*", source.module)
    limit = PROVIDER_LINES if is_provider else MODULE_LINES
    lines = len(source.text.splitlines())
    if lines > limit:
        yield Finding("size", source.place, f"{lines} lines, at most {limit}")
    for function in functions(source.tree):
        for what, amount, most in _measures(function):
            if amount > most:
                place = f"{source.place}::{function.name}"
                yield Finding(what, place, f"{amount} {what}, at most {most}")


def _measures(
    function: ast.FunctionDef | ast.AsyncFunctionDef,
) -> Iterator[tuple[str, int, int]]:
    yield "lines", (function.end_lineno or function.lineno) - function.lineno + 1, FUNCTION_LINES
    yield "arguments", arguments(function), ARGUMENTS
    yield "branches", branches(function), BRANCHES
    yield "levels of nesting", nesting(function.body), NESTING


def arguments(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count what a caller hands in; the options of a command are not handed in by a caller."""
    if any("click." in ast.unparse(decorator) for decorator in function.decorator_list):
        return 0
    given = function.args
    names = [arg.arg for arg in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    names += [arg.arg for arg in (given.vararg, given.kwarg) if arg is not None]
    return len([name for name in names if name not in {"self", "cls"}])


def branches(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the ways out of the straight line."""
    return sum(_is_branch(node) for child in function.body for node in _own(child))


def nesting(body: list[ast.stmt]) -> int:
    """Return how deep blocks stand in one another; an elif is as deep as its if."""
    return max((_depth(statement) for statement in body), default=0)


def _is_branch(node: ast.AST) -> bool:
    if isinstance(node, ast.match_case):
        return not (isinstance(node.pattern, ast.MatchAs) and node.pattern.pattern is None)
    return isinstance(node, _BRANCHES)


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """Walk a statement without entering inner functions."""
    if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _own(child)


def _depth(statement: ast.stmt) -> int:
    if not isinstance(statement, _BLOCKS):
        return 0
    below = 1 + nesting(_inside(statement))
    if isinstance(statement, ast.If):
        return max(below, _else_depth(statement.orelse))
    return below


def _else_depth(orelse: list[ast.stmt]) -> int:
    is_elif = len(orelse) == 1 and isinstance(orelse[0], ast.If)
    return nesting(orelse) if is_elif else 1 + nesting(orelse)


def _inside(block: ast.stmt) -> list[ast.stmt]:
    if isinstance(block, ast.If):
        return block.body
    if isinstance(block, ast.Match):
        return [statement for case in block.cases for statement in case.body]
    parts = [getattr(block, name, []) for name in ("body", "orelse", "finalbody")]
    handlers = [handler.body for handler in getattr(block, "handlers", [])]
    return [statement for part in (*parts, *handlers) for statement in part]
