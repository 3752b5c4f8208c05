"""Post drafts: one entry for each match; what it moves is what came, whoever it belongs to."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cashless.ledger.entry import Draft
from tests.market import MOMENT, credit
from webhooks.match import Holder, Match, Order, Payment
from webhooks.post import drafts, release

HOLDER = Holder(1, "M-TU", "active")


def paid(amount: int, order: Order | None, **more: object) -> Match:
    said = {
        "id": 7,
        "provider": "agribank",
        "provider_txn_id": "4711",
        "kind": "credit",
        "amount": amount,
        "account": "111",
        "virtual_account": None,
        "order_ref": None,
        "memo": "",
        "occurred_at": MOMENT,
        "business_date": credit("agribank", 1).business_date,
    }
    payment = Payment(**said | more)
    return Match(payment, 1, "account", {}, HOLDER, order)


def moved(draft: Draft) -> dict[str, int]:
    return {one.credit: one.amount for one in draft.transfers}


# already paid, now paid, of 100 asked -> kind of the entry, sold, owed back
SPLITS = [
    (0, 100, "sale", {"Income:Sales": 100}),
    (0, 60, "sale", {"Income:Sales": 60}),
    (60, 60, "sale", {"Income:Sales": 40, "Liabilities:Overpaid": 20}),
    (0, 250, "sale", {"Income:Sales": 100, "Liabilities:Overpaid": 150}),
    (100, 30, "overpayment", {"Liabilities:Overpaid": 30}),
    (170, 30, "overpayment", {"Liabilities:Overpaid": 30}),
]


@pytest.mark.parametrize(("before", "amount", "kind", "credits_"), SPLITS)
def test_what_was_due_is_sold_and_the_rest_is_owed_back(
    before: int, amount: int, kind: str, credits_: dict[str, int]
) -> None:
    order = Order("JX", 1, 100, before)
    (draft,) = drafts([paid(amount, order)])
    assert (draft.kind, moved(draft), order.paid) == (kind, credits_, before + amount)
    assert {one.debit for one in draft.transfers} == {"Assets:Bank:Agribank"}


def test_a_wallet_that_pays_out_later_owes_the_money_meanwhile() -> None:
    (draft,) = drafts([paid(5, None, provider="momo")])
    assert draft.transfers[0].debit == "Assets:Due:Momo"


def test_an_entry_names_its_cause_payment_match_and_day() -> None:
    (draft,) = drafts([paid(5, None)])
    assert (draft.book, draft.cause) == ("M-TU", "agribank/4711/credit/1")
    assert (draft.payment, draft.match_seq) == (7, 1)
    assert draft.business_date == credit("agribank", 1).business_date


@pytest.mark.parametrize("kind", ["credit", "debit", "reversal"])
def test_unclaimed_money_moves_in_or_out_of_suspense(kind: str) -> None:
    lost = replace(paid(5, None, kind=kind), holder=None, rule="suspense")
    (draft,) = drafts([lost])
    (one,) = draft.transfers
    sides = ("Assets:Unclaimed:Agribank", "Liabilities:Suspense")
    assert (one.debit, one.credit) == (sides if kind == "credit" else sides[::-1])
    assert (draft.book, one.amount) == ("platform", 5)


def test_releasing_takes_out_what_suspense_took_in() -> None:
    match = paid(5, None)
    (kept,) = drafts([replace(match, holder=None, rule="suspense")])
    (back,) = release(replace(match, seq=2)).transfers
    assert (back.credit, back.debit, back.amount) == (
        kept.transfers[0].debit,
        kept.transfers[0].credit,
        5,
    )


amounts = st.integers(1, 10**12)


@given(st.lists(amounts, min_size=1, max_size=8), st.integers(1, 10**9), st.integers(0, 10**12))
def test_transfers_sum_to_what_came_and_sales_to_what_was_asked_at_most(
    came: list[int], asked: int, before: int
) -> None:
    order = Order("JX", 1, asked, before)
    made = drafts([paid(amount, order) for amount in came])
    assert [sum(one.amount for one in draft.transfers) for draft in made] == came
    sold = sum(moved(draft).get("Income:Sales", 0) for draft in made)
    assert sold == min(sum(came), max(asked - before, 0))
    assert order.paid == before + sum(came)


@given(st.lists(amounts, min_size=2, max_size=6), st.integers(1, 10**9), st.randoms())
def test_the_order_in_which_money_comes_does_not_change_what_is_sold(
    came: list[int], asked: int, chance: object
) -> None:
    totals = []
    for _ in range(2):
        made = drafts(
            [paid(amount, order) for order in [Order("JX", 1, asked, 0)] for amount in came]
        )
        totals.append(sum(moved(draft).get("Income:Sales", 0) for draft in made))
        chance.shuffle(came)
    assert totals[0] == totals[1]
