"""How a call is read and an error told: every wrong field with its place, and no second reading."""

from typing import Any

import pytest
from flask import Flask

from cashless.api.faults import POINTERS
from cashless.api.operations import OPERATIONS
from tests.cashless.api.conftest import Program, document, key_of, said
from tests.cashless.api.test_writes import new
from tests.market import Market
from tests.people import Crowd


def places(told: dict[str, Any]) -> dict[str, str]:
    """Return where the faults of an answer are: pointer or parameter -> code."""
    return {one.get("pointer", one.get("parameter")): one["code"] for one in told.get("errors", [])}


def test_every_wrong_field_is_told_at_once_in_both_languages(app: Flask, crowd: Crowd) -> None:
    body = {
        "name": " ",
        "category": "company",
        "stall": None,
        "account": {"bin": 970405, "number": "x" * 20, "~/a": 1},
        "colour": "red",
    }
    told = document(Program(app, key_of(crowd, "board")).post("/merchants", body))
    assert places(told) == {
        "/name": "field_form",
        "/category": "field_choice",
        "/stall": "field_null",
        "/place": "field_missing",
        "/account/bin": "field_type",
        "/account/number": "field_form",
        "/account/holder": "field_missing",
        "/account/?": "field_unknown",  # a name that is none is not repeated
        "/colour": "field_unknown",
    }
    assert all(one["detail"] and one["detail_vi"] for one in told["errors"])


@pytest.mark.parametrize(
    ("wanted", "pointer", "code"),
    [
        ({"stall": "RS-01"}, "/stall", "stall_taken"),
        (
            {"account": {"bin": "123456", "number": "1", "holder": "A"}},
            "/account/bin",
            "bank_unknown",
        ),
        (
            {"account": {"bin": "970405", "number": "7704205001234", "holder": "A"}},
            "/account/number",
            "account_taken",
        ),
    ],
)
def test_a_problem_about_one_field_says_which(
    app: Flask, crowd: Crowd, wanted: dict[str, object], pointer: str, code: str
) -> None:
    told = document(Program(app, key_of(crowd, "board")).post("/merchants", new(**wanted)))
    assert places(told) == {pointer: code}
    assert code in POINTERS


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("limit=0&after=%0A", {"limit": "field_range", "after": "field_form"}),
        ("limit=1&limit=2", {"limit": "field_twice"}),
        ("from=2026-02-30", {"from": "field_type"}),
        ("status=lost", {"status": "field_choice"}),
        ("merchant=MABCDEFG%0A", {"merchant": "field_form"}),
        ("since=2026-01-01", {"since": "field_unknown"}),
    ],
)
def test_parameters_are_read_strictly(
    app: Flask, crowd: Crowd, query: str, wrong: dict[str, str]
) -> None:
    answer = Program(app, key_of(crowd, "owner")).get(f"/orders?{query}")
    assert said(answer) == (422, "fields_invalid")
    assert places(document(answer)) == wrong


def test_a_line_break_behind_a_code_is_no_code(app: Flask, crowd: Crowd) -> None:
    program = Program(app, key_of(crowd, "owner"))
    wanted = {"merchant": f"{crowd.merchants['own'].code}\n", "amount": 1, "note": "cá\n"}
    told = document(program.post("/orders", wanted))
    assert places(told) == {"/merchant": "field_form", "/note": "field_form"}


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("[" * 60_000, (400, "json_depth")),
        ('{"note": ' + "[" * 17 + "]" * 17 + "}", (400, "json_depth")),
        ('{"amount": 12345678901234567890}', (400, "json_number")),
        ('{"amount": 1e999}', (400, "json_number")),
        ('{"amount": 1, "Amount": 2}', (400, "json_duplicate_key")),
        ('{"note": "\\ud800"}', (400, "json_surrogate")),
        ('{"note": "' + "x" * 65_536 + '"}', (413, "body_too_large")),
        ('{"note": "' + "x" * 1_048_576 + '"}', (413, "body_too_large")),
    ],
)
def test_what_no_program_means_to_send_is_refused(
    app: Flask, crowd: Crowd, market: Market, body: str, told: tuple[int, str]
) -> None:
    assert said(Program(app, key_of(crowd, "owner")).post("/orders", body)) == told
    assert market.count('"order"', "kept_reply") == (0, 0)


def test_a_packed_body_is_refused(app: Flask, crowd: Crowd) -> None:
    program = Program(app, key_of(crowd, "owner"))
    head = {"Idempotency-Key": "order-0001", "Content-Encoding": "gzip"}
    assert said(program.send("POST", "/orders", "{}", **head)) == (415, "type_unknown")


def test_head_says_what_get_says_without_the_body(app: Flask, crowd: Crowd) -> None:
    program = Program(app, key_of(crowd, "owner"))
    path = f"/merchants/{crowd.merchants['own'].code}"
    get, head = program.get(path), program.send("HEAD", path, "")
    assert (head.status_code, head.data) == (200, b"")
    for name in ("ETag", "Content-Type", "Content-Length", "Cache-Control"):
        assert head.headers[name] == get.headers[name]
    assert (
        program.send("HEAD", path, "", **{"If-None-Match": get.headers["ETag"]}).status_code == 304
    )


def test_each_address_says_which_methods_it_takes(app: Flask, crowd: Crowd) -> None:
    program = Program(app, key_of(crowd, "owner"))
    methods: dict[str, set[str]] = {}
    for one in OPERATIONS:
        more = {"HEAD"} if one.method == "GET" else set()
        methods.setdefault(one.rule, {"OPTIONS"}).update({one.method, *more})
    for rule, taken in methods.items():
        path = rule.replace("<int:number>", "1").replace("<code>", "X").replace("<token>", "X")
        asked = program.send("OPTIONS", path, "")
        assert set(asked.headers["Allow"].split(", ")) == taken
        wrong = program.send("DELETE", path, "")
        assert said(wrong) == (405, "method_not_allowed")
        assert set(wrong.headers["Allow"].split(", ")) == taken


def test_the_scheme_of_the_key_is_read_in_any_case(app: Flask, crowd: Crowd) -> None:
    key = key_of(crowd, "owner")
    for head, status in ((f"bearer {key}", 200), (f"BEARER {key}", 200), (f"Basic {key}", 401)):
        answer = app.test_client().get("/api/v1/key", headers={"Authorization": head})
        assert answer.status_code == status


@pytest.mark.parametrize("number", [0, 2**63, 10**40])
def test_a_number_that_no_row_has_is_not_found(app: Flask, crowd: Crowd, number: int) -> None:
    answer = Program(app, key_of(crowd, "owner")).get(f"/account-changes/{number}")
    assert answer.status_code == 404
