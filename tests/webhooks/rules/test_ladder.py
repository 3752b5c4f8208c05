"""What each parameter of a rule set does to the ladder, and what no set can do."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cashless.vietqr.reference import MANGLINGS, new_reference
from tests.market import MOMENT
from tests.webhooks.test_match import HOLDERS, TU, payment
from webhooks.match import Candidates, Holder, Match, Order, match
from webhooks.rules import body
from webhooks.rules.body import FIRST, RuleSet

CODE, OTHER = new_reference(), new_reference()
DAY = timedelta(days=1)


def rules(*settings: str, ladder: str | None = None) -> RuleSet:
    return body.changed(FIRST, settings, ladder)


def matched(said: dict[str, Any], known: Candidates, by: RuleSet) -> Match:
    (found,) = match([payment(**said)], known, by)
    return found


def order(**ended: datetime) -> Candidates:
    return Candidates({CODE: Order(CODE, 1, 50_000, 0, **ended)}, HOLDERS)


@pytest.mark.parametrize("rung", ["order_field", "reference"])
@pytest.mark.parametrize("end", ["expires_at", "cancelled_at"])
@pytest.mark.parametrize(("late", "rule"), [(0, "found"), (30, "found"), (31, "account")])
def test_an_order_is_found_for_so_many_days_after_its_end(
    rung: str, end: str, late: int, rule: str
) -> None:
    days = {"expires_at": "expired_days", "cancelled_at": "cancelled_days"}[end]
    said = {"order_ref": CODE} if rung == "order_field" else {"memo": f"ck {CODE}"}
    known = order(**{end: MOMENT - late * DAY})
    found = matched(said, known, rules(f"{rung}.{days}=30"))
    assert found.rule == (rung if rule == "found" else rule)
    assert matched(said, known, FIRST).rule == rung


def test_of_two_references_the_forgotten_one_does_not_count() -> None:
    known = Candidates(
        {
            CODE: Order(CODE, 1, 50_000, 0, MOMENT - 40 * DAY),
            OTHER: Order(OTHER, 1, 50_000, 0, MOMENT + DAY),
        },
        HOLDERS,
    )
    said = {"memo": f"{CODE} {OTHER}"}
    found = matched(said, known, rules("reference.expired_days=30"))
    assert (found.rule, found.order and found.order.code) == ("reference", OTHER)
    assert matched(said, known, FIRST).explanation["reason"] == "reference_ambiguous"


def test_an_order_field_of_a_weak_connection_may_be_passed_over() -> None:
    passing = rules("order_field.weak=false")
    assert matched({"order_ref": CODE, "is_weak": True}, order(), passing).rule == "account"
    assert matched({"order_ref": CODE}, order(), passing).rule == "order_field"
    assert matched({"order_ref": CODE, "is_weak": True}, order(), FIRST).rule == "order_field"


@pytest.mark.parametrize("rung", ["account", "virtual_account"])
@pytest.mark.parametrize(("late", "reason"), [(30, None), (31, "account_closed_before")])
def test_a_closed_account_is_watched_for_so_many_days(
    rung: str, late: int, reason: str | None
) -> None:
    holder = replace(TU, closed_at=MOMENT - late * DAY)
    known = Candidates({}, {("agribank", "VA1"): holder, ("agribank", "111"): holder})
    said = {"virtual_account": "VA1"} if rung == "virtual_account" else {}
    found = matched(said, known, rules(f"{rung}.closed_days=30"))
    assert found.explanation.get("reason") == reason
    assert matched(said, known, FIRST).rule == rung


@pytest.mark.parametrize(
    ("stands", "reason"),
    [
        ([], None),
        ([(MOMENT - 9 * DAY, None)], None),
        ([(MOMENT - 9 * DAY, MOMENT - 8 * DAY)], "stand_revoked_before"),
        ([(MOMENT - 9 * DAY, MOMENT - 7 * DAY)], None),
        ([(MOMENT - 9 * DAY, MOMENT - 8 * DAY), (MOMENT - 8 * DAY, None)], None),
        ([(MOMENT - 9 * DAY, MOMENT - 8 * DAY), (MOMENT + DAY, None)], "stand_revoked_before"),
        ([(MOMENT - 9 * DAY, MOMENT + DAY)], None),
    ],
)
def test_an_account_is_believed_for_so_many_days_after_its_last_stand(
    stands: list[Any], reason: str | None
) -> None:
    known = Candidates({}, HOLDERS, {("agribank", "111"): stands})
    by = rules("account.revoked_stand_days=7")
    assert by.watches_stands
    assert not FIRST.watches_stands
    assert matched({}, known, by).explanation.get("reason") == reason
    assert matched({}, known, FIRST).rule == "account"


def test_the_order_of_the_rungs_is_that_of_the_set() -> None:
    known = Candidates({CODE: Order(CODE, 1, 50_000, 0)}, HOLDERS)
    said = {"memo": CODE, "virtual_account": "VA1"}
    assert matched(said, known, FIRST).rule == "reference"
    turned = rules(ladder="virtual_account,reference,account")
    found = matched(said, known, turned)
    assert (found.rule, found.rule_set) == ("virtual_account", turned.number)
    assert found.explanation["runner_up"] == [
        {"rung": "reference", "says": "agrees"},
        {"rung": "account", "says": "agrees"},
    ]


@pytest.mark.parametrize(
    ("said", "beside"),
    [
        ({"memo": CODE}, ["nothing", "agrees"]),
        ({"memo": CODE, "virtual_account": "VA1", "account": "222"}, ["agrees", "other M-NAM"]),
        ({"memo": CODE, "account": "222"}, ["nothing", "merchant M-NAM"]),
        ({"order_ref": CODE, "memo": f"{CODE} {OTHER}"}, ["reference_ambiguous", "nothing"]),
    ],
)
def test_the_runner_up_is_what_the_next_rungs_would_have_said(
    said: dict[str, Any], beside: list[str]
) -> None:
    both = {code: Order(code, 1, 50_000, 0) for code in (CODE, OTHER)}
    told: Any = matched(said, Candidates(both, HOLDERS), FIRST).explanation["runner_up"]
    words = [" ".join(filter(None, (one["says"], one.get("merchant")))) for one in told]
    assert words[: len(beside)] == beside


DAYS = st.none() | st.sampled_from([0, 1, 30])
FORGIVEN = st.sets(st.sampled_from(MANGLINGS)).map(
    lambda some: sorted(some | ({"glued"} if "gaps" in some else set()))
)
RUNGS = {
    "order_field": {"weak": st.booleans(), "expired_days": DAYS, "cancelled_days": DAYS},
    "reference": {"manglings": FORGIVEN, "expired_days": DAYS, "cancelled_days": DAYS},
    "virtual_account": {"closed_days": DAYS},
    "account": {"closed_days": DAYS, "revoked_stand_days": DAYS},
}


@st.composite
def any_rules(draw: st.DrawFn) -> RuleSet:
    """Draw a set that is allowed, of any rungs in any order."""
    names = draw(st.permutations(["order_field", "reference", "virtual_account"]))
    chosen = [*names[: draw(st.integers(0, 3))], "account"]
    said = [{"rung": name, **draw(st.fixed_dictionaries(RUNGS[name]))} for name in chosen]
    return body.read(orjson.dumps({"ladder": said}), 2)


ENDS = st.none() | st.sampled_from([MOMENT - 40 * DAY, MOMENT - DAY, MOMENT + DAY])
SAYINGS = st.fixed_dictionaries(
    {
        "account": st.sampled_from([None, "111", "222", "999"]),
        "virtual_account": st.sampled_from([None, "VA1", "VA9"]),
        "order_ref": st.sampled_from([None, CODE, OTHER]),
        "memo": st.sampled_from(["", CODE, f"x{CODE.lower()}", f"{CODE} {OTHER}"]),
        "is_weak": st.booleans(),
        "is_bound": st.booleans(),
    }
)


@st.composite
def any_market(draw: st.DrawFn) -> Candidates:
    """Draw two orders and the holders of the accounts, perhaps ended, closed, or both."""
    status = draw(st.sampled_from(["active", "closed"]))
    closed, ended = draw(ENDS), draw(ENDS)
    holders = {
        key: Holder(one.merchant_id, one.book, status, closed) for key, one in HOLDERS.items()
    }
    asked = {code: Order(code, place, 50_000, 0, ended) for place, code in ((1, CODE), (2, OTHER))}
    return Candidates(asked, holders)


@given(any_rules(), any_market(), SAYINGS, st.integers(1, 10**12))
def test_no_set_gives_money_to_who_does_not_hold_the_account(
    by: RuleSet, known: Candidates, said: dict[str, Any], amount: int
) -> None:
    found = matched(said, known, by)
    assert found == replace(matched({**said, "amount": amount}, known, by), payment=found.payment)
    if found.holder is None:
        assert found.rule == "suspense"
        assert found.explanation["reason"]
        return
    keys = [key for key in found.payment.account_keys if key in known.holders]
    assert found.holder.merchant_id in {known.holders[key].merchant_id for key in keys}
    assert found.holder.status != "closed"
    assert found.payment.is_bound
    assert found.order is None or found.order.merchant_id == found.holder.merchant_id
