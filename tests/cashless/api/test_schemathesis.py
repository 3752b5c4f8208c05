"""Another tool reads the description and asks the API everything: no fault, no surprise.

Schemathesis makes calls that fit the description and calls that do not; each answer must be one
that the description names, in its shape, and none may be a fault of ours. All of its checks are on.
One thing it calls valid is left out, because JSON Schema cannot say it: ``1.0`` is an integer
there, and no amount of đồng here (tests/cashless/api/test_operations.py).
"""

from collections.abc import Mapping

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, assume, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.schemas import APIOperation

from tests.cashless.api.conftest import key_of
from tests.people import Crowd, pay

EXAMPLES = 4
"""Calls of each kind and operation."""


def test_every_answer_is_one_that_is_described(app: Flask, crowd: Crowd) -> None:
    pay(crowd)
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app)
    headers = {"Authorization": f"Bearer {key_of(crowd, 'owner')}"}
    calls = 0
    for found in schema.get_all_operations():
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            calls += campaign(found.ok(), mode, headers)
    assert calls >= 25 * EXAMPLES


def campaign(operation: APIOperation, mode: GenerationMode, headers: Mapping[str, str]) -> int:
    """Ask one operation many things of one kind; return how many."""
    calls = 0

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def holds(case: Case) -> None:
        nonlocal calls
        assume(mode is GenerationMode.NEGATIVE or not has_fraction(case.body))
        calls += 1
        case.call_and_validate(headers=headers)

    holds()
    return calls


def has_fraction(body: object) -> bool:
    """Tell whether a body writes a number with a point."""
    return isinstance(body, dict) and any(isinstance(value, float) for value in body.values())
