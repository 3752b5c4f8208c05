"""What programs write: registered, changed, closed, proposed, issued, revoked, cancelled."""

import pytest
from flask import Flask
from sqlalchemy import text

from cashless.db.engine import transaction
from merchants import account_changes, register
from tests.cashless.api.conftest import Program, document, key_of, said
from tests.market import Market, at_once
from tests.people import Crowd, pay

ACCOUNT = {"bin": "970405", "number": "7704205009999", "holder": "LE VAN BAY"}
WHY = "đã xem giấy tờ"


def new(**more: object) -> dict[str, object]:
    usual = {"name": "Cô Bảy", "category": "seafood", "place": "RS", "stall": "RS-77"}
    return {**usual, **more}


def test_a_board_registers_a_merchant_with_stall_account_and_book(
    app: Flask, crowd: Crowd, market: Market
) -> None:
    board = Program(app, key_of(crowd, "board"))
    made = board.post("/merchants", new(account=ACCOUNT))
    assert made.status_code == 201
    code = document(made)["code"]
    assert made.headers["Location"] == f"/api/v1/merchants/{code}"
    found = board.get(f"/merchants/{code}")
    assert (found.json, found.headers["ETag"]) == (made.json, made.headers["ETag"])
    accounts = document(board.get(f"/merchants/{code}/accounts"))["items"]
    assert accounts == [{**ACCOUNT, "provider": "agribank"}]
    assert market.balances(code) == {}
    assert market.rows(
        "SELECT p.code FROM merchant m JOIN person p ON p.id = m.registered_by WHERE m.code = :c",
        c=code,
    ) == [(crowd.everybody["board"].code,)]
    again = board.post("/merchants", new(account=ACCOUNT))
    assert (again.data, again.headers["Location"]) == (made.data, made.headers["Location"])
    assert again.headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"place": "VT", "stall": "VT-77"}, (404, "place_unknown")),
        ({"stall": "RS-01"}, (409, "stall_taken")),
        ({"stall": "VT-01"}, (403, "not_yours")),
        ({"account": {**ACCOUNT, "bin": "123456"}}, (404, "bank_unknown")),
        ({"account": {**ACCOUNT, "number": "7704205001234"}}, (409, "account_taken")),
        ({"kind": "company"}, (422, "fields_invalid")),
    ],
)
def test_nobody_is_half_registered(
    app: Flask, crowd: Crowd, market: Market, wanted: dict[str, object], told: tuple[int, str]
) -> None:
    tables = ("merchant", "stall", "tenancy", "receiving_account", "book", "kept_reply")
    before = market.count(*tables)
    board = Program(app, key_of(crowd, "board"))
    assert said(board.post("/merchants", new(**wanted))) == told
    assert market.count(*tables) == before
    assert board.post("/merchants", new()).status_code == 201


def test_a_change_names_the_version_it_changes(app: Flask, crowd: Crowd) -> None:
    board, path = Program(app, key_of(crowd, "board")), f"/merchants/{crowd.merchants['own'].code}"
    seen = board.get(path).headers["ETag"]
    assert said(board.patch(path, {"name": "Chị Tư cá"})) == (428, "version_missing")
    changed = board.patch(path, {"name": "Chị Tư cá", "category": "drinks"}, seen)
    assert (changed.status_code, document(changed)["name"]) == (200, "Chị Tư cá")
    assert said(board.patch(path, {"name": "Chị Tư"}, seen)) == (412, "version_stale")
    assert said(board.patch(path, {"name": "Chị Tư"}, f"W/{seen}")) == (412, "version_stale")
    again = board.patch(path, {"name": "Chị Tư"}, changed.headers["ETag"])
    assert document(board.get(path))["name"] == document(again)["name"] == "Chị Tư"
    changes = document(board.get(f"{path}/changes"))["items"]
    assert [(one["field"], one["was"], one["becomes"]) for one in changes] == [
        ("name", "Chị Tư cá", "Chị Tư"),
        ("category", "seafood", "drinks"),
        ("name", "Chị own", "Chị Tư cá"),
    ]
    assert {one["who"] for one in changes} == {crowd.everybody["board"].code}


def test_of_many_who_change_one_version_at_once_one_does(app: Flask, crowd: Crowd) -> None:
    board, path = Program(app, key_of(crowd, "board")), f"/merchants/{crowd.merchants['own'].code}"
    seen = board.get(path).headers["ETag"]
    answers = at_once(5, lambda n: board.patch(path, {"name": f"Chị {n}"}, seen).status_code)
    assert sorted(answers) == [200, 412, 412, 412, 412]


def test_a_change_that_changes_nothing_leaves_no_trace(
    app: Flask, crowd: Crowd, market: Market
) -> None:
    board, path = Program(app, key_of(crowd, "board")), f"/merchants/{crowd.merchants['own'].code}"
    first = board.get(path)
    for body in ({}, {"name": "Chị own"}):
        same = board.patch(path, body, first.headers["ETag"])
        assert (same.status_code, same.json) == (200, first.json)
    assert market.count("merchant_change") == (0,)


def test_a_closed_merchant_asks_for_nothing_until_opened_again(app: Flask, crowd: Crowd) -> None:
    board, owner = Program(app, key_of(crowd, "board")), Program(app, key_of(crowd, "owner"))
    code = crowd.merchants["own"].code
    wanted = {"merchant": code, "amount": 20_000}
    assert document(board.post(f"/merchants/{code}/close", {"why": WHY}))["status"] == "closed"
    refused = board.post(f"/merchants/{code}/close", {"why": WHY}, "close-0002")
    assert said(refused) == (409, "merchant_status_same")
    assert said(owner.post("/orders", wanted)) == (409, "merchant_closed")
    opened = board.post(f"/merchants/{code}/open", {"why": WHY}, "open-0001")
    assert document(opened)["status"] == "active"
    assert owner.post("/orders", wanted).status_code == 201


@pytest.mark.parametrize("status", ["draft", "pending"])
def test_who_is_still_being_registered_is_not_opened_over_the_api(
    app: Flask, crowd: Crowd, market: Market, status: str
) -> None:
    code = crowd.merchants["own"].code
    with transaction(market.engine) as db:
        register.set_status(db, code, status)
    board = Program(app, key_of(crowd, "board"))
    for act in ("open", "close"):
        answer = board.post(f"/merchants/{code}/{act}", {"why": WHY}, f"{act}-0001")
        assert said(answer) == (409, "merchant_in_registration")


def test_the_first_account_is_added_and_another_one_only_proposed(
    app: Flask, crowd: Crowd, market: Market
) -> None:
    board, owner = Program(app, key_of(crowd, "board")), Program(app, key_of(crowd, "owner"))
    code = document(board.post("/merchants", new()))["code"]
    wanted = {"merchant": code, "amount": 20_000}
    for act in ("stands", "account-changes"):
        body = {"why": WHY, **(ACCOUNT if act != "stands" else {})}
        early = board.post(f"/merchants/{code}/{act}", body, f"early-{act}")
        assert said(early) == (409, "account_missing")
    assert board.post(f"/merchants/{code}/accounts", ACCOUNT, "first-001").status_code == 200
    other = {**ACCOUNT, "number": "7704205008888"}
    second = board.post(f"/merchants/{code}/accounts", other, "first-002")
    assert said(second) == (409, "account_present")
    assert said(owner.post("/orders", wanted)) == (404, "merchant_unknown")

    own = crowd.merchants["own"].code
    proposed = owner.post(f"/merchants/{own}/account-changes", {**other, "why": "mất thẻ cũ"})
    assert proposed.status_code == 201
    change = document(proposed)
    assert (change["state"], change["requested_by"], change["same_holder"]) == (
        "requested",
        crowd.everybody["owner"].code,
        False,
    )
    assert proposed.headers["Location"] == f"/api/v1/account-changes/{change['id']}"
    assert document(owner.get(f"/account-changes/{change['id']}")) == change
    assert document(board.get(f"/merchants/{own}/account-changes"))["items"] == [change]
    codes = [one["number"] for one in document(owner.get(f"/merchants/{own}/accounts"))["items"]]
    assert codes == ["7704205001234"]
    again = owner.post(f"/merchants/{own}/account-changes", {**other, "why": WHY}, "other-002")
    assert said(again) == (409, "account_change_open")


def test_of_many_proposals_at_once_one_is_taken(app: Flask, crowd: Crowd, market: Market) -> None:
    owner, path = (
        Program(app, key_of(crowd, "owner")),
        f"/merchants/{crowd.merchants['own'].code}/account-changes",
    )

    def propose(number: int) -> int:
        wanted = {**ACCOUNT, "number": f"770420500{number:04}", "why": "mất thẻ cũ"}
        return owner.post(path, wanted, f"proposal-{number}").status_code

    assert sorted(at_once(5, propose)) == [201, 409, 409, 409, 409]
    assert market.count("account_change") == (1,)


def test_of_many_first_accounts_at_once_one_is_taken(
    app: Flask, crowd: Crowd, market: Market
) -> None:
    board = Program(app, key_of(crowd, "board"))
    code = document(board.post("/merchants", new()))["code"]

    def add(number: int) -> int:
        wanted = {**ACCOUNT, "number": f"770420500{number:04}"}
        return board.post(f"/merchants/{code}/accounts", wanted, f"account-{number}").status_code

    assert sorted(at_once(5, add)) == [200, 409, 409, 409, 409]


def test_stands_are_issued_shown_and_revoked(app: Flask, crowd: Crowd, market: Market) -> None:
    board, code = Program(app, key_of(crowd, "board")), crowd.merchants["own"].code
    (stand,) = document(board.post(f"/merchants/{code}/stands", {}))["items"]
    assert (stand["merchant"], stand["stall"], stand["state"]) == (code, "RS-01", "issued")
    client = app.test_client()
    png, svg = client.get(stand["png"]), client.get(stand["svg"])
    assert png.data.startswith(b"\x89PNG")
    assert svg.data.lstrip().startswith(b"<svg")
    assert svg.content_type.startswith("image/svg+xml")
    again = document(board.post(f"/merchants/{code}/stands", {}, "stands-002"))["items"]
    assert [one["token"] for one in again] == [stand["token"]]
    (anew,) = document(board.post(f"/merchants/{code}/stands", {"why": "bị rách"}, "stands-003"))[
        "items"
    ]
    assert anew["token"] != stand["token"]
    listed = document(board.get(f"/merchants/{code}/stands?revoked=true"))["items"]
    assert {(one["token"], one["state"]) for one in listed} == {
        (stand["token"], "revoked"),
        (anew["token"], "issued"),
    }
    revoked = board.post(f"/stands/{anew['token']}/revoke", {"why": "bị dán đè"}, "revoke-01")
    assert document(revoked)["state"] == "revoked"
    twice = board.post(f"/stands/{anew['token']}/revoke", {"why": "bị dán đè"}, "revoke-02")
    assert said(twice) == (409, "stand_revoked")
    assert document(board.get(f"/merchants/{code}/stands"))["items"] == []
    assert client.get(anew["svg"]).status_code == 404


def test_a_stand_is_tested_for_whoever_sees_it(app: Flask, crowd: Crowd, market: Market) -> None:
    board, code = Program(app, key_of(crowd, "board")), crowd.merchants["own"].code
    (stand,) = document(board.post(f"/merchants/{code}/stands", {}))["items"]
    pay(crowd)
    seen = [
        document(Program(app, key_of(crowd, role)).get(f"/stands/{stand['token']}"))
        for role in ("owner", "helper", "board", "operator", "auditor")
    ]
    assert {(one["state"], one["tested_at"]) for one in seen} == {("tested", seen[0]["tested_at"])}


def test_a_new_tenant_s_stand_ends_the_one_before(app: Flask, crowd: Crowd, market: Market) -> None:
    board = Program(app, key_of(crowd, "board"))
    old = crowd.merchants["own"].code
    (stand,) = document(board.post(f"/merchants/{old}/stands", {}))["items"]
    with transaction(market.engine) as db:
        db.execute(text("UPDATE tenancy SET during = '[2020-01-01,2020-02-01)'"))
    made = board.post("/merchants", new(stall="RS-01", account=ACCOUNT), "merchant-2")
    issued = board.post(f"/merchants/{document(made)['code']}/stands", {}, "stands-002")
    assert issued.status_code == 200
    assert market.rows("SELECT token FROM stand WHERE revoked_at IS NULL") == [
        (document(issued)["items"][0]["token"],)
    ]
    assert stand["token"] != document(issued)["items"][0]["token"]


def test_a_change_that_was_proposed_over_the_api_needs_a_second_person(
    crowd: Crowd, market: Market, app: Flask
) -> None:
    board, code = Program(app, key_of(crowd, "board")), crowd.merchants["own"].code
    other = {**ACCOUNT, "number": "7704205008888", "why": "mất thẻ cũ"}
    number = document(board.post(f"/merchants/{code}/account-changes", other))["id"]
    actor = account_changes.Actor(crowd.everybody["board"].code, WHY)
    with pytest.raises(account_changes.Forbidden), transaction(market.engine) as db:
        account_changes.approve(db, number, actor, other_holder=True)
