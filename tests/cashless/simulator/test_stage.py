"""The stage: what is missing is registered, what is there is found, nothing is added twice."""

from datetime import timedelta

from sqlalchemy import Engine, text

from cashless.clock import now
from cashless.db.engine import transaction
from cashless.simulator.people import market
from cashless.simulator.plan import Wish, morning_before, plan
from cashless.simulator.stage import open_orders, prepare
from merchants import orders, register

KEY = bytes(32)
TOWN = market(1, 0.1)


def test_a_market_is_registered_once_however_often_it_is_prepared(engine: Engine) -> None:
    first = prepare(engine, KEY, TOWN, now())
    second = prepare(engine, KEY, TOWN, now())
    with transaction(engine) as db:
        listed = register.listing(db)
    assert first.merchants == second.merchants
    assert {one.code for one in listed} == set(first.merchants.values())
    assert len(listed) == len(TOWN.stallholders)


def test_every_merchant_stands_at_a_stall_and_the_last_one_is_closed(engine: Engine) -> None:
    stage = prepare(engine, KEY, TOWN, now())
    with transaction(engine) as db:
        listed = {one.code: one for one in register.listing(db)}
    assert all(one.stall and one.place for one in listed.values())
    closed = [code for code, one in listed.items() if one.status == "closed"]
    assert closed == [stage.merchants[TOWN.closed_one.number]]


def test_a_stall_that_somebody_holds_is_left_to_them(engine: Engine) -> None:
    prepare(engine, KEY, TOWN, now())
    taken = TOWN.stallholders[0]
    other = market(1, 0.1).stallholders[0].with_accounts(market(2, 0.1).stallholders[0].accounts)
    town = type(TOWN)(TOWN.sites, (other, *market(9, 0.1).stallholders[1:]))
    stage = prepare(engine, KEY, town, now())
    with transaction(engine) as db:
        assert register.find(db, stage.merchants[other.number]).stall is None
        holders = [one for one in register.listing(db) if one.stall == taken.stall]
    assert len(holders) == 1


def test_orders_that_shall_have_expired_have(engine: Engine) -> None:
    at = now()
    made = plan(TOWN, 1, Wish(60, 5), morning_before(at, at - timedelta(hours=6)))
    stage = prepare(engine, KEY, TOWN, at)
    open_orders(engine, stage, made.orders)
    with transaction(engine) as db:
        found = {one.number: orders.find(db, stage.orders[one.number]) for one in made.orders}
        illegal = db.execute(text('SELECT count(*) FROM "order" WHERE expires_at <= created_at'))
    wanted = {one.number: "expired" if one.expired else "open" for one in made.orders}
    assert {number: one.status(at) for number, one in found.items()} == wanted
    assert illegal.scalar_one() == 0
    assert "expired" in wanted.values()
