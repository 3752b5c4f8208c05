"""A book leaves the platform: other programs add it up again and come to the same."""

import csv
import io
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from beancount import loader
from beancount.core import data as beans

from cashless.db.engine import transaction
from cashless.ledger import hand
from cashless.ledger.cause import reason
from cashless.ledger.entry import Transfer
from cashless.ledger.hand import Correction, Opening
from cashless.reports import beancount, book_csv, book_sheet, spreadsheet
from cashless.reports.book import Book, Period, load
from tests.market import MOMENT, Market, business_date, credit

DAY = business_date(MOMENT)
NASTY = '=HYPERLINK("http://x"); \\ "gửi" \x07'
WHY = reason("-2+3", NASTY)


@pytest.fixture
def book(market: Market) -> Book:
    """Two months of a book with everything a person can do in it, and reasons that bite."""
    code = market.register('Sạp "Cá" \\ biển').code
    for month in (0, 31):
        at = MOMENT + timedelta(days=month)
        said = [credit("agribank", month + n, occurred_at=at) for n in range(1, 6)]
        market.hear("agribank", *said)
    market.hear("sacombank", credit("sacombank", 77, account="9999999999"))
    market.settle()
    with transaction(market.engine) as db:
        payment = int(market.rows("SELECT min(id) FROM payment")[0][0])
        hand.not_sale(db, payment, WHY)
        hand.open_balance(db, code, Opening("Assets:Bank:Agribank", 500_000, DAY), WHY)
        moved = Transfer("Expenses:Fees:Agribank", "Assets:Bank:Agribank", 1_100)
        hand.correct(db, code, Correction(moved, DAY + timedelta(days=31)), WHY)
        return load(db, code, 'Sạp "Cá" \\ biển', Period())


def cut(market: Market, book: Book, period: Period) -> Book:
    with transaction(market.engine) as db:
        return load(db, book.code, book.name, period)


def bean_check(text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    file = folder / "book.beancount"
    file.write_text(text, encoding="utf-8")
    command = [str(Path(sys.executable).with_name("bean-check")), str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def added_by_beancount(text: str) -> dict[str, int]:
    """Let beancount parse the text and add up its postings."""
    entries, errors, _options = loader.load_string(text)
    assert errors == []
    sums: dict[str, int] = {}
    for entry in entries:
        for posting in entry.postings if isinstance(entry, beans.Transaction) else ():
            sums[posting.account] = sums.get(posting.account, 0) + int(posting.units.number)
    return sums


def test_bean_check_accepts_the_book_and_adds_up_to_the_same(book: Book, tmp_path: Path) -> None:
    text = beancount.write(book)
    done = bean_check(text, tmp_path)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    assert added_by_beancount(text) == dict(book.after)


def test_bean_check_refuses_the_book_when_one_sum_is_changed(book: Book, tmp_path: Path) -> None:
    text = beancount.write(book).replace("  50000 VND", "  50001 VND", 1)
    assert bean_check(text, tmp_path).returncode != 0


def test_a_period_carries_in_what_stood_before(market: Market, book: Book, tmp_path: Path) -> None:
    august = cut(market, book, Period(date(2026, 8, 1), date(2026, 8, 31)))
    assert august.before["Assets:Bank:Agribank"] == 750_000
    assert {line.business_date for line in august.lines} == {DAY + timedelta(days=31)}
    text = beancount.write(august)
    done = bean_check(text, tmp_path)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    assert added_by_beancount(text) == dict(book.after)


def test_the_platform_and_an_empty_period_pass_bean_check_too(
    market: Market, book: Book, tmp_path: Path
) -> None:
    with transaction(market.engine) as db:
        platform = load(db, "platform", "platform", Period())
    assert platform.after["Liabilities:Suspense"] == -50_000
    september = cut(market, book, Period(date(2026, 9, 1), date(2026, 9, 30)))
    assert september.lines == ()
    for one in (platform, september):
        assert bean_check(beancount.write(one), tmp_path).returncode == 0
        assert added_by_beancount(beancount.write(one)) == dict(one.after)


def test_the_csv_has_a_mark_semicolons_and_no_formula(book: Book) -> None:
    raw = book_csv.write(book)
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";"))
    assert rows[0] == list(book_csv.HEADS)
    assert len(rows) == 1 + len(book.lines)
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert any(cell.startswith("'=HYPERLINK") for row in rows for cell in row)
    sums: dict[str, int] = {}
    for row in rows[1:]:
        sums[row[5]] = sums.get(row[5], 0) + int(row[7])
        sums[row[6]] = sums.get(row[6], 0) - int(row[7])
    assert sums == dict(book.after)


@pytest.mark.parametrize(
    "said",
    [
        *("=1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1", "  =1", "\xa0=1", "\u3000\t@a"),
        *("\N{ZERO WIDTH SPACE}=1", "\N{ZERO WIDTH NO-BREAK SPACE}=1", "\x00-1"),
        *("\N{FULLWIDTH EQUALS SIGN}1", " \N{FULLWIDTH PLUS SIGN}1", "\N{SMALL COMMERCIAL AT}a"),
    ],
)
def test_text_that_looks_like_a_formula_is_told_as_text(said: str) -> None:
    assert book_csv.safe(said) == f"'{said}"
    assert book_csv.safe(f"a{said}") == f"a{said}"


def test_signs_that_xml_cannot_hold_do_not_spoil_a_spreadsheet() -> None:
    sheet = spreadsheet.Sheet("x", [10], [["a\x00b\ud800c\ufffed\uffffe \U0001f41f"]], frozen=0)
    page = openpyxl.load_workbook(io.BytesIO(spreadsheet.write([sheet]))).active
    assert page["A1"].value == "a?b?c?d?e \U0001f41f"


def test_an_account_that_came_to_nothing_before_a_period_is_not_asserted(
    market: Market, book: Book, tmp_path: Path
) -> None:
    fee, held = "Expenses:Fees:Momo", "Assets:Bank:Momo"
    with transaction(market.engine) as db:
        for moved in (Transfer(fee, held, 1_000), Transfer(held, fee, 1_000)):
            hand.correct(db, book.code, Correction(moved, DAY), WHY)
    for month in (8, 9):
        later = cut(market, book, Period(date(2026, month, 1), date(2026, month, 28)))
        done = bean_check(beancount.write(later), tmp_path)
        assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_xlsx_has_real_numbers_and_days_and_no_formula(book: Book) -> None:
    read = openpyxl.load_workbook(io.BytesIO(book_sheet.write(book)))
    page = read["Bút toán"]
    rows = list(page.iter_rows(min_row=2))
    assert {type(row[7].value) for row in rows} == {int}
    assert {row[7].number_format for row in rows} == {"#,##0"}
    assert {type(row[1].value) for row in rows} == {datetime}
    assert {cell.data_type for row in rows for cell in row} <= {"n", "s", "d"}
    assert any(str(row[8].value).startswith("=HYPERLINK") for row in rows)
    sums: dict[str, int] = {}
    for row in rows:
        sums[row[5].value] = sums.get(row[5].value, 0) + row[7].value
        sums[row[6].value] = sums.get(row[6].value, 0) - row[7].value
    told = {row[0].value: row[2].value for row in read["Số dư"].iter_rows(min_row=2)}
    assert sums == told == dict(book.after)


def test_a_book_beyond_one_sheet_goes_on_in_the_next(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book_sheet, "ROWS_MOST", 5)
    read = openpyxl.load_workbook(io.BytesIO(book_sheet.write(book)))
    pages = [name for name in read.sheetnames if name.startswith("Bút toán")]
    assert pages == ["Bút toán", "Bút toán 2", "Bút toán 3"]
    assert sum(read[name].max_row - 1 for name in pages) == len(book.lines) == 13
