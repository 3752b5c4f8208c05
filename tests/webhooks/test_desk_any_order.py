"""Whatever people do at the desk, in whatever order: nothing is lost, and a replay agrees."""

from collections.abc import Iterator
from contextlib import suppress

import psycopg
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from psycopg import sql
from sqlalchemy import Engine, make_url

from cashless.clock import day_bounds
from cashless.db.engine import connect, transaction
from cashless.errors import Problem
from cashless.ledger import closing
from cashless.ledger.cause import reason
from cashless.ledger.closing import Wish as Closing
from cashless.ledger.hand import not_sale, sale_again
from cashless.reports.invariants import check
from tests.conftest import TEMPLATE
from tests.market import KEY, MOMENT, Market, account, credit, empty
from webhooks import conflicts, desk
from webhooks.desk import Target, Word
from webhooks.replay import replay

WORD = Word("đã xem giấy tờ", "chị Lan")
acts = st.lists(
    st.tuples(
        st.sampled_from(
            ["assign", "order", "return", "undo", "first", "second", "mark", "unmark", "close"]
        ),
        st.integers(0, 2),
    ),
    min_size=1,
    max_size=12,
)
few = hypothesis_settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def opened(market: Market, url: str) -> tuple[str, str]:
    """Let three payments come, each told twice; return a merchant and an order of theirs."""
    empty(url)
    market.connected.clear()
    merchant = market.register("Anh Năm", account("agribank"))
    order = market.order(merchant, 80_000)
    for number, place in enumerate(("99", None, "98")):
        told = {"account": place} if place else {}
        market.hear("agribank", credit("agribank", number, **told))
        market.settle()
        market.hear("agribank", credit("agribank", number, **told, amount=60_000 + number))
    return merchant.code, order.code


def act(market: Market, name: str, place: int, whose: tuple[str, str]) -> None:
    """Do one act with one of the payments; one that is refused leaves no trace."""
    payment = market.rows("SELECT id FROM payment ORDER BY id")[place][0]
    conflict = market.rows("SELECT id FROM conflict ORDER BY id")[place][0]
    with suppress(Problem), transaction(market.engine) as db:
        {
            "assign": lambda: desk.give(db, payment, Target(whose[0]), WORD),
            "order": lambda: desk.give(db, payment, Target(*whose), WORD),
            "return": lambda: desk.give_back(db, payment, "UNC 17", WORD),
            "undo": lambda: desk.undo(db, payment, WORD),
            "first": lambda: conflicts.decide(db, conflict, "first", WORD),
            "second": lambda: conflicts.decide(db, conflict, "second", WORD),
            "mark": lambda: not_sale(db, payment, reason("chị Tư", "tiền nhà")),
            "unmark": lambda: sale_again(db, payment, reason("chị Tư", "nhầm")),
            "close": lambda: closing.close(
                db, whose[0], Closing(MOMENT.date(), "chị Tư", day_bounds(MOMENT.date())[1])
            ),
        }[name]()


def figures(market: Market) -> dict[str, int]:
    with transaction(market.engine) as db:
        told = check(db)["I3"].figures
    return {name: int(str(told[name])) for name in ("arrived", "posted", "suspense", "returned")}


@few
@given(acts)
def test_any_acts_keep_arrivals_where_they_belong(
    market: Market, market_url: str, told: list[tuple[str, int]]
) -> None:
    whose = opened(market, market_url)
    for name, place in told:
        act(market, name, place, whose)
    found = figures(market)
    assert found["arrived"] == found["posted"] + found["suspense"] + found["returned"]
    assert market.broken() == {}


@pytest.fixture
def target(server_url: str) -> Iterator[Engine]:
    """An empty, migrated database of its own, as its owner."""
    with psycopg.connect(server_url, autocommit=True) as owner:
        owner.execute("DROP DATABASE IF EXISTS replayed_desk WITH (FORCE)")
        owner.execute(
            sql.SQL("CREATE DATABASE replayed_desk TEMPLATE {}").format(sql.Identifier(TEMPLATE))
        )
    url = make_url(server_url).set(database="replayed_desk")
    engine = connect(url.render_as_string(hide_password=False), app_role=False)
    yield engine
    engine.dispose()


EVERYTHING = [
    *[("assign", 0), ("undo", 0), ("order", 0), ("order", 2), ("undo", 0), ("return", 0)],
    *[("undo", 0), ("order", 0), ("second", 0), ("second", 1), ("first", 2), ("close", 0)],
    *[("undo", 2), ("assign", 0), ("mark", 0), ("undo", 0), ("unmark", 0), ("undo", 0)],
    ("return", 2),
]


def test_a_replay_after_every_act_has_the_same_hashes(
    market: Market, market_url: str, target: Engine
) -> None:
    whose = opened(market, market_url)
    for name, place in EVERYTHING:
        act(market, name, place, whose)
    kinds = {kind for (kind,) in market.rows("SELECT DISTINCT kind FROM entry")}
    assert kinds >= {"undo", "return", "correction", "release", "sale", "not_sale", "sale_again"}
    assert market.count("day_close", "conflict_decision") == (1, 3)
    with transaction(market.engine) as source, transaction(target) as blank:
        found = replay(source, blank, KEY)
    assert (found.is_same, found.books.where, found.turned) == (True, [], ())
    assert Market(target).broken() == {}
