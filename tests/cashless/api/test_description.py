"""The description: valid OpenAPI 3.1, complete, and its examples are calls that work."""

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from flask import Flask
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from cashless.api.examples import EXAMPLES
from cashless.api.operation import Operation
from cashless.api.operations import OPERATIONS
from tests.cashless.api.conftest import Program, key_of
from tests.cashless.api.matrix import THINGS, account, named
from tests.market import Market
from tests.people import Crowd

TAKING = [one for one in OPERATIONS if one.body]


@pytest.fixture(scope="module")
def described(app: Flask) -> dict[str, Any]:
    """The description, as a caller reads it."""
    answer = app.test_client().get("/api/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json or {}
    return found


def operations(described: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give each operation of the description."""
    for methods in described["paths"].values():
        yield from (one for method, one in methods.items() if method != "parameters")


def test_it_is_valid_and_so_is_every_schema_in_it(described: dict[str, Any]) -> None:
    assert [str(error) for error in OPENAPI_31_VALIDATOR.iter_errors(described)] == []
    for schema in described["components"]["schemas"].values():
        jsonschema_rs.meta.validate(schema)


def test_each_operation_is_named_explained_and_says_how_it_fails(described: dict[str, Any]) -> None:
    found = list(operations(described))
    assert len({one["operationId"] for one in found}) == len(found) == len(OPERATIONS)
    for one in found:
        assert one["summary"], one
        assert {"401", "403", "429", "503"} <= set(one["responses"]), one
        for status, answer in one["responses"].items():
            kinds = set(answer.get("content", {}))
            wanted = {"application/problem+json"} if status >= "400" else {"application/json"}
            assert kinds == (set() if status == "304" else wanted), one
        assert one["security"] == [{"key": []}]


def test_what_is_taken_is_closed_and_has_an_example(described: dict[str, Any]) -> None:
    for one in TAKING:
        assert one.body in EXAMPLES, one
        assert one.body().load(EXAMPLES[one.body]) is not None
    taken = [one for one in operations(described) if "requestBody" in one]
    assert len(taken) == len(TAKING)
    for one in taken:
        content = one["requestBody"]["content"]["application/json"]
        name = content["schema"]["$ref"].rpartition("/")[2]
        schema = described["components"]["schemas"][name]
        assert schema["additionalProperties"] is False, name
        jsonschema_rs.validator_for({**schema, "components": described["components"]}).validate(
            content["example"]
        )


@pytest.mark.parametrize("one", TAKING, ids=[named(one) for one in TAKING])
def test_an_example_is_a_call_that_works(
    app: Flask, crowd: Crowd, market: Market, one: Operation
) -> None:
    role = "owner" if one.permission == "orders" else "board"
    program = Program(app, key_of(crowd, role))
    path, usual = THINGS[named(one)](crowd, "own")
    assert one.body is not None
    body = {**EXAMPLES[one.body]}
    for name in ("merchant", "number"):  # the crowd's own merchant, and an account nobody has
        if name in body:
            body[name] = account()["number"] if name == "number" else (usual or {})[name]
    if isinstance(body.get("account"), dict):
        body["account"] = {**body["account"], "number": account()["number"]}
    if one.method == "PATCH":
        answer = program.patch(path, body, program.get(path).headers["ETag"])
    else:
        answer = program.post(path, body)
    assert answer.status_code == one.status, answer.text
