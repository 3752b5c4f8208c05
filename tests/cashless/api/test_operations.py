"""The API's answers: lists by pages, things by code, an order once, and who may ask."""

import re

import pytest
from flask import Flask
from sqlalchemy import text

from cashless.access import devices, grants
from cashless.access.grants import Wish
from cashless.api.operations import OPERATIONS
from cashless.db.engine import transaction
from merchants import print_run
from merchants.print_run import Wish as Print
from tests.cashless.api.conftest import Program, key_of
from tests.market import KEY, Market, at_once
from tests.people import Crowd

PROBLEM = "application/problem+json"


def ask(crowd: Crowd, whose: str = "own", **more: object) -> dict[str, object]:
    return {"merchant": crowd.merchants[whose].code, "amount": 20_000, **more}


def test_the_auditor_reads_pages_of_merchants_to_the_end(app: Flask, crowd: Crowd) -> None:
    program = Program(app, key_of(crowd, "auditor"))
    codes = sorted(one.code for one in crowd.merchants.values())
    first = program.get("/merchants?limit=1").json
    assert first is not None
    assert [one["code"] for one in first["items"]] == codes[:1]
    second = program.get(f"/merchants?limit=1&after={first['next']}").json
    assert second is not None
    assert ([one["code"] for one in second["items"]], second["next"]) == (codes[1:], None)
    of_place = program.get("/merchants?place=VT").json
    assert of_place is not None
    assert [one["stall"] for one in of_place["items"]] == ["VT-01"]


def test_a_merchant_with_two_stalls_is_one(app: Flask, crowd: Crowd, market: Market) -> None:
    with transaction(market.engine) as db:
        db.execute(text("INSERT INTO stall (place_code, code) VALUES ('RS', 'RS-02')"))
        db.execute(
            text(
                "INSERT INTO tenancy (stall_id, merchant_id, during)"
                " SELECT s.id, m.id, '[2020-01-01,)' FROM stall s, merchant m"
                " WHERE s.code = 'RS-02' AND m.code = :code"
            ),
            {"code": crowd.merchants["own"].code},
        )
    found = Program(app, key_of(crowd, "board")).get("/merchants").json
    assert found is not None
    assert [one["stall"] for one in found["items"]] == ["RS-01"]


def test_places_accounts_and_stands_are_read_by_whom_they_concern(
    app: Flask, crowd: Crowd, market: Market
) -> None:
    code = crowd.merchants["own"].code
    with transaction(market.engine) as db:
        (printed,) = print_run.issue(db, Print("chú Hùng", KEY, merchant=code))
    program = Program(app, key_of(crowd, "owner"))
    assert program.get("/places").json == {
        "items": [{"code": "RS", "kind": "market", "name": "Chợ RS", "market_class": None}],
        "next": None,
    }
    accounts = program.get(f"/merchants/{code}/accounts").json
    assert accounts is not None
    assert [one["bin"] for one in accounts["items"]] == ["970405"]
    stand = program.get(f"/stands/{printed.token}").json
    assert stand is not None
    assert (stand["merchant"], stand["state"]) == (code, "issued")
    listed = program.get("/places/RS/stands").json
    assert listed is not None
    assert listed["items"] == [stand]
    other = Program(app, key_of(crowd, "ward"))
    assert other.get(f"/stands/{printed.token}").status_code == 403


def test_an_order_is_made_once_for_one_key(app: Flask, crowd: Crowd, market: Market) -> None:
    program = Program(app, key_of(crowd, "owner"))
    first = program.post("/orders", ask(crowd, note="cá lóc"))
    again = program.post("/orders", ask(crowd, note="cá lóc"))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.data == again.data
    assert again.headers["Idempotency-Replayed"] == "true"
    reused = program.post("/orders", ask(crowd, note="cá rô"))
    assert (reused.status_code, reused.json and reused.json["code"]) == (
        422,
        "idempotency_key_reused",
    )
    assert program.post("/orders", ask(crowd), name="order-0002").status_code == 201
    assert market.count('"order"')[0] == 2
    seen = program.get(f"/orders/{first.json['code']}").json  # type: ignore[index]  # it is JSON
    assert seen == first.json


def test_a_till_needs_no_more_than_to_ask(app: Flask, crowd: Crowd) -> None:
    till = Program(app, key_of(crowd, "owner", "orders", "registry"))
    made = till.post("/orders", ask(crowd))
    assert made.status_code == 201
    assert till.get(f"/orders/{made.json['code']}").status_code == 403  # type: ignore[index]  # JSON


def test_many_at_once_with_one_key_make_one_order(app: Flask, crowd: Crowd, market: Market) -> None:
    program, wanted = Program(app, key_of(crowd, "helper")), ask(crowd)
    answers = at_once(6, lambda _: program.post("/orders", wanted))
    assert {(one.status_code, one.data) for one in answers} == {(201, answers[0].data)}
    assert market.count('"order"')[0] == 1


def test_what_failed_is_not_kept(app: Flask, crowd: Crowd, market: Market) -> None:
    program = Program(app, key_of(crowd, "owner"))
    with transaction(market.engine) as db:
        db.execute(text("UPDATE merchant SET status = 'closed'"))
    closed = program.post("/orders", ask(crowd))
    assert (closed.status_code, closed.content_type) == (409, PROBLEM)
    with transaction(market.engine) as db:
        db.execute(text("UPDATE merchant SET status = 'active'"))
    assert program.post("/orders", ask(crowd)).status_code == 201


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ('{"amount": 1, "amount": 2, "merchant": "M2345678"}', 400, "json_duplicate_key"),
        ('{"amount": NaN}', 400, "json_constant"),
        ('{"amount": 1', 400, "json_syntax"),
        ("", 400, "json_syntax"),
        ('{"amount": 1.0, "merchant": "MABCDEFG"}', 422, "fields_invalid"),
        ('{"amount": "1", "merchant": "MABCDEFG"}', 422, "fields_invalid"),
        ('{"amount": true, "merchant": "MABCDEFG"}', 422, "fields_invalid"),
        ('{"amount": 0, "merchant": "MABCDEFG"}', 422, "fields_invalid"),
        ('{"amount": 1, "merchant": "MABCDEFG", "paid": 1}', 422, "fields_invalid"),
        ('{"amount": 1, "merchant": "MABCDEFG", "note": "a\\u202eb"}', 422, "fields_invalid"),
        ("[]", 422, "fields_invalid"),
        ('{"amount": 1, "merchant": "MABCDEFG"}', 404, "merchant_unknown"),
    ],
)
def test_a_body_is_read_strictly(
    app: Flask, crowd: Crowd, body: str, status: int, code: str
) -> None:
    answer = Program(app, key_of(crowd, "owner")).post("/orders", body)
    assert answer.content_type == PROBLEM
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (status, code)


def test_other_types_and_unnamed_acts_are_refused(app: Flask, crowd: Crowd) -> None:
    program = Program(app, key_of(crowd, "owner"))
    head = {"Authorization": f"Bearer {program.key}", "Idempotency-Key": "order-0001"}
    form = app.test_client().post("/api/v1/orders", headers=head, data={"amount": "1"})
    assert (form.status_code, form.content_type) == (415, PROBLEM)
    assert program.post("/orders", ask(crowd), name="short").status_code == 422
    assert program.get("/merchants?limit=0").status_code == 422
    assert program.get("/merchants?colour=red").status_code == 422


def test_an_answer_that_has_not_changed_is_not_sent_again(app: Flask, crowd: Crowd) -> None:
    program = Program(app, key_of(crowd, "owner"))
    first = program.get("/places")
    again = program.get("/places", **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_without_a_key_that_counts_nothing_is_answered(app: Flask, crowd: Crowd) -> None:
    key = key_of(crowd, "owner")
    with transaction(crowd.market.engine) as db:
        devices.revoke_all(db, crowd.everybody["owner"].id)
    for one in (None, "", "x", key, crowd.sign_in("owner")):
        for operation in OPERATIONS:
            path = f"/api/v1{re.sub('<[a-z:]+>', '1', operation.rule)}"
            head = {} if one is None else {"Authorization": f"Bearer {one}"}
            answer = app.test_client().open(path, method=operation.method, headers=head)
            assert (answer.status_code, answer.content_type) == (401, PROBLEM)
            assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_key_does_not_open_a_page(app: Flask, crowd: Crowd) -> None:
    client = app.test_client()
    client.set_cookie("cashless_device", key_of(crowd, "owner"))
    assert client.get("/me").location == "/sign-in?next=/me"


def test_a_key_uses_only_the_permissions_it_was_given(
    app: Flask, crowd: Crowd, market: Market
) -> None:
    reads = Program(app, key_of(crowd, "owner", "registry"))
    assert reads.get("/places").status_code == 200
    refused = reads.post("/orders", ask(crowd))
    assert (refused.status_code, refused.json and refused.json["code"]) == (
        403,
        "permission_missing",
    )
    with transaction(market.engine) as db:
        grants.add(db, crowd.everybody["owner"].id, Wish("auditor", "chú Hùng", "được giao"))
    assert reads.post("/orders", ask(crowd)).status_code == 403


def test_the_description_names_every_route(app: Flask) -> None:
    described = app.test_client().get("/api/openapi.json").json
    assert described is not None
    assert described["openapi"] == "3.1.0"
    told = {
        (path, method)
        for path, operations in described["paths"].items()
        for method in operations
        if method != "parameters"
    }
    asked = {(f"/api/v1{_path(one.rule)}", one.method.lower()) for one in OPERATIONS}
    assert told == asked


def _path(rule: str) -> str:
    return re.sub(r"<(?:int:)?([a-z]+)>", r"{\1}", rule)
