"""Every route, every role, the own thing, another one's and one that is not there.

The table below says who may; the addresses come from the application itself, so a route without a
line fails. Then the same with the application's own checks switched off: the database still lets
nobody see an amount or change a row.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pytest
from flask import Flask
from sqlalchemy import text

from cashless.access import grants
from cashless.api.operations import OPERATIONS
from cashless.db.engine import transaction
from cashless.web import formats
from cashless.web import signed_in as door
from merchants import personal
from merchants.personal import Officer
from tests.cashless.web.matrix import BEHIND, OPEN, nothing
from tests.cashless.web.visitors import signed_in
from tests.market import KEY
from tests.people import ROLES, SUMS, Crowd, crowd, pay

__all__ = ["crowd"]

_SUMS: Final = frozenset(formats.count(amount) for amount in SUMS.values())
_FOREIGN: Final = frozenset({"77.777", "22.222", "55.555", "99.999"})
_ALL: Final = _SUMS | _FOREIGN | {"33.333", "11.111"}
SECRET: Final = {
    "owner": _FOREIGN,
    "helper": _FOREIGN | _SUMS,
    "partner": _SUMS | {"55.555"},
    "operator": _SUMS,
    "auditor": frozenset[str](),
}
"""Role → the amounts it sees nowhere; all of them where nothing is said."""
LOOK: Final = "gọi lại người bán về thuế"
_STATE: Final = """
SELECT (SELECT count(*) FROM "order"), (SELECT count(*) FROM person),
       (SELECT (count(*), count(revoked_at)) FROM role_grant)::text,
       (SELECT (count(*), count(approved_at)) FROM invitation)::text,
       (SELECT count(*) FROM account_change_step), (SELECT count(revoked_at) FROM device),
       (SELECT (count(*), sum(revision), count(ended_at)) FROM registration)::text,
       (SELECT count(*) FROM registration_draft), (SELECT count(*) FROM registration_step),
       (SELECT string_agg(status, ' ' ORDER BY id) FROM merchant),
       (SELECT count(*) FROM person_act)
"""


@pytest.fixture
def town(crowd: Crowd) -> Crowd:
    """The crowd, money in the books, and a look at each merchant's numbers."""
    pay(crowd)
    with transaction(crowd.market.engine) as db:
        for one in crowd.merchants.values():
            personal.note(db, one, {"phone": "0912345678"}, Officer("cô Lan", LOOK, KEY))
    return crowd


def ways(app: Flask) -> dict[str, tuple[str, str]]:
    """Return endpoint → (rule, method), as the application itself has them."""
    found = {}
    for rule in app.url_map.iter_rules():
        method = "POST" if "POST" in (rule.methods or ()) else "GET"
        found[rule.endpoint] = (rule.rule, method)
    return found


def path_of(rule: str, named: Mapping[str, object]) -> str:
    """Fill the things of an address in."""
    path = rule.replace("<int:", "<")
    for name, value in named.items():
        path = path.replace(f"<{name}>", str(value))
    return path


@dataclass(frozen=True)
class Taken:
    """What came of taking a route: the answer, and what the database held before and after."""

    status: int
    location: str
    shown: str
    before: object
    after: object


def take(app: Flask, town: Crowd, endpoint: str, who: tuple[str, str]) -> Taken:
    """Take a route in a role for somebody's thing."""
    role, whose = who
    line, (rule, method) = BEHIND[endpoint], ways(app)[endpoint]
    client = signed_in(app, town.sign_in(role))
    named = {name: str(value) for name, value in line.named(town, whose).items()}
    typed = {name: value for name, value in named.items() if name not in rule}
    code = {"code": town.code()} if role in grants.OFFICERS else {}
    before = town.market.rows(_STATE)
    path = path_of(rule, named)
    answer = (
        client.get(path) if method == "GET" else client.post(path, **line.sent, **typed, **code)
    )
    after = town.market.rows(_STATE)
    return Taken(answer.status_code, answer.location or "", answer.text, before, after)


def test_every_route_stands_in_the_table(app: Flask) -> None:
    pages = {endpoint for endpoint in ways(app) if not endpoint.startswith("api.")}
    assert pages == set(OPEN) | set(BEHIND)


def test_every_other_route_is_an_operation_of_the_api(app: Flask) -> None:
    """The answers of those in every role stand in tests/cashless/api/test_operations.py."""
    calls = {endpoint for endpoint in ways(app) if endpoint.startswith("api.")}
    assert calls == {f"api.{one.view.__name__}" for one in OPERATIONS}


def test_nobody_gets_behind_the_door_without_signing_in(app: Flask, town: Crowd) -> None:
    for endpoint, line in BEHIND.items():
        rule, method = ways(app)[endpoint]
        path = path_of(rule, line.named(town, "own"))
        for token in (None, "nobody-s-token"):
            client = signed_in(app, token)
            answer = client.get(path) if method == "GET" else client.post(path, **line.sent)
            assert answer.location.startswith("/sign-in?next=/"), endpoint


@pytest.mark.parametrize("role", ROLES)
def test_each_role_gets_what_is_declared(app: Flask, town: Crowd, role: str) -> None:
    wrong = []
    for endpoint, line in BEHIND.items():
        for whose in ("own", "other", "absent") if line.named is not nothing else ("own",):
            forget_codes(town)
            may = (whose == "own" and role in line.own) or (
                whose != "absent" and role in line.every
            )
            taken = take(app, town, endpoint, (role, whose))
            if (taken.status in line.said) != may or (not may and taken.status != 404):
                wrong.append(f"{endpoint} {whose}: {taken.status}")
    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
def test_without_the_application_s_checks_the_database_refuses(
    app: Flask, town: Crowd, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "require", lambda *_: None)
    monkeypatch.setattr(door.Visit, "may", lambda *_: True)
    wrong = []
    for endpoint, line in BEHIND.items():
        for whose in ("own", "other"):
            may = role in line.every or (whose == "own" and role in line.own)
            if may or line.named is nothing:
                continue
            taken = take(app, town, endpoint, (role, whose))
            leaked = [one for one in SECRET.get(role, _ALL) if one in taken.shown]
            if leaked or LOOK in taken.shown or taken.before != taken.after or taken.status >= 500:
                wrong.append(f"{endpoint} {whose}: {taken.status} {leaked} {taken}")
    assert wrong == []


def test_a_helper_sees_no_sum_even_without_checks(
    app: Flask, town: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door.Visit, "may", lambda *_: True)
    shown = {
        role: take(app, town, "work.stall", (role, "own")).shown for role in ("owner", "helper")
    }
    total = formats.count(SUMS["own"])
    assert (total in shown["owner"], total in shown["helper"]) == (True, False)
    assert "33.333" in shown["helper"]


def test_open_routes_do_not_look_at_who_comes(app: Flask, town: Crowd) -> None:
    tokens = [None, *(town.sign_in(role) for role in ROLES)]
    for endpoint, path in OPEN.items():
        _, method = ways(app)[endpoint]
        found = set()
        for token in tokens:
            client = signed_in(app, token).client
            with client.get(path) if method == "GET" else client.post(path) as answer:
                found.add(answer.status_code)
        assert len(found) == 1, endpoint


def forget_codes(town: Crowd) -> None:
    """Let the app's code of this half minute count again, and nobody wait."""
    with transaction(town.market.engine) as db:
        db.execute(text("UPDATE credential SET totp_step = 0"))
        db.execute(text("DELETE FROM backoff"))
