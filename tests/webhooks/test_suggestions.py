"""Suggestions: whose a payment may be, said with a reason and with why it was not taken."""

from datetime import timedelta

import pytest
from sqlalchemy import event, text

from cashless.clock import now
from cashless.db.engine import transaction
from cashless.ids import ALPHABET
from merchants import places, print_run, register, stands
from merchants.places import Place
from merchants.print_run import Wish as Print
from merchants.register import Application
from tests.market import KEY, MOMENT, Market, account, credit
from webhooks import suspense
from webhooks.suggestions import is_near
from webhooks.suspense import Filter, Waiting

AGRIBANK = "970405"


def waiting(market: Market, **wanted: object) -> list[Waiting]:
    market.settle()
    with transaction(market.engine) as db:
        return suspense.waiting(db, Filter(**wanted))  # type: ignore[arg-type]  names of fields


def rules(one: Waiting) -> list[tuple[str, str]]:
    return [(said.rule, said.merchant) for said in one.suggestions]


@pytest.mark.parametrize("damage", ["sign", "check", "swap", "lost", "more"])
def test_an_order_whose_code_is_one_sign_away_is_suggested(market: Market, damage: str) -> None:
    merchant = market.register("Chị Tư", account("momo"))
    code = market.order(merchant, 70_000).code
    other = next(sign for sign in ALPHABET if sign not in code)
    damaged = {
        "sign": code[:5] + other + code[6:],
        "check": code[:-1] + other,
        "swap": code[:5] + code[6] + code[5] + code[7:],
        "lost": code[:6] + code[7:],
        "more": code[:6] + other + code[6:],
    }[damage]
    if damage == "swap" and code[5] == code[6]:
        damaged = code[:-1] + other
    market.hear("agribank", credit("agribank", 1, memo=f"mua ca {damaged.lower()} CT DEN"))
    (one,) = waiting(market)
    assert rules(one) == [("order_near", merchant.code)]
    assert one.suggestions[0].order == code
    assert code in one.suggestions[0].words.why[0]


def test_a_former_holder_and_a_closed_merchant_are_suggested(market: Market) -> None:
    merchant = market.register("Chị Tư", f"{AGRIBANK}:7704209001234")
    with transaction(market.engine) as db:
        db.execute(text("UPDATE receiving_account SET closed_at = '2026-06-01T03:00Z'"))
        register.set_status(db, merchant.code, "closed")
    market.hear("agribank", credit("agribank", 1))
    (one,) = waiting(market)
    assert (one.reason, rules(one)) == ("merchant_closed", [("former", merchant.code)])
    assert "01/06/2026" in one.suggestions[0].words.why[0]
    assert "mở lại" in one.suggestions[0].words.why_not[0]


def test_an_account_one_digit_away_is_suggested_and_two_are_not(market: Market) -> None:
    merchant = market.register("Chị Tư", f"{AGRIBANK}:7704209001234")
    for number, told in enumerate(("7704209001235", "7704209001324", "7704209009999"), 1):
        market.hear("agribank", credit("agribank", number, account=told))
    found = [rules(one) for one in waiting(market)]
    assert found == [[("account_near", merchant.code)], [("account_near", merchant.code)], []]


def test_a_virtual_account_that_begins_with_a_merchant_s_number_is_suggested(
    market: Market,
) -> None:
    merchant = market.register("Chị Tư", f"{AGRIBANK}:VQRQ0001")
    told = credit("agribank", 1, account="99", virtual_account="VQRQ0001X77")
    market.hear("agribank", told)
    (one,) = waiting(market)
    assert rules(one) == [("prefix", merchant.code)]


def test_an_open_order_of_the_same_amount_near_in_time_is_suggested_last(market: Market) -> None:
    first = market.register("Chị Tư", f"{AGRIBANK}:7704209001235")
    second = market.register("Anh Năm", account("momo"))
    order = market.order(second, 50_000)
    soon = now() + timedelta(minutes=4)
    market.hear("agribank", credit("agribank", 1, occurred_at=soon.replace(microsecond=0)))
    market.hear("agribank", credit("agribank", 2, occurred_at=MOMENT))
    near, far = waiting(market)
    assert rules(near) == [("account_near", first.code), ("amount", second.code)]
    assert near.suggestions[1].order == order.code
    assert rules(far) == [("account_near", first.code)]


def test_an_order_of_another_merchant_names_both(market: Market) -> None:
    holder = market.register("Chị Tư")
    asked = market.register("Anh Năm", account("momo"))
    order = market.order(asked, 50_000)
    market.hear("agribank", credit("agribank", 1, memo=order.code))
    (one,) = waiting(market)
    assert one.reason == "account_not_of_merchant"
    assert rules(one) == [("order_named", asked.code), ("holder", holder.code)]


def test_a_revoked_stand_is_told(market: Market) -> None:
    merchant = market.register("Chị Tư")
    with transaction(market.engine) as db:
        (stand,) = print_run.issue(db, Print("chú Hùng", KEY, merchant=merchant.code))
        stands.revoke(db, stand.token, "bị mất", "chú Hùng")
        register.set_status(db, merchant.code, "closed")
        db.execute(text("UPDATE receiving_account SET closed_at = NULL"))
    late = (now() + timedelta(minutes=1)).replace(microsecond=0)
    market.hear("agribank", credit("agribank", 1, occurred_at=late))
    (one,) = waiting(market)
    assert rules(one) == [("revoked_stand", merchant.code)]


def test_the_list_is_filtered(market: Market) -> None:
    with transaction(market.engine) as db:
        places.add(db, [Place("RS", "market", "Chợ Rạch Sỏi")])
        held = Application("Chị Tư", "seafood", f"{AGRIBANK}:7704209001235", "Tư", "RS", "RS-01")
        register.add(db, held)
    market.hear("agribank", credit("agribank", 1))
    market.hear("momo", credit("momo", 2, amount=7_000))
    assert [one.payment.provider for one in waiting(market)] == ["agribank", "momo"]
    cases = [
        ({"provider": "momo"}, ["momo"]),
        ({"place": "RS"}, ["agribank"]),
        ({"place": "VT"}, []),
        ({"reason": "merchant_closed"}, []),
        ({"reason": "account_unknown"}, ["agribank", "momo"]),
        ({"older_than": 1}, []),
    ]
    for wanted, found in cases:
        assert [one.payment.provider for one in waiting(market, **wanted)] == found, wanted


def test_a_list_of_any_length_asks_twice(market: Market) -> None:
    merchant = market.register("Chị Tư", account("momo"))
    code = market.order(merchant, 50_000).code
    asked: list[str] = []
    for size in (1, 30):
        market.hear("agribank", *(credit("agribank", n, memo=code[:-1]) for n in range(size)))
        market.settle()
        with transaction(market.engine) as db:
            event.listen(db, "before_cursor_execute", lambda *said: asked.append(said[2]))
            found = suspense.waiting(db)
        assert len(found) == size
        assert len(asked) == 2
        asked.clear()


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("ABCD", "ABCD", False),
        ("ABCD", "ABXD", True),
        ("ABCD", "ACBD", True),
        ("ABCD", "ABD", True),
        ("ABCD", "ABCXD", True),
        ("ABCD", "XBCD", True),
        ("ABCD", "ABCX", True),
        ("ABCD", "AXXD", False),
        ("ABCD", "DBCA", False),
        ("ABCD", "AB", False),
        ("ABCD", "ABCDXX", False),
    ],
)
def test_near_is_one_sign(one: str, other: str, *, near: bool) -> None:
    assert is_near(one, other) is is_near(other, one) is near
