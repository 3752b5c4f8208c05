"""A market's list: every fault named by row and column, all rows or none, and twice is once."""

import io
import random
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import Connection

from cashless.db.engine import transaction
from cashless.errors import Problem
from merchants import import_rows, imports, personal, places, register, sheet, template
from merchants.import_columns import COLUMNS
from merchants.import_rows import Fault, Reading
from merchants.personal import Officer
from merchants.places import Place
from tests.market import KEY, Market

TODAY = date(2026, 7, 1)
TITLES = [column.title for column in COLUMNS]
HUNG = Officer("chú Hùng", "nhập danh sách", KEY)
Line = list[Any]


def line(number: int) -> Line:
    """One right row of the list; everything in it is invented."""
    return [
        "Chợ Rạch Sỏi",
        f"RS-{number:04d}",
        str(number),
        f"Người bán {number}",
        "Rau củ",
        "hộ kinh doanh",
        f"970405:99{number:08d}",
        f"NGUOI BAN {number}",
        f"09{number:08d}",
        f"091085{number:06d}",
        "",
    ]


def excel(lines: Sequence[Line], spoil: Callable[[Any], None] = lambda _page: None) -> bytes:
    book = Workbook()
    for row in [TITLES, *lines]:
        book.active.append(row)
    spoil(book.active)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def read(raw: bytes) -> Reading:
    return import_rows.read(sheet.read(raw), TODAY)


def told(faults: Sequence[Fault]) -> set[tuple[int, str, str]]:
    return {(one.row, one.column, one.code) for one in faults}


@pytest.fixture
def rach_soi(market: Market) -> Market:
    with transaction(market.engine) as db:
        places.add(db, [Place("RS", "market", "Chợ Rạch Sỏi", 1)])
    return market


SPOILT: dict[str, tuple[int, Any, str]] = {
    "account": (6, "9900000001", "account_invalid"),
    "bank": (6, "999999:123", "bank_unknown"),
    "phone": (8, "0112345678", "phone_invalid"),
    "phone as a number": (8, 912345678, "import_cell_number"),
    "id card": (9, "123", "id_card_invalid"),
    "tax code": (10, "1700123457", "tax_code_invalid"),
    "category": (4, "tên lửa", "category_unknown"),
    "no name": (3, None, "import_cell_empty"),
    "kind": (5, "tiên", "merchant_kind_unknown"),
    "order": (2, "mười hai", "import_order_invalid"),
    "stall": (1, "RS 001/a", "stall_code_invalid"),
    "formula": (7, "=A1", "import_cell_formula"),
}


@pytest.mark.parametrize("what", SPOILT)
def test_a_wrong_cell_is_named_by_row_and_column(what: str) -> None:
    place, value, code = SPOILT[what]
    lines = [line(1), line(2), line(3)]
    lines[1][place] = value
    reading = read(excel(lines))
    assert told(reading.faults) == {(3, TITLES[place], code)}
    assert [one.row for one in reading.applicants] == [2, 4]


def test_forty_planted_faults_in_three_thousand_rows_are_all_named_and_nothing_is_written(
    rach_soi: Market,
) -> None:
    chance = random.Random(7)
    lines = [line(number) for number in range(3_000)]
    planted = {}
    for place, what in zip(chance.sample(range(3_000), 40), list(SPOILT) * 4, strict=False):
        column, value, code = SPOILT[what]
        lines[place][column] = value
        planted[place + 2, TITLES[column]] = code
    reading = read(excel(lines))
    assert {(row, column): code for row, column, code in told(reading.faults)} == planted
    assert rach_soi.count("merchant", "stall", "receiving_account") == (0, 0, 0)


def test_a_right_list_is_imported_and_again_changes_nothing(rach_soi: Market) -> None:
    reading = read(excel([line(number) for number in range(60)]))
    for new, unchanged in ((60, 0), (0, 60)):
        with transaction(rach_soi.engine) as db:
            checked = imports.check(db, reading.applicants)
            assert (len(checked.new), checked.unchanged, checked.faults) == (new, unchanged, ())
            imports.write(db, checked, HUNG, lambda _done: None)
    assert rach_soi.count("merchant", "tenancy", "receiving_account") == (60, 60, 60)
    with transaction(rach_soi.engine) as db:
        first = register.listing(db)[0]
        assert (first.name, first.stall, first.place) == ("Người bán 0", "RS-0000", "RS")
        assert personal.shown(db, first, KEY)["phone"] == "•••000"


def test_what_stands_in_two_rows_is_a_fault_of_both() -> None:
    lines = [line(1), line(2), line(3)]
    lines[2][1] = lines[0][1]
    lines[2][8] = "wrong as well"
    assert told(read(excel(lines)).faults) == {
        (2, "Sạp", "import_repeated"),
        (4, "Sạp", "import_repeated"),
        (4, "Điện thoại", "phone_invalid"),
    }


def test_the_registry_is_compared_and_never_changed_by_an_import(rach_soi: Market) -> None:
    with transaction(rach_soi.engine) as db:
        imported(db, [line(1), line(2)])
    other_name, lost = line(1), line(3)
    other_name[3] = "Kẻ khác"
    lost[0] = "Chợ Không Có"
    taken = line(4)
    taken[1] = "RS-0001"
    with transaction(rach_soi.engine) as db:
        for wrong, code in (
            (other_name, "account_taken"),
            (lost, "place_unknown"),
            (taken, "stall_taken"),
        ):
            checked = imports.check(db, read(excel([wrong])).applicants)
            assert [one.code for one in checked.faults] == [code]
            assert checked.new == ()


def imported(db: Connection, lines: Sequence[Line]) -> imports.Checked:
    """Import a list without faults; return what of it was new."""
    checked = imports.check(db, read(excel(lines)).applicants)
    assert checked.faults == ()
    imports.write(db, checked, HUNG, lambda _done: None)
    return checked


def also_at(there: Line, stall: str) -> Line:
    """The same merchant at one more stall."""
    return [there[0], stall, "9", *there[3:]]


def test_who_holds_several_stalls_stands_in_several_rows(rach_soi: Market) -> None:
    with transaction(rach_soi.engine) as db:
        first = imported(db, [line(1), also_at(line(1), "RS-0101"), line(2)])
        again = imported(db, [line(1), also_at(line(1), "RS-0101"), line(2)])
        later = imported(db, [also_at(line(1), "RS-0102")])
        named = sorted(one.name for one in register.listing(db))
    assert (first.merchants, len(first.new)) == (2, 3)
    assert (len(again.new), again.unchanged) == (0, 3)
    assert (later.merchants, len(later.new)) == (0, 1)
    assert named == ["Người bán 1"] * 3 + ["Người bán 2"]
    assert rach_soi.count("merchant", "stall", "tenancy", "receiving_account") == (2, 4, 4, 2)


@pytest.mark.parametrize("column", [6, 9, 10])
def test_a_number_of_two_people_is_a_fault_of_both(column: int) -> None:
    lines = [line(1), line(2), line(3)]
    lines[0][10] = lines[0][9]
    lines[2][column] = lines[0][column]
    assert told(read(excel(lines)).faults) == {
        (2, TITLES[column], "import_repeated"),
        (4, TITLES[column], "import_repeated"),
    }


def test_who_has_given_up_gets_no_stall(rach_soi: Market) -> None:
    with transaction(rach_soi.engine) as db:
        imported(db, [line(1)])
        (one,) = register.listing(db)
        register.set_status(db, one.code, "closed")
        checked = imports.check(db, read(excel([also_at(line(1), "RS-0101")])).applicants)
    assert told(checked.faults) == {(2, "Tên", "merchant_closed")}


def test_csv_with_a_mark_and_semicolons_is_read_and_headings_may_be_english() -> None:
    text = (
        "Market;Stall;Name;Category;Account;Holder;Ghi chú\r\n"
        "RS;rs-1;Chị Tư;Cà phê, nước;970405:990001;CHI TU;x\r\n"
    )
    reading = read(text.encode("utf-8-sig"))
    (one,) = reading.applicants
    assert (one.stall, one.category, one.kind) == ("RS-1", "drinks", "household")
    assert reading.unknown_columns == ("Ghi chú",)


def _zipped(**parts: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "sheet_empty"),
        (b"\xd0\xcf\x11\xe0 old", "sheet_old_excel"),
        ("Chợ;Sạp".encode("cp1258", "replace") + b"\xff\xfe\xff", "sheet_encoding"),
        (b"a;b\x00", "sheet_encoding"),
        (b'Market;"open', "sheet_unreadable"),
        (b"x" * 5_000_001, "sheet_too_large"),
        (b"a\n" * 10_002, "sheet_too_large"),
        (b"PK\x03\x04 broken", "sheet_unreadable"),
        (_zipped(sheet=b"0" * 70_000_000), "sheet_unsafe"),
        (_zipped(**{"xl/vbaProject.bin": b"macro"}), "sheet_unsafe"),
        (_zipped(**{"inner.zip": b"PK"}), "sheet_unsafe"),
        (_zipped(nothing=b"x"), "sheet_unreadable"),
        (b"Market;Stall\nRS;1", "import_headings_missing"),
    ],
    ids=range(13),
)
def test_a_file_that_is_no_list_is_refused_with_a_sentence(raw: bytes, code: str) -> None:
    with pytest.raises(Problem) as caught:
        read(raw)
    assert caught.value.code == code


def test_a_hundred_thousand_rows_are_refused() -> None:
    stream = io.BytesIO()
    book = Workbook(write_only=True)
    page = book.create_sheet()
    for number in range(100_000):
        page.append([number])
    book.save(stream)
    with pytest.raises(Problem, match="sheet_too_large"):
        read(stream.getvalue())


def test_merged_cells_are_told() -> None:
    raw = excel([line(1), line(2)], lambda page: page.merge_cells("A2:A3"))
    faults = told(read(raw).faults)
    assert (2, "A2:A3", "import_cell_merged") in faults
    assert (3, "Chợ", "import_cell_empty") in faults


def test_the_template_is_a_list_that_can_be_imported() -> None:
    reading = read(template.blank())
    assert reading.faults == ()
    assert [one.name for one in reading.applicants] == ["Chị Tư Cá Biển"]


def test_the_corrected_file_says_in_each_row_what_is_wrong_and_holds_no_formula() -> None:
    lines = [line(1), line(2)]
    lines[1][3] = "=1+1"
    lines[1][8] = "12"
    given = sheet.read(excel(lines))
    back = template.corrected(given, import_rows.read(given, TODAY).faults)
    page = load_workbook(io.BytesIO(back)).active
    assert page.cell(1, len(TITLES) + 1).value == "Lỗi"
    assert page.cell(2, len(TITLES) + 1).value is None
    said = page.cell(3, len(TITLES) + 1).value
    assert "Điện thoại:" in said
    assert "Tên: Ô này là công thức" in said
    assert page.cell(3, 4).data_type == "s"
