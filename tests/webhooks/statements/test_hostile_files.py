"""Files that lie, are half, or were saved by a program that knew better: refused, never guessed."""

import io

import pytest
from openpyxl import Workbook

from cashless.errors import Invalid
from merchants import sheet
from tests.webhooks.statements import files
from tests.webhooks.statements.files import ACCOUNT, HEADS, codes, told
from tests.webhooks.statements.test_read import CREDIT_LINE
from webhooks.statements import source
from webhooks.statements.choice import choose

USUAL = files.mt940(CREDIT_LINE, closing="50000,")


def casso_csv(amount: str) -> bytes:
    heads = "id,amount,bank_sub_acc_id,description,when"
    return f"{heads}\n1,{amount},{ACCOUNT},mua ca,2026-07-01 09:30:01\n".encode()


def book(*sheets: tuple[str, str, list[list[str]]]) -> bytes:
    """Write an XLSX of sheets: title, state, rows under the usual heading."""
    made = Workbook()
    made.remove(made.active)
    for title, state, rows in sheets:
        page = made.create_sheet(title)
        page.sheet_state = state
        for row in rows:
            page.append(row)
    written = io.BytesIO()
    made.save(written)
    return written.getvalue()


def batch(*parts: str, total: str = "100000", closing: int = 100_000) -> bytes:
    begun, _, ended = files.entry(total).partition("<TxDtls>")
    return files.camt(begun + "".join(parts) + ended.partition("</TxDtls>")[2], closing=closing)


def part(amount: str, reference: str = "") -> str:
    return (
        f'<TxDtls><Amt Ccy="VND">{amount}</Amt>{reference}'
        "<RmtInf><Ustrd>chuyen tien</Ustrd></RmtInf></TxDtls>"
    )


@pytest.mark.parametrize("written", ["50.000", "1.000.000", "1,000", "50.000,00"])
def test_a_point_before_three_zeros_is_never_taken_for_decimals(written: str) -> None:
    reading = told("casso_sheet", casso_csv(f'"{written}"'))
    assert codes(reading) == [(2, "amount", "amount_unreadable")]
    assert told("casso_sheet", casso_csv("50000.0000")).lines[0].amount == 50_000


@pytest.mark.parametrize("written", ["9" * 5_000, "١", "²", "+1"])
def test_a_closing_row_whose_count_is_no_number_is_a_fault(written: str) -> None:
    file = files.thuhotkao({}, trailer=f"009|CHO01|user|{written}|20260702010000|x")
    assert codes(told("vietinbank_thuhotkao", file)) == [(2, "recordNo", "count_wrong")]


def test_a_padded_amount_of_thousands_of_digits_is_a_fault() -> None:
    file = files.fixed(("A1", 50_000)).replace(b"000000000050000", b"1" * 15)
    assert (1, "amount", "amount_unreadable") in codes(told("standard_fixed", file))


@pytest.mark.parametrize(
    "written", ["NaN", "sNaN", "Infinity", "1E+5", "1E+999999999", "5_0000", "", "50000.50"]
)
def test_a_camt_balance_that_is_no_whole_sum_is_a_fault(written: str) -> None:
    file = files.camt(files.entry()).replace(b">50000</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>", b"@")
    file = file.replace(b"@", f">{written}</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>".encode())
    assert codes(told("camt", file)) == [(1, "Bal CLBD", "amount_unreadable")]


@pytest.mark.parametrize("written", ["NaN", "1E+9999999", "-50000"])
def test_a_part_of_a_batch_that_is_no_sum_is_a_fault(written: str) -> None:
    assert (1, "Amt", "total_wrong") in codes(told("camt", batch(part(written), part("50000"))))


def test_two_equal_transfers_of_a_batch_are_two_without_the_reference_of_the_whole() -> None:
    reading = told("camt", batch(part("50000"), part("50000")))
    assert codes(reading) == []
    assert [(one.amount, one.reference) for one in reading.lines] == [(50_000, None)] * 2


def test_an_empty_day_in_foreign_money_gives_no_balance_in_dong() -> None:
    camt = files.camt(closing=0).replace(b"VND", b"USD")
    assert {code for _, _, code in codes(told("camt", camt))} == {"currency_foreign"}
    mt940 = files.mt940(closing="0,").replace(b"VND", b"USD")
    assert {code for _, _, code in codes(told("mt940", mt940))} == {"currency_foreign"}


def test_balances_of_an_mt940_in_another_currency_or_with_a_fraction_are_faults() -> None:
    other = USUAL.replace(b":62F:C260701VND", b":62F:C260701USD")
    assert codes(told("mt940", other)) == [(5, ":62F:", "currency_foreign")]
    half = USUAL.replace(b"VND50000,", b"VND50000,50")
    assert codes(told("mt940", half)) == [(5, ":62F:", "amount_unreadable")]


def test_words_about_the_whole_day_are_no_movements_memo() -> None:
    day = USUAL.replace(b"\n-", b"\n:86:tong ket ngay\nCMXXXX\n-") + b"\n" + USUAL
    assert [one.memo for one in told("mt940", day).lines] == ["mua ca", "mua ca"]


def test_an_amount_whose_sign_says_the_opposite_of_its_row_is_a_fault() -> None:
    assert codes(told("camt", files.camt(files.entry("-50000")))) == [
        (1, "Amt", "amount_unreadable")
    ]
    rows = [[*files.rows_of(1)[0], "có"]]
    rows[0][2] = "-50.000"
    listed = "\n".join(";".join(row) for row in [[*HEADS, "Loại"], *rows]).encode()
    assert codes(told("standard_sheet", listed)) == [(2, "Số tiền", "amount_unreadable")]


def test_movements_below_the_closing_row_of_a_sheet_are_faults_and_signatures_are_not() -> None:
    rows = files.rows_of(3)
    total, signed = ["Tổng cộng", "", "100.000"], ["Người lập", "", "", "", "Giám đốc"]
    below = told("standard_sheet", files.csv([*rows[:2], total, signed, rows[2]]))
    assert codes(below) == [(7, "", "row_after_trailer")]
    assert codes(told("standard_sheet", files.csv([*rows[:2], total, signed]))) == []


def test_a_total_of_money_out_alone_is_not_compared_with_money_in() -> None:
    heads = "id,amount_in,amount_out,account_number,transaction_content,transaction_date"
    row = f"1,,5000,{ACCOUNT},tra tien,2026-07-01 09:30:01"
    reading = told("sepay_sheet", f"{heads}\n{row}\nTotal,,5000,,,\n".encode())
    assert (codes(reading), [one.kind for one in reading.lines]) == ([], ["debit"])


def test_a_hidden_sheet_is_passed_over_and_a_second_visible_one_is_refused() -> None:
    heads, rows = list(HEADS), files.rows_of(2)
    hidden = book(("cũ", "hidden", [heads, rows[0]]), ("Sao kê", "visible", [heads, *rows]))
    assert len(told("standard_sheet", hidden).lines) == 2
    guided = book(("Sao kê", "visible", [heads, *rows]), ("Hướng dẫn", "visible", [["Đọc kỹ"]]))
    assert len(told("standard_sheet", guided).lines) == 2
    two = book(("1", "visible", [heads, rows[0]]), ("2", "visible", [heads, rows[1]]))
    with pytest.raises(Invalid, match="statement_sheets"):
        told("standard_sheet", two)
    with pytest.raises(Invalid, match="statement_sheets"):
        choose(two, "x.xlsx", "agribank")


def test_a_workbook_without_a_sheet_of_rows_is_damaged_and_no_crash() -> None:
    made = Workbook()
    made.create_chartsheet()
    made.remove(made.worksheets[0])
    written = io.BytesIO()
    made.save(written)
    with pytest.raises(Invalid, match="sheet_unreadable"):
        told("standard_sheet", written.getvalue())


def test_letters_that_were_lost_before_are_named() -> None:
    lost = files.csv(files.rows_of(1)).replace("mua cá".encode(), "mua c\ufffd".encode())
    with pytest.raises(Invalid, match="sheet_encoding"):
        told("standard_sheet", lost)
    mixed = files.thuhotkao({"payRefNo": "mua c\x81"})
    with pytest.raises(Invalid, match="statement_encoding"):
        told("vietinbank_thuhotkao", mixed)


@pytest.mark.parametrize("layout", ["camt", "sepay_list", "mt940", "mb_rv"])
def test_every_form_has_a_limit_of_size(layout: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "BYTES_MOST", 1_000)
    with pytest.raises(Invalid, match="statement_too_large"):
        told(layout, b" " * 1_001)


def test_a_spreadsheet_of_another_list_is_not_said_to_be_in_another_encoding() -> None:
    with pytest.raises(Invalid, match="statement_unfit") as found:
        choose(book(("1", "visible", [["Tên", "Giá"], ["cá", "50.000"]])), "x.xlsx", "agribank")
    assert "mt940" not in found.value.message


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1999-12-31", "2100-01-02"])
def test_a_day_that_no_bank_can_mean_is_a_fault(day: str) -> None:
    dated = files.camt(files.entry().replace("2026-07-01", day))
    timed = dated.replace(f"<Dt>{day}</Dt>".encode(), f"<DtTm>{day}T00:00:00</DtTm>".encode())
    for file in (dated, timed):
        assert codes(told("camt", file)) == [(1, "Date", "time_unreadable")]
    listed = files.sepay({"transaction_date": f"{day} 00:00:00"})
    assert codes(told("sepay_list", listed)) == [(1, "transaction_date", "time_unreadable")]


def test_days_without_movements_have_each_a_place_of_their_own() -> None:
    quiet = files.mt940(closing="0,") + b"\n" + files.mt940(closing="0,")
    assert [(one.first, one.last) for one in told("mt940", quiet).spans] == [(1, 1), (7, 7)]
    statement = files.camt(closing=0).decode()
    begun, _, ended = statement.partition("<Stmt>")
    twice = f"{begun}<Stmt>{ended.partition('</BkToC')[0]}<Stmt>{ended}".encode()
    assert [(one.first, one.last) for one in told("camt", twice).spans] == [(1, 1), (2, 2)]


def test_a_large_sheet_is_opened_once_however_many_layouts_are_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[int] = []
    read = sheet.read

    def counted(raw: bytes, limits: sheet.Limits) -> sheet.Sheet:
        opened.append(len(raw))
        return read(raw, limits)

    monkeypatch.setattr(sheet, "read", counted)
    raw = files.xlsx(files.rows_of(7))
    assert told(choose(raw, "x.xlsx", "agribank").name, raw).faults == ()
    assert len(opened) == 1
