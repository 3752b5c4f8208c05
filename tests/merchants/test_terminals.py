"""Terminals: a payment that names one finds its merchant, and nobody else's."""

import pytest

from cashless.db.engine import transaction
from cashless.errors import Conflict, Invalid, NotFound
from merchants import terminals
from tests.market import Market, credit


def test_a_payment_that_names_a_terminal_is_its_merchants(market: Market) -> None:
    merchant = market.register(written="970436:0123456789")
    with transaction(market.engine) as db:
        terminals.add(db, merchant.id, "sacombank", "SAPA12")
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
