"""Keep: the unique key decides, each genuine call becomes one row with its answer."""

from dataclasses import replace

import pytest

from cashless.clock import now
from cashless.db.engine import transaction
from cashless.errors import Invalid
from providers._protocol import Outcome
from tests.market import PROVIDERS, Market, at_once, credit
from webhooks import inbox
from webhooks.receive import receive

TABLES = ("delivery", "payment", "conflict", "arrival")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_new_payment_is_stored_once_and_waits_to_be_settled(
    market: Market, provider: str
) -> None:
    said = credit(provider, 1)
    assert market.hear(provider, said) == ["stored"]
    assert market.count(*TABLES) == (1, 1, 0, 1)
    kept = market.rows("SELECT provider, provider_txn_id, kind, amount, account FROM payment")
    assert kept == [(provider, said.provider_txn_id, "credit", 50_000, said.account)]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_same_payment_told_again_is_a_duplicate_inside_a_group_and_across(
    market: Market, provider: str
) -> None:
    said = credit(provider, 1)
    assert market.hear(provider, said, said) == ["stored", "duplicate"]
    assert market.hear(provider, said, said) == ["duplicate", "duplicate"]
    assert market.count(*TABLES) == (4, 1, 0, 1)


def test_another_amount_under_the_same_id_is_a_conflict_inside_a_group(market: Market) -> None:
    said = credit("agribank", 1)
    assert market.hear("agribank", said, replace(said, amount=60_000)) == ["stored", "conflict"]
    assert market.rows("SELECT amount FROM payment") == [(50_000,)]
    assert market.rows("SELECT amount FROM conflict") == [(60_000,)]


def test_another_amount_under_the_same_id_is_a_conflict_across_groups(market: Market) -> None:
    said = credit("agribank", 1)
    market.hear("agribank", said)
    wrong = replace(said, amount=60_000)
    assert market.hear("agribank", wrong, said) == ["conflict", "duplicate"]
    assert market.hear("agribank", wrong) == ["conflict"]
    assert market.count(*TABLES) == (4, 1, 1, 1)
    assert market.rows("SELECT count(DISTINCT digest) FROM conflict") == [(1,)]


def test_a_conflict_is_never_posted(market: Market) -> None:
    merchant = market.register()
    said = credit("agribank", 1)
    market.hear("agribank", said, replace(said, amount=60_000))
    market.settle()
    assert market.balances(merchant.code)["Income:Sales"] == -50_000
    assert market.broken() == {}


def test_credit_and_debit_under_one_id_are_two_payments(market: Market) -> None:
    said = credit("agribank", 1)
    assert market.hear("agribank", said, replace(said, kind="debit")) == ["stored", "stored"]


def test_two_providers_may_use_the_same_id(market: Market) -> None:
    calls = [market.connect(name).call(credit(name, 1)) for name in ("agribank", "momo")]
    assert market.keep(*calls) == ["stored", "stored"]


def test_a_genuine_call_without_money_is_silent_and_kept(market: Market) -> None:
    momo = market.connect("momo")
    failed = momo.sign(credit("momo", 1)).body.replace(b'"resultCode":0', b'"resultCode":1006')
    call = receive(momo.connection, momo.protocol.seal(failed, momo.secrets, now()), "")
    assert market.keep(call) == ["silent"]
    assert market.count(*TABLES) == (1, 0, 0, 0)


def test_a_genuine_call_that_cannot_be_read_is_kept_with_the_reason(market: Market) -> None:
    bank = market.connect("agribank")
    wrong = bank.sign(credit("agribank", 1)).body.replace(b":50000,", b":-50000,")
    call = receive(bank.connection, bank.protocol.seal(wrong, bank.secrets, now()), "")
    assert market.keep(call) == ["unreadable"]
    assert market.rows("SELECT reason, reply_status, body FROM delivery") == [
        ("amount_invalid", 401, wrong)
    ]
    assert market.count("payment") == (0,)


def test_a_mixed_group_gives_each_call_its_own_answer(market: Market) -> None:
    bank, momo = market.connect("agribank"), market.connect("momo")
    known, new = credit("agribank", 1), credit("momo", 2)
    market.hear("agribank", known)
    calls = (
        bank.call(known),
        bank.call(replace(known, amount=1)),
        momo.call(new),
        momo.call(new),
        bank.call(credit("agribank", 3)),
    )
    assert market.keep(*calls) == ["duplicate", "conflict", "stored", "duplicate", "stored"]
    assert market.count(*TABLES) == (6, 3, 1, 3)


def test_a_delivery_is_kept_whole_with_the_answer_it_got(market: Market) -> None:
    bank = market.connect("agribank")
    call = bank.call(credit("agribank", 1, memo="tiền cá"))
    with transaction(market.engine) as db:
        (reply,) = inbox.keep(db, [call], now())
    (row,) = market.rows(
        "SELECT method, body, digest, source, reply_status, reply_body FROM delivery"
    )
    came = call.delivery
    assert row == ("POST", came.body, call.digest, "127.0.0.1", reply.status, reply.body)
    assert reply == call.acknowledge(Outcome.STORED)


def test_nothing_is_kept_when_the_transaction_fails(market: Market) -> None:
    good, bad = (market.connect("agribank").call(credit("agribank", n)) for n in (1, 2))
    poison = replace(bad, notifications=(replace(bad.notifications[0], memo="\x00"),))
    with pytest.raises(Invalid, match="kept"), transaction(market.engine) as db:
        inbox.keep(db, [good, poison], now())
    assert market.count(*TABLES) == (0, 0, 0, 0)


def test_eight_writers_of_one_payment_keep_it_once(market: Market) -> None:
    bank = market.connect("agribank")
    calls = [bank.call(credit("agribank", 1)) for _ in range(8)]

    def keep(place: int) -> None:
        with transaction(market.engine) as db:
            inbox.keep(db, [calls[place]], now())

    at_once(8, keep)
    outcomes = market.rows("SELECT outcome, count(*) FROM delivery GROUP BY outcome ORDER BY 1")
    assert outcomes == [("duplicate", 7), ("stored", 1)]
    assert market.count("payment", "arrival") == (1, 1)


def test_what_links_a_payment_to_others_is_kept_with_it(market: Market) -> None:
    said = replace(credit("agribank", 1), original="77", reference="FT26182000001", balance=450_000)
    call = replace(market.connect("agribank").call(said), notifications=(said,))
    assert market.keep(call) == ["stored"]
    assert market.rows("SELECT original, reference, balance FROM payment") == [
        ("77", "FT26182000001", 450_000)
    ]
