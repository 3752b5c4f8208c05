"""Keep statements: each line is paired with a payment or becomes one; nothing is told twice."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cashless.db.engine import transaction
from cashless.errors import Conflict, Invalid
from providers._protocol import Notification
from tests.market import MOMENT, Market, at_once, credit
from tests.webhooks.statements import files
from tests.webhooks.statements.files import ACCOUNT
from webhooks.statements import desk, owner
from webhooks.statements.choice import choose
from webhooks.statements.keep import File, Kept, keep
from webhooks.statements.read import read

CREDIT = ":61:260701{0}C{1},NTRF{2}\n:86:mua ca"


def imported(market: Market, raw: bytes, provider: str = "agribank") -> Kept:
    """Read and keep a file, and settle what came of it."""
    layout = choose(raw, "file", provider)
    reading = read(raw, layout)
    assert reading.faults == ()
    file = File(raw, "file", provider, layout, "officer")
    with transaction(market.engine) as db:
        owner.require(db, provider, reading)
        kept = keep(db, file, reading)
    market.settle()
    return kept


def said(number: int, **more: object) -> Notification:
    """Say what SePay would say of a payment into the files' account."""
    return credit("agribank", number, **{"account": ACCOUNT, **more})


def hear(market: Market, *told: Notification) -> list[str]:
    """Keep what is told with the references and balances a webhook may carry; then settle."""
    connected = market.connect("agribank")
    calls = [replace(connected.call(one), notifications=(one,)) for one in told]
    outcomes = market.keep(*calls)
    market.settle()
    return outcomes


def pairs(market: Market) -> list[tuple[int, str, str]]:
    return market.rows(
        "SELECT x.line, x.rule, p.provider_txn_id FROM statement_pair x"
        " JOIN payment p ON p.id = x.payment_id ORDER BY x.statement_id, x.line"
    )


def books(market: Market) -> tuple[int, int]:
    """Return the entries and the sum of sales in merchants' books."""
    (row,) = market.rows(
        "SELECT count(*), coalesce(sum(t.amount), 0) FROM transfer t"
        " JOIN book b ON b.id = t.book_id WHERE b.merchant_id IS NOT NULL"
    )
    return int(row[0]), int(row[1])


@pytest.fixture
def stall(market: Market) -> Market:
    """Register the merchant who holds the files' account."""
    market.register(written=f"970405:{ACCOUNT}")
    return market


def test_lines_are_paired_by_the_webhooks_id_and_the_rest_is_posted_from_the_file(
    stall: Market,
) -> None:
    hear(stall, said(1), said(2))
    kept = imported(stall, files.sepay({}, {}, {}))
    assert kept.pairs == {"id": 2, "posted": 1}
    assert pairs(stall) == [(1, "id", "1"), (2, "id", "2"), (3, "posted", "3")]
    assert books(stall) == (3, 150_000)
    assert stall.broken() == {}


def test_the_same_file_again_changes_nothing_also_from_four_desks_at_once(stall: Market) -> None:
    raw = files.sepay({}, {})
    kept = at_once(4, lambda _place: imported(stall, raw))
    assert sorted(one.repeated for one in kept) == [False, True, True, True]
    assert len({one.id for one in kept}) == 1
    assert stall.count("statement", "statement_line", "payment", "delivery") == (1, 2, 2, 1)


def test_a_later_file_that_tells_a_day_again_is_known_line_by_line(stall: Market) -> None:
    lines = [CREDIT.format("0701", 50_000, "NONREF")] * 2
    imported(stall, files.mt940(*lines))
    third = CREDIT.format("0702", 70_000, "NONREF").replace("260701", "260702")
    kept = imported(stall, files.mt940(*lines, third, closing="170000,"))
    assert kept.pairs == {"again": 2, "posted": 1}
    assert books(stall) == (3, 170_000)


def test_the_raw_file_is_a_delivery_over_a_connection_that_opens_no_door(stall: Market) -> None:
    raw = files.sepay({})
    imported(stall, raw)
    (row,) = stall.rows("SELECT body, source, method, outcome FROM delivery")
    assert (bytes(row[0]), *row[1:]) == (raw, "statement", "FILE", "stored")
    assert stall.rows("SELECT count(*) FROM connection_secret") == [(0,)]


def test_a_payment_from_a_statement_is_weak_and_confirmed_by_it(stall: Market) -> None:
    imported(stall, files.sepay({}))
    assert stall.rows("SELECT trust FROM payment") == [("weak",)]
    ((source, why, who),) = stall.rows("SELECT source, why, confirmed_by FROM confirmation")
    assert (source, why.endswith("line 1"), who) == ("statement", True, "officer")


def test_a_weak_payment_is_confirmed_only_when_the_amount_agrees(stall: Market) -> None:
    weak = replace(stall.connect("agribank").connection, environment="sandbox")
    for number, amount in ((1, 50_000), (2, 60_000)):
        call = stall.connect("agribank").call(said(number, amount=amount))
        stall.keep(replace(call, connection=weak))
    stall.settle()
    kept = imported(stall, files.sepay({}, {}))
    assert (kept.pairs, kept.confirmed) == ({"id": 2}, 1)
    confirmed = "SELECT provider_txn_id FROM confirmation JOIN payment ON id = payment_id"
    assert stall.rows(confirmed) == [("1",)]


def test_signed_payments_need_no_confirmation(stall: Market) -> None:
    hear(stall, said(1))
    assert imported(stall, files.sepay({})).confirmed == 0


def test_lines_without_webhook_ids_pair_by_the_banks_reference(stall: Market) -> None:
    hear(stall, said(1, reference="FTB\\BNK"), said(2, reference="FTA"))
    lines = (CREDIT.format("0701", 50_000, "FTA"), CREDIT.format("0701", 50_000, "FTB"))
    imported(stall, files.mt940(*lines))
    assert [(rule, txn) for _line, rule, txn in pairs(stall)] == [
        ("reference", "2"),
        ("reference", "1"),
    ]


def test_lines_without_references_pair_with_the_nearest_one_to_one(stall: Market) -> None:
    hear(
        stall,
        said(1, occurred_at=MOMENT + timedelta(hours=1)),
        said(2, occurred_at=MOMENT - timedelta(hours=1)),
        said(3, occurred_at=MOMENT + timedelta(days=3)),
    )
    rows = [
        ["A1", "01/07/2026 08:31:00", "50.000", ACCOUNT, "x", "", ""],
        ["A2", "01/07/2026 10:29:00", "50.000", ACCOUNT, "x", "", ""],
    ]
    raw = files.csv(rows)
    layout = replace(choose(raw, "file", "agribank"), ids="own")
    with transaction(stall.engine) as db:
        keep(db, File(raw, "file", "agribank", layout, "officer"), read(raw, layout))
    assert [(rule, txn) for _line, rule, txn in pairs(stall)] == [
        ("nearest", "2"),
        ("nearest", "1"),
    ]


@pytest.mark.parametrize("order", ["webhook first", "statement first"])
@pytest.mark.parametrize(("days", "entries"), [(2, 1), (3, 2), (1, 1)])
def test_what_a_bank_books_on_monday_may_be_of_the_weekend(
    stall: Market, order: str, days: int, entries: int
) -> None:
    monday = CREDIT.format("0706", 50_000, "NONREF").replace("260701", "260706")
    raw = files.mt940(monday, closing="50000,").replace(b"260701", b"260706")
    evening = MOMENT + timedelta(days=5 - days, hours=11)
    if order == "webhook first":
        hear(stall, said(1, occurred_at=evening))
        imported(stall, raw)
    else:
        imported(stall, raw)
        hear(stall, said(1, occurred_at=evening))
    assert books(stall) == (entries, entries * 50_000)
    assert stall.broken() == {}


def test_two_different_references_are_never_taken_for_one_transfer(stall: Market) -> None:
    hear(stall, said(1, reference="FTX"))
    imported(stall, files.mt940(CREDIT.format("0701", 50_000, "FTY"), closing="50000,"))
    assert [rule for _line, rule, _txn in pairs(stall)] == ["posted"]
    assert stall.count("payment") == (2,)


def test_a_webhook_that_comes_after_its_statement_agrees_or_is_a_conflict(stall: Market) -> None:
    imported(stall, files.sepay({}, {}))
    late = said(1, occurred_at=MOMENT + timedelta(seconds=5), memo="ca tuoi")
    assert hear(stall, late) == ["duplicate"]
    assert hear(stall, said(2, amount=51_000)) == ["conflict"]
    assert books(stall) == (2, 100_000)
    assert stall.broken() == {}


def test_own_spending_is_kept_as_a_line_and_not_posted(stall: Market) -> None:
    kept = imported(stall, files.sepay({"amount_in": "0", "amount_out": "7000.00"}))
    assert (dict(kept.pairs), stall.count("payment", "statement_line")) == ({}, (0, 1))


def test_a_reversal_in_a_statement_waits_for_its_credit(stall: Market) -> None:
    lines = (
        CREDIT.format("0701", 50_000, "FTA"),
        CREDIT.format("0701", 50_000, "FTA").replace("C5", "RC5"),
    )
    imported(stall, files.mt940(*lines, closing="0,"))
    assert stall.rows("SELECT kind FROM payment ORDER BY id") == [("credit",), ("reversal",)]
    assert stall.broken() == {}


def test_a_list_of_differences_and_totals_post_nothing(stall: Market) -> None:
    for name, role in (("mb_cl", "differences"), ("mb_th", "totals")):
        fields = {
            **dict.fromkeys(files.find(name).names, "0"),
            "transType": "C",
            "ft": "FT1",
            "amount": "50000",
            "currency": "VND",
            "status": "00",
            "datetime": "20260701093000",
            "creditAccount": ACCOUNT,
            "date": "20260701",
            "matchedTotal": "12",
            "matchedAmountTotal": "600000",
        }
        raw = "|".join(fields[column] for column in files.find(name).names).encode()
        layout = files.find(name)
        with transaction(stall.engine) as db:
            keep(db, File(raw, "f", "agribank", layout, "officer"), read(raw, layout))
        assert stall.rows("SELECT role FROM statement ORDER BY id DESC LIMIT 1") == [(role,)]
    assert stall.count("payment") == (0,)
    assert stall.rows("SELECT max(count) FROM statement_line") == [(12,)]


def test_a_file_of_another_provider_is_known_by_its_accounts(stall: Market) -> None:
    raw = files.mt940(CREDIT.format("0701", 50_000, "FTA"), closing="50000,")
    with pytest.raises(Conflict, match="statement_foreign") as found:
        imported(stall, raw, "vietcombank")
    assert "agribank" in found.value.message
    assert stall.count("statement", "payment") == (0, 0)
    imported(stall, raw)


def test_a_file_that_was_imported_for_another_provider_is_not_imported_again(
    market: Market,
) -> None:
    raw = files.mt940(CREDIT.format("0701", 50_000, "FTA"), closing="50000,")
    imported(market, raw)
    with pytest.raises(Conflict, match="statement_foreign"):
        imported(market, raw, "vietcombank")


def test_a_file_without_money_is_refused(stall: Market) -> None:
    raw = files.thuhotkao({"status": "99"})
    layout = files.find("vietinbank_thuhotkao")
    with (
        pytest.raises(Invalid, match="statement_empty"),
        transaction(stall.engine) as db,
    ):
        keep(db, File(raw, "f", "agribank", layout, "officer"), read(raw, layout))
    assert stall.count("statement", "delivery") == (0, 0)


def test_what_was_imported_can_be_listed_and_shown(stall: Market) -> None:
    kept = imported(stall, files.sepay({}, {}))
    with transaction(stall.engine) as db:
        (row,) = desk.listing(db)
        found = desk.show(db, kept.id)
    assert (row["lines"], row["paired"], row["posted"], row["amount_in"]) == (2, 2, 2, 100_000)
    assert [line["rule"] for line in found["told"]] == ["posted", "posted"]


def test_money_of_nobody_in_a_statement_goes_to_suspense(market: Market) -> None:
    imported(market, files.sepay({}))
    assert market.rows("SELECT rule FROM match") == [("suspense",)]
    assert market.broken() == {}


def test_a_month_of_quiet_days_is_kept_and_days_to_come_are_refused(stall: Market) -> None:
    quiet = files.mt940(closing="0,")
    imported(stall, quiet + b"\n" + quiet.replace(b"260701", b"260702"))
    assert stall.rows("SELECT first_line, first_day FROM statement_span ORDER BY 1") == [
        (1, MOMENT.date()),
        (7, MOMENT.date() + timedelta(days=1)),
    ]
    with pytest.raises(Invalid, match="statement_future"):
        imported(stall, files.sepay({"transaction_date": "2062-07-01 09:00:00"}))
