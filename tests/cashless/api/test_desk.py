"""The clerk's desk over the API: the list, acts once, four eyes, and who may."""

from typing import Any

import pytest
from flask import Flask

from cashless.api import door
from cashless.clock import now
from tests.cashless.api.conftest import Program, key_of
from tests.market import Market, credit
from tests.people import ROLES, Crowd, pay

WHY = "đã xem sao kê"
LARGE = 5_000_000


def calls(market: Market) -> list[tuple[str, str, dict[str, Any] | None]]:
    """Let something wait everywhere; return the permission, path and body of each call."""
    market.hear("momo", credit("momo", 41, amount=LARGE))
    market.settle()
    market.hear("momo", credit("momo", 41, amount=1_000))
    ((payment,),) = market.rows("SELECT max(id) FROM payment")
    ((conflict,),) = market.rows("SELECT max(id) FROM conflict")
    return [
        ("suspense", "/suspense", None),
        ("suspense", "/conflicts", None),
        ("suspense", "/proposals", None),
        (
            "resolve",
            f"/suspense/{payment}/acts",
            {"act": "return", "why": WHY, "reference": "UNC 17"},
        ),
        ("resolve", f"/conflicts/{conflict}/decision", {"stands": "first", "why": WHY}),
        ("resolve", "/proposals/0/end", {"verdict": "approved", "why": WHY}),
    ]


@pytest.mark.parametrize("checked", [True, False])
def test_only_clerks_act_and_auditors_look(
    app: Flask, crowd: Crowd, *, checked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the API's check the database says the same."""
    if not checked:
        monkeypatch.setattr(door, "_require", lambda *_: None)
    asked, found = calls(crowd.market), {}
    for role in ROLES:
        program, said = Program(app, key_of(crowd, role)), dict[str, set[int]]()
        for number, (permission, path, body) in enumerate(asked):
            answer = program.post(path, body, f"act-{number:06}") if body else program.get(path)
            said.setdefault(permission, set()).add(answer.status_code)
        found[role] = (said["suspense"], said["resolve"])
    # The clerk's decision waits behind the proposed return, and there is no proposal 0.
    others = dict.fromkeys(ROLES, ({403}, {403}))
    acting = {"auditor": ({200}, {403}), "clerk": ({200}, {200, 409, 404})}
    assert found == {**others, **acting}
    assert crowd.market.count("proposal") == (1,)


def test_a_payment_is_listed_with_suggestions_and_assigned_once(app: Flask, crowd: Crowd) -> None:
    pay(crowd)
    own = crowd.merchants["own"]
    near = credit("agribank", 9, amount=70_000, account="7704205001235", occurred_at=now())
    crowd.market.hear("agribank", near)
    crowd.market.settle()
    program = Program(app, key_of(crowd, "clerk"))
    listed = program.get("/suspense?provider=agribank&place=RS").json
    assert listed is not None
    (one,) = listed["items"]
    assert (one["amount"], one["reason"], listed["next"]) == (70_000, "account_unknown", None)
    assert [(said["merchant"], said["rule"]) for said in one["suggestions"]] == [
        (own.code, "account_near")
    ]
    wanted = {"act": "assign", "why": WHY, "merchant": own.code, "seen": one["seen"]}
    path = f"/suspense/{one['id']}/acts"
    first, again = program.post(path, wanted), program.post(path, wanted)
    assert (first.status_code, first.json and first.json["state"]) == (200, "done")
    assert (again.data, again.headers["Idempotency-Replayed"]) == (first.data, "true")
    gone = {"act": "return", "why": WHY, "reference": "UNC 17", "seen": one["seen"]}
    other = program.post(path, gone, "order-0002")
    assert (other.status_code, other.json and other.json["code"]) == (409, "payment_moved_on")
    assert crowd.market.balances(own.code)["Income:Sales"] == -114_444
    undone = program.post(path, {"act": "undo", "why": WHY}, "order-0003")
    assert undone.status_code == 200
    pages = program.get("/suspense?limit=1").json
    assert pages is not None
    rest = program.get(f"/suspense?limit=1&after={pages['next']}").json
    assert rest is not None
    assert [pages["items"][0]["provider"], rest["items"][0]["id"]] == ["momo", one["id"]]


def test_a_large_act_waits_for_another_person(app: Flask, crowd: Crowd) -> None:
    crowd.add("second", "clerk")
    path, body = calls(crowd.market)[3][1:]
    first, second = (Program(app, key_of(crowd, name)) for name in ("clerk", "second"))
    proposed = first.post(path, body)
    assert proposed.json is not None
    assert (proposed.json["state"], proposed.json["needs_second"]) == ("waiting", True)
    (waits,) = (second.get("/proposals").json or {})["items"]
    assert waits == proposed.json
    end, agree = f"/proposals/{waits['id']}/end", {"verdict": "approved", "why": WHY}
    own = first.post(end, agree, "order-0002")
    assert (own.status_code, own.json and own.json["code"]) == (403, "proposal_own")
    done = second.post(end, agree)
    assert (done.status_code, done.json and done.json["state"]) == (200, "approved")
    returned = crowd.market.balances("platform")["Assets:Returned:Momo"]
    assert returned == -LARGE


def test_a_conflict_is_shown_in_both_tellings_and_decided(app: Flask, crowd: Crowd) -> None:
    for amount in (2_000, 3_000):
        crowd.market.hear("momo", credit("momo", 42, amount=amount))
        crowd.market.settle()
    program = Program(app, key_of(crowd, "clerk"))
    (one,) = (program.get("/conflicts").json or {})["items"]
    assert (one["differs"], one["first"]["amount"], one["second"]["amount"]) == (
        ["amount"],
        2_000,
        3_000,
    )
    path = f"/conflicts/{one['id']}/decision"
    decided = program.post(path, {"stands": "second", "why": WHY})
    assert (decided.status_code, decided.json and decided.json["act"]) == (200, "second")
    assert (program.get("/conflicts").json or {})["items"] == []
    assert crowd.market.balances("platform")["Liabilities:Suspense"] == -3_000


@pytest.mark.parametrize("number", ["0", "x", "9" * 19, "-1"])
def test_what_is_no_number_is_not_there(app: Flask, crowd: Crowd, number: str) -> None:
    program = Program(app, key_of(crowd, "clerk"))
    for path, body in (
        (f"/suspense/{number}/acts", {"act": "undo", "why": WHY}),
        (f"/conflicts/{number}/decision", {"stands": "first", "why": WHY}),
        (f"/proposals/{number}/end", {"verdict": "declined", "why": WHY}),
    ):
        assert program.post(path, body).status_code == 404
