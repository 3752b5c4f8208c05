"""What the campaign over the API leaves out or puts in, as schemathesis asks it (``api_fuzz``).

A key that stands for another call already is refused, as it should be; the tool draws short keys
again and again, so each valid one is made a new one. That one key acts once is asked elsewhere.
Every second address and body names something that is there, so that calls get further than 404.
"""

import itertools
import json
import os
import re
from typing import Any

import schemathesis

_KEY = "Idempotency-Key"
_FORM = re.compile(r"[A-Za-z0-9_-]{8,64}")
_CODES = {
    "merchant": re.compile(r"M[A-HJKMNP-Z2-9]{7}"),
    "place": re.compile(r"[A-Z0-9][A-Z0-9-]{0,19}"),
    "bin": re.compile(r"[0-9]{6}"),
}
_numbers = itertools.count(1)
_turns = itertools.count()
THERE: dict[str, str] = json.loads(os.environ.get("CASHLESS_BENCH_THERE", "{}"))
"""First step of an address → a code that is there."""


@schemathesis.hook
def filter_case(context: schemathesis.HookContext, case: schemathesis.Case) -> bool:
    """Leave out bodies that write a number with a point and no fraction."""
    del context
    return not has_fraction(case.body)


@schemathesis.hook
def map_path_parameters(
    context: schemathesis.HookContext, path_parameters: dict[str, Any] | None
) -> dict[str, Any] | None:
    """Name in every second address something that is there."""
    operation = context.operation
    if operation is None or not path_parameters or next(_turns) % 2:
        return path_parameters
    step = operation.path.removeprefix("/api/v1/").partition("/")[0]
    known = THERE.get(step)
    return {
        name: known if known and _may_be(name, value) else value
        for name, value in path_parameters.items()
    }


def _may_be(name: str, value: object) -> bool:
    """Tell whether a value of an address is one that the description allows; others stay wrong."""
    if name == "number":
        return type(value) is int and value >= 0
    return isinstance(value, str) and value != ""


@schemathesis.hook
def before_call(
    context: schemathesis.HookContext, case: schemathesis.Case, kwargs: dict[str, object]
) -> None:
    """Give a call a key of its own, and every second body a merchant and a place that are there."""
    del context, kwargs
    given = (case.headers or {}).get(_KEY)
    if isinstance(given, str) and _FORM.fullmatch(given):
        case.headers[_KEY] = f"{given[:50]}-{next(_numbers)}"
    if isinstance(case.body, dict) and next(_turns) % 2:
        for name, form in _CODES.items():
            if isinstance(case.body.get(name), str) and form.fullmatch(case.body[name]):
                case.body[name] = THERE.get(f"{name}s", case.body[name])


def has_fraction(body: object) -> bool:
    """Tell whether a body writes a number with a point."""
    return isinstance(body, dict) and any(isinstance(value, float) for value in body.values())
