"""Money and rows: no floats near đồng, nothing changed where rows are only added."""

import ast
import re
from collections.abc import Iterator

from tests.house.sources import Finding, Source

APPEND_ONLY = ("payment", "match", "entry", "transfer", "delivery")
MONEY_ROOMS = re.compile(r"cashless\.(money|words|ledger)\b|(webhooks|merchants|providers)\b")
DURATION = re.compile(r"(?i)(^|_)(seconds|timeout)$")
# Facts of the world that change by decree or decision: they are data with a date.
DATED = re.compile(r"(?i)(^|_)(threshold|target|tax|vat|ward)s?(_|$)")

_TABLE = rf"\"?(?:{'|'.join(APPEND_ONLY)})s?\"?\b"
_CHANGE = re.compile(
    rf"(?is)\bupdate\s+(?:only\s+)?(?:\w+\.)?{_TABLE}"
    rf"|\bdelete\s+from\s+(?:only\s+)?(?:\w+\.)?{_TABLE}"
    rf"|\btruncate\s+(?:table\s+)?(?:\w+\.)?{_TABLE}"
    rf"|\binsert\s+into\s+(?:\w+\.)?{_TABLE}(?:(?!\binsert\s+into\b)[^;])*\bdo\s+update\b"
)

LEDGER_TABLES = ("book", "entry", "transfer", "account_day")
_LEDGER_WRITE = re.compile(
    rf"(?is)\b(?:insert\s+into|update|delete\s+from|copy)\s+(?:only\s+)?(?:\w+\.)?"
    rf"\"?(?:{'|'.join(LEDGER_TABLES)})\"?\b"
)


def floats(source: Source) -> Iterator[Finding]:
    """Report float literals and float() where money is handled; durations may be floats."""
    if not MONEY_ROOMS.match(source.module):
        return
    durations = {id(node) for node in _durations(source.tree)}
    for node in ast.walk(source.tree):
        if _is_float(node) and id(node) not in durations:
            yield Finding("float", f"{source.place}:{_line(node)}", "money is a whole number")


def _is_float(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, float | complex)
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float"
    )


def _durations(tree: ast.AST) -> Iterator[ast.AST]:
    """Give the values that are bound to a name ending in ``seconds`` or ``timeout``."""
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                pass
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                pass
            case ast.keyword(arg=str(name), value=value):
                pass
            case _:
                continue
        if DURATION.search(name):
            yield value


def changes(source: Source) -> Iterator[Finding]:
    """Report SQL and table methods that change or remove a row which may only be added."""
    for node in ast.walk(source.tree):
        if _changes_in_text(node) or _changes_in_call(node):
            place = f"{source.place}:{_line(node)}"
            yield Finding("append only", place, "these rows are only ever added")


def _changes_in_text(node: ast.AST) -> bool:
    return _CHANGE.search(_text(node)) is not None


def _changes_in_call(node: ast.AST) -> bool:
    """Tell ``payment.update()``, ``tables.entry.delete()``, ``update(payment)``."""
    match node:
        case ast.Call(func=ast.Attribute(attr="update" | "delete", value=owner), args=[]):
            return _names_table(owner)
        case ast.Call(func=ast.Name(id="update" | "delete"), args=[table, *_]):
            return _names_table(table)
        case _:
            return False


def _names_table(node: ast.AST) -> bool:
    name = ast.unparse(node).rpartition(".")[2].lower().strip("_")
    return name in APPEND_ONLY or name.removesuffix("s") in APPEND_ONLY


def ledger_writes(source: Source) -> Iterator[Finding]:
    """Report SQL outside cashless.ledger and the migrations that writes a table of the ledger."""
    if re.match(r"cashless\.(ledger|db\.migrations)\b", source.module):
        return
    for node in ast.walk(source.tree):
        if _LEDGER_WRITE.search(_text(node)):
            place = f"{source.place}:{_line(node)}"
            yield Finding("ledger", place, "tables of the ledger are written in cashless.ledger")


def undated_facts(source: Source) -> Iterator[Finding]:
    """Report constants that hold a number the law or the city will change one day."""
    for node in source.tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        value = getattr(node, "value", None)
        if isinstance(target, ast.Name) and DATED.search(target.id) and _has_number(value):
            place = f"{source.place}::{target.id}"
            yield Finding("dated fact", place, "a fact with a date is data, not a constant")


def _has_number(value: ast.AST | None) -> bool:
    numbers = [] if value is None else [getattr(n, "value", None) for n in ast.walk(value)]
    return any(isinstance(number, int) and not isinstance(number, bool) for number in numbers)


def _text(node: ast.AST) -> str:
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return str(getattr(node, "value", "")) if is_text else ""


def _line(node: ast.AST) -> int:
    return int(getattr(node, "lineno", 0))
