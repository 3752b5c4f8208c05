"""Standings that are not final are listed until they end; only what is proven becomes money."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from cashless.clock import now
from cashless.db.engine import transaction
from cashless.errors import Conflict, Invalid, NotFound
from providers._codecs import read_object, write_json
from providers._protocol import Delivery, Result, Standing
from tests.market import KEY, Market, account, credit
from webhooks import confirmations, polling, polls
from webhooks.polling import Pending
from webhooks.receive import receive

ORDER = "ORDER-1"


def hear(market: Market, code: int, order: str = ORDER) -> str:
    """Let MoMo tell a result of an order, under its own seal."""
    call = said_by_momo(market, code, order)
    return market.keep(receive(market.connect("momo").connection, call, ""))[0]


def said_by_momo(market: Market, code: int, order: str = ORDER) -> Delivery:
    made = market.connect("momo")
    genuine = made.protocol.sign(replace(credit("momo", 7), order_ref=order), made.secrets, now())
    body = {**read_object(genuine.body), "resultCode": code}
    return made.protocol.seal(write_json(body), made.secrets, now())


def listed(market: Market, *, every: bool = False) -> list[dict[str, Any]]:
    with transaction(market.engine) as db:
        return polls.listing(db, every=every)


@pytest.mark.parametrize(("code", "standing"), [(7000, "pending"), (987654, "unknown")])
def test_what_is_not_final_is_kept_answered_and_listed_and_is_no_money(
    market: Market, code: int, standing: str
) -> None:
    assert hear(market, code) == "silent"
    assert market.count("payment") == (0,)
    (one,) = listed(market)
    assert (one["order_ref"], one["standing"], one["result_code"]) == (ORDER, standing, str(code))
    assert market.rows("SELECT order_ref, standing, result_code FROM delivery") == [
        (ORDER, standing, str(code))
    ]


def test_a_failure_is_final_and_is_neither_money_nor_asked_about(market: Market) -> None:
    assert hear(market, 1006) == "silent"
    assert (listed(market), market.count("payment")) == ([], (0,))


@pytest.mark.parametrize(("code", "closed_as"), [(0, "paid"), (1006, "failed")])
def test_the_notice_that_ends_it_closes_it(market: Market, code: int, closed_as: str) -> None:
    hear(market, 7000)
    hear(market, code)
    assert listed(market) == []
    assert [one["closed_as"] for one in listed(market, every=True)] == [closed_as]
    assert market.count("payment") == (int(code == 0),)


def test_what_was_paid_is_not_asked_about_again(market: Market) -> None:
    hear(market, 7000)
    hear(market, 0)
    hear(market, 7000)
    assert listed(market) == []


def test_a_person_ends_a_question_once_and_with_a_reason(market: Market) -> None:
    hear(market, 7000)
    (one,) = listed(market)
    with transaction(market.engine) as db:
        with pytest.raises(Invalid):
            polls.close(db, one["id"], "failed", " ", "an officer")
        polls.close(db, one["id"], "given_up", "khách đã trả tiền mặt", "an officer")
        with pytest.raises(Conflict):
            polls.close(db, one["id"], "paid", "nhầm", "an officer")
        with pytest.raises(NotFound):
            polls.close(db, one["id"] + 1, "paid", "nhầm", "an officer")
    assert listed(market) == []


class FakeProvider:
    """A provider that can be asked: it knows some orders and says nothing about the others."""

    def __init__(self, answers: Mapping[str, Delivery | Result]) -> None:
        self.answers = answers
        self.asked: list[str | None] = []

    def ask(self, pending: Pending) -> Delivery | Result | None:
        self.asked.append(pending.order_ref)
        return self.answers.get(pending.order_ref or "")


def test_asking_ends_what_was_answered_and_keeps_the_rest(market: Market) -> None:
    for order in ("A", "B", "C", "D"):
        hear(market, 7000, order)
    provider = FakeProvider(
        {
            "A": said_by_momo(market, 0, "A"),
            "B": Result("1006", Standing.FAILED),
            "C": Result("7002", Standing.PENDING),
        }
    )
    done = polling.ask_all(market.engine, KEY, provider, "a test")
    assert done == polling.Asked(asked=4, ended=2, unanswered=1)
    assert provider.asked == ["A", "B", "C", "D"]
    assert {one["order_ref"] for one in listed(market)} == {"C", "D"}
    assert market.rows("SELECT order_ref FROM payment") == [("A",)]


def test_what_we_fetched_ourselves_is_not_blocked_by_a_list_of_callers(market: Market) -> None:
    hear(market, 7000)
    market.rows(
        "UPDATE connection SET sources = '{203.0.113.7}', source_rule = 'block' RETURNING id"
    )
    polling.ask_all(market.engine, KEY, FakeProvider({ORDER: said_by_momo(market, 0)}), "a test")
    assert market.count("payment") == (1,)
    assert listed(market) == []


def test_an_answer_is_kept_even_if_the_next_question_fails(market: Market) -> None:
    class Failing(FakeProvider):
        def ask(self, pending: Pending) -> Delivery | Result | None:
            if self.asked:
                raise ConnectionError
            return super().ask(pending)

    for order in ("A", "B"):
        hear(market, 7000, order)
    answers = {"A": Result("1006", Standing.FAILED), "B": Result("1006", Standing.FAILED)}
    with pytest.raises(ConnectionError):
        polling.ask_all(market.engine, KEY, Failing(answers), "a test")
    assert [one["order_ref"] for one in listed(market)] == ["B"]


@pytest.mark.parametrize("why", ["ok", "x" * 201, "a\x00b"])
def test_a_reason_that_no_row_can_hold_is_refused(market: Market, why: str) -> None:
    hear(market, 7000)
    (one,) = listed(market)
    with transaction(market.engine) as db, pytest.raises(Invalid) as refused:
        polls.close(db, one["id"], "failed", why, "an officer")
    assert refused.value.code == "why_missing"


def test_a_standing_alone_makes_no_payment(market: Market) -> None:
    hear(market, 7000)
    polling.ask_all(market.engine, KEY, FakeProvider({ORDER: Result("0", Standing.PAID)}), "a test")
    assert market.count("payment") == (0,)
    assert [one["closed_as"] for one in listed(market, every=True)] == ["paid"]


def test_a_payment_that_its_seal_proves_needs_no_confirmation(market: Market) -> None:
    merchant = market.register("Anh Năm", account("momo"))
    order = market.order(merchant, 50_000)
    market.hear("momo", replace(credit("momo", 7), order_ref=order.code))
    (payment,) = market.rows("SELECT id FROM payment")[0]
    with transaction(market.engine) as db, pytest.raises(Invalid) as needless:
        confirmations.confirm(db, payment, "person", "thấy trong sao kê", "an officer")
    assert needless.value.code == "confirmation_needless"


def test_what_nothing_confirmed_waits_and_is_confirmed_once(market: Market) -> None:
    merchant = market.register()
    order = market.order(merchant, 50_000)
    made = market.connect("agribank")
    weak = replace(made.connection, environment="sandbox")
    call = made.sign(replace(credit("agribank", 1), memo=order.code))
    market.keep(receive(weak, call, ""))
    market.settle()
    assert not market.find_order(order.code).is_final
    with transaction(market.engine) as db:
        (waits,) = confirmations.waiting(db)
        assert (waits["merchant"], waits["order"]) == (merchant.code, order.code)
        confirmations.confirm(db, waits["id"], "person", "thấy trong sao kê", "an officer")
    assert market.find_order(order.code).is_final
    with transaction(market.engine) as db:
        assert confirmations.waiting(db) == []
        with pytest.raises(Conflict):
            confirmations.confirm(db, waits["id"], "person", "lần nữa", "an officer")
        with pytest.raises(NotFound):
            confirmations.confirm(db, waits["id"] + 1, "person", "không có", "an officer")
