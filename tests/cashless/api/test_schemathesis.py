"""Another tool reads the description and asks the API everything: no fault, no surprise.

Schemathesis makes calls that fit the description and calls that do not; each answer must be one
that the description names, in its shape, and none may be a fault of ours. All of its checks are on.
The long run, over HTTP and with the tool's other phases, is ``python -m bench.api_fuzz``; what it
leaves out and puts in (``bench.api_hooks``) is the same here.
"""

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.schemas import APIOperation

from bench import api_fuzz, api_hooks
from tests.cashless.api.conftest import Program, document, key_of
from tests.people import Crowd, pay

EXAMPLES = 4
"""Calls of each kind and operation."""


def test_every_answer_is_one_that_is_described(app: Flask, crowd: Crowd) -> None:
    pay(crowd)
    key = key_of(crowd, "board")
    code = crowd.merchants["own"].code
    (stand,) = document(Program(app, key).post(f"/merchants/{code}/stands", {}))["items"]
    api_hooks.THERE.update(merchants=code, places="RS", bins="970405", stands=stand["token"])
    config = SchemathesisConfig.from_str(api_fuzz.CONFIG.format(key=key))
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app, config=config)
    headers = {"Authorization": f"Bearer {key}"}
    calls = 0
    for found in schema.get_all_operations():
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            calls += campaign(found.ok(), mode, headers)
    assert calls >= 20 * EXAMPLES


def campaign(operation: APIOperation, mode: GenerationMode, headers: dict[str, str]) -> int:
    """Ask one operation many things of one kind; return how many."""
    calls = 0

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def holds(case: Case) -> None:
        nonlocal calls
        calls += 1
        case.call_and_validate(headers=headers)

    holds()
    return calls
