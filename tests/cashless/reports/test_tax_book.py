"""The revenue book of the tax office: the right form for the days, and the total of the ledger."""

import io
from datetime import date, timedelta
from typing import Any

import openpyxl
import pypdfium2
import pytest

from cashless.db.engine import transaction
from cashless.errors import Invalid
from cashless.ledger import balance, hand
from cashless.ledger.cause import reason
from cashless.reports import tax_book, tax_forms, tax_page, tax_sheet
from cashless.reports.book import Period, load
from cashless.reports.tax_book import Head, TaxBook
from merchants import categories, places, register
from merchants.category_changes import History, Sold
from merchants.places import Place
from merchants.register import Application
from tests.market import MOMENT, Market, account, business_date, credit

JULY = Period(date(2026, 7, 1), date(2026, 7, 31))
DAY = business_date(MOMENT)
WHY = reason("chị Tư", "em gái gửi tiền")
HEAD = Head("Hộ kinh doanh Cá Biển", "Phường Rạch Giá, Tỉnh An Giang", "•••456", "Sạp RS-TS-012")
SIGNED = date(2026, 8, 3)


@pytest.fixture
def sold(market: Market) -> str:
    """Three sales on one day, one of them family money, and one on the next."""
    with transaction(market.engine) as db:
        places.add(db, [Place("RS", "market", "Chợ Rạch Sỏi", 1)])
        wanted = Application(
            *("Hộ kinh doanh Cá Biển", "seafood", account("agribank"), "NGUYEN THI TU"),
            *("RS", "RS-TS-012"),
        )
        code = register.add(db, wanted).code
    market.hear("agribank", *(credit("agribank", n) for n in (1, 2, 3)))
    market.hear("agribank", credit("agribank", 4, occurred_at=MOMENT + timedelta(days=1)))
    market.settle()
    with transaction(market.engine) as db:
        hand.not_sale(db, int(market.rows("SELECT min(id) FROM payment")[0][0]), WHY)
    return code


def filled(market: Market, code: str, *, singly: bool = False) -> TaxBook:
    form = tax_forms.find("S1a-HKD", date(2026, 7, 1), date(2026, 7, 31))
    fill = tax_book.fill_singly if singly else tax_book.fill
    with transaction(market.engine) as db:
        head = tax_book.head(db, register.find(db, code), "•••456", DAY)
        return fill(form, load(db, code, "", JULY), head, History("seafood"), SIGNED)


def cells(raw: bytes) -> list[list[Any]]:
    page = openpyxl.load_workbook(io.BytesIO(raw)).worksheets[0]
    return [[cell.value for cell in row] for row in page.iter_rows()]


def printed(raw: bytes) -> list[str]:
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(raw)]


def test_the_total_is_what_the_book_says_of_its_sales(market: Market, sold: str) -> None:
    by_day, by_entry = filled(market, sold), filled(market, sold, singly=True)
    with transaction(market.engine) as db:
        revenue = -balance.balances(db, sold)["Income:Sales"]
    assert by_day.revenue == by_entry.revenue == revenue == 150_000
    assert by_day.in_words == "một trăm năm mươi nghìn đồng"
    assert (len(by_day.rows), len(by_entry.rows)) == (3, 5)


def test_a_day_has_a_line_of_sales_and_one_of_what_was_taken_back(
    market: Market, sold: str
) -> None:
    rows = [(row["date"], row["text"], row["amount"]) for row in filled(market, sold).rows]
    assert rows == [
        (DAY, "Doanh thu bán hàng trong ngày (3 khoản)", 150_000),
        (DAY, "Giảm trừ: hoàn tiền, không phải doanh thu (1 khoản)", -50_000),
        (DAY + timedelta(days=1), "Doanh thu bán hàng trong ngày (1 khoản)", 50_000),
    ]


def test_the_head_says_who_where_and_which_form(market: Market, sold: str) -> None:
    book = filled(market, sold)
    assert book.head.address == "Sạp RS-TS-012, Chợ Rạch Sỏi, Phường Rạch Giá, Tỉnh An Giang"
    rows = cells(tax_sheet.write(book))
    assert rows[0] == ["HỘ, CÁ NHÂN KINH DOANH: Hộ kinh doanh Cá Biển", None, "Mẫu số S1a-HKD"]
    assert "Thông tư 152/2025/TT-BTC" in rows[1][2]
    assert rows[2][0] == "Mã số thuế: •••456"
    assert rows[4][0] == "SỔ DOANH THU BÁN HÀNG HÓA, DỊCH VỤ"
    assert rows[6] == ["Kỳ kê khai: từ 01/07/2026 đến 31/07/2026", None, "Đơn vị tính: đồng"]
    assert rows[8:10] == [["Ngày tháng", "Diễn giải", "Số tiền"], ["A", "B", "1"]]
    assert [None, "Tổng cộng", 150_000] in rows
    assert "Ngày 03 tháng 08 năm 2026" in [row[2] for row in rows]


def test_the_page_holds_the_same_and_is_the_same_each_time(market: Market, sold: str) -> None:
    book = filled(market, sold)
    raw = tax_page.draw(book)
    assert raw == tax_page.draw(book)
    (text,) = printed(raw)
    for said in ("S1a-HKD", "152/2025/TT-BTC", "•••456", "-50.000", "150.000", "Trang 1"):
        assert said in text
    assert "một trăm năm mươi nghìn đồng" in text.replace("\r\n", " ")


def many(form: str, days: int, group: str = "goods") -> TaxBook:
    first = date(2025, 1, 1) if form == "S1-HKD" else date(2026, 1, 1)
    last = first + timedelta(days=days - 1)
    chosen = tax_forms.find(form, first, last)
    key = next(one.key for one in chosen.columns if one.takes(group))
    said = "Doanh thu bán hàng trong ngày (1.234 khoản) của một sạp rất đông khách ở chợ Rạch Sỏi"
    rows = tuple(
        {"date": first + timedelta(days=n), "text": said, "number": "1–9", key: 1_000_000_000 + n}
        for n in range(days)
    )
    totals = {key: sum(int(row[key]) for row in rows)}
    return TaxBook(chosen, HEAD, first, last, rows, totals, SIGNED)


@pytest.mark.parametrize("form", ["S1a-HKD", "S1-HKD"])
def test_a_year_goes_over_pages_with_heads_and_numbers_and_nothing_is_lost(form: str) -> None:
    pages = printed(tax_page.draw(many(form, 365)))
    assert len(pages) > 5
    assert all(f"Trang {number}" in text for number, text in enumerate(pages, start=1))
    assert all("Diễn giải" in text for text in pages if "1.000.000." in text)
    whole = "".join(pages)
    assert sum(f"{1_000_000_000 + n:,}".replace(",", ".") in whole for n in range(365)) == 365


def test_each_cell_stays_in_its_column() -> None:
    for form in tax_forms.forms():
        wide = 297 if form.landscape else 210
        assert sum(column.width for column in form.columns) <= wide - 36


def test_a_form_is_for_its_days_only() -> None:
    assert tax_forms.find("S1-HKD", date(2025, 10, 1), date(2025, 12, 31)).form == "S1-HKD"
    for form, first, last in (
        ("S1-HKD", date(2025, 12, 1), date(2026, 1, 31)),
        ("S1a-HKD", date(2025, 12, 1), date(2026, 1, 31)),
        ("S1a-HKD", date(2025, 1, 1), date(2025, 12, 31)),
    ):
        with pytest.raises(Invalid, match="form_not_valid"):
            tax_forms.find(form, first, last)


@pytest.mark.parametrize("category", sorted(categories.CATEGORIES))
def test_every_category_has_one_column_in_every_form(category: str) -> None:
    for form in tax_forms.forms():
        group = categories.meaning(category, form.valid_from).group
        assert sum(column.takes(group) for column in form.columns) == 1


def test_a_changed_trade_leaves_the_old_days_in_their_column(market: Market) -> None:
    """Fish until the 14th, phở from the 15th on: each in the column of its group."""
    merchant, day = market.register(), MOMENT.replace(year=2025, month=12, day=14)
    market.hear("agribank", credit("agribank", 1, occurred_at=day))
    market.hear("agribank", credit("agribank", 2, occurred_at=day + timedelta(days=1)))
    market.settle()
    changes = (
        Sold("seafood", date(1, 1, 1), "registry", "as registered"),
        Sold("meals", date(2025, 12, 15), "chú Hùng", "đổi nghề"),
    )
    period = Period(date(2025, 12, 1), date(2025, 12, 31))
    form = tax_forms.find("S1-HKD", date(2025, 12, 1), date(2025, 12, 31))
    with transaction(market.engine) as db:
        book = load(db, merchant.code, "", period)
    made = tax_book.fill(form, book, HEAD, History("meals", changes), SIGNED)
    goods, production = (
        next(one.key for one in form.columns if one.takes(group))
        for group in ("goods", "production")
    )
    assert made.totals == {one.key: 0 for one in form.columns if one.groups} | {
        goods: 50_000,
        production: 50_000,
    }


def test_the_form_of_2025_has_its_heads_its_lines_below_and_two_signatures() -> None:
    """As the form of Circular 88/2021 is printed: compared field by field."""
    book = many("S1-HKD", 365)
    pages = printed(tax_page.draw(book))
    for said in ("Chứng từ", "chia theo danh mục ngành nghề", "Ghi chú", "Năm: 2025"):
        assert said in pages[0]
    assert "Mã số thuế" not in pages[0]
    last = len(pages)
    for said in (
        f"Sổ này có {last:02} trang, đánh số từ trang 01 đến trang {last:02}",
        *("Ngày mở sổ: 01/01/2025", "NGƯỜI LẬP BIỂU", "NGƯỜI ĐẠI DIỆN HỘ KINH DOANH"),
    ):
        assert said in pages[-1]
    rows = cells(tax_sheet.write(book))
    assert [row[1] for row in rows if row[1] == "Chứng từ"] == ["Chứng từ"]
    letters = next(row for row in rows if row[0] == "A")
    assert letters == ["A", "B", "C", "D", "1", "4", "7", "10", "12"]
    assert any(row[0] == "NGƯỜI LẬP BIỂU" for row in rows)
