"""``cashless ledger export|receipt|gauge``: what leaves a book, and how far its year has come."""

import calendar
import getpass
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import click
from sqlalchemy import Connection

from cashless.clock import business_date, now
from cashless.commands.payments import number
from cashless.commands.session import answer, as_text, json_option, read_settings
from cashless.commands.session import ledger as transaction
from cashless.errors import Invalid
from cashless.ledger import disclosing
from cashless.ledger.chart import PLATFORM
from cashless.money import format_dong, format_short
from cashless.reports import (
    beancount,
    book_csv,
    book_sheet,
    tax_book,
    tax_forms,
    tax_page,
    tax_sheet,
    threshold,
)
from cashless.reports.book import Book, Period, load
from cashless.settings import vault_key
from merchants import category_changes, personal, register, tax_groups
from merchants.personal import Officer
from merchants.register import Merchant

_output = click.option("-o", "--output", type=click.Path(path_type=Path), required=True)


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is exported: the period, a line for each entry or day, the root, why a look is taken."""

    period: Period
    singly: bool
    root: int | None
    why: str | None


def _csv(db: Connection, merchant: Merchant | None, wish: _Wish) -> bytes:
    return book_csv.write(_book(db, merchant, wish.period))


def _xlsx(db: Connection, merchant: Merchant | None, wish: _Wish) -> bytes:
    return book_sheet.write(_book(db, merchant, wish.period))


def _beancount(db: Connection, merchant: Merchant | None, wish: _Wish) -> bytes:
    return beancount.write(_book(db, merchant, wish.period)).encode()


def _proof(db: Connection, merchant: Merchant | None, wish: _Wish) -> bytes:
    code = merchant.code if merchant else PLATFORM
    return as_text(disclosing.book(db, code, wish.root)).encode()


def _tax(form: str, draw: Callable[[tax_book.TaxBook], bytes]) -> "_Writer":
    def write(db: Connection, merchant: Merchant | None, wish: _Wish) -> bytes:
        return draw(_filled(db, _own(merchant), form, wish))

    return write


_Writer = Callable[[Connection, Merchant | None, _Wish], bytes]
_WRITERS: Final[Mapping[str, _Writer]] = {
    "csv": _csv,
    "xlsx": _xlsx,
    "beancount": _beancount,
    "proof": _proof,
    "s1a": _tax("S1a-HKD", tax_sheet.write),
    "s1a-pdf": _tax("S1a-HKD", tax_page.draw),
    "s1": _tax("S1-HKD", tax_sheet.write),
    "s1-pdf": _tax("S1-HKD", tax_page.draw),
}


@click.command()
@click.argument("merchant")
@click.option("--format", "as_", type=click.Choice(list(_WRITERS)), required=True)
@click.option("--period", help="2026, 2026-Q4 or 2026-11; the whole book when left out.")
@click.option("--singly", is_flag=True, help="s1a, s1: a line for each entry, not for each day.")
@click.option("--root", type=click.IntRange(min=1), help="proof: the root to prove it by.")
@click.option("--why", help="s1a, s1: show the tax code in full; the look is written down.")
@_output
@json_option
def export(
    *,
    merchant: str,
    as_: str,
    period: str | None,
    singly: bool,
    root: int | None,
    why: str | None,
    output: Path,
    as_json: bool,
) -> None:
    """Write the book of MERCHANT (or of `platform`) to a file.

    csv and xlsx are tables for a spreadsheet, beancount is re-added by `bean-check`, proof is
    checked by `audit verify` without a database. s1a is the revenue book of Circular 152/2025 as
    XLSX (s1a-pdf: as PDF), s1 the one of Circular 88/2021 for days up to 31/12/2025; they need a
    period. The tax code is masked in them unless --why says why it is looked at.
    """
    wish = _Wish(parse_period(period), singly, root, why)
    with transaction() as db:
        found = None if merchant == PLATFORM else register.find(db, merchant)
        made = _WRITERS[as_](db, found, wish)
    output.write_bytes(made)
    told = {"file": str(output), "format": as_, "bytes": len(made)}
    answer(told, as_json, lambda it: f"Đã ghi / written {it['file']}")


@click.command()
@click.argument("payment")
@_output
@json_option
def receipt(payment: str, output: Path, as_json: bool) -> None:
    """Write the entry of PAYMENT with its proof to a file that `audit verify` checks.

    It shows this one entry and nothing of the others. A root must have been published after it.
    """
    with transaction() as db:
        made = disclosing.receipt(db, number(payment))
    output.write_text(as_text(made), encoding="utf-8")
    told = {"file": str(output), "book": made["book"], "seq": made["entries"][0]["seq"]}
    answer(told, as_json, lambda it: f"Đã ghi / written {it['file']} ({it['book']}#{it['seq']})")


@click.command()
@click.argument("merchant")
@click.option("--year", type=click.IntRange(2000, 2100), help="This year when left out.")
@json_option
def gauge(merchant: str, year: int | None, as_json: bool) -> None:
    """Ngưỡng: show how far MERCHANT's sales of a year have come towards the tax-free threshold.

    The thresholds are dated rules; which one counted is told with its source. It knows this book
    alone: who has several must add them up. Only the merchant's own people should look.
    """
    today = business_date(now())
    with transaction() as db:
        found = threshold.gauge(db, register.find(db, merchant), year or today.year, today)
    told = {
        "year": found.year,
        "revenue": found.revenue,
        "threshold": found.rule.amount,
        "percent": found.percent,
        "over": found.is_over,
        "published": found.rule.published,
        "source": found.rule.source,
        "parts": [
            {"group": one.group, "revenue": one.revenue, "rate": one.rate and one.rate.written}
            for one in found.parts
        ],
    }
    answer(told, as_json, _gauge_lines)


_PERIOD: Final = re.compile(r"(20[0-9]{2})(?:-(?:Q([1-4])|([0-9]{2})))?")
_MONTHS_OF_QUARTER: Final = 3


def parse_period(written: str | None) -> Period:
    """Read a year, a quarter or a month. Raises ``Invalid("period_unreadable")``."""
    if written is None:
        return Period()
    found = _PERIOD.fullmatch(written.strip().upper())
    year, quarter, month = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    first, last = _months(quarter, month)
    if not (year and 1 <= first <= last <= 12):  # noqa: PLR2004  months
        raise Invalid(
            "period_unreadable",
            "Write a period as 2026, 2026-Q4 or 2026-11.",
            "Hãy ghi kỳ dạng 2026, 2026-Q4 hoặc 2026-11.",
        )
    return Period(date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1]))


def _months(quarter: int, month: int) -> tuple[int, int]:
    if quarter:
        return quarter * _MONTHS_OF_QUARTER - 2, quarter * _MONTHS_OF_QUARTER
    return (month, month) if month else (1, 12)


def _book(db: Connection, merchant: Merchant | None, period: Period) -> Book:
    code, name = (merchant.code, merchant.name) if merchant else (PLATFORM, PLATFORM)
    return load(db, code, name, period)


def _filled(db: Connection, merchant: Merchant, form: str, wish: _Wish) -> tax_book.TaxBook:
    first, last = wish.period.first, wish.period.last
    if first is None or last is None:
        raise Invalid(
            "period_missing",
            "A tax form is for a period: --period 2026-Q4.",
            "Sổ thuế theo kỳ: --period 2026-Q4.",
        )
    chosen = tax_forms.find(form, first, last)
    today = business_date(now())
    head = tax_book.head(db, merchant, _tax_code(db, merchant, wish.why), today)
    fill = tax_book.fill_singly if wish.singly else tax_book.fill
    trades = category_changes.history(db, merchant)
    return fill(chosen, _book(db, merchant, wish.period), head, trades, today)


def _tax_code(db: Connection, merchant: Merchant, why: str | None) -> str:
    """Return the tax code: masked, or in full for a reason that is written down."""
    key = vault_key(read_settings())
    if why is None:
        return personal.shown(db, merchant, key).get("tax_code", "")
    return personal.reveal(db, merchant, "tax_code", Officer(getpass.getuser(), why, key))


def _own(merchant: Merchant | None) -> Merchant:
    if merchant is not None:
        return merchant
    raise Invalid(
        "platform_has_no_tax_book",
        "The platform sells nothing; name a merchant.",
        "Nền tảng không bán hàng; hãy nêu một người bán.",
    )


def _part_line(part: dict[str, Any]) -> str:
    name, english = tax_groups.groups()[part["group"]]
    rate = f"  ({part['rate']} nếu vượt ngưỡng / if above)" if part["rate"] else ""
    return f"  {name} / {english}: {format_dong(part['revenue'])}{rate}"


def _gauge_lines(told: dict[str, Any]) -> str:
    sold, limit = format_short(told["revenue"]), format_short(told["threshold"])
    over = "  ĐÃ VƯỢT NGƯỠNG / above the threshold" if told["over"] else ""
    return "\n".join(
        [
            f"Năm {told['year']}: đã bán {sold} / ngưỡng {limit} ({told['percent']} %){over}",
            f"  {format_dong(told['revenue'])} / {format_dong(told['threshold'])}",
            f"  {told['source']}",
            *(_part_line(one) for one in told["parts"]),
        ]
    )
