"""Whatever is posted in whatever order, books balance and days are the fold of transfers."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from cashless.db.engine import transaction
from cashless.ledger import balance, proof, tracing
from cashless.ledger.entry import Draft, Transfer
from cashless.ledger.post import post
from tests.market import Market

ACCOUNTS = ("Assets:Bank:Agribank", "Assets:Due:Momo", "Income:Sales", "Liabilities:Overpaid")
DAY = date(2026, 7, 1)
NOON = datetime(2026, 7, 1, 5, tzinfo=UTC)

transfers = (
    st.tuples(st.sampled_from(ACCOUNTS), st.sampled_from(ACCOUNTS), st.integers(1, 10**12))
    .filter(lambda it: it[0] != it[1])
    .map(lambda it: Transfer(*it))
)
entries = st.tuples(
    st.integers(0, 2), st.integers(0, 3), st.lists(transfers, min_size=1, max_size=3)
)
batches = st.lists(st.lists(entries, min_size=1, max_size=5), min_size=1, max_size=4)


@hypothesis_settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(batches)
def test_every_book_is_zero_and_every_day_is_the_fold(market: Market, told: list) -> None:
    books = [market.register(f"Người bán {n}", f"970405:{_new()}").code for n in range(3)]
    expected: Counter[tuple[str, str]] = Counter()
    for batch in told:
        drafts = [
            Draft(books[book], "sale", "x", DAY + timedelta(days=day), tuple(moved))
            for book, day, moved in batch
        ]
        for book, one in ((draft.book, one) for draft in drafts for one in draft.transfers):
            expected[book, one.debit] += one.amount
            expected[book, one.credit] -= one.amount
        with transaction(market.engine) as db:
            post(db, drafts, datetime.now(UTC))
    with transaction(market.engine) as db:
        for book in books:
            held = balance.balances(db, book)
            assert sum(held.values()) == 0
            assert held == {name: amount for (at, name), amount in expected.items() if at == book}
        assert (proof.days_off(db), proof.unbalanced_books(db), proof.empty_entries(db)) == (
            [],
            0,
            0,
        )
        assert list(tracing.broken_links(db)) == []


@hypothesis_settings(
    max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(batches)
def test_what_was_known_at_a_moment_and_counts_up_to_a_day_is_the_fold(
    market: Market, told: list
) -> None:
    """A book has two clocks; each pair of a moment and a day is compared with adding up by hand."""
    book = market.register("Người bán", f"970405:{_new()}").code
    posted: list[tuple[datetime, date, Transfer]] = []
    for number, batch in enumerate(told):
        at = NOON + timedelta(hours=number)
        with transaction(market.engine) as db:
            for _book, day, moved in batch:
                draft = Draft(book, "sale", "x", DAY + timedelta(days=day), tuple(moved))
                post(db, [draft], at)
                posted += [(at, draft.business_date, one) for one in moved]
    moments = [NOON - timedelta(seconds=1), *(NOON + timedelta(hours=n) for n in range(len(told)))]
    with transaction(market.engine) as db:
        for moment in moments:
            for day in (None, *(DAY + timedelta(days=n) for n in range(-1, 4))):
                counted = [
                    one for at, on, one in posted if at <= moment and (day is None or on <= day)
                ]
                assert balance.balances(db, book, day, moment) == _added(counted)
                lines = balance.lines(db, book, day, moment)
                assert [(one.debit, one.credit, one.amount) for one in lines] == [
                    (one.debit, one.credit, one.amount) for one in counted
                ]


def _added(moved: list[Transfer]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for one in moved:
        sums[one.debit] = sums.get(one.debit, 0) + one.amount
        sums[one.credit] = sums.get(one.credit, 0) - one.amount
    return sums


_numbers = iter(range(1, 10**9))


def _new() -> str:
    return f"77{next(_numbers):010d}"
