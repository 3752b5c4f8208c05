"""A day that was closed stays as it was: numbered, chained, and corrected on a later day."""

from datetime import UTC, date, datetime, timedelta

import pytest

from cashless.clock import now
from cashless.db.engine import transaction
from cashless.errors import Conflict, NotFound
from cashless.ledger import balance, closing, day_cuts, hand
from cashless.ledger.cause import reason
from cashless.ledger.closing import Close, Wish
from cashless.ledger.entry import Transfer
from cashless.ledger.hand import Correction
from tests.cashless.test_invariants import tamper
from tests.market import MOMENT, Market, at_once, credit

DAY = date(2026, 7, 1)
NEXT = DAY + timedelta(days=1)
EVENING = datetime(2026, 7, 1, 17, 30, tzinfo=UTC)  # half past midnight in Vietnam
WHY = reason("chị Tư", "em gái gửi tiền")


@pytest.fixture
def book(market: Market) -> str:
    """Three sales on 1 July, one of them family money."""
    code = market.register().code
    market.hear("agribank", *(credit("agribank", n) for n in (1, 2, 3)))
    market.settle()
    with transaction(market.engine) as db:
        hand.not_sale(db, int(market.rows("SELECT min(id) FROM payment")[0][0]), WHY)
    return code


def close(market: Market, book: str, day: date = DAY, at: datetime | None = None) -> Close:
    moment = at or EVENING + (day - DAY)
    with transaction(market.engine) as db:
        return closing.close(db, book, Wish(day, "chị Tư", moment))


def test_a_close_says_each_provider_and_the_revenue_in_words(market: Market, book: str) -> None:
    made = close(market, book)
    figures = made.said["figures"]
    assert figures["providers"] == [
        {
            "name": "Agribank",
            "count": 3,
            "gross": 150_000,
            "refunds": 0,
            "fees": 0,
            "paid_out": 0,
            "net": 150_000,
        }
    ]
    assert (figures["revenue"], figures["not_sales"]) == (100_000, 50_000)
    assert figures["revenue_words"] == "một trăm nghìn đồng"
    assert (made.number, made.said["last_seq"], figures["late"]) == (1, 4, [])
    assert market.broken() == {}


def test_closes_are_numbered_and_chained(market: Market, book: str) -> None:
    first, second = close(market, book), close(market, book, NEXT)
    assert (second.number, second.said["previous"]) == (2, first.digest.hex())
    assert second.said["first_day"] == "2026-07-02"
    with transaction(market.engine) as db:
        assert [one.digest for one in closing.closes(db, book)] == [first.digest, second.digest]
        assert closing.find(db, book, DAY) == first
        with pytest.raises(NotFound, match="close_unknown"):
            closing.find(db, book, NEXT + timedelta(days=1))


def test_what_comes_late_counts_on_the_open_day_and_says_its_own(market: Market, book: str) -> None:
    first = close(market, book)
    market.hear("agribank", credit("agribank", 9))
    market.settle()
    dated = market.rows("SELECT business_date, original_date FROM entry ORDER BY seq DESC LIMIT 1")
    assert dated == [(NEXT, DAY)]
    second = close(market, book, NEXT)
    assert second.said["figures"]["late"] == [{"day": "2026-07-01", "count": 1, "amount": 50_000}]
    with transaction(market.engine) as db:
        assert balance.takings(db, book, DAY) == (100_000, 2)
        assert balance.takings(db, book, NEXT) == (50_000, 1)
        assert closing.find(db, book, DAY) == first
    assert market.broken() == {}


def test_balances_from_the_last_close_on_are_those_of_all_days(market: Market, book: str) -> None:
    """What a close says of every account is compared with the sums of all days, for each day."""
    made = close(market, book)
    assert made.said["balances"] == market.balances(book)
    market.hear("agribank", credit("agribank", 9), credit("agribank", 10))
    market.hear("agribank", credit("agribank", 11, occurred_at=MOMENT + timedelta(days=1)))
    market.settle()
    close(market, book, NEXT)
    moved = Transfer("Expenses:Fees:Agribank", "Assets:Bank:Agribank", 1_000)
    with transaction(market.engine) as db:
        hand.correct(db, book, Correction(moved, DAY), WHY)
        for day in (DAY - timedelta(days=1), DAY, NEXT, NEXT + timedelta(days=1), None):
            told = balance.balances(db, book, day)
            assert told == balance.balances(db, book, day, known=now())
        assert balance.balances(db, book, DAY) == made.said["balances"]
    assert market.broken() == {}


def test_a_close_that_says_another_balance_is_found(
    market: Market, market_url: str, book: str
) -> None:
    close(market, book)
    close(market, book, NEXT)
    tamper(
        market_url,
        "UPDATE day_close SET said = replace(said, '150000', '150001') WHERE number = 1;"
        "UPDATE day_close SET digest = sha256(decode(repeat('00', 32), 'hex')"
        " || convert_to(said, 'UTF8')) WHERE number = 1",
    )
    with transaction(market.engine) as db:
        assert list(closing.faults(db)) == [f"{book} close 1", f"{book} close 2"]
    tamper(market_url, "UPDATE day_close SET said = 'no json' WHERE number = 1")
    with transaction(market.engine) as db:
        assert next(iter(closing.faults(db))) == f"{book} close 1"


def test_a_closed_day_is_corrected_by_a_later_entry(market: Market, book: str) -> None:
    close(market, book)
    moved = Transfer("Liabilities:Overpaid", "Income:Sales", 1_000)
    with transaction(market.engine) as db:
        posted = hand.correct(db, book, Correction(moved, DAY, 1), WHY)
    assert (posted.draft.business_date, posted.draft.original_date) == (NEXT, DAY)
    assert market.broken() == {}


@pytest.mark.parametrize(
    ("day", "at", "code"),
    [
        (DAY, EVENING - timedelta(hours=1), "day_not_over"),
        (date(2026, 6, 30), EVENING, "nothing_to_close"),
        (date(2026, 7, 3), EVENING + timedelta(days=3), "days_open"),
    ],
)
def test_a_day_that_cannot_be_closed_is_refused(
    market: Market, book: str, day: date, at: datetime, code: str
) -> None:
    market.hear("agribank", credit("agribank", 8, occurred_at=MOMENT + timedelta(days=1)))
    market.settle()
    with pytest.raises(Conflict, match=code):
        close(market, book, day, at)
    assert market.count("day_close") == (0,)


def test_a_day_is_closed_once_also_by_two_people_at_once(market: Market, book: str) -> None:
    def attempt(_place: int) -> str:
        try:
            close(market, book)
        except Conflict as refused:
            return refused.code
        return "done"

    assert sorted(at_once(3, attempt)) == ["day_closed", "day_closed", "done"]


def test_a_market_of_the_night_is_over_at_three() -> None:
    midnight = datetime(2026, 7, 1, 17, tzinfo=UTC)
    assert day_cuts.over_at(DAY, "day") == midnight
    assert day_cuts.over_at(DAY, "night") == midnight + timedelta(hours=3)


def test_tet_is_closed_in_one_go(market: Market) -> None:
    book = market.register().code
    for number, day in enumerate((4, 6, 8, 11), start=1):
        at = datetime(2027, 2, day, 3, tzinfo=UTC)
        market.hear("agribank", credit("agribank", number, occurred_at=at))
    market.settle()
    close(market, book, date(2027, 2, 4))
    made = close(market, book, date(2027, 2, 11))
    assert made.said["holiday"] == "Tết Đinh Mùi"
    assert (made.said["first_day"], made.said["figures"]["revenue"]) == ("2027-02-05", 150_000)


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE day_close SET said = replace(said, '100000', '900000') WHERE number = 1",
        "UPDATE day_close SET digest = sha256(digest) WHERE number = 1",
        "UPDATE day_close SET last_day = last_day + 1 WHERE number = 2",
        "UPDATE day_close SET closed_at = closed_at + interval '1 second' WHERE number = 2",
        "DELETE FROM day_close WHERE number = 1",
        "DELETE FROM day_close WHERE number = 2",
        "UPDATE book SET closed_through = NULL WHERE id = $BOOKS",
    ],
)
def test_a_close_that_was_touched_is_named(
    market: Market, market_url: str, book: str, tampering: str
) -> None:
    close(market, book)
    close(market, book, NEXT)
    assert market.broken() == {}
    tamper(market_url, tampering)
    named = market.broken()["I6"]["broken"]
    assert named
    assert all(str(place).startswith(f"{book} close") for place in named)


def test_a_day_before_the_first_rule_of_cuts_is_over_at_the_first_cut() -> None:
    ancient = date(1990, 1, 1)
    assert day_cuts.over_at(ancient, "day") == datetime(1990, 1, 1, 17, tzinfo=UTC)
    assert day_cuts.over_at(ancient, "night") == datetime(1990, 1, 1, 20, tzinfo=UTC)
