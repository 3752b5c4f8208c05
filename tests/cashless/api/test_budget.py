"""The budget of a key: so many calls, the same for all processes, coming back evenly."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from cashless.access import key_budget, tidying
from cashless.db.engine import connect, transaction
from tests.cashless.api.conftest import Program, key_of
from tests.market import Market, at_once
from tests.people import Crowd


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each key ten calls in a quarter of an hour, which no slow machine sits out."""
    monkeypatch.setattr(key_budget, "CALLS", 10)
    monkeypatch.setattr(key_budget, "WINDOW", timedelta(minutes=15))


def test_a_call_too_many_is_refused_and_says_when(app: Flask, crowd: Crowd, few: None) -> None:
    program = Program(app, key_of(crowd, "owner"))
    first = program.get("/key")
    assert first.headers["RateLimit-Policy"] == '"key";q=10;w=900'
    assert first.headers["RateLimit"].startswith('"key";r=9;t=')
    left = [program.get("/key").headers["RateLimit"].split(";")[1] for _ in range(9)]
    assert left == [f"r={n}" for n in range(8, -1, -1)]
    refused = program.get("/key")
    assert (refused.status_code, refused.content_type) == (429, "application/problem+json")
    assert refused.json is not None
    assert refused.json["code"] == "calls_too_many"
    assert 1 <= int(refused.headers["Retry-After"]) <= 90
    assert refused.headers["RateLimit"] == '"key";r=0;t=900'
    assert Program(app, key_of(crowd, "owner")).get("/key").status_code == 200


def test_what_is_refused_is_not_done_and_costs_nothing(
    app: Flask, crowd: Crowd, market: Market, few: None
) -> None:
    program = Program(app, key_of(crowd, "owner"))
    for _ in range(10):
        program.get("/key")
    wanted = {"merchant": crowd.merchants["own"].code, "amount": 10_000}
    assert program.post("/orders", wanted).status_code == 429
    assert market.count('"order"', "kept_reply") == (0, 0)
    with transaction(market.engine) as db:
        db.execute(text("UPDATE key_budget SET full_at = full_at - interval '90 seconds'"))
    assert program.post("/orders", wanted).status_code == 201
    assert program.post("/orders", wanted).status_code == 429


def test_two_processes_count_together(
    crowd: Crowd, market: Market, market_url: str, few: None
) -> None:
    key_of(crowd, "owner")
    ((device,),) = market.rows("SELECT id FROM device WHERE permissions IS NOT NULL")
    engines = [connect(market_url, pool_size=5) for _ in range(2)]

    def calls(number: int) -> int:
        done = 0
        for _ in range(5):
            with transaction(engines[number % 2]) as db:
                done += key_budget.take(db, device).wait == 0
        return done

    assert sum(at_once(6, calls)) == 10
    for engine in engines:
        engine.dispose()


def test_budgets_and_replies_are_forgotten_when_their_time_is_over(
    app: Flask, crowd: Crowd, market: Market
) -> None:
    program = Program(app, key_of(crowd, "owner"))
    wanted = {"merchant": crowd.merchants["own"].code, "amount": 10_000}
    first = program.post("/orders", wanted)
    with transaction(market.engine) as db:
        tidying.tidy(db)
    assert program.post("/orders", wanted).data == first.data
    with transaction(market.engine) as db:
        db.execute(text("UPDATE kept_reply SET at = at - interval '73 hours'"))
        db.execute(text("UPDATE key_budget SET full_at = full_at - interval '2 hours'"))
        db.execute(
            text(
                "INSERT INTO backoff (key, failures, last_at)"
                " VALUES (decode(repeat('ab', 32), 'hex'), 3, now() - interval '25 hours')"
            )
        )
        assert tidying.tidy(db) == 3
        assert tidying.tidy(db) == 0
    assert program.post("/orders", wanted).data != first.data
