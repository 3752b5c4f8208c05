"""Tellings: a person separates what the path has bound, and joins what it has not."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Connection, Engine

from cashless.db.engine import connect, transaction
from cashless.errors import Conflict, Invalid, NotFound, Problem
from cashless.ledger import hand
from cashless.ledger.cause import reason
from providers._protocol import Notification
from tests.market import KEY, SECRETS, Market, at_once, credit
from webhooks import desk, payments, story, suspense, tellings
from webhooks.replay import replay

WHY = reason("cán bộ chợ", "khách đưa hai biên lai")
REFERENCE = "FT26182000001"


@pytest.fixture
def twice(market: Market) -> tuple[int, int]:
    """Two connections tell what looks like one transfer: a payment and its witness."""
    market.register()
    for number, secret in enumerate(("invented one", "invented two"), start=1):
        by = market.connect("agribank", {**SECRETS["agribank"], "secret": secret})
        said = credit("agribank", number, reference=REFERENCE)
        market.keep(replace(by.call(said), notifications=(said,)))
    market.settle()
    return tuple(row[0] for row in market.rows("SELECT id FROM payment ORDER BY id"))


@pytest.fixture
def pair(market: Market) -> tuple[int, int]:
    """One connection tells the same transfer under two ids: two payments."""
    market.register()
    market.hear("agribank", credit("agribank", 1), credit("agribank", 2))
    market.settle()
    return tuple(row[0] for row in market.rows("SELECT id FROM payment ORDER BY id"))


@pytest.fixture
def twin(database_url: str) -> Iterator[Engine]:
    """An empty database to rebuild in."""
    made = connect(database_url, app_role=False)
    yield made
    made.dispose()


def act(market: Market, what: Callable[..., object], *told: object) -> object:
    """Let a person act, then settle."""
    with transaction(market.engine) as db:
        done = what(db, *told)
    market.settle()
    return done


def sold(market: Market) -> int:
    (code,) = market.rows("SELECT code FROM merchant")[0]
    held = market.balances(code)
    return -held.get("Income:Sales", 0) - held.get("Income:Refunds", 0)


def require_rebuilt(market: Market, twin: Engine) -> None:
    assert market.broken() == {}
    with market.engine.begin() as source, twin.connect() as target:
        made = replay(source, target, KEY)
        target.rollback()
    assert (made.turned, made.books.where) == ((), [])


def test_a_separated_witness_is_a_payment_of_its_own_and_never_bound_again(
    market: Market, twice: tuple[int, int], twin: Engine
) -> None:
    assert sold(market) == 50_000
    assert act(market, tellings.separate, twice[1], WHY) == twice[0]
    market.settle()
    assert sold(market) == 100_000
    assert market.count("witness", "separation", "message") == (0, 1, 2)
    with transaction(market.engine) as db:
        assert payments.show(db, twice[1])["state"] == "posted"
    require_rebuilt(market, twin)


def test_what_was_separated_can_be_joined_again_and_separated_again(
    market: Market, twice: tuple[int, int], twin: Engine
) -> None:
    for turn in range(3):
        act(market, tellings.separate, twice[1], WHY)
        assert (sold(market), market.broken()) == (100_000, {}), turn
        act(market, tellings.join, twice[1], twice[0], WHY)
        assert (sold(market), market.broken()) == (50_000, {}), turn
    require_rebuilt(market, twin)


@pytest.mark.parametrize("marked", [False, True])
def test_joining_takes_the_entries_back_by_new_ones(
    market: Market, pair: tuple[int, int], twin: Engine, *, marked: bool
) -> None:
    if marked:
        act(market, hand.not_sale, pair[1], WHY)
    before = market.rows("SELECT book_id, seq, hash FROM entry ORDER BY 1, 2")
    act(market, tellings.join, pair[1], pair[0], WHY)
    after = market.rows("SELECT book_id, seq, hash FROM entry ORDER BY 1, 2")
    assert after[: len(before)] == before
    assert sold(market) == 50_000
    with transaction(market.engine) as db:
        shown, told = payments.show(db, pair[1]), story.tell(db, pair[0])["story"]
        assert [row["id"] for row in payments.listing(db)] == [pair[0]]
    assert (shown["rule"], shown["state"]) == ("witness", "posted")
    assert any("told of it too" in sentence["en"] for sentence in told)
    require_rebuilt(market, twin)


def test_of_two_in_suspense_one_is_left_there(market: Market, twin: Engine) -> None:
    market.hear("agribank", credit("agribank", 1), credit("agribank", 2))
    market.settle()
    one, two = (row[0] for row in market.rows("SELECT id FROM payment ORDER BY id"))
    act(market, tellings.join, two, one, WHY)
    with transaction(market.engine) as db:
        assert [row["id"] for row in suspense.listing(db)] == [one]
    merchant = market.register(written="970405:1112223334445")
    with pytest.raises(Conflict), transaction(market.engine) as db:
        desk.assign(db, two, merchant.code, "thấy biên lai", "an officer")
    assert sum(market.balances("platform").values()) == 0
    assert market.balances("platform")["Assets:Unclaimed:Agribank"] == 50_000
    require_rebuilt(market, twin)


def test_a_joined_refund_gives_the_credit_back_what_it_took(market: Market, twin: Engine) -> None:
    merchant = market.register()
    connected = market.connect("agribank")
    told: list[Notification] = [credit("agribank", 1)]
    for number in (2, 3):
        taken = {"kind": "refund", "amount": 20_000, "original": told[0].provider_txn_id}
        told.append(replace(credit("agribank", number), **taken))
    plain = [replace(one, kind="credit", original=None) for one in told]
    calls = [
        replace(connected.call(one), notifications=(said,))
        for one, said in zip(plain, told, strict=True)
    ]
    market.keep(*calls)
    market.settle()
    first, second = (
        row[0] for row in market.rows("SELECT id FROM payment WHERE kind = 'refund' ORDER BY id")
    )
    act(market, tellings.join, second, first, WHY)
    assert market.balances(merchant.code)["Income:Refunds"] == 20_000
    assert market.broken() == {}


def test_what_cannot_be_one_transfer_or_is_no_witness_is_refused(
    market: Market, twice: tuple[int, int]
) -> None:
    one, two = twice
    market.hear("agribank", credit("agribank", 8, amount=1_000), credit("agribank", 9))
    market.settle()
    rows = market.rows("SELECT id FROM payment WHERE id > :id ORDER BY id", id=two)
    cheap, other = (row[0] for row in rows)
    cases: list[tuple[type[Problem], str, Callable[[Connection], object]]] = [
        (Conflict, "not_a_witness", lambda db: tellings.separate(db, one, WHY)),
        (NotFound, "payment_unknown", lambda db: tellings.separate(db, one + 900, WHY)),
        (NotFound, "payment_unknown", lambda db: tellings.join(db, one, one + 900, WHY)),
        (Invalid, "join_unequal", lambda db: tellings.join(db, other, cheap, WHY)),
        (Invalid, "join_unequal", lambda db: tellings.join(db, other, other, WHY)),
        (Conflict, "join_bound", lambda db: tellings.join(db, one, other, WHY)),
        (Conflict, "join_bound", lambda db: tellings.join(db, other, two, WHY)),
    ]
    before = market.count("entry", "match", "witness")
    for kind, code, refused in cases:
        with pytest.raises(kind) as found, transaction(market.engine) as db:
            refused(db)
        assert found.value.code == code
    assert market.count("entry", "match", "witness") == before


def test_a_payment_that_still_waits_or_was_taken_back_from_is_not_joined(
    market: Market, pair: tuple[int, int]
) -> None:
    market.hear("agribank", credit("agribank", 3))
    (waiting,) = market.rows("SELECT max(id) FROM payment")[0]
    with pytest.raises(Conflict) as waits, transaction(market.engine) as db:
        tellings.join(db, waiting, pair[0], WHY)
    connected = market.connect("agribank")
    back = replace(credit("agribank", 5), kind="refund", amount=1_000, original="2")
    call = connected.call(replace(back, kind="credit", original=None))
    market.keep(replace(call, notifications=(back,)))
    market.settle()
    with pytest.raises(Conflict) as taken, transaction(market.engine) as db:
        tellings.join(db, pair[1], pair[0], WHY)
    assert (waits.value.code, taken.value.code) == ("payment_waits", "annul_taken_back")


def test_of_two_people_at_once_one_joins_and_one_separates(
    market: Market, pair: tuple[int, int]
) -> None:
    def rival(_place: int) -> str:
        try:
            with transaction(market.engine) as db:
                tellings.join(db, pair[1], pair[0], WHY)
        except Problem as problem:
            return problem.code
        return "joined"

    assert sorted(at_once(4, rival)) == ["join_bound", "join_bound", "join_bound", "joined"]
    assert (sold(market), market.broken()) == (50_000, {})


def test_a_late_duplicate_of_a_joined_payment_is_still_a_duplicate(
    market: Market, pair: tuple[int, int]
) -> None:
    act(market, tellings.join, pair[1], pair[0], WHY)
    assert market.hear("agribank", credit("agribank", 2)) == ["duplicate"]
    market.settle()
    assert (sold(market), market.broken()) == (50_000, {})
