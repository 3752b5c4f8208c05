"""What a helper and a market board try: yesterday, sums, another account, takings; and get nothing.

Played through the pages, the API with keys of every permission, and plain SQL in their own role.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Connection, text
from werkzeug.test import TestResponse

from cashless.access import api_keys
from cashless.access.acting import acting
from cashless.api.operations import OPERATIONS
from cashless.app import create_app
from cashless.clock import now
from cashless.commands.people_key import PERMISSIONS
from cashless.db.engine import transaction
from cashless.errors import Forbidden
from cashless.settings import Settings
from tests.cashless.web.visitors import signed_in
from tests.market import KEY, Market, credit, market, market_engine, market_url
from tests.people import SUMS, Crowd, crowd, pay

__all__ = ["crowd", "market", "market_engine", "market_url"]

EARLIER = 88_123
SUM = SUMS["own"] + EARLIER
TAKEN = {"33333", "11111", str(SUM), str(EARLIER)}


@pytest.fixture
def app(market: Market, tmp_path: Path) -> Flask:
    return create_app(market.engine, Settings(home=tmp_path, vault_key_given=KEY))


@pytest.fixture
def town(crowd: Crowd) -> Crowd:
    """Two payments of today, one of three days ago, and an order of each of these days."""
    pay(crowd)
    early = credit("agribank", 7, amount=EARLIER, account="7704205001234", occurred_at=now())
    crowd.market.hear("agribank", early)
    crowd.market.settle()
    crowd.market.order(crowd.merchants["own"], 61_000)
    crowd.market.order(crowd.merchants["own"], 62_000)
    as_owner(
        crowd,
        "UPDATE message SET created_at = created_at - interval '3 days' WHERE amount = 88123",
        "UPDATE match SET matched_at = matched_at - interval '3 days' WHERE payment_id ="
        " (SELECT id FROM payment WHERE amount = 88123)",
        "UPDATE \"order\" SET created_at = created_at - interval '3 days' WHERE amount = 61000",
    )
    return crowd


def as_owner(crowd: Crowd, *statements: str) -> None:
    """Do what only the tables' owner may."""
    with crowd.market.engine.connect() as db:
        for one in ("SET LOCAL ROLE NONE", "SET LOCAL session_replication_role = replica"):
            db.exec_driver_sql(one)
        for one in statements:
            db.exec_driver_sql(one)
        db.commit()


@contextmanager
def person(town: Crowd, role: str) -> Iterator[Connection]:
    with transaction(town.market.engine) as db, acting(db, town.sign_in(role)):
        yield db


def key_of(town: Crowd, role: str) -> dict[str, str]:
    """Give somebody a key with every permission there is; what counts is the role."""
    with transaction(town.market.engine) as db:
        key = api_keys.add(db, town.everybody[role].id, "mọi quyền", PERMISSIONS, 30)
    return {"Authorization": f"Bearer {key}"}


def everything(app: Flask, town: Crowd, role: str) -> dict[str, str]:
    """Open every page and ask every call that only reads; return what was shown."""
    client, key = signed_in(app, town.sign_in(role)).client, key_of(town, role)
    code, shown = town.merchants["own"].code, {}
    orders = [row[0] for row in town.market.rows('SELECT code FROM "order"')]
    for rule in app.url_map.iter_rules():
        behind = rule.endpoint.split(".")[0] not in {"public", "stands", "merchant", "webhooks"}
        if "GET" not in (rule.methods or ()) or not behind or rule.endpoint == "static":
            continue
        for order in orders if "order" in rule.endpoint else [code]:
            parts = rule.rule.replace("<int:", "<").split("<")
            path = parts[0] + "".join(_thing(one, code, order) for one in parts[1:])
            answer: TestResponse = client.get(path, headers=key)
            shown[f"{rule.endpoint} {order}"] = answer.text
    return shown


def _thing(part: str, code: str, order: str) -> str:
    name, _, rest = part.partition(">")
    known = {
        "merchant": code,
        "code": order,
        "place": "RS",
        "ward": "30742",
        "provider": "agribank",
    }
    return known.get(name, "1") + rest


def amounts_in(shown: dict[str, str]) -> set[str]:
    plain = json.dumps(list(shown.values())).replace(".", "")
    return {one for one in TAKEN if one in plain}


def test_a_helper_sees_today_s_payments_no_sum_and_nothing_of_earlier_days(
    town: Crowd, app: Flask
) -> None:
    shown = everything(app, town, "helper")
    assert amounts_in(shown) == {"33333", "11111"}
    told = json.dumps(shown)
    assert ("62000" in told, "61000" in told) == (True, False)


def test_a_helper_s_rows_hold_no_book_and_no_earlier_day(town: Crowd) -> None:
    asked = (
        "SELECT (SELECT count(*) FROM book), (SELECT count(*) FROM transfer),"
        " (SELECT count(*) FROM account_day), (SELECT count(*) FROM day_close),"
        " (SELECT count(*) FROM message WHERE amount = 88123),"
        " (SELECT count(*) FROM payment WHERE amount = 88123),"
        ' (SELECT count(*) FROM "order" WHERE amount = 61000)'
    )
    with person(town, "helper") as db:
        assert tuple(db.execute(text(asked)).one()) == (0,) * 7


ACCOUNT = [
    "UPDATE receiving_account SET holder = 'KE GIAN'",
    (
        "INSERT INTO receiving_account (merchant_id, bin, number, holder)"
        " VALUES (:own, '970405', '7704209999999', 'KE GIAN')"
    ),
    (
        "INSERT INTO account_change (merchant_id, old_account_id, new_account_id, requested_by,"
        " requested_at, why) SELECT :own, id, id, :code, now(), 'cho tôi' FROM receiving_account"
    ),
    "UPDATE account_change_step SET who = 'x'",
    "UPDATE stand SET account_id = 1",
]


@pytest.mark.parametrize("number", range(len(ACCOUNT)))
def test_a_helper_changes_no_account(town: Crowd, number: int) -> None:
    row = {"own": town.merchants["own"].id, "code": town.everybody["helper"].code}
    before = town.market.rows("SELECT * FROM receiving_account ORDER BY id")
    with pytest.raises(Forbidden, match="not_yours"), person(town, "helper") as db:
        db.execute(text(ACCOUNT[number]), row)
    assert town.market.rows("SELECT * FROM receiving_account ORDER BY id") == before


@pytest.mark.parametrize("role", ["helper", "board"])
def test_no_key_of_theirs_gets_around_the_role(town: Crowd, app: Flask, role: str) -> None:
    """Every writing call of the API, with a body that would do harm: nothing is changed."""
    state = "SELECT (SELECT count(*) FROM receiving_account), (SELECT count(*) FROM account_change)"
    before, key = town.market.rows(state), key_of(town, role)
    merchant = town.merchants["other"].code
    body = {"merchant": merchant, "account": "970405:7704209999999", "holder": "KE GIAN"}
    for one in (one for one in OPERATIONS if one.method != "GET"):
        path = f"/api/v1{one.rule}".replace("<code>", merchant).replace("<int:number>", "1")
        headers = {**key, "Idempotency-Key": "k" * 12, "If-Match": '"x"'}
        answer = app.test_client().open(
            path,
            method=one.method,
            json={**body, "amount": 1000, "why": "đổi cho tôi"},
            headers=headers,
        )
        assert 400 <= answer.status_code < 500, (path, answer.status_code)
    assert town.market.rows(state) == before


def test_after_midnight_a_helper_s_device_and_key_open_nothing(town: Crowd, app: Flask) -> None:
    client, key = signed_in(app, town.sign_in("helper")), key_of(town, "helper")
    path, call = f"/my/{town.merchants['own'].code}", "/api/v1/merchants"
    assert client.get(path).status_code == 200
    assert app.test_client().get(call, headers=key).status_code == 200
    as_owner(
        town,
        "UPDATE role_grant SET valid_from = today_begins() - interval '1 day',"
        " valid_until = today_begins() WHERE role = 'helper'",
    )
    assert client.get(path).status_code == 404
    assert client.post(f"{path}/orders", amount="20000").status_code == 404
    assert app.test_client().get(call, headers=key).status_code == 403
    with transaction(town.market.engine) as db, acting(db, town.tokens["helper"]):
        assert db.execute(text("SELECT count(*) FROM merchant")).scalar_one() == 0


def test_the_day_ends_at_midnight_in_vietnam_and_nowhere_else(town: Crowd) -> None:
    """The second before and the second after 17:00 UTC, as the database counts them."""
    ends = town.market.rows("SELECT valid_until FROM role_grant WHERE role = 'helper'")[0][0]
    assert (ends + timedelta(hours=7)).strftime("%H:%M:%S") == "00:00:00"
    live = text(
        "SELECT count(*) FILTER (WHERE valid_until > CAST(:at AS timestamptz)) FROM role_grant"
        " WHERE role = 'helper'"
    )
    with transaction(town.market.engine) as db:
        counts = [
            db.execute(live, {"at": ends + timedelta(seconds=s)}).scalar_one() for s in (-1, 0, 1)
        ]
    assert counts == [1, 0, 0]


def test_a_market_board_sees_no_takings_anywhere(town: Crowd, app: Flask) -> None:
    assert amounts_in(everything(app, town, "board")) == set()
    told = json.dumps(everything(app, town, "board"))
    assert "/m/" not in told
    tables = ("payment", "match", "message", "book", "transfer", "account_day", '"order"')
    asked = ", ".join(f"(SELECT count(*) FROM {one})" for one in tables)  # noqa: S608  our own names
    with person(town, "board") as db:
        assert tuple(db.execute(text(f"SELECT {asked}")).one()) == (0,) * len(tables)


def test_the_control_an_owner_sees_all_of_it(town: Crowd, app: Flask) -> None:
    assert {"33333", "11111", str(SUM)} <= amounts_in(everything(app, town, "owner"))
