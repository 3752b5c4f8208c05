"""Reconcile: every disagreement of webhook, statement and book is named, and nothing else."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest

from cashless.db.engine import transaction
from cashless.reports.differences import REASONS
from cashless.reports.reconcile import Asked, age, reconcile
from tests.market import MOMENT, Market, credit
from tests.webhooks.statements import files
from tests.webhooks.statements.files import ACCOUNT
from tests.webhooks.statements.test_keep import hear, imported, said
from webhooks.statements.keep import File, keep
from webhooks.statements.read import read

DAY = date(2026, 7, 1)
LATE = DAY + timedelta(days=10)


@pytest.fixture
def stall(market: Market) -> Market:
    market.register(written=f"970405:{ACCOUNT}")
    return market


def told(market: Market, today: date = LATE, provider: str | None = None) -> dict[str, Any]:
    with transaction(market.engine) as db:
        return reconcile(db, Asked(DAY, DAY, today, provider))


def reasons(answer: Mapping[str, Any]) -> list[tuple[str, int]]:
    return [(one["reason"], one["amount"]) for one in answer["differences"]]


def test_when_all_three_agree_there_is_no_difference(stall: Market) -> None:
    hear(stall, said(1), said(2))
    imported(stall, files.sepay({}, {}))
    answer = told(stall)
    assert (answer["ok"], answer["differences"], answer["uncovered"]) == (True, [], [])
    (day,) = answer["days"]
    assert [day[f"{who}_count"] for who in ("webhook", "statement", "book")] == [2, 2, 2]
    assert [day[f"{who}_amount"] for who in ("webhook", "statement", "book")] == [100_000] * 3


def test_what_only_the_statement_told_is_named_with_whose_it_is(stall: Market) -> None:
    hear(stall, said(1))
    imported(stall, files.sepay({}, {"amount_in": "70000"}))
    answer = told(stall)
    assert reasons(answer) == [("statement_only", 70_000)]
    (one,) = answer["differences"]
    ((merchant,),) = stall.rows("SELECT code FROM merchant")
    assert (one["merchant"], one["line"], one["age_days"], one["age"]) == (merchant, 2, 10, "8-30")
    assert answer["days"][0]["book_amount"] == 120_000


def test_a_late_webhook_ends_the_difference(stall: Market) -> None:
    imported(stall, files.sepay({}))
    assert reasons(told(stall)) == [("statement_only", 50_000)]
    hear(stall, said(1, occurred_at=MOMENT + timedelta(seconds=9)))
    answer = told(stall)
    assert answer["ok"]
    assert answer["days"][0]["webhook_count"] == 1


def test_what_only_the_webhook_told_waits_for_the_horizon(stall: Market) -> None:
    hear(stall, said(1), said(2, amount=60_000))
    imported(stall, files.sepay({}))
    early = told(stall, today=DAY + timedelta(days=2))
    assert (early["ok"], early["waiting"]) == (True, {"count": 1, "amount": 60_000})
    assert reasons(told(stall, today=DAY + timedelta(days=3))) == [("webhook_only", 60_000)]


def test_a_day_without_a_statement_is_told_and_is_no_difference(stall: Market) -> None:
    hear(stall, said(1))
    answer = told(stall)
    assert answer["ok"]
    assert [(row["provider"], row["payments"]) for row in answer["uncovered"]] == [("agribank", 1)]


def test_a_statement_of_one_account_says_nothing_of_another(stall: Market) -> None:
    hear(stall, said(1, account="7704209008888"), said(2, reference="FTZ"))
    line = ":61:2607010701C50000,NTRFFTA\n:86:mua ca"
    imported(stall, files.mt940(line, closing="50000,"))
    answer = told(stall)
    assert sorted(reasons(answer)) == [("statement_only", 50_000), ("webhook_only", 50_000)]
    assert [row["payments"] for row in answer["uncovered"]] == [1]


def test_amounts_accounts_and_days_that_differ_are_named(stall: Market) -> None:
    hear(stall, said(1), said(2, account="7704209008888"), said(3))
    imported(
        stall,
        files.sepay({"amount_in": "5000"}, {}, {"transaction_date": "2026-06-30 23:59:59"}),
    )
    assert sorted(reasons(told(stall))) == [
        ("account_differs", 50_000),
        ("amount_differs", 50_000),
        ("day_differs", 50_000),
    ]
    (one,) = [x for x in told(stall)["differences"] if x["reason"] == "amount_differs"]
    assert one["other_amount"] == 5_000


def test_a_difference_that_two_files_tell_is_told_once(stall: Market) -> None:
    hear(stall, said(1))
    imported(stall, files.sepay({"amount_in": "5000"}))
    imported(stall, files.sepay({"amount_in": "5000"}, {"transaction_date": "2026-07-02 08:00:00"}))
    assert reasons(told(stall)) == [("amount_differs", 50_000)]
    third = {"amount_in": "6000"}, {"transaction_date": "2026-07-03 08:00:00", "id": "3"}
    imported(stall, files.sepay(*third))
    assert reasons(told(stall)) == [("amount_differs", 50_000)] * 2


def test_a_conflict_is_named_with_the_other_amount(stall: Market) -> None:
    hear(stall, said(1))
    hear(stall, said(1, amount=51_000))
    imported(stall, files.sepay({}))
    (one,) = told(stall)["differences"]
    assert (one["reason"], one["other_amount"]) == ("conflict", 51_000)


def test_the_providers_own_differences_and_totals_are_laid_beside_ours(stall: Market) -> None:
    fields = {
        "transType": "C",
        "ft": "FT1",
        "amount": "50000",
        "currency": "VND",
        "status": "00",
        "datetime": "20260701093000",
        "creditAccount": ACCOUNT,
        "date": "20260701",
        "matchedTotal": "2",
        "matchedAmountTotal": "90000",
    }
    imported(stall, files.sepay({}, {"amount_in": "40000"}))
    for name in ("mb_cl", "mb_th"):
        layout = files.find(name)
        raw = "|".join(fields.get(column, "") for column in layout.names).encode()
        with transaction(stall.engine) as db:
            keep(db, File(raw, "f", "agribank", layout, "officer"), read(raw, layout))
    found = [reason for reason, _amount in reasons(told(stall))]
    assert found.count("provider_differs") == 1
    assert "total_differs" not in found
    wrong = "|".join(
        {**fields, "matchedAmountTotal": "90001"}.get(column, "") for column in layout.names
    ).encode()
    with transaction(stall.engine) as db:
        keep(db, File(wrong, "f", "agribank", layout, "officer"), read(wrong, layout))
    assert ("total_differs", 90_001) in reasons(told(stall))


def test_what_is_in_no_book_or_with_another_amount_is_named(stall: Market, market_url: str) -> None:
    hear(stall, said(1), said(2))
    imported(stall, files.sepay({}, {}))
    with psycopg.connect(market_url) as owner:
        owner.execute("SET LOCAL session_replication_role = replica")
        owner.execute("UPDATE transfer SET amount = 5 WHERE seq = 1")
        owner.execute("DELETE FROM transfer WHERE seq = 2")
        owner.execute("DELETE FROM entry WHERE seq = 2")
    assert reasons(told(stall)) == [("not_posted", 50_000), ("book_differs", 50_000)]


def test_a_gap_between_balances_is_a_difference(stall: Market) -> None:
    hear(
        stall,
        said(1, balance=50_000),
        said(2, balance=170_000, occurred_at=MOMENT + timedelta(seconds=5)),
    )
    assert reasons(told(stall)) == [("balance_gap", 70_000)]


def test_a_statement_that_does_not_begin_where_the_last_one_ended_is_named(stall: Market) -> None:
    def day(number: int, opening: str, closing: str) -> bytes:
        raw = files.mt940(opening=opening, closing=closing).replace(b"260701", b"26070%d" % number)
        return raw.replace(b"STMT0701", b"STMT070%d" % number)

    imported(stall, day(1, "1000,", "1000,"))
    imported(stall, day(2, "1000,", "1000,"))
    imported(stall, day(4, "8000,", "8000,"))
    with transaction(stall.engine) as db:
        answer = reconcile(db, Asked(DAY, LATE, LATE))
    assert reasons(answer) == [("statement_gap", 7_000)]
    assert answer["differences"][0]["business_date"] == date(2026, 7, 4)


def test_a_statement_in_which_nothing_moved_covers_its_day(stall: Market) -> None:
    hear(stall, said(1, reference="FTZ"))
    imported(stall, files.mt940(closing="0,"))
    assert reasons(told(stall)) == [("webhook_only", 50_000)]


def test_only_one_provider_and_only_the_days_asked_for(stall: Market) -> None:
    hear(stall, said(1, occurred_at=MOMENT + timedelta(days=3)))
    stall.hear("momo", credit("momo", 5))
    stall.settle()
    imported(stall, files.sepay({"id": "9"}))
    assert reasons(told(stall, provider="momo")) == []
    assert [row["provider"] for row in told(stall, provider="momo")["days"]] == ["momo"]
    assert reasons(told(stall)) == [("statement_only", 50_000)]


def test_tellings_of_two_connections_count_once(stall: Market) -> None:
    hear(stall, said(1, reference="FT26182000001"))
    other = stall.connect("agribank", {"secret": "invented other"})
    again = said(77, reference="FT26182000001")
    stall.keep(replace(other.call(again), notifications=(again,)))
    stall.settle()
    imported(stall, files.sepay({}))
    answer = told(stall)
    assert answer["ok"]
    assert [answer["days"][0][f"{who}_count"] for who in ("webhook", "statement", "book")] == [
        1
    ] * 3


def test_sums_by_reason_and_age() -> None:
    assert [age(days) for days in (0, 1, 2, 7, 8, 30, 31, 400)] == [
        *("0-1", "0-1", "2-7", "2-7", "8-30", "8-30", "31+", "31+")
    ]
    assert all(one.meaning and one.meaning_vi for one in REASONS.values())


def test_a_line_that_a_corrected_file_of_the_day_has_no_more_is_named(stall: Market) -> None:
    imported(stall, files.camt(files.entry("50000"), closing=50_000))
    imported(stall, files.camt(files.entry("55000"), closing=55_000))
    assert sorted(reasons(week(stall))) == [
        ("statement_only", 50_000),
        ("statement_only", 55_000),
        ("told_no_more", 50_000),
    ]
    imported(stall, files.camt(files.entry("50000"), closing=50_000) + b"\n")
    assert max(reasons(week(stall))) == ("told_no_more", 55_000)


def test_a_file_that_begins_later_in_the_day_takes_nothing_back(stall: Market) -> None:
    imported(stall, files.sepay({}, {}))
    later = {"id": "3", "transaction_date": "2026-07-01 17:00:00"}
    imported(stall, files.sepay(later))
    page = ":61:2607010701C50000,NTRFFTA\n:86:x"
    imported(stall, files.mt940(page, closing="50000,"))
    imported(stall, files.mt940(page.replace("FTA", "FTB"), opening="50000,"))
    assert "told_no_more" not in dict(reasons(week(stall)))


def test_a_movement_cut_out_of_the_middle_of_a_list_is_named(stall: Market) -> None:
    imported(stall, files.sepay({}, {}, {}))
    third = {"id": "3", "transaction_date": "2026-07-01 09:30:03"}
    imported(stall, files.sepay({}, third))
    found = week(stall)["differences"]
    assert [one["line"] for one in found if one["reason"] == "told_no_more"] == [2]


def week(market: Market) -> dict[str, Any]:
    with transaction(market.engine) as db:
        return reconcile(db, Asked(DAY, DAY + timedelta(days=6), LATE))
