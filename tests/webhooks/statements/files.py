"""Statement files for tests, written as each provider would; all people and accounts invented."""

import hashlib
import io
import json
from collections.abc import Sequence

from openpyxl import Workbook

from webhooks.statements.layout import find
from webhooks.statements.line import Reading
from webhooks.statements.read import read

ACCOUNT = "7704209001234"
KEY = "invented key of the bank"


def thuhotkao(*changes: dict[str, str], key: str = KEY, trailer: str | None = None) -> bytes:
    """Write VietinBank's T+1 file with one row per mapping of what differs from the usual row."""
    lines = []
    for number, change in enumerate(changes, start=1):
        usual = dict.fromkeys(find("vietinbank_thuhotkao").names, "") | {
            "recordType": "002",
            "transId": f"VTB{number:06}",
            "providerId": "CHO01",
            "amount": "50000",
            "currencyCode": "VND",
            "merchantAcctNo": ACCOUNT,
            "transTime": f"202607010930{number:02}",
            "status": "00",
            "bankTransId": f"BANK{number:06}",
            "payRefNo": "mua cá",
        }
        fields = [text for name, text in (usual | change).items() if name != "recordChecksum"]
        seal = hashlib.md5(("".join(fields) + key).encode(), usedforsecurity=False).hexdigest()
        lines.append("|".join([*fields, change.get("recordChecksum", seal)]))
    end = f"009|CHO01|user|{len(changes)}|20260702010000|x" if trailer is None else trailer
    return "\ufeff".encode() + "\n".join([*lines, *([end] if end else [])]).encode() + b"\n"


def rv(*rows: Sequence[str]) -> bytes:
    """Write MB's RV file from (ft, amount, time, status) each, with its heading."""
    names = find("mb_rv").names
    lines = ["|".join(names)]
    for number, (ft, amount, at, status) in enumerate(rows, start=1):
        said = {"no": str(number), "transType": "C", "ft": ft, "amount": amount, "datetime": at}
        said |= {"currency": "VND", "status": status, "creditAccount": ACCOUNT, "content": "mua ca"}
        lines.append("|".join(said.get(name, "") for name in names))
    return "\n".join(lines).encode()


def sepay(*rows: dict[str, object]) -> bytes:
    """Write SePay's list in JSON with one row per mapping of what differs."""
    told = []
    for number, change in enumerate(rows, start=1):
        usual: dict[str, object] = {
            "id": str(number),
            "transaction_date": f"2026-07-01 09:30:{number:02}",
            "account_number": ACCOUNT,
            "va": None,
            "amount_in": "50000.00",
            "amount_out": "0.00",
            "transaction_content": "mua ca",
            "reference_number": f"FT26182{number:06}",
        }
        told.append(usual | change)
    return json.dumps({"status": 200, "transactions": told}).encode()


def casso(*rows: dict[str, object]) -> bytes:
    """Write Casso's list in JSON with one row per mapping of what differs."""
    told = []
    for number, change in enumerate(rows, start=1):
        usual: dict[str, object] = {
            "id": number,
            "tid": f"FT26182{number:06}",
            "description": "mua ca",
            "amount": 50_000,
            "cusumBalance": 0,
            "when": f"2026-07-01 09:30:{number:02}",
            "bankSubAccId": ACCOUNT,
        }
        told.append(usual | change)
    return json.dumps({"error": 0, "data": {"records": told}}).encode()


HEADS = ("Mã giao dịch", "Thời gian", "Số tiền", "Tài khoản", "Nội dung", "Số tham chiếu", "Số dư")


def rows_of(count: int) -> list[list[str]]:
    """Give that many rows for the sheet of our own dialect."""
    return [
        [f"{n}", f"01/07/2026 09:30:{n % 60:02}", "50.000", ACCOUNT, "mua cá", f"FT26182{n:06}", ""]
        for n in range(1, count + 1)
    ]


def csv(rows: Sequence[Sequence[str]], separator: str = ";", bom: str = "\ufeff") -> bytes:
    """Write a CSV of our own dialect under a title, as people download it."""
    lines = [["Sao kê tháng 7"], list(HEADS), *rows]
    return (bom + "\r\n".join(separator.join(line) for line in lines)).encode()


def xlsx(rows: Sequence[Sequence[object]]) -> bytes:
    """Write an XLSX of our own dialect."""
    book = Workbook()
    for line in [list(HEADS), *rows]:
        book.active.append(list(line))
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def fixed(*rows: tuple[str, int], total: int | None = None) -> bytes:
    """Write fixed text of our own dialect from (id, amount) each, closing row included."""
    lines = [
        f"D{one:<24}C{amount:015}{ACCOUNT:<19}20260701093000{'FT' + one:<24}mua cá"
        for one, amount in rows
    ]
    summed = sum(amount for _one, amount in rows) if total is None else total
    return "\n".join([*lines, f"T{len(rows):<24} {summed:015}"]).encode()


def mt940(*movements: str, opening: str = "0,", closing: str = "100000,") -> bytes:
    """Write a day of one account."""
    lines = [":20:STMT0701", f":25:970405/{ACCOUNT}", ":28C:182/1", f":60F:C260701VND{opening}"]
    return "\n".join([*lines, *movements, f":62F:C260701VND{closing}", "-"]).encode()


def entry(amount: str = "50000", side: str = "CRDT", more: str = "", reference: str = "FT1") -> str:
    """Write one entry of a camt."""
    return (
        f'<Ntry><Amt Ccy="VND">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>{more}'
        "<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-07-01</Dt></BookgDt>"
        f"<AcctSvcrRef>{reference}</AcctSvcrRef><NtryDtls><TxDtls><Refs>"
        "<EndToEndId>NOTPROVIDED</EndToEndId></Refs><RmtInf><Ustrd>mua ca</Ustrd></RmtInf>"
        "</TxDtls></NtryDtls></Ntry>"
    )


def camt(*entries: str, opening: int = 0, closing: int = 50_000, head: str = "") -> bytes:
    """Write a camt.053 of one account with its balances."""
    balances = "".join(
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="VND">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>'
        for code, amount in (("OPBD", opening), ("CLBD", closing))
    )
    return (
        f'{head}<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>'
        f"<Stmt><Acct><Id><Othr><Id>{ACCOUNT}</Id></Othr></Id></Acct>{balances}"
        f"{''.join(entries)}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def told(layout: str, raw: bytes, key: str | None = None) -> Reading:
    """Read a file by the name of its layout."""
    return read(raw, find(layout), key)


def codes(reading: Reading) -> list[tuple[int, str, str]]:
    """Return the faults as (line, column, code)."""
    return [(one.line, one.column, one.code) for one in reading.faults]
