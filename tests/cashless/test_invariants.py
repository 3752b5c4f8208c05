"""Tampering is found and named: rows changed behind the guards, as only a superuser can."""

import psycopg
import pytest

from cashless.db.engine import transaction
from cashless.reports.invariants import check
from tests.market import Market, account, credit, market, market_engine, market_url

__all__ = ["market", "market_engine", "market_url"]

BOOKS = "(SELECT id FROM book WHERE merchant_id IS NOT NULL)"
UNGUARDED = "SET LOCAL session_replication_role = replica;"

# What somebody with every right does to one row -> the invariants that no longer hold.
TAMPERED = {
    "an amount raised": (
        "UPDATE transfer SET amount = 900000 WHERE seq = 2 AND book_id = $BOOKS",
        {"I5", "I6"},
    ),
    "an amount raised everywhere but in the hash": (
        (
            "UPDATE transfer SET amount = amount + 1000 WHERE seq = 2 AND book_id = $BOOKS;"
            "UPDATE account_day SET debits = debits + 1000 WHERE debits > 0 AND book_id = $BOOKS;"
            "UPDATE account_day SET credits = credits + 1000 WHERE credits > 0 AND book_id = $BOOKS"
        ),
        {"I3", "I6"},
    ),
    "an account changed": (
        "UPDATE transfer SET credit = 'Income:NotSales' WHERE seq = 2 AND book_id = $BOOKS",
        {"I5", "I6"},
    ),
    "an entry backdated": (
        (
            "UPDATE entry SET posted_at = posted_at - interval '1 day' WHERE seq = 2"
            " AND book_id = $BOOKS"
        ),
        {"I6"},
    ),
    "an entry moved to another day": (
        "UPDATE entry SET business_date = business_date - 1 WHERE seq = 2 AND book_id = $BOOKS",
        {"I5", "I6"},
    ),
    "the cause of an entry changed": (
        "UPDATE entry SET cause = 'x' WHERE seq = 2 AND book_id = $BOOKS",
        {"I6"},
    ),
    "two entries swapped": (
        "UPDATE entry SET hash = decode(repeat('ab', 32), 'hex') WHERE book_id = $BOOKS",
        {"I6"},
    ),
    "the last entry removed": (
        (
            "DELETE FROM transfer WHERE seq = 3 AND book_id = $BOOKS;"
            "DELETE FROM entry WHERE seq = 3 AND book_id = $BOOKS"
        ),
        {"I3", "I5", "I6"},
    ),
    "a transfer removed": (
        "DELETE FROM transfer WHERE seq = 2 AND book_id = $BOOKS",
        {"I4", "I5", "I6"},
    ),
    "an entry inserted": (
        (
            "INSERT INTO entry SELECT book_id, 4, kind, NULL, NULL, cause, business_date,"
            " posted_at, reverses, hash FROM entry WHERE seq = 3 AND book_id = $BOOKS"
        ),
        {"I4", "I6"},
    ),
    "an entry inserted with its transfer": (
        (
            "INSERT INTO entry SELECT book_id, 4, kind, NULL, NULL, cause, business_date,"
            " posted_at, reverses, hash FROM entry WHERE seq = 3 AND book_id = $BOOKS;"
            "INSERT INTO transfer SELECT book_id, 4, line, debit, credit, amount FROM transfer"
            " WHERE seq = 3 AND book_id = $BOOKS"
        ),
        {"I3", "I5", "I6"},
    ),
    "a payment's amount raised": (
        "UPDATE payment SET amount = amount + 1 WHERE id = (SELECT min(id) FROM payment)",
        {"I3"},
    ),
    "a head forged": (
        "UPDATE book SET head = decode(repeat('00', 32), 'hex') WHERE id = $BOOKS",
        {"I6"},
    ),
    "a day's sum raised on one side": (
        "UPDATE account_day SET debits = debits + 1 WHERE account = 'Assets:Bank:Agribank'",
        {"I1", "I3", "I5"},
    ),
    "a payment's delivery removed": (
        "DELETE FROM delivery WHERE id = (SELECT delivery_id FROM payment ORDER BY id LIMIT 1)",
        {"I4"},
    ),
    "a waiting payment forgotten": ("DELETE FROM arrival", {"I3"}),
    "a payment inserted": (
        (
            "INSERT INTO payment SELECT nextval('payment_id'), provider, '999', kind, amount,"
            " account, virtual_account, order_ref, memo, payer, occurred_at, business_date, digest,"
            " trust, connection_id, delivery_day, delivery_id, kept_at FROM payment"
            " ORDER BY id LIMIT 1"
        ),
        {"I3"},
    ),
    "a match given to another": (
        (
            'UPDATE match SET order_code = (SELECT code FROM "order"), merchant_id = NULL'
            " WHERE payment_id = (SELECT min(id) FROM payment)"
        ),
        {"I3", "I8"},
    ),
    "a connection removed": ("DELETE FROM connection", {"I9"}),
    "a count of a day changed": (
        "UPDATE account_day SET debit_count = 7 WHERE account = 'Assets:Bank:Agribank'",
        {"I5"},
    ),
    "a merchant called otherwise": ("UPDATE merchant SET code = 'MNOBODY2'", {"I3"}),
    "a merchant removed": ("DELETE FROM merchant", {"I3"}),
    "a book's time put back": ("UPDATE book SET posted_at = now() WHERE id = $BOOKS", {"I3"}),
    "a message of another amount": (
        "UPDATE message SET amount = 1 WHERE id = (SELECT min(id) FROM message)",
        {"I3"},
    ),
    "a message of another order": (
        "UPDATE message SET order_code = 'X' WHERE id = (SELECT min(id) FROM message)",
        {"I3"},
    ),
}


@pytest.fixture
def settled(market: Market) -> Market:
    """Three sales, one payment in suspense, one that waits, one order."""
    merchant = market.register()
    market.order(merchant, 70_000)
    market.hear("agribank", *(credit("agribank", number) for number in (1, 2, 3)))
    market.hear("momo", credit("momo", 1))
    market.settle()
    market.hear("agribank", credit("agribank", 4))
    return market


def broken(market: Market) -> set[str]:
    return set(market.broken())


def test_an_honest_market_keeps_every_invariant_with_its_figures(settled: Market) -> None:
    with transaction(settled.engine) as db:
        found = check(db)
    assert {number for number, one in found.items() if one.ok} == set(found)
    assert set(found) >= {"I1", "I2", "I3", "I4", "I5", "I6", "I8", "I9"}
    kept = found["I3"].figures
    assert (kept["deliveries"], kept["payments"], kept["waiting"]) == (5, 5, 1)
    assert (kept["arrived"], kept["posted"], kept["suspense"]) == (200_000, 150_000, 50_000)


@pytest.mark.parametrize(("tampering", "numbers"), TAMPERED.values(), ids=TAMPERED)
def test_tampering_is_found(
    settled: Market, market_url: str, tampering: str, numbers: set[str]
) -> None:
    assert broken(settled) == set()
    tamper(market_url, tampering)
    assert broken(settled) == numbers


def test_a_broken_link_names_the_book_and_the_entry(settled: Market, market_url: str) -> None:
    (book,) = settled.rows("SELECT code FROM book WHERE merchant_id IS NOT NULL")[0]
    tamper(market_url, "UPDATE transfer SET amount = 1 WHERE seq = 2 AND book_id = $BOOKS")
    assert settled.broken()["I6"]["broken"] == [f"{book}#2"]


def test_an_entry_posted_twice_is_found(settled: Market, market_url: str) -> None:
    settled.register("Anh Năm", account("momo"))
    tamper(
        market_url,
        "INSERT INTO entry SELECT b.id, 1, e.kind, e.payment_id, e.match_seq, e.cause,"
        " e.business_date, e.posted_at, e.reverses, e.hash FROM entry e, book b"
        " WHERE e.seq = 1 AND e.kind = 'sale' AND b.last_seq = 0",
    )
    assert "I2" in broken(settled)


def tamper(url: str, statements: str) -> None:
    """Do as a superuser what the triggers would refuse."""
    with psycopg.connect(url) as owner:
        owner.execute(UNGUARDED + statements.replace("$BOOKS", BOOKS))
