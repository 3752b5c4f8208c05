"""Witnesses: one transfer told by bank, aggregator and wallet is one payment."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cashless.db.engine import transaction
from cashless.reports.reconcile import Asked, reconcile
from providers._protocol import Notification
from tests.market import MOMENT, SECRETS, Connected, Market, account, at_once, credit
from tests.webhooks.statements import files
from tests.webhooks.statements.files import ACCOUNT
from webhooks import payments, story
from webhooks.statements.choice import choose
from webhooks.statements.keep import File, keep
from webhooks.statements.read import read

REFERENCE = "FT26182000001"


@pytest.fixture
def stall(market: Market) -> Market:
    """Register the merchant who holds the account."""
    market.register(written=f"970405:{ACCOUNT}")
    return market


def tellers(market: Market, count: int = 3) -> list[Connected]:
    """Add connections that tell of the same account."""
    return [
        market.connect("agribank", {**SECRETS["agribank"], "secret": f"invented {place}"})
        for place in range(count)
    ]


def tell(market: Market, by: Connected, number: int, **more: object) -> int:
    """Keep one telling and return its payment's number."""
    said = credit("agribank", number, **{"account": ACCOUNT, "reference": REFERENCE, **more})
    market.keep(replace(by.call(said), notifications=(said,)))
    return int(market.rows("SELECT max(id) FROM payment")[0][0])


def told_of(market: Market) -> list[tuple[int, int]]:
    return market.rows("SELECT payment_id, tells_of FROM witness ORDER BY payment_id")


def sold(market: Market) -> int:
    return int(market.rows("SELECT count(*) FROM entry WHERE kind = 'sale'")[0][0])


@pytest.mark.parametrize("settled", ["at once", "at last"])
def test_three_tellings_are_one_payment_with_two_witnesses(stall: Market, settled: str) -> None:
    ids = []
    for number, by in enumerate(tellers(stall), start=1):
        ids.append(tell(stall, by, number, occurred_at=MOMENT + timedelta(seconds=number)))
        if settled == "at once":
            stall.settle()
    stall.settle()
    assert told_of(stall) == [(ids[1], ids[0]), (ids[2], ids[0])]
    assert sold(stall) == 1
    assert stall.count("message") == (1,)
    assert stall.broken() == {}


def test_a_bank_suffix_on_the_reference_makes_no_other_transfer(stall: Market) -> None:
    one, other, _third = tellers(stall)
    tell(stall, one, 1, reference=REFERENCE + "\\BNK")
    tell(stall, other, 2)
    stall.settle()
    assert sold(stall) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"amount": 50_001},
        {"account": "7704209009999"},
        {"reference": "FT26182000002"},
        {"reference": None},
        {"kind": "debit"},
        {"occurred_at": MOMENT + timedelta(days=3)},
    ],
)
def test_what_differs_in_one_of_them_is_another_transfer(
    stall: Market, other: dict[str, object]
) -> None:
    one, two, _third = tellers(stall)
    tell(stall, one, 1)
    tell(stall, two, 2, **other)
    stall.settle()
    assert told_of(stall) == []


def test_references_that_banks_use_for_anything_bind_nothing(stall: Market) -> None:
    one, two, _third = tellers(stall)
    for number, reference in enumerate(("NODATA", "12345"), start=1):
        tell(stall, one, number, reference=reference)
        tell(stall, two, number + 10, reference=reference)
    stall.settle()
    assert told_of(stall) == []


def test_within_one_connection_the_id_decides(stall: Market) -> None:
    one, two, _third = tellers(stall)
    first = [tell(stall, one, 1), tell(stall, one, 2)]
    later = [tell(stall, two, 3), tell(stall, two, 4)]
    stall.settle()
    assert told_of(stall) == list(zip(later, first, strict=True))
    assert sold(stall) == 2


def test_two_accounts_of_one_merchant_may_tell_of_one_transfer(stall: Market) -> None:
    (code,) = stall.rows("SELECT id FROM merchant")[0]
    with transaction(stall.engine) as db:
        db.exec_driver_sql(
            "INSERT INTO receiving_account (merchant_id, provider, bin, number, holder)"
            " VALUES (%s, 'agribank', '970405', '7704209007777', 'CHI TU')",
            (code,),
        )
    one, two, _third = tellers(stall)
    tell(stall, one, 1)
    tell(stall, two, 2, account="7704209007777")
    stall.settle()
    assert sold(stall) == 1


def test_settlers_at_once_are_never_both_first(stall: Market) -> None:
    connected = tellers(stall)
    for number in range(40):
        for place, by in enumerate(connected):
            tell(stall, by, number * 3 + place + 1, reference=f"FT2618200{number:04}")
    at_once(4, lambda _place: stall.settle(batch=7))
    stall.settle()
    assert sold(stall) == 40
    assert len(told_of(stall)) == 80
    assert stall.broken() == {}


def test_a_webhook_after_a_statement_without_ids_is_its_witness(stall: Market) -> None:
    lines = [":61:2607010701C50000,NTRFNONREF\n:86:mua ca"] * 2
    raw = files.mt940(*lines)
    layout = choose(raw, "file", "agribank")
    with transaction(stall.engine) as db:
        keep(db, File(raw, "file", "agribank", layout, "officer"), read(raw, layout))
    stall.settle()
    by = tellers(stall)[0]
    for number in (1, 2, 3):
        tell(stall, by, number, reference=f"FT2618200000{number}")
    tell(stall, by, 4, occurred_at=MOMENT + timedelta(days=1), reference=None)
    stall.settle()
    assert stall.rows("SELECT rule, count(*) FROM witness GROUP BY rule") == [("statement", 2)]
    assert sold(stall) == 4
    assert stall.broken() == {}


def test_a_signed_witness_confirms_a_weak_payment(stall: Market) -> None:
    weak, signed, _third = tellers(stall)
    sandbox = replace(weak.connection, environment="sandbox")
    tell(stall, replace(weak, connection=sandbox), 1)
    tell(stall, signed, 2)
    stall.settle()
    assert stall.rows("SELECT source FROM confirmation") == [("witness",)]


def test_a_witness_is_listed_with_its_payment_and_told_in_its_story(stall: Market) -> None:
    ids = [tell(stall, by, number) for number, by in enumerate(tellers(stall), start=1)]
    stall.settle()
    with transaction(stall.engine) as db:
        assert [row["id"] for row in payments.listing(db)] == ids[:1]
        shown = payments.show(db, ids[1])
        told = story.tell(db, ids[0])["story"]
    assert (shown["state"], shown["rule"]) == ("posted", "witness")
    assert sum("told of it too" in sentence["en"] for sentence in told) == 2


def test_sepay_and_payos_tell_the_bank_reference_and_so_bear_witness(stall: Market) -> None:
    one, two, _third = tellers(stall)
    payos = stall.connect("sacombank")
    bin_, _, number = account("sacombank").partition(":")
    with transaction(stall.engine) as db:
        db.exec_driver_sql(
            "INSERT INTO receiving_account (merchant_id, provider, bin, number, holder)"
            " SELECT id, 'sacombank', %s, %s, 'CHI TU' FROM merchant",
            (bin_, number),
        )
    told = credit("agribank", 1, account=ACCOUNT, reference=REFERENCE)
    link = credit("sacombank", 1, provider_txn_id=f"{'0' * 32}:{REFERENCE}", order_ref="7")
    again = replace(told, provider_txn_id="2")
    stall.keep(one.call(told), two.call(again), payos.call(link))
    stall.settle()
    assert stall.count("payment", "witness") == (3, 2)
    assert sold(stall) == 1
    assert stall.broken() == {}


STANDARD = {"bin": "970405", "secret": "whsec_aW52ZW50ZWQgc2VjcmV0IG9mIHRoZSBiYW5rIQ=="}


def of_the_bank(number: int, **said: object) -> Notification:
    """Say in our own dialect, where ids and accounts stand behind the bank's BIN."""
    usual = {"account": f"970405:{ACCOUNT}", "provider_txn_id": f"970405:FT{number:06}"}
    return credit("agribank", number, **{**usual, "reference": REFERENCE, **said})


@pytest.mark.parametrize("is_registered", [True, False])
@pytest.mark.parametrize("bank_first", [True, False])
def test_a_bank_of_our_own_dialect_and_an_aggregator_tell_of_one_transfer(
    market: Market, *, is_registered: bool, bank_first: bool
) -> None:
    if is_registered:
        market.register(written=f"970405:{ACCOUNT}")
    bank, sepay = market.connect("standard", STANDARD), market.connect("agribank")
    told = credit("agribank", 1, account=ACCOUNT, reference=REFERENCE)
    calls = [sepay.call(told), bank.call(of_the_bank(1))]
    for call in reversed(calls) if bank_first else calls:
        market.keep(call)
        market.settle()
    assert market.count("payment", "witness") == (2, 1)
    assert market.broken() == {}


@pytest.mark.parametrize("named", ["970405:FT000001", f"970405:{REFERENCE}"])
def test_a_refund_may_name_its_credit_as_a_witness_told_it(stall: Market, named: str) -> None:
    bank = stall.connect("standard", STANDARD)
    tell(stall, tellers(stall)[0], 1)
    credited = of_the_bank(1, provider_txn_id=f"970405:FT{1:06}", reference=REFERENCE)
    back = of_the_bank(2, kind="refund", amount=20_000, original=named, reference=None)
    if named.endswith(REFERENCE):
        credited = replace(credited, provider_txn_id=named)
    stall.keep(bank.call(credited), bank.call(back))
    stall.settle()
    assert stall.count("witness", "unpaired") == (1, 0)
    assert stall.rows("SELECT kind FROM entry WHERE kind = 'refund'") == [("refund",)]
    assert stall.broken() == {}


def test_a_line_that_others_told_before_is_nothing_only_the_statement_knows(stall: Market) -> None:
    bank = stall.connect("standard", STANDARD)
    stall.keep(bank.call(of_the_bank(1)))
    raw = files.sepay({"reference_number": REFERENCE})
    layout = choose(raw, "file", "agribank")
    with transaction(stall.engine) as db:
        keep(db, File(raw, "file", "agribank", layout, "officer"), read(raw, layout))
    stall.settle()
    with transaction(stall.engine) as db:
        told = reconcile(db, Asked(MOMENT.date(), MOMENT.date(), MOMENT.date()))
    assert [one["reason"] for one in told["differences"]] == []
    assert sold(stall) == 1
