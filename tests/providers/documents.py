"""The texts of a call cut into leaves: query, form, JSON, and JSON inside a text, lists included.

A text is a form (``name=value&name=value``) or a JSON document; a JSON document written into a text
of another one is opened too. A leaf is named by its path, from the outermost name inwards; places
in a list are numbers. What is not touched keeps its spelling, as far as the format allows.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from urllib.parse import quote_plus, unquote_plus

from providers._protocol import Delivery

Path = tuple[str, ...]

GONE = object()  # put in place of a leaf, it takes the leaf away
_HEX = re.compile("[0-9a-fA-F]{32,}")
_MARK = "@@literal@@"


class Form(dict[str, str]):
    """Pairs of a form or query, values as they stand, undecoded."""


@dataclass(frozen=True)
class Inner:
    """A JSON document that was written into a text."""

    tree: object


def tree_of(text: str) -> object | None:
    """Return the tree of a text; None if it is neither a form nor a JSON object or list."""
    if text[:1] in {"{", "["}:
        return _opened(_loaded(text))
    pairs = [part.partition("=") for part in text.split("&")]
    names = [name for name, equals, _ in pairs if equals and name]
    if not text or len(set(names)) < len(pairs):
        return None
    return Form({name: value for name, _, value in pairs})


def text_of(tree: object) -> str:
    """Write a tree as a text again."""
    if isinstance(tree, Form):
        return "&".join(f"{name}={value}" for name, value in tree.items())
    return json.dumps(_closed(tree), ensure_ascii=False, separators=(",", ":"), default=_number)


def leaves(tree: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    """Give every leaf with its path; the value of a form is decoded."""
    if isinstance(tree, Inner):
        yield from leaves(tree.tree, path)
    elif isinstance(tree, Form):
        yield from (((*path, name), unquote_plus(value)) for name, value in tree.items())
    elif isinstance(tree, dict):
        for name, value in tree.items():
            yield from leaves(value, (*path, name))
    elif isinstance(tree, list):
        for place, value in enumerate(tree):
            yield from leaves(value, (*path, str(place)))
    else:
        yield path, tree


def put(tree: object, path: Path, value: object) -> object:
    """Return the tree with another value at that path; GONE takes it away, a new name adds it."""
    if not path:
        return value
    if isinstance(tree, Inner):
        return Inner(put(tree.tree, path, value))
    head, *rest = path
    if isinstance(tree, list):
        changed = [
            put(one, tuple(rest), value) if str(place) == head else one
            for place, one in enumerate(tree)
        ]
        return [one for one in changed if one is not GONE]
    if not isinstance(tree, dict):
        raise TypeError(path)
    return _with(tree, head, tuple(rest), value)


def written(tree: object, path: Path, value: object) -> str:
    """Return the text of the tree with another value at that path."""
    return text_of(put(tree, path, value))


def written_literally(tree: object, path: Path, literal: str) -> str:
    """Return the text of the tree with that JSON literal, or that text of a form, at the path."""
    text = written(tree, path, _MARK)
    escaped = json.dumps(literal, ensure_ascii=False)[1:-1]
    for mark, said in (
        (f'\\"{_MARK}\\"', escaped),
        (f'"{_MARK}"', literal),
        (quote_plus(_MARK), quote_plus(literal)),
    ):
        text = text.replace(mark, said)
    return text


def texts(delivery: Delivery) -> Mapping[str, str]:
    """Return the readable texts of a call by their place: query, body."""
    found = {"query": delivery.query, "body": delivery.body.decode("utf-8", "replace")}
    return {place: text for place, text in found.items() if tree_of(text) is not None}


def with_text(delivery: Delivery, place: str, text: str) -> Delivery:
    """Return the call with another text in that place."""
    if place == "query":
        return replace(delivery, query=text)
    return replace(delivery, body=text.encode("utf-8", "surrogatepass"))


def differing(one: Delivery, other: Delivery) -> set[Path] | None:
    """Return the paths of what the first call says and the other does not say in the same way.

    What only the other one says is left out. None where a text of the first cannot be read in the
    other.
    """
    before, after = _facts(one), _facts(other)
    if set(before) - set(after):
        return None
    return {
        path
        for place, facts in before.items()
        for path in facts
        if _said(facts, path) != _said(after[place], path)
    }


def _facts(delivery: Delivery) -> dict[str, dict[Path, object]]:
    return {place: dict(leaves(tree_of(text))) for place, text in texts(delivery).items()}


def _said(facts: dict[Path, object], path: Path) -> tuple[str, object]:
    """Return a leaf as it counts: hex reads the same in either case, and nothing is nothing."""
    value = facts.get(path, GONE)
    if isinstance(value, str):
        value = value.lower() if _HEX.fullmatch(value) else value or GONE
    return type(value).__name__, value


def _with(tree: dict[str, object], head: str, rest: Path, value: object) -> object:
    changed = put(tree.get(head), rest, value)
    if isinstance(tree, Form) and changed is not GONE:
        changed = quote_plus(changed if isinstance(changed, str) else text_of(changed))
    kept = {name: one for name, one in {**tree, head: changed}.items() if one is not GONE}
    return Form(kept) if isinstance(tree, Form) else kept


def _loaded(text: str) -> object:
    try:
        return json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError):
        return None


def _opened(value: object) -> object:
    if isinstance(value, dict):
        return {name: _opened(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_opened(one) for one in value]
    if isinstance(value, str) and value[:1] in {"{", "["}:
        inner = _loaded(value)
        return value if inner is None else Inner(_opened(inner))
    return value


def _closed(value: object) -> object:
    if isinstance(value, Inner):
        return text_of(value.tree)
    if isinstance(value, dict):
        return {name: _closed(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_closed(one) for one in value]
    return value


def _number(value: object) -> float:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError
