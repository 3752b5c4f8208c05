"""Every case of the table, played from the door to the book: its state, its entry, its advice."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from cashless.clock import business_date, now
from cashless.db.engine import transaction
from cashless.ledger import closing
from merchants import orders, stands
from merchants.register import Merchant
from tests.market import Market, account, credit
from tests.merchants import test_stands
from tests.webhooks.rules import test_kept
from tests.webhooks.test_pairing import hear, taking
from webhooks import annulled, desk, explaining, payments, suspense
from webhooks.cases import advice
from webhooks.cases.advice import CASES

WHY = "đã hỏi khách và người bán"
FORGETTING = '{"ladder": [{"rung": "reference"}, {"rung": "account", "closed_days": 30, %s}]}'
ENTRY = """
SELECT e.kind FROM entry e JOIN book b ON b.id = e.book_id
WHERE e.payment_id = :id AND e.match_seq = (SELECT max(seq) FROM match WHERE payment_id = :id)
ORDER BY b.merchant_id NULLS LAST LIMIT 1
"""


@dataclass
class Stage:
    """A market with one merchant and an order of 50,000 đồng."""

    market: Market
    merchant: Merchant
    order: orders.Order

    def pay(self, number: int = 1, **said: object) -> None:
        """Let money come; without more it is 50,000 đồng to the merchant's account, now."""
        told = credit("agribank", number, **{"occurred_at": now(), **said})
        self.market.hear("agribank", told)
        self.market.settle()

    def pay_order(self, number: int = 1, **said: object) -> None:
        """Let money come for the order."""
        self.pay(number, memo=f"tra {self.order.code}", **said)

    def ask(self, question: str, **values: object) -> None:
        """Change a row, as another part of the program would."""
        self.market.rows(f"{question} RETURNING 1", **values)

    def assign(self) -> None:
        """Give the newest payment in suspense to the merchant."""
        with transaction(self.market.engine) as db:
            desk.assign(db, suspense.listing(db)[-1]["id"], self.merchant.code, WHY, "cô Sáu")

    def revoke_stand(self) -> None:
        """Issue the merchant's stand and revoke it."""
        stand = test_stands.issued(self.market, self.merchant)
        with transaction(self.market.engine) as db:
            stands.revoke(db, stand.token, WHY, "cô Sáu")

    def switch_on(self, parameter: str) -> None:
        """Let rules decide that forget after some days."""
        number = test_kept.draft(self.market, FORGETTING % parameter).number
        test_kept.rehearse(self.market, number)
        test_kept.switch_on(self.market, number)


@pytest.fixture
def stage(market: Market) -> Stage:
    merchant = market.register()
    return Stage(market, merchant, market.order(merchant, 50_000))


def _ago(**time: float) -> datetime:
    return now() - timedelta(**time)


def _expire(stage: Stage) -> None:
    at = {"made": _ago(minutes=5), "expired": _ago(minutes=1)}
    stage.ask('UPDATE "order" SET created_at = :made, expires_at = :expired', **at)


def _late(stage: Stage) -> None:
    _expire(stage)
    stage.pay_order()


def _after_cancel(stage: Stage) -> None:
    stage.ask('UPDATE "order" SET cancelled_at = :at', at=_ago(seconds=2))
    stage.ask('UPDATE "order" SET created_at = :at', at=_ago(minutes=5))
    stage.pay_order()


def _duplicate(stage: Stage) -> None:
    stage.pay_order()
    stage.pay_order(2)


def _after_close(stage: Stage) -> None:
    yesterday = _ago(days=1)
    stage.pay(occurred_at=yesterday)
    wish = closing.Wish(business_date(yesterday), "cô Sáu", now())
    with transaction(stage.market.engine) as db:
        closing.close(db, stage.merchant.code, wish)
    stage.pay(2, occurred_at=yesterday)


def _revoked_stand(stage: Stage) -> None:
    stage.revoke_stand()
    stage.pay(occurred_at=now() + timedelta(seconds=1))


def _closed_account(stage: Stage) -> None:
    stage.ask("UPDATE receiving_account SET closed_at = :at", at=_ago(days=2))
    stage.pay()


def _assigned(stage: Stage) -> None:
    stage.pay(account="9990001")
    stage.assign()


def _undone(stage: Stage) -> None:
    _assigned(stage)
    with transaction(stage.market.engine) as db:
        desk.undo(db, payments.listing(db)[0]["id"], desk.Word(WHY, "cô Sáu"))


def _returned(stage: Stage) -> None:
    stage.pay(account="9990001")
    with transaction(stage.market.engine) as db:
        number = suspense.listing(db)[-1]["id"]
        desk.give_back(db, number, "FT26182000009", desk.Word(WHY, "cô Sáu"))


def _taken(amount: int, kind: str = "refund") -> Callable[[Stage], None]:
    def play(stage: Stage) -> None:
        hear(stage.market, credit("agribank", 1), taking(2, amount, kind))

    return play


def _withdrawn(stage: Stage) -> None:
    hear(stage.market, taking(2, 20_000, "debit", original=None))
    stage.assign()


def _closed_merchant(stage: Stage) -> None:
    stage.ask("UPDATE merchant SET status = 'closed'")
    stage.pay()


def _other_account(stage: Stage) -> None:
    stage.market.register("Anh Năm", "970405:9990001")
    stage.pay_order(account="9990001")


def _not_of_connection(stage: Stage) -> None:
    stage.market.connect("agribank")
    stage.ask("UPDATE connection SET accounts = '{9999}'")
    stage.pay()


def _ambiguous(stage: Stage) -> None:
    other = stage.market.order(stage.merchant, 20_000)
    stage.pay(memo=f"{stage.order.code} {other.code}")


def _closed_before(stage: Stage) -> None:
    stage.switch_on('"revoked_stand_days": null')
    stage.ask("UPDATE receiving_account SET closed_at = :at", at=_ago(days=31))
    stage.pay()


def _revoked_before(stage: Stage) -> None:
    stage.switch_on('"revoked_stand_days": 0')
    stage.revoke_stand()
    stage.pay(occurred_at=now() + timedelta(seconds=1))


def _kept(stage: Stage) -> None:
    stage.market.hear("agribank", credit("agribank", 1))


def _witness(stage: Stage) -> None:
    for place in (1, 2):
        by = stage.market.connect("agribank", {"secret": f"invented secret {place}"})
        said = credit("agribank", place, reference="FT26182000001")
        stage.market.keep(replace(by.call(said), notifications=(said,)))
    stage.market.settle()


def _annulled(stage: Stage) -> None:
    stage.pay()
    ((number,),) = stage.market.rows("SELECT id FROM payment")
    with transaction(stage.market.engine) as db:
        annulled.annul(db, [number], {"why": WHY, "by": "cô Sáu"}, "cô Sáu")


def _conflict(stage: Stage) -> None:
    stage.pay(occurred_at=_ago(seconds=0).replace(microsecond=0))
    stage.pay(amount=1_000)


PLAYS: dict[str, Callable[[Stage], None]] = {
    "as_asked": Stage.pay_order,
    "unasked": Stage.pay,
    "late": _late,
    "after_cancel": _after_cancel,
    "before_order": lambda stage: stage.pay_order(occurred_at=_ago(hours=1)),
    "underpaid": lambda stage: stage.pay_order(amount=49_999),
    "overpaid": lambda stage: stage.pay_order(amount=50_001),
    "duplicate": _duplicate,
    "after_close": _after_close,
    "revoked_stand": _revoked_stand,
    "closed_account": _closed_account,
    "assigned": _assigned,
    "undone": _undone,
    "returned": _returned,
    "taken_back": _taken(10_000),
    "reversed": _taken(50_000, "reversal"),
    "withdrawn": _withdrawn,
    "closed_merchant": _closed_merchant,
    "account_unknown": lambda stage: stage.pay(account="9990001"),
    "account_not_of_merchant": _other_account,
    "account_not_of_connection": _not_of_connection,
    "reference_ambiguous": _ambiguous,
    "account_closed_before": _closed_before,
    "stand_revoked_before": _revoked_before,
    "more_than_credit": _taken(50_001),
    "before_credit": lambda stage: hear(stage.market, taking(2, 10_000)),
    "without_credit": lambda stage: hear(stage.market, taking(2, 10_000, original=None)),
    "annulled": _annulled,
    "kept": _kept,
    "witness": _witness,
    "conflict": _conflict,
}


@pytest.mark.parametrize("name", CASES)
def test_every_case_has_its_state_its_entry_and_its_advice(stage: Stage, name: str) -> None:
    PLAYS[name](stage)
    with transaction(stage.market.engine) as db:
        shown = next(iter(payments.listing(db)))
        if name == "witness":
            shown = payments.show(db, shown["id"] + 1)
        found = advice.of(db, shown)
    case = CASES[name]
    assert [one.name for one in found] == [name]
    assert shown["state"] == case.state
    entries = stage.market.rows(ENTRY, id=shown["id"])
    assert [kind for (kind,) in entries] == ([case.entry] if case.entry else [])
    assert case.do.vi != case.do.en
    assert stage.market.broken() == {}


def test_a_payment_may_be_several_cases_at_once(stage: Stage) -> None:
    _expire(stage)
    stage.pay_order(amount=60_000)
    ((number,),) = stage.market.rows("SELECT id FROM payment")
    with transaction(stage.market.engine) as db:
        assert [one.name for one in advice.cases(db, [number])[number]] == ["late", "overpaid"]


def test_an_order_paid_in_full_later_ends_its_underpaid_payments(stage: Stage) -> None:
    stage.pay_order(amount=20_000)
    stage.pay_order(2, amount=30_000)
    numbers = [number for (number,) in stage.market.rows("SELECT id FROM payment ORDER BY id")]
    with transaction(stage.market.engine) as db:
        found = advice.cases(db, numbers)
    assert [[one.name for one in found[number]] for number in numbers] == [["as_asked"]] * 2


def test_an_order_that_was_cancelled_and_paid_then_is_late(stage: Stage) -> None:
    _after_cancel(stage)
    order = stage.market.find_order(stage.order.code)
    assert (order.status(now()), order.exception) == ("cancelled", "late")


def test_a_match_is_explained_with_its_rules_and_the_runner_up(stage: Stage) -> None:
    stage.market.register("Anh Năm", "970405:9990001")
    stage.pay_order()
    stage.pay_order(2, account="9990001")
    numbers = [number for (number,) in stage.market.rows("SELECT id FROM payment ORDER BY id")]
    with transaction(stage.market.engine) as db:
        ((first,), (second,)) = (explaining.explained(db, number) for number in numbers)
    assert (first["rule"], first["rule_set"], first["order"]) == ("reference", 1, stage.order.code)
    assert [(one["rung"], one["says"]) for one in first["runner_up"]] == [
        ("virtual_account", "nothing"),
        ("account", "agrees"),
    ]
    assert first["explanation"]["accounts"] == [account("agribank").partition(":")[2]]
    assert second["explanation"]["reason"] == "account_not_of_merchant"
    assert second["runner_up"][-1]["says"] == "merchant"
    assert "người bán" in second["said_vi"]
    assert "the receiving account: the merchant" in second["said"]
