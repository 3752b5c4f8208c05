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
        assert (proof.days_off(db), proof.unbalanced_books(db), proof.empty_entries(db)) == (0,) * 3
        assert list(tracing.broken_links(db)) == []


_numbers = iter(range(1, 10**9))


def _new() -> str:
    return f"77{next(_numbers):010d}"
