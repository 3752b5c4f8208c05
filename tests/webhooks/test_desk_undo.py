"""Returning and undoing at the desk: new entries, true figures, and where it must be refused."""

from datetime import timedelta

import pytest

from cashless.clock import business_date, day_bounds
from cashless.db.engine import transaction
from cashless.errors import Conflict, Invalid
from cashless.ledger import closing, evidence
from cashless.ledger.cause import reason
from cashless.ledger.closing import Wish as Closing
from cashless.ledger.disclosing import book as disclosed
from cashless.ledger.figures import figures
from cashless.ledger.hand import not_sale, sale_again
from cashless.reports import day_close, takings
from merchants import register
from merchants.register import Merchant
from tests.market import MOMENT, Market, account, at_once, credit
from tests.webhooks.test_pairing import hear, taking, with_said
from webhooks import desk, payments, story, suspense
from webhooks.desk import Target, Word

WORD = Word("gán nhầm người", "chị Lan")
DAY = business_date(MOMENT)


@pytest.fixture
def lost(market: Market) -> int:
    """A payment in suspense."""
    market.hear("agribank", credit("agribank", 1))
    market.settle()
    return int(market.rows("SELECT id FROM payment")[0][0])


@pytest.fixture
def known(market: Market, lost: int) -> Merchant:
    """A merchant who was given it."""
    merchant = market.register("Anh Năm", account("momo"))
    with transaction(market.engine) as db:
        desk.assign(db, lost, merchant.code, "đưa biên lai", "chị Lan")
    return merchant


def undo(market: Market, payment: int) -> None:
    with transaction(market.engine) as db:
        desk.undo(db, payment, WORD)


def test_an_undo_takes_both_books_back_by_new_entries(
    market: Market, lost: int, known: Merchant
) -> None:
    undo(market, lost)
    assert set(market.balances(known.code).values()) == {0}
    assert market.balances("platform") == {
        "Assets:Unclaimed:Agribank": 50_000,
        "Liabilities:Suspense": -50_000,
    }
    assert market.rows(
        "SELECT b.merchant_id IS NULL, e.seq, e.kind, e.reverses FROM entry e JOIN book b"
        " ON b.id = e.book_id ORDER BY 1, 2"
    ) == [
        (False, 1, "sale", None),
        (False, 2, "undo", 1),
        (True, 1, "suspense", None),
        (True, 2, "release", None),
        (True, 3, "undo", 2),
    ]
    with transaction(market.engine) as db:
        (waits,) = suspense.listing(db)
        told = story.tell(db, lost)
    assert waits["id"] == lost
    assert any("gán nhầm" in line["vi"] for line in told["story"])
    assert market.broken() == {}


def test_what_was_undone_is_in_no_takings_and_no_list_of_the_merchant(
    market: Market, lost: int, known: Merchant
) -> None:
    (number,) = market.rows("SELECT id FROM merchant")[0]

    def seen() -> tuple[tuple[int, int], int, int]:
        with transaction(market.engine) as db:
            day = takings.takings(db, known.code, DAY)
            gross = figures(db, known.code, DAY, DAY)["providers"][0]
            assert gross["gross"] == gross["net"] == day[0]
            assert gross["count"] == day[1]
            return (
                day,
                len(takings.newest(db, number, 9)),
                len(takings.messages(db, number, 0, 9)),
            )

    assert seen() == ((50_000, 1), 1, 1)
    undo(market, lost)
    assert seen() == ((0, 0), 0, 0)
    with transaction(market.engine) as db:
        desk.assign(db, lost, known.code, "đúng là của chị", "chị Lan")
    assert seen() == ((50_000, 1), 1, 1)
    assert market.broken() == {}


def test_an_order_that_was_paid_at_the_desk_is_open_again_after_an_undo(
    market: Market, lost: int
) -> None:
    merchant = market.register("Anh Năm", account("momo"))
    other = market.register("Chị Sáu", account("sacombank"))
    order = market.order(merchant, 30_000)
    with transaction(market.engine) as db:
        desk.give(db, lost, Target(merchant.code, order.code), WORD)
    assert market.find_order(order.code).paid == 50_000
    assert market.balances(merchant.code)["Liabilities:Overpaid"] == -20_000
    undo(market, lost)
    assert market.find_order(order.code).paid == 0
    with pytest.raises(Invalid) as foreign, transaction(market.engine) as db:
        desk.give(db, lost, Target(other.code, order.code), WORD)
    assert foreign.value.code == "order_not_of_merchant"
    assert market.broken() == {}


def test_a_return_is_noted_with_its_reference_and_can_be_undone(market: Market, lost: int) -> None:
    with transaction(market.engine) as db:
        desk.give_back(db, lost, "UNC 17/2026", Word("ngân hàng đã trả", "chị Lan"))
    assert market.balances("platform") == {
        "Assets:Unclaimed:Agribank": 50_000,
        "Assets:Returned:Agribank": -50_000,
        "Liabilities:Suspense": 0,
    }
    with transaction(market.engine) as db:
        assert suspense.listing(db) == []
        assert payments.show(db, lost)["state"] == "returned"
        assert "UNC 17/2026" in str(story.tell(db, lost))
    assert market.broken() == {}
    undo(market, lost)
    with transaction(market.engine) as db:
        assert payments.show(db, lost)["state"] == "suspense"
    assert market.broken() == {}


def test_a_close_tells_no_money_that_went_back(market: Market) -> None:
    merchant = market.register()
    market.hear("agribank", credit("agribank", 1))
    with transaction(market.engine) as db:
        register.set_status(db, merchant.code, "closed")
    market.settle()
    (payment,) = market.rows("SELECT id FROM payment")[0]

    def noted() -> int:
        with transaction(market.engine) as db:
            return day_close.noted(db, merchant, DAY, ("day", None))["unmatched_amount"]

    assert noted() == 50_000
    with transaction(market.engine) as db:
        desk.give_back(db, payment, "UNC 17", WORD)
    assert noted() == 0


def test_after_a_day_close_an_undo_counts_on_the_first_open_day(
    market: Market, lost: int, known: Merchant
) -> None:
    with transaction(market.engine) as db:
        closing.close(db, known.code, Closing(DAY, "chị Tư", day_bounds(DAY)[1]))
    undo(market, lost)
    with transaction(market.engine) as db:
        assert takings.takings(db, known.code, DAY) == (50_000, 1)
        assert takings.takings(db, known.code, DAY + timedelta(days=1)) == (-50_000, -1)
        late = figures(db, known.code, DAY + timedelta(days=1), DAY + timedelta(days=1))
        file = disclosed(db, known.code)
    assert late["late"] == [{"day": DAY.isoformat(), "count": 1, "amount": 50_000}]
    assert evidence.check(file).ok
    assert market.broken() == {}


def test_an_undo_is_refused_after_money_was_given_back(
    market: Market, lost: int, known: Merchant
) -> None:
    hear(market, taking(2, 20_000))
    assert market.balances(known.code)["Assets:Bank:Agribank"] == 30_000
    with pytest.raises(Conflict) as refused:
        undo(market, lost)
    assert refused.value.code == "undo_taken_back"
    assert "ledger correct" in refused.value.message
    assert market.broken() == {}


def test_an_undo_is_refused_while_it_is_marked_as_no_sale(
    market: Market, lost: int, known: Merchant
) -> None:
    with transaction(market.engine) as db:
        not_sale(db, lost, reason("chị Tư", "tiền nhà"))
    with pytest.raises(Conflict) as refused:
        undo(market, lost)
    assert refused.value.code == "undo_marked"
    with transaction(market.engine) as db:
        sale_again(db, lost, reason("chị Tư", "nhầm"))
    undo(market, lost)
    assert set(market.balances(known.code).values()) == {0}
    assert market.broken() == {}


def test_only_what_a_person_did_can_be_undone_and_only_once(market: Market, lost: int) -> None:
    with pytest.raises(Conflict) as nothing:
        undo(market, lost)
    assert nothing.value.code == "nothing_to_undo"
    with transaction(market.engine) as db:
        desk.give_back(db, lost, "UNC 17", WORD)

    def act(_place: int) -> str:
        try:
            undo(market, lost)
        except Conflict as problem:
            return problem.code
        return "undone"

    assert sorted(at_once(4, act)) == [*["nothing_to_undo"] * 3, "undone"]
    assert market.broken() == {}


def test_an_undo_and_a_refund_at_once_never_both_take_the_money(
    market: Market, lost: int, known: Merchant
) -> None:
    connected = market.connect("agribank")
    call = connected.call(credit("agribank", 2))
    market.keep(with_said(call, taking(2, 50_000)))

    def act(place: int) -> str:
        try:
            market.settle() if place else undo(market, lost)
        except Conflict as problem:
            return problem.code
        return "done"

    said = at_once(2, act)
    assert said[0] in {"done", "undo_taken_back"}
    assert set(market.balances(known.code).values()) == {0}
    assert market.broken() == {}


@pytest.mark.parametrize("reference", ["", "  ", "x" * 65, "a\u202eb"])
def test_a_return_without_a_proper_reference_is_refused(
    market: Market, lost: int, reference: str
) -> None:
    with pytest.raises(Invalid) as refused, transaction(market.engine) as db:
        desk.give_back(db, lost, reference, WORD)
    assert refused.value.code == "reference_missing"


def test_money_that_left_cannot_be_returned_but_its_assignment_undone(market: Market) -> None:
    merchant = market.register()
    market.hear("agribank", credit("agribank", 1, kind="debit"))
    market.settle()
    (payment,) = market.rows("SELECT id FROM payment")[0]
    with pytest.raises(Invalid) as refused, transaction(market.engine) as db:
        desk.give_back(db, payment, "UNC 17", WORD)
    assert refused.value.code == "return_not_credit"
    with transaction(market.engine) as db:
        desk.assign(db, payment, merchant.code, "chị rút", "chị Lan")
    undo(market, payment)
    assert set(market.balances(merchant.code).values()) == {0}
    assert market.broken() == {}
