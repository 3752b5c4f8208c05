"""Orders: what is asked for, and what its status and exception are after what has come."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cashless.clock import now
from cashless.db.engine import transaction
from cashless.errors import Problem
from cashless.vietqr.reference import is_reference
from merchants import orders, register
from tests.market import Market, credit

ASKED = 100_000
BEFORE, AFTER = timedelta(minutes=5), timedelta(minutes=20)

# amounts in time, amounts after expiry -> status before expiry, status after it, exception
LIVES = [
    ((), (), "open", "expired", "none"),
    ((ASKED,), (), "paid", "paid", "none"),
    ((ASKED - 1,), (), "open", "expired", "underpaid"),
    ((ASKED - 1, 1), (), "paid", "paid", "none"),
    ((ASKED + 1,), (), "paid", "paid", "overpaid"),
    ((ASKED, ASKED), (), "paid", "paid", "duplicate"),
    ((3 * ASKED,), (), "paid", "paid", "overpaid"),
    ((), (ASKED,), "open", "expired", "late"),
    ((), (ASKED // 2,), "open", "expired", "late"),
    ((ASKED // 2,), (ASKED // 2,), "open", "expired", "late"),
    ((ASKED,), (ASKED,), "paid", "paid", "duplicate"),
]


@pytest.mark.parametrize(("in_time", "late", "before", "after", "exception"), LIVES)
def test_status_and_exception_follow_from_what_came(
    in_time: tuple[int, ...], late: tuple[int, ...], before: str, after: str, exception: str
) -> None:
    order = _order(in_time, late)
    assert order.status(order.created_at + BEFORE) == before
    assert order.status(order.created_at + AFTER) == after
    assert order.exception == exception


def test_a_cancelled_order_is_cancelled_unless_it_was_paid() -> None:
    at = now()
    assert replace(_order((), ()), cancelled_at=at).status(at) == "cancelled"
    assert replace(_order((ASKED,), ()), cancelled_at=at).status(at) == "paid"


def test_expiry_is_reached_at_its_instant() -> None:
    order = _order((), ())
    instant = timedelta(microseconds=1)
    assert order.status(order.expires_at - instant) == "open"
    assert order.status(order.expires_at) == "expired"


@pytest.mark.parametrize(
    ("amounts", "status", "exception"),
    [
        ((), "open", "none"),
        ((100_000,), "paid", "none"),
        ((40_000, 60_000), "paid", "none"),
        ((40_000,), "open", "underpaid"),
        ((140_000,), "paid", "overpaid"),
        ((100_000, 100_000), "paid", "duplicate"),
    ],
)
def test_an_order_in_the_database_lives_the_same_life(
    market: Market, amounts: tuple[int, ...], status: str, exception: str
) -> None:
    order = market.order(market.register(), ASKED)
    said = [
        credit("agribank", n, amount=amount, memo=order.code, occurred_at=now())
        for n, amount in enumerate(amounts, start=1)
    ]
    if said:
        market.hear("agribank", *said)
        market.settle()
    found = market.find_order(order.code.lower())
    assert (found.status(now()), found.exception) == (status, exception)
    assert (found.payments, found.paid) == (len(amounts), sum(amounts))
    assert market.broken() == {}


def test_a_payment_counts_for_the_time_its_provider_says(market: Market) -> None:
    order = _expired(market)
    said = credit("agribank", 1, amount=ASKED, memo=order.code)
    in_time = replace(said, occurred_at=order.expires_at - timedelta(minutes=5))
    market.hear("agribank", in_time)
    market.settle()
    found = market.find_order(order.code)
    assert (found.status(now()), found.exception) == ("paid", "none")


def test_a_payment_after_expiry_is_late_and_a_person_must_look(market: Market) -> None:
    order = _expired(market)
    market.hear("agribank", credit("agribank", 1, amount=ASKED, memo=order.code, occurred_at=now()))
    market.settle()
    found = market.find_order(order.code)
    assert (found.status(now()), found.exception, found.paid) == ("expired", "late", ASKED)
    assert market.balances(order.merchant)["Income:Sales"] == -ASKED


@pytest.mark.parametrize("days", [-400, 400])
def test_an_impossible_time_of_a_provider_does_not_count(market: Market, days: int) -> None:
    order = _expired(market)
    told = now() + timedelta(days=days)
    market.hear("agribank", credit("agribank", 1, amount=ASKED, memo=order.code, occurred_at=told))
    market.settle()
    assert market.find_order(order.code).exception == "late"


def test_an_order_carries_its_own_code_and_a_payload_for_it(market: Market) -> None:
    merchant = market.register()
    order = market.order(merchant, ASKED)
    assert is_reference(order.code)
    assert order.code in order.payload
    assert f"54{len(str(ASKED)):02d}{ASKED}" in order.payload
    assert order.expires_at - order.created_at == timedelta(minutes=15)


@pytest.mark.parametrize(
    ("amount", "minutes", "note", "code"),
    [
        (0, 15, "", "amount_invalid"),
        (-1, 15, "", "amount_invalid"),
        (500_000_000, 15, "", "amount_invalid"),
        (1, 0, "", "expiry_invalid"),
        (1, 7 * 24 * 60 + 1, "", "expiry_invalid"),
        (1, 15, "x" * 101, "note_invalid"),
        (1, 15, "a\nb", "note_invalid"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(
    market: Market, amount: int, minutes: int, note: str, code: str
) -> None:
    merchant = market.register()
    with pytest.raises(Problem) as refused, transaction(market.engine) as db:
        orders.add(db, merchant.code, amount, minutes, note)
    assert refused.value.code == code
    assert market.count('"order"') == (0,)


def test_a_closed_merchant_asks_for_nothing_and_an_unknown_order_is_not_found(
    market: Market,
) -> None:
    merchant = market.register()
    with transaction(market.engine) as db:
        register.set_status(db, merchant.code, "closed")
    with pytest.raises(Problem) as closed:
        market.order(merchant, 1)
    with pytest.raises(Problem) as unknown:
        market.find_order("JXNOBODY2345")
    assert (closed.value.code, unknown.value.code) == ("merchant_closed", "order_unknown")


def _order(in_time: tuple[int, ...], late: tuple[int, ...]) -> orders.Order:
    made = now()
    return orders.Order(
        code="JX", merchant="M", merchant_name="Chị Tư", amount=ASKED, note="", payload="",
        created_at=made, expires_at=made + timedelta(minutes=15), cancelled_at=None,
        bin="970405", number="1", holder="Chị Tư", payments=len(in_time) + len(late),
        paid=sum(in_time) + sum(late), paid_in_time=sum(in_time), unconfirmed=0,
    )  # fmt: skip


def _expired(market: Market) -> orders.Order:
    """An order that was made an hour ago and has run out since."""
    order = market.order(market.register(), ASKED)
    market.rows(
        "UPDATE \"order\" SET created_at = created_at - interval '1 hour',"
        " expires_at = expires_at - interval '1 hour' RETURNING code"
    )
    return market.find_order(order.code)
