"""The matrix: every operation of the API × every role × own, other and absent, for each case.

And once more with the API's own check switched off: the database refuses what the role may not, and
nothing is written.
"""

import pytest
from flask import Flask

from cashless.api import answering, door
from cashless.api.operation import Operation
from cashless.api.operations import OPERATIONS
from tests.cashless.api.conftest import Program, key_of
from tests.cashless.api.matrix import THINGS, may, named, wanted
from tests.market import Market
from tests.people import ROLES, Crowd, pay

NOTHING = {"items": [], "next": None}
WRITTEN = (
    "merchant",
    "stall",
    "tenancy",
    "receiving_account",
    "book",
    "stand",
    '"order"',
    "kept_reply",
    "account_change",
    "merchant_change",
)


def test_the_matrix_names_every_operation() -> None:
    assert {named(one) for one in OPERATIONS} == set(THINGS)


def call(program: Program, crowd: Crowd, one: Operation, whose: str) -> tuple[int, str]:
    """Ask for an operation about somebody's thing; return the status and how it was asked."""
    path, body = THINGS[named(one)](crowd, whose)
    if body is None:
        answer = program.get(path)
    elif one.method == "PATCH":
        answer = program.patch(path, body, program.get(path).headers.get("ETag", '"none"'))
    else:
        answer = program.post(path, body, f"{one.view.__name__}-{whose}"[:64])
    return answer.status_code, f"{one.method} {path} of {whose}: {answer.status_code} {answer.text}"


@pytest.mark.parametrize("role", ROLES)
def test_each_role_reaches_its_own_things_and_no_others(
    app: Flask, crowd: Crowd, market: Market, role: str
) -> None:
    pay(crowd)
    program, roles, wrong = Program(app, key_of(crowd, role)), may(crowd), []
    for one in OPERATIONS:
        permitted = role in roles[one.permission]
        for whose in ("own", "other", "absent")[: 3 if permitted else 2]:
            status, told = call(program, crowd, one, whose)
            if status != wanted(one, role, whose, roles[one.permission]):
                wrong.append(told)
    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
def test_without_the_api_s_check_the_database_refuses(
    app: Flask, crowd: Crowd, market: Market, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "_require", lambda *_: None)
    monkeypatch.setattr(answering, "require_current", lambda *_: None)
    program, roles, answered = Program(app, key_of(crowd, role)), may(crowd), []
    for one in OPERATIONS:
        for whose in ("own", "other"):
            if wanted(one, role, whose, roles[one.permission]) < 400:
                continue
            path, body = THINGS[named(one)](crowd, whose)
            before = everything(market)
            if body is None:
                answer = program.get(path)
            elif one.method == "PATCH":
                answer = program.patch(path, body, '"none"')
            else:
                answer = program.post(path, body, f"{one.view.__name__}-{whose}"[:64])
            refused = answer.status_code in {403, 404} or answer.json == NOTHING
            if not refused or everything(market) != before:
                answered.append(f"{path} of {whose}: {answer.status_code} {answer.text}")
    assert answered == []


def everything(market: Market) -> list[tuple[object, ...]]:
    """Return a hash of all that the tables hold which the API writes."""
    hashed = " UNION ALL ".join(
        f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t"  # noqa: S608  names of tables
        for table in WRITTEN
    )
    return market.rows(hashed)
