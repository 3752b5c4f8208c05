"""The ladder: the first rung that finds somebody decides, and the merchant must be bound."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cashless.vietqr.reference import new_reference
from tests.market import MOMENT, credit
from webhooks.match import Candidates, Holder, Match, Order, Payment, match

CODE, OTHER_CODE = new_reference(), new_reference()
TU, NAM = Holder(1, "M-TU", "active"), Holder(2, "M-NAM", "active")
HOLDERS = {("agribank", "111"): TU, ("agribank", "222"): NAM, ("agribank", "VA1"): TU}


def payment(**said: object) -> Payment:
    usual = credit("agribank", 1, account="111")
    plain = {
        "id": 7,
        "provider": "agribank",
        "provider_txn_id": usual.provider_txn_id,
        "kind": "credit",
        "amount": 50_000,
        "account": "111",
        "virtual_account": None,
        "order_ref": None,
        "memo": "",
        "occurred_at": MOMENT,
        "business_date": usual.business_date,
    }
    return Payment(**plain | said)


def orders(*codes: str, merchant: int = 1) -> dict[str, Order]:
    return {code: Order(code, merchant, 50_000, 0) for code in codes}


def matched(one: Payment, candidates: Candidates | None = None) -> Match:
    (found,) = match([one], candidates or Candidates(orders(CODE), HOLDERS))
    return found


# What a payment says -> the rule that decides, the book, the order, the reason in suspense.
LADDER = {
    "the provider's order field": ({"order_ref": CODE}, "order_field", "M-TU", CODE, None),
    "its order field in lower case": (
        {"order_ref": CODE.lower()},
        "order_field",
        "M-TU",
        CODE,
        None,
    ),
    "our reference in the memo": ({"memo": f"ck {CODE} ca"}, "reference", "M-TU", CODE, None),
    "a mangled reference": (
        {"memo": f"ct den:{CODE[:5].lower()} {CODE[5:].lower()}-GD"},
        "reference",
        "M-TU",
        CODE,
        None,
    ),
    "a virtual account": (
        {"account": "999", "virtual_account": "VA1"},
        "virtual_account",
        "M-TU",
        None,
        None,
    ),
    "the receiving account": ({}, "account", "M-TU", None, None),
    "an unknown order field": ({"order_ref": "4711"}, "account", "M-TU", None, None),
    "an unknown reference": ({"memo": OTHER_CODE}, "account", "M-TU", None, None),
    "an unknown virtual account": ({"virtual_account": "VA9"}, "account", "M-TU", None, None),
    "an order of another's account": (
        {"order_ref": CODE, "account": "222"},
        "suspense",
        None,
        None,
        "account_not_of_merchant",
    ),
    "a reference on another's account": (
        {"memo": CODE, "account": "222"},
        "suspense",
        None,
        None,
        "account_not_of_merchant",
    ),
    "an order on an unknown account": (
        {"order_ref": CODE, "account": "999"},
        "suspense",
        None,
        None,
        "account_not_of_merchant",
    ),
    "an order on no account": (
        {"order_ref": CODE, "account": None},
        "suspense",
        None,
        None,
        "account_not_of_merchant",
    ),
    "an unknown account": ({"account": "999"}, "suspense", None, None, "account_unknown"),
    "no account": ({"account": None}, "suspense", None, None, "account_unknown"),
    "another provider's account": (
        {"provider": "momo"},
        "suspense",
        None,
        None,
        "account_unknown",
    ),
}


@pytest.mark.parametrize(("said", "rule", "book", "order", "reason"), LADDER.values(), ids=LADDER)
def test_the_first_rung_that_finds_somebody_decides(
    said: dict[str, object], rule: str, book: str | None, order: str | None, reason: str | None
) -> None:
    found = matched(payment(**said))
    assert found.rule == rule
    assert (found.holder and found.holder.book) == book
    assert (found.order and found.order.code) == order
    assert found.explanation.get("reason") == reason
    assert found.seq == 1


def test_the_virtual_account_binds_an_order_where_the_account_is_shared() -> None:
    shared = payment(order_ref=CODE, account="222", virtual_account="VA1")
    assert matched(shared).holder == TU


def test_two_references_that_both_exist_are_ambiguous() -> None:
    both = Candidates(orders(CODE, OTHER_CODE), HOLDERS)
    found = matched(payment(memo=f"{CODE} {OTHER_CODE}"), both)
    assert (found.rule, found.explanation["reason"]) == ("suspense", "reference_ambiguous")
    assert found.explanation["orders"] == sorted([CODE, OTHER_CODE])


def test_one_reference_written_twice_is_not_ambiguous() -> None:
    assert matched(payment(memo=f"{CODE} {CODE.lower()}")).rule == "reference"


def test_the_order_field_is_believed_before_the_memo() -> None:
    both = Candidates(orders(CODE, OTHER_CODE), HOLDERS)
    found = matched(payment(order_ref=OTHER_CODE, memo=CODE), both)
    assert found.order
    assert (found.rule, found.order.code) == ("order_field", OTHER_CODE)


@pytest.mark.parametrize("said", [{}, {"order_ref": CODE}, {"memo": CODE}])
def test_a_closed_merchant_takes_nothing(said: dict[str, object]) -> None:
    closed = {key: replace(holder, status="closed") for key, holder in HOLDERS.items()}
    found = matched(payment(**said), Candidates(orders(CODE), closed))
    assert (found.rule, found.holder, found.order) == ("suspense", None, None)
    assert found.explanation["reason"] == "merchant_closed"


@pytest.mark.parametrize("status", ["draft", "pending", "active", "suspended"])
def test_money_of_a_merchant_who_is_not_closed_is_theirs(status: str) -> None:
    held = {key: replace(holder, status=status) for key, holder in HOLDERS.items()}
    assert matched(payment(), Candidates({}, held)).holder is not None


@pytest.mark.parametrize("kind", ["debit", "reversal"])
def test_what_is_no_credit_waits_whatever_it_names(kind: str) -> None:
    found = matched(payment(kind=kind, order_ref=CODE))
    assert (found.rule, found.holder, found.order) == ("waiting", None, None)
    assert found.explanation["reason"] == "credit_not_known"


SAYINGS = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["credit", "debit", "reversal"]),
        "account": st.sampled_from([None, "", "111", "222", "999"]),
        "virtual_account": st.sampled_from([None, "", "VA1", "VA9"]),
        "order_ref": st.sampled_from([None, "", CODE, OTHER_CODE, "đồng"]),
        "memo": st.text(max_size=40) | st.just(f"ck {CODE}"),
    }
)


@given(SAYINGS, st.integers(1, 10**12))
def test_matching_never_fails_and_never_looks_at_the_amount(
    said: dict[str, object], amount: int
) -> None:
    found, usual = matched(payment(**said, amount=amount)), matched(payment(**said))
    assert (found.rule, found.holder, found.explanation) == (
        usual.rule,
        usual.holder,
        usual.explanation,
    )
    assert (found.holder is None) == (found.rule in {"suspense", "waiting"})
    assert ("reason" in found.explanation) == (found.holder is None)
