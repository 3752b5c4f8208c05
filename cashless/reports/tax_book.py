"""The revenue book a household business keeps for the tax office, filled from its ledger.

Each day has a line with what was sold and, where there is any, a line with what was taken back:
refunds, reversals, money that was no revenue. So the total is exactly what ``Income:Sales`` and
``Income:Refunds`` say of the period. A day's revenue stands in the column of the trade that the
merchant had on that day, by the group that counted then. The head bears the merchant's tax code,
which is a person's ID number: it is masked unless somebody opened it with a reason.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import Connection, text

from cashless.ledger.balance import Line
from cashless.ledger.chart import REVENUE
from cashless.ledger.figures import in_words
from cashless.reports.book import KINDS, Book, why
from cashless.reports.tax_forms import Form
from merchants import areas, categories
from merchants.category_changes import History
from merchants.register import Merchant

_WARD = text("SELECT ward FROM place WHERE code = :place")
_SOLD, _TAKEN_BACK = "Doanh thu bán hàng trong ngày", "Giảm trừ: hoàn tiền, không phải doanh thu"

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Head:
    """Who keeps the book: name, address, tax code as it may be shown, and the stall."""

    name: str
    address: str
    tax_code: str
    place: str


@dataclass(frozen=True, slots=True)
class TaxBook:
    """A filled form: rows by the keys of its columns, totals by key, and the day it is made."""

    form: Form
    head: Head
    first: date
    last: date
    rows: tuple[Row, ...]
    totals: Mapping[str, int]
    made: date

    @property
    def revenue(self) -> int:
        """The total of all columns, in đồng."""
        return sum(self.totals.values())

    @property
    def in_words(self) -> str:
        """The total, read aloud."""
        return in_words(self.revenue)

    @property
    def days(self) -> str:
        """The period as it is written in the head; a whole year by its number."""
        if (self.first, self.last) == (date(self.first.year, 1, 1), date(self.first.year, 12, 31)):
            return str(self.first.year)
        return f"từ {self.first:%d/%m/%Y} đến {self.last:%d/%m/%Y}"


def head(db: Connection, merchant: Merchant, tax_code: str, at: date) -> Head:
    """Return the head for a merchant: address by ward and province, no district."""
    ward = db.execute(_WARD, {"place": merchant.place}).scalar_one_or_none()
    area = areas.full_name(areas.find(ward, at)) if ward else ""
    stall = f"Sạp {merchant.stall}" if merchant.stall else ""
    place = ", ".join(part for part in (stall, merchant.place_name) if part)
    address = ", ".join(part for part in (place, area) if part)
    return Head(merchant.name, address, tax_code, place)


def fill(form: Form, book: Book, said: Head, trades: History, made: date) -> TaxBook:
    """Fill a form with the revenue of a book, a line or two for each day."""
    return _filled(form, book, said, _by_day(book.lines, form, trades), made)


def fill_singly(form: Form, book: Book, said: Head, trades: History, made: date) -> TaxBook:
    """Fill a form with the revenue of a book, a line for each entry."""
    return _filled(form, book, said, _by_entry(book, form, trades), made)


def _filled(form: Form, book: Book, said: Head, rows: Iterator[Row], made: date) -> TaxBook:
    first, last = book.period.first or date.min, book.period.last or date.max
    kept = tuple(rows)
    sums = {
        one.key: sum(_amount(row, one.key) for row in kept) for one in form.columns if one.groups
    }
    return TaxBook(form, said, first, last, kept, sums, made)


def _amount(row: Row, key: str) -> int:
    value = row.get(key, 0)
    assert isinstance(value, int), "a column of revenue holds sums"  # noqa: S101  our mistake
    return value


def _by_day(lines: Sequence[Line], form: Form, trades: History) -> Iterator[Row]:
    of_sales = (
        line for line in lines if not frozenset(REVENUE).isdisjoint((line.debit, line.credit))
    )
    in_order = sorted(of_sales, key=lambda line: line.business_date)
    for day, group in groupby(in_order, key=lambda line: line.business_date):
        here = list(group)
        sold = [line for line in here if line.credit in REVENUE]
        back = [line for line in here if line.debit in REVENUE]
        if sold:
            said = f"{_SOLD} ({len(sold)} khoản)"
            yield _row(form, trades, _Line(day, said, _numbers(sold), _sum(sold)))
        if back:
            said = f"{_TAKEN_BACK} ({len(back)} khoản)"
            yield _row(form, trades, _Line(day, said, _numbers(back), -_sum(back)))


def _by_entry(book: Book, form: Form, trades: History) -> Iterator[Row]:
    for entry in book.entries():
        sold = _sum([line for line in entry if line.credit in REVENUE])
        amount = sold - _sum([line for line in entry if line.debit in REVENUE])
        if amount:
            first = entry[0]
            said = f"{KINDS.get(first.kind, first.kind)}: {why(first)}"
            line = _Line(first.business_date, said, str(first.seq), amount)
            yield _row(form, trades, line)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line before it has the columns of a form."""

    day: date
    said: str
    number: str
    amount: int


def _row(form: Form, trades: History, line: _Line) -> Row:
    group = categories.meaning(trades.at(line.day), line.day).group
    column = next((one for one in form.columns if one.takes(group)), form.columns[-1])
    return {
        "date": line.day,
        "document_date": line.day,
        "number": line.number,
        "text": line.said,
        column.key: line.amount,
    }


def _sum(lines: Sequence[Line]) -> int:
    return sum(line.amount for line in lines)


def _numbers(lines: Sequence[Line]) -> str:
    """Name the entries of a day: the first and the last number."""
    numbers = sorted(line.seq for line in lines)
    return str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]}–{numbers[-1]}"
