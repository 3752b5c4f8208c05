"""Terminals: a payment that names one finds its merchant, and nobody else's."""

import pytest
from sqlalchemy.exc import IntegrityError

from cashless.db.engine import transaction
from cashless.errors import Conflict, Forbidden, Invalid, NotFound
from merchants import accounts, terminals
from tests.market import Market, account, credit


def test_a_payment_that_names_a_terminal_is_its_merchants(market: Market) -> None:
    merchant = market.register(written="970436:0123456789")
    with transaction(market.engine) as db:
        terminals.add(db, merchant.id, "sacombank", "SAPA12", "cô Lan")
        terminals.approve(db, "sacombank", "SAPA12", "chú Hùng")
    market.hear("sacombank", credit("sacombank", 1, virtual_account="SAPA12"))
    market.hear("sacombank", credit("sacombank", 2, virtual_account="SAPA13"))
    market.settle()
    rules = market.rows("SELECT rule, merchant_id FROM match ORDER BY payment_id")
    assert rules == [("virtual_account", merchant.id), ("suspense", None)]


def test_one_open_terminal_belongs_to_one_merchant(market: Market) -> None:
    first, other = market.register(), market.register(written="970436:0123456789")
    with transaction(market.engine) as db:
        terminals.add(db, first.id, "vnpay", "TMN00001")
        with pytest.raises(Conflict):
            terminals.add(db, other.id, "vnpay", "TMN00001")
        terminals.close(db, "vnpay", "TMN00001")
        terminals.add(db, other.id, "vnpay", "TMN00001")
        with pytest.raises(NotFound):
            terminals.close(db, "vnpay", "TMN00002")
        rows = terminals.listing(db)
        mine = terminals.listing(db, other.id)
    assert [(row["merchant"], row["closed_at"] is None) for row in rows] == [
        (other.code, True),
        (first.code, False),
    ]
    assert [row["number"] for row in mine] == ["TMN00001"]


@pytest.mark.parametrize("number", ["", "a b", "x" * 65, "Đ1", "a;b"])
def test_a_terminal_that_no_provider_would_write_is_refused(market: Market, number: str) -> None:
    merchant = market.register()
    with transaction(market.engine) as db:
        with pytest.raises(Invalid):
            terminals.add(db, merchant.id, "vnpay", number)
        with pytest.raises(NotFound):
            terminals.add(db, merchant.id, "nobody", "1")


def test_a_number_at_a_bank_is_heard_only_after_a_second_person_approved_it(market: Market) -> None:
    merchant = market.register(written="970436:0123456789")
    with transaction(market.engine) as db:
        assert not terminals.add(db, merchant.id, "sacombank", "SAPA12", "cô Lan")
        assert terminals.add(db, merchant.id, "vnpay", "TMN00001", "cô Lan")
        with pytest.raises(Forbidden, match="terminal_own"):
            terminals.approve(db, "sacombank", "SAPA12", "cô Lan")
    market.hear("sacombank", credit("sacombank", 1, virtual_account="SAPA12"))
    market.settle()
    with transaction(market.engine) as db:
        terminals.approve(db, "sacombank", "SAPA12", "chú Hùng")
        with pytest.raises(NotFound, match="terminal_unknown"):
            terminals.approve(db, "sacombank", "SAPA12", "chú Hùng")
        assert [row["is_heard"] for row in terminals.listing(db)] == [True, True]
    market.hear("sacombank", credit("sacombank", 2, virtual_account="SAPA12"))
    market.settle()
    rules = market.rows("SELECT rule FROM match ORDER BY payment_id")
    assert rules == [("suspense",), ("virtual_account",)]


def test_an_account_is_no_terminal_and_a_terminal_no_account_of_another(market: Market) -> None:
    tu, la = market.register(), market.register("Người lạ", "970436:0123456789")
    number = account("agribank").partition(":")[2]
    with transaction(market.engine) as db:
        with pytest.raises(Invalid, match="terminal_is_account"):
            terminals.add(db, tu.id, "standard", "970416:00990012345")
        with pytest.raises(Conflict, match="terminal_taken"):
            terminals.add(db, la.id, "agribank", number, "cô Lan")
        terminals.add(db, tu.id, "vietinbank", "VA0012345", "cô Lan")
        with pytest.raises(Conflict, match="account_taken"):
            accounts.add(db, la.id, "970415:VA0012345", "NGUOI LA")
    with pytest.raises(IntegrityError, match="terminal_is_no_account"):
        market.rows(
            "INSERT INTO terminal (merchant_id, provider, number)"
            " VALUES (:id, 'standard', '970416:00990012345') RETURNING id",
            id=tu.id,
        )
