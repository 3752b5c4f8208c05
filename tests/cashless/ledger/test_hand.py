"""What people do to a book by hand: always a new entry, always with a reason, once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from cashless.db.engine import transaction
from cashless.errors import Conflict, Invalid, NotFound, Problem
from cashless.ledger import balance, hand, payouts
from cashless.ledger.cause import read, reason
from cashless.ledger.entry import Transfer
from cashless.ledger.hand import Correction, Opening
from cashless.ledger.payouts import Payout
from tests.market import Market, account, at_once, credit

DAY = date(2026, 7, 1)
WHY = reason("chị Tư", "em gái gửi tiền")


@pytest.fixture
def book(market: Market) -> str:
    """One merchant with accounts at a bank and at a wallet, and a sale at each."""
    code = market.register().code
    market.hear("agribank", credit("agribank", 1))
    market.settle()
    return code


@pytest.fixture
def wallet(market: Market) -> str:
    """A merchant to whom a wallet owes four payments."""
    code = market.register("Anh Năm", account("momo")).code
    told = [credit("momo", n, amount=a) for n, a in enumerate((50, 120, 35, 80), start=1)]
    market.hear("momo", *(one.__class__(**_thousands(one)) for one in told))
    market.settle()
    return code


def _thousands(said: object) -> dict[str, object]:
    fields = {name: getattr(said, name) for name in said.__dataclass_fields__}
    return fields | {"amount": fields["amount"] * 1000}


def payment(market: Market, number: int = 0) -> int:
    return int(market.rows("SELECT id FROM payment ORDER BY id")[number][0])


def done(market: Market, act: Callable[..., object], *said: object) -> object:
    with transaction(market.engine) as db:
        return act(db, *said)


def test_family_money_leaves_the_sales_and_stays_in_the_bank(market: Market, book: str) -> None:
    done(market, hand.not_sale, payment(market), WHY)
    assert market.balances(book) == {
        "Assets:Bank:Agribank": 50_000,
        "Income:NotSales": -50_000,
        "Income:Sales": 0,
    }
    with transaction(market.engine) as db:
        assert balance.takings(db, book, DAY) == (0, 0)
    assert market.broken() == {}


def test_a_mark_is_taken_back_by_another_entry(market: Market, book: str) -> None:
    one = payment(market)
    for act in (hand.not_sale, hand.sale_again, hand.not_sale, hand.sale_again):
        done(market, act, one, WHY)
    assert market.balances(book)["Income:Sales"] == -50_000
    kinds = market.rows("SELECT kind FROM entry ORDER BY seq")
    assert [kind for (kind,) in kinds] == [
        "sale",
        *("not_sale", "sale_again"),
        *("not_sale", "sale_again"),
    ]


def test_the_reason_is_under_the_hash(market: Market, book: str) -> None:
    done(market, hand.not_sale, payment(market), WHY)
    (cause,) = market.rows("SELECT cause FROM entry WHERE kind = 'not_sale'")[0]
    act = read(cause)
    assert act is not None
    assert (act.act, act.subject, act.reason) == ("not_sale", "agribank/1/credit/1", WHY)
    assert read("agribank/1/credit/1") is None


def test_two_people_who_mark_one_payment_at_once_mark_it_once(market: Market, book: str) -> None:
    one = payment(market)

    def mark(_place: int) -> str:
        try:
            done(market, hand.not_sale, one, WHY)
        except Conflict as refused:
            return refused.code
        return "done"

    assert sorted(at_once(4, mark)) == ["already_not_sale"] * 3 + ["done"]
    assert market.balances(book)["Income:NotSales"] == -50_000


@pytest.mark.parametrize(
    ("act", "which", "code"),
    [
        (hand.sale_again, 0, "not_marked"),
        (hand.not_sale, 10**6, "payment_not_posted"),
    ],
)
def test_a_mark_that_cannot_be_is_refused(
    market: Market, book: str, act: Callable[..., object], which: int, code: str
) -> None:
    with pytest.raises(Problem, match=code):
        done(market, act, payment(market) + which, WHY)
    assert market.count("entry") == (1,)


@pytest.mark.parametrize(("why", "code"), [("  x ", "why_missing"), ("x" * 201, "why_too_long")])
def test_a_reason_is_wanted(why: str, code: str) -> None:
    with pytest.raises(Invalid, match=code):
        reason("chị Tư", why)


def test_an_account_is_opened_once_and_a_debt_swaps_the_sides(market: Market, book: str) -> None:
    done(market, hand.open_balance, book, Opening("Assets:Bank:Agribank", 700, DAY), WHY)
    done(market, hand.open_balance, book, Opening("Liabilities:Overpaid", -300, DAY), WHY)
    held = market.balances(book)
    assert (held["Equity:Opening"], held["Liabilities:Overpaid"]) == (-400, -300)
    with pytest.raises(Conflict, match="opening_known"):
        done(market, hand.open_balance, book, Opening("Assets:Bank:Agribank", 5, DAY), WHY)


def test_a_correction_names_the_entry_it_is_about(market: Market, book: str) -> None:
    moved = Transfer("Liabilities:Overpaid", "Income:Sales", 1_000)
    done(market, hand.correct, book, Correction(moved, DAY, 1), WHY)
    assert market.rows("SELECT reverses FROM entry WHERE kind = 'correction'") == [(1,)]
    with pytest.raises(NotFound, match="entry_unknown"):
        done(market, hand.correct, book, Correction(moved, DAY, 99), WHY)


def payout(lump: int, fee: int = 0) -> Payout:
    return Payout("momo", lump, fee, DAY + timedelta(days=1), "T+1 02/07")


def test_a_payout_moves_each_payment_and_books_the_fee(market: Market, wallet: str) -> None:
    said = payout(282_000, 3_000)
    with transaction(market.engine) as db:
        found = payouts.shortfall_of(db, wallet, said)
        assert found.found == "all"
        posted = payouts.settle_payout(db, wallet, said, found.choices[0], WHY)
    assert [one.draft.kind for one in posted] == ["payout"] * 4 + ["fee"]
    assert market.balances(wallet) == {
        "Assets:Bank:Momo": 282_000,
        "Assets:Due:Momo": 0,
        "Expenses:Fees:Momo": 3_000,
        "Income:Sales": -285_000,
    }
    assert market.broken() == {}


def test_a_short_payout_leaves_what_is_missing_due(market: Market, wallet: str) -> None:
    said = payout(250_000)
    with transaction(market.engine) as db:
        found = payouts.shortfall_of(db, wallet, said)
        payouts.settle_payout(db, wallet, said, found.choices[0], WHY)
        assert [one.amount for one in payouts.dues(db, wallet, "momo")] == [35_000]


def test_the_same_payout_twice_and_a_wrong_sum_are_refused(market: Market, wallet: str) -> None:
    every = [int(row[0]) for row in market.rows("SELECT id FROM payment")]
    with pytest.raises(Conflict, match="payout_mismatch"):
        done(market, payouts.settle_payout, wallet, payout(1_000), every, WHY)
    done(market, payouts.settle_payout, wallet, payout(285_000), every, WHY)
    with pytest.raises(Conflict, match="payout_known"):
        done(market, payouts.settle_payout, wallet, payout(285_000), every, WHY)
    other = replace(payout(285_000), reference="T+1")
    with pytest.raises(Conflict, match="payment_not_due"):
        done(market, payouts.settle_payout, wallet, other, every, WHY)
    assert market.balances(wallet)["Assets:Bank:Momo"] == 285_000


def test_a_payout_known_by_its_reference_takes_no_later_payment(
    market: Market, wallet: str
) -> None:
    """The same order typed twice would otherwise pay the next payment of the same amount."""
    first = payout(50_000)
    done(market, payouts.settle_payout, wallet, first, _first_two(market)[:1], WHY)
    market.hear("momo", credit("momo", 9, amount=50_000))
    market.settle()
    with pytest.raises(Conflict, match="payout_known"):
        done(market, payouts.shortfall_of, wallet, replace(first, reference=" T+1  02/07 "))
    with pytest.raises(Invalid, match="reference_missing"):
        done(market, payouts.shortfall_of, wallet, replace(first, reference="  "))
    assert (
        done(market, payouts.shortfall_of, wallet, replace(first, reference="T+1 02")) is not None
    )


@pytest.mark.parametrize("day", [date(1999, 12, 31), date(9999, 12, 31), date.min])
def test_an_act_counts_for_no_day_that_a_book_cannot_have(
    market: Market, wallet: str, day: date
) -> None:
    moved = Transfer("Assets:Bank:Momo", "Income:Sales", 1_000)
    for act, said in (
        (hand.correct, Correction(moved, day)),
        (hand.open_balance, Opening("Assets:Bank:Momo", 1_000, day)),
    ):
        with pytest.raises(Invalid, match="day_not_of_book"):
            done(market, act, wallet, said, WHY)
    with pytest.raises(Invalid, match="day_not_of_book"):
        done(market, payouts.settle_payout, wallet, replace(payout(1), day=day), [], WHY)


def test_the_other_side_of_openings_is_not_opened_itself(market: Market, book: str) -> None:
    with pytest.raises(Invalid, match="opening_of_itself"):
        done(market, hand.open_balance, book, Opening("Equity:Opening", 1_000, DAY), WHY)


def test_a_book_is_shown_at_a_day_and_as_it_was_known(market: Market, book: str) -> None:
    before = datetime.now(UTC)
    done(market, hand.not_sale, payment(market), WHY)
    moved = Transfer("Liabilities:Overpaid", "Income:Sales", 1_000)
    done(market, hand.correct, book, Correction(moved, DAY + timedelta(days=9)), WHY)
    with transaction(market.engine) as db:
        assert balance.balances(db, book, known=before)["Income:Sales"] == -50_000
        assert balance.balances(db, book, DAY)["Income:Sales"] == 0
        assert balance.balances(db, book)["Income:Sales"] == -1_000
        assert balance.balances(db, book, DAY, before)["Income:Sales"] == -50_000
        assert balance.balances(db, book, known=before - timedelta(days=1)) == {}
        assert balance.balances(db, book, date(2026, 6, 30)) == {}
        assert [line.seq for line in balance.lines(db, book, known=before)] == [1]
        assert [line.seq for line in balance.lines(db, book, DAY)] == [1, 2]


def test_both_clocks_agree_with_the_sums_of_days(market: Market, wallet: str) -> None:
    done(market, payouts.settle_payout, wallet, payout(170_000), _first_two(market), WHY)
    with transaction(market.engine) as db:
        for day in (None, DAY, DAY + timedelta(days=1)):
            folded = balance.balances(db, wallet, day, datetime.now(UTC))
            assert folded == balance.balances(db, wallet, day)


def _first_two(market: Market) -> list[int]:
    return [payment(market, 0), payment(market, 1)]


def give_back(market: Market, provider: str, number: int, amount: int, of: str) -> None:
    """Let a provider take back a part of a payment, whatever its wire format can carry."""
    said = credit(provider, number, amount=amount)
    told = replace(said, kind="refund", original=of)
    market.keep(replace(market.connect(provider).call(said), notifications=(told,)))
    market.settle()


def test_a_payment_that_was_partly_given_back_leaves_the_sales_by_its_rest(
    market: Market, book: str
) -> None:
    give_back(market, "agribank", 90, 20_000, credit("agribank", 1).provider_txn_id)
    done(market, hand.not_sale, payment(market), WHY)
    with transaction(market.engine) as db:
        assert balance.revenue(db, book, DAY, DAY) == 0
        assert balance.balances(db, book)["Income:NotSales"] == -30_000
    assert market.broken() == {}


def test_a_wallet_owes_less_by_what_it_gave_back(market: Market, wallet: str) -> None:
    ((first,),) = market.rows("SELECT provider_txn_id FROM payment ORDER BY id LIMIT 1")
    give_back(market, "momo", 90, 20_000, first)
    with transaction(market.engine) as db:
        owed = payouts.dues(db, wallet, "momo")
        assert [one.amount for one in owed] == [30_000, 120_000, 35_000, 80_000]
        said = payout(265_000)
        payouts.settle_payout(db, wallet, said, [one.payment for one in owed], WHY)
    assert market.balances(wallet)["Assets:Due:Momo"] == 0
    assert market.broken() == {}
