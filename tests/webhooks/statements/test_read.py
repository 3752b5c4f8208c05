"""Read statements: every form of file, and every fault by line and column."""

import io
import zipfile
from datetime import UTC, datetime

import pytest

from cashless.errors import Conflict, Invalid
from tests.webhooks.statements import files
from tests.webhooks.statements.files import ACCOUNT, KEY, codes, told
from webhooks.statements.choice import choose
from webhooks.statements.layout import everything

MOMENT = datetime(2026, 7, 1, 2, 30, 1, tzinfo=UTC)
CREDIT_LINE = ":61:2607010701C50000,NTRFFT1//BANK1\n:86:mua ca"
VECTOR = (
    b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><BkToCstmrDbtCdtNtfctn>'
    b"<GrpHdr><MsgId>N1</MsgId></GrpHdr><Ntfctn><Id>1</Id><Acct><Id><Othr><Id>0000000001</Id></Othr>"
    b'</Id></Acct><Ntry><Amt Ccy="VND">25000</Amt><CdtDbtInd>CRDT</CdtDbtInd><RvslInd>false'
    b"</RvslInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-01-08</Dt></BookgDt><ValDt><Dt>2026-01-08"
    b"</Dt></ValDt><AcctSvcrRef>FT26008507756020</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>"
    b"DU5GUZ</EndToEndId></Refs><RmtInf><Ustrd>QR DU5GUZ</Ustrd></RmtInf></TxDtls></NtryDtls>"
    b"</Ntry></Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"
)

SOUND = {
    "vietinbank_thuhotkao": files.thuhotkao({}, {}),
    "mb_rv": files.rv(
        ("FT1", "50000", "20260701093001", "00"), ("FT2", "1", "20260701093002", "00")
    ),
    "sepay_list": files.sepay({}, {}),
    "casso_list": files.casso({}, {}),
    "standard_sheet": files.csv(files.rows_of(2)),
    "standard_fixed": files.fixed(("A1", 50_000), ("A2", 70_000)),
    "mt940": files.mt940(CREDIT_LINE, CREDIT_LINE.replace("FT1", "FT2")),
    "camt": files.camt(files.entry(), files.entry("25000", reference="FT2"), closing=75_000),
}


@pytest.mark.parametrize("layout", SOUND)
def test_a_sound_file_gives_its_lines_and_no_fault(layout: str) -> None:
    reading = told(layout, SOUND[layout])
    assert codes(reading) == []
    assert [line.kind for line in reading.lines] == ["credit", "credit"]
    first = reading.lines[0]
    assert (first.amount, first.account) == (50_000, ACCOUNT)
    assert first.memo.startswith("mua c")
    assert first.business_date.isoformat() == "2026-07-01"


@pytest.mark.parametrize("layout", SOUND)
def test_a_file_is_recognised_without_its_layout_being_named(layout: str) -> None:
    (provider, *_) = everything()[layout].providers or ("agribank",)
    assert choose(SOUND[layout], "x", provider).name == layout


def test_every_layout_says_what_is_assumed_and_where_it_is_written() -> None:
    for layout in everything().values():
        assert layout.title
        assert layout.source
        assert layout.assumed or layout.name.startswith("standard")
        assert {"amount", "occurred_at"} <= set(layout.columns)


def test_the_published_camt_vector_is_read() -> None:
    (line,) = told("camt", VECTOR).lines
    assert (line.amount, line.kind, line.account) == (25_000, "credit", "0000000001")
    assert (line.reference, line.original, line.memo) == ("FT26008507756020", None, "QR DU5GUZ")
    assert (line.exact, line.business_date.isoformat()) == (False, "2026-01-08")


def test_a_reversed_credit_is_a_reversal_and_a_reversed_debit_no_sale() -> None:
    flag = "<RvslInd>true</RvslInd>"
    file = files.camt(
        files.entry(), files.entry(side="DBIT", more=flag), files.entry(more=flag), closing=50_000
    )
    taken = told("camt", file).lines
    assert [one.kind for one in taken] == ["credit", "reversal", "return"]
    assert [one.original for one in taken] == [None, taken[0].reference, None]
    lines = (CREDIT_LINE, CREDIT_LINE.replace("C5", "RC5"), CREDIT_LINE.replace("C5", "RD5"))
    assert [one.kind for one in told("mt940", files.mt940(*lines, closing="50000,")).lines] == [
        *("credit", "reversal", "return")
    ]


def test_a_batch_in_a_camt_becomes_its_transfers_when_they_add_up() -> None:
    part = '<TxDtls><Amt Ccy="VND">{}</Amt><Refs><AcctSvcrRef>{}</AcctSvcrRef></Refs></TxDtls>'
    usual = files.entry("70000")
    begun, _, ended = usual.partition("<TxDtls>")
    ended = ended.partition("</TxDtls>")[2]
    parts = part.format(50_000, "A") + part.format(20_000, "B")
    reading = told("camt", files.camt(begun + parts + ended, closing=70_000))
    assert [(one.amount, one.reference) for one in reading.lines] == [(50_000, "A"), (20_000, "B")]
    wrong = begun + parts.replace("20000", "20001") + ended
    assert codes(told("camt", files.camt(wrong, closing=70_000))) == [(1, "Amt", "total_wrong")]


def test_money_that_left_is_a_debit_in_every_list() -> None:
    (sepay,) = told("sepay_list", files.sepay({"amount_in": "0.00", "amount_out": "7000.00"})).lines
    (casso,) = told("casso_list", files.casso({"amount": -7_000})).lines
    assert [(one.kind, one.amount, one.signed) for one in (sepay, casso)] == [
        ("debit", 7_000, -7_000)
    ] * 2


def test_rows_that_tell_of_no_money_are_counted_and_passed_over() -> None:
    reading = told("vietinbank_thuhotkao", files.thuhotkao({}, {"status": "99"}))
    assert (len(reading.lines), reading.passed_over, codes(reading)) == (1, 1, [])


def test_record_checksums_are_proven_with_the_key_and_named_as_unproven_without() -> None:
    file = files.thuhotkao({}, {"recordChecksum": "0" * 32})
    assert told("vietinbank_thuhotkao", file).unchecked == ("recordChecksum",)
    proven = told("vietinbank_thuhotkao", file, KEY)
    assert codes(proven) == [(2, "recordChecksum", "checksum_wrong")]
    assert proven.unchecked == ()


@pytest.mark.parametrize(
    ("change", "column", "code"),
    [
        ({"amount": "50,000"}, "amount", "amount_unreadable"),
        ({"amount": "050000"}, "amount", "amount_unreadable"),
        ({"amount": "0"}, "amount", "amount_unreadable"),
        ({"amount": "9999999999999"}, "amount", "amount_unreadable"),
        ({"amount": ""}, "amount", "cell_missing"),
        ({"currencyCode": "USD"}, "currencyCode", "currency_foreign"),
        ({"transTime": "20260732093001"}, "transTime", "time_unreadable"),
        ({"transTime": "1/7/2026"}, "transTime", "time_unreadable"),
        ({"status": "77"}, "status", "word_unread"),
        ({"transId": ""}, "transId", "cell_missing"),
        ({"recordType": "005"}, "recordType", "word_unread"),
        ({"custName": "a|b"}, "", "columns_differ"),
        ({"transId": "VTB000001"}, "transId", "row_doubled"),
    ],
)
def test_a_broken_row_is_named_by_line_and_column(
    change: dict[str, str], column: str, code: str
) -> None:
    reading = told("vietinbank_thuhotkao", files.thuhotkao({}, change, {}))
    assert codes(reading) == [(2, column, code)]
    (one,) = reading.faults
    assert one.message
    assert one.message_vi


def test_all_faults_of_a_file_are_found_at_once() -> None:
    file = files.thuhotkao({"amount": "x"}, {"status": "?", "transTime": "x"}, {"amount": "-1"})
    assert [line for line, _column, _code in codes(told("vietinbank_thuhotkao", file))] == [
        *(1, 2, 2, 3)
    ]


def test_wrong_totals_and_cut_files_are_faults() -> None:
    def found(trailer: str) -> list[tuple[int, str, str]]:
        return codes(told("vietinbank_thuhotkao", files.thuhotkao({}, {}, trailer=trailer)))

    assert found("009|CHO01|user|3|20260702010000|x") == [(3, "recordNo", "count_wrong")]
    assert found("009|CHO01|user|two|20260702010000|x") == [(3, "recordNo", "count_wrong")]
    assert found("") == [(2, "", "trailer_missing")]
    fixed = files.fixed(("A1", 50_000), total=50_001)
    assert codes(told("standard_fixed", fixed)) == [(2, "total", "total_wrong")]
    after = SOUND["standard_fixed"] + b"\n" + SOUND["standard_fixed"].splitlines()[0]
    assert codes(told("standard_fixed", after)) == [(4, "", "row_after_trailer")]


def test_a_total_under_a_sheet_is_compared_with_its_rows() -> None:
    rows = [*files.rows_of(2), ["Tổng cộng", "", "100.000"]]
    assert codes(told("standard_sheet", files.csv(rows))) == []
    rows[-1][2] = "110.000"
    assert codes(told("standard_sheet", files.csv(rows))) == [(5, "Số tiền", "total_wrong")]


def test_balances_that_do_not_follow_from_the_movements_are_a_fault() -> None:
    short = files.mt940(CREDIT_LINE, closing="60000,")
    assert codes(told("mt940", short)) == [(5, "", "balance_wrong")]
    assert codes(told("camt", files.camt(files.entry(), closing=60_000))) == [
        (1, "", "balance_wrong")
    ]


def test_a_movement_the_mt940_package_would_pass_over_is_a_fault() -> None:
    broken = files.mt940(CREDIT_LINE, ":61:26070150000,NTRFFT2\n:86:mua ca")
    assert codes(told("mt940", broken)) == [(7, ":61:", "entry_unread")]
    with pytest.raises(Invalid, match="statement_mt940"):
        told("mt940", b"hello")


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_separators_and_byte_order_marks_of_sheets_are_found_out(separator: str, bom: str) -> None:
    assert len(told("standard_sheet", files.csv(files.rows_of(3), separator, bom)).lines) == 3


def test_a_spreadsheet_is_read_and_what_excel_has_lost_is_a_fault() -> None:
    assert len(told("standard_sheet", files.xlsx(files.rows_of(3))).lines) == 3
    rows: list[list[object]] = [list(row) for row in files.rows_of(3)]
    rows[1][3] = 7_704_209_001_234
    rows[2][2] = "=25000+25000"
    assert codes(told("standard_sheet", files.xlsx(rows))) == [
        (3, "Tài khoản", "digits_lost"),
        (4, "Số tiền", "cell_formula"),
    ]


def test_a_bomb_an_old_excel_and_a_torn_one_are_refused() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 70_000_000)
    for raw, code in (
        (bomb.getvalue(), "sheet_unsafe"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 600, "sheet_old_excel"),
        (files.xlsx(files.rows_of(2))[:-200], "sheet_unreadable"),
    ):
        with pytest.raises(Invalid, match=code):
            told("standard_sheet", raw)
    with pytest.raises(Invalid, match="sheet_unsafe"):
        choose(bomb.getvalue(), "bomb.xlsx", "agribank")


def test_another_encoding_and_lost_letters_are_named_by_their_line() -> None:
    windows = files.thuhotkao({}, {"payRefNo": "mua cá"}).decode("utf-8-sig").encode("latin-1")
    for raw in (windows, files.thuhotkao({"payRefNo": "mua c\ufffd"}), b"a|b\x00|c"):
        with pytest.raises(Invalid, match="statement_encoding") as found:
            told("vietinbank_thuhotkao", raw)
        assert "Line 1 " in found.value.message
    wide = b"\xff\xfe" + files.thuhotkao({}).decode("utf-8-sig").encode("utf-16-le")
    assert len(told("vietinbank_thuhotkao", wide).lines) == 1


def test_xml_that_grows_or_reaches_out_is_refused() -> None:
    head = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    outside = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
    for raw in (files.camt(head=head), files.camt(head=outside), b"<Document/>", b"<a"):
        with pytest.raises(Invalid, match="statement_xml"):
            told("camt", raw)


def test_json_that_two_readers_could_read_differently_is_refused() -> None:
    twice = b'{"data": [{"id": 1, "id": 2}]}'
    for raw, code in ((twice, "statement_json"), (b'{"rows": []}', "statement_rowless")):
        with pytest.raises(Invalid, match=code):
            told("casso_list", raw)
    odd = files.casso({"amount": True}, {"amount": {"x": 1}}, {"amount": 1.5})
    assert [code for _line, _column, code in codes(told("casso_list", odd))] == [
        *("cell_invalid", "cell_invalid", "amount_unreadable")
    ]


def test_the_file_of_another_provider_is_refused_by_name() -> None:
    with pytest.raises(Conflict, match="statement_foreign") as found:
        choose(files.thuhotkao({}), "20260702_CHO01_THUHOTKAO_IN.txt", "agribank")
    assert "THUHOTKAO" in found.value.message
    with pytest.raises(Conflict, match="statement_foreign"):
        choose(files.thuhotkao({}), "x", "agribank", "vietinbank_thuhotkao")
    with pytest.raises(Invalid, match="statement_unfit"):
        choose(b"hello\nworld\n", "x", "agribank")
    with pytest.raises(Invalid, match="layout_unknown"):
        choose(b"hello\nworld\n", "x", "agribank", "napkin")


def test_two_equal_rows_without_an_id_may_be_two_payments() -> None:
    twin = CREDIT_LINE.replace("FT1//BANK1", "NONREF")
    assert codes(told("mt940", files.mt940(twin, twin))) == []
    assert codes(told("mt940", files.mt940(CREDIT_LINE, CREDIT_LINE))) == [
        (7, "Reference", "row_doubled")
    ]
