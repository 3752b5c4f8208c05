"""The statements of the invented month, one a day and provider, each in a layout of its own."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final

from bench.month_plan import Month, Transfer, accounts
from webhooks.statements.layout import find

_CSV_HEAD: Final = "Mã giao dịch;Thời gian;Loại;Số tiền;Tài khoản;Nội dung"
_OPENING: Final = 5_000_000


def written(month: Month, provider: str, day: date) -> bytes | None:
    """Write what the provider's file of that day says; None when no money moved."""
    told = [
        one
        for one in month.transfers
        if one.provider == provider and one.is_lined and one.line_day == day
    ]
    if provider == "kienlongbank":
        return _mt940(month, day)
    return _WRITERS[provider](told) if told else None


def whole(month: Month, provider: str) -> bytes:
    """Write the whole month into one file, as somebody does who wants to be sure."""
    told = [one for one in month.transfers if one.provider == provider and one.is_lined]
    return _WRITERS[provider](told)


def txn(one: Transfer) -> str:
    """Return the transaction id that webhook and file share."""
    forms = {
        "kienlongbank": f"KLB{one.number:09d}",
        "sacombank": f"{one.number:032x}:FT{one.number:012}",
    }
    return forms.get(one.provider, str(one.number))


def memo(one: Transfer) -> str:
    """Return the words that came with a transfer; where it is planted, its code is cut."""
    code = one.order or ""
    return f"ck {code[:-1] if one.planted == 'unnamed' else code}".strip()


def _local(one: Transfer, pattern: str) -> str:
    return one.line_at.strftime(pattern)


def _sepay(told: Sequence[Transfer]) -> bytes:
    rows = [
        {
            "id": txn(one),
            "transaction_date": _local(one, "%Y-%m-%d %H:%M:%S"),
            "account_number": one.account,
            "amount_in": f"{one.line_amount if one.kind == 'credit' else 0}.00",
            "amount_out": f"{one.line_amount if one.kind == 'debit' else 0}.00",
            "transaction_content": memo(one),
            "reference_number": one.reference,
        }
        for one in told
    ]
    return json.dumps({"status": 200, "transactions": rows}).encode()


def _casso(told: Sequence[Transfer]) -> bytes:
    rows = [
        {
            "id": one.number,
            "tid": one.reference,
            "description": memo(one),
            "amount": one.line_amount if one.kind == "credit" else -one.line_amount,
            "cusumBalance": one.balance,
            "when": _local(one, "%Y-%m-%d %H:%M:%S"),
            "bankSubAccId": one.account,
        }
        for one in told
    ]
    return json.dumps({"error": 0, "data": {"records": rows}}).encode()


def _mt940(month: Month, day: date) -> bytes:
    """Write a block for every account, moved or not, from its balance of the day before."""
    lines: list[str] = []
    written_day = f"{day:%y%m%d}"
    told = [one for one in month.transfers if one.provider == "kienlongbank" and one.is_lined]
    for account in sorted({*accounts("kienlongbank"), month.closed["kienlongbank"]}):
        lined = [one for one in told if one.account == account and one.line_day <= day]
        moved = [one for one in lined if one.line_day == day]
        closing = _OPENING + sum(one.line_amount for one in lined)
        opening = closing - sum(one.line_amount for one in moved)
        lines += [f":20:KLB{written_day}", f":25:970452/{account}", ":28C:1/1"]
        lines.append(f":60F:C{written_day}VND{opening},")
        for one in moved:
            lines += [f":61:{written_day}{written_day[2:]}C{one.line_amount},NTRFNONREF"]
            lines += [f":86:{memo(one)}"]
        lines += [f":62F:C{written_day}VND{closing},", "-"]
    return "\n".join(lines).encode()


def _csv(told: Sequence[Transfer]) -> bytes:
    rows = [
        f"{txn(one)};{_local(one, '%d/%m/%Y %H:%M:%S')};có;{one.line_amount};{one.account};"
        f"{memo(one)}"
        for one in told
    ]
    total = sum(one.line_amount for one in told)
    return "\ufeff".encode() + "\n".join([_CSV_HEAD, *rows, f"Tổng cộng;;;{total}"]).encode()


def _fixed(told: Sequence[Transfer]) -> bytes:
    rows = [
        f"D{txn(one):<24}C{one.line_amount:015}{one.account:<19}{_local(one, '%Y%m%d%H%M%S')}"
        f"{one.reference:<24}{memo(one)}"
        for one in told
    ]
    total = sum(one.line_amount for one in told)
    return "\n".join([*rows, f"T{len(rows):<24} {total:015}"]).encode()


_WRITERS: Final[Mapping[str, Callable[[Sequence[Transfer]], bytes]]] = {
    "agribank": _sepay,
    "vietcombank": _casso,
    "sacombank": _csv,
    "momo": _fixed,
}


_FOREIGN: Final = {
    "transType": "C",
    "ft": "FT1",
    "amount": "50000",
    "currency": "VND",
    "status": "00",
    "datetime": "20260701093000",
    "creditAccount": "7704209001234",
}


def damaged(raw: bytes) -> Mapping[str, bytes]:
    """Return a CSV file damaged in ways that must be refused: code → file."""
    head, first, *rest = raw.decode("utf-8-sig").split("\n")
    total = rest[-1].rpartition(";")
    amount = first.split(";")[3]

    def again(*lines: str) -> bytes:
        return "\n".join(lines).encode()

    return {
        "amount_unreadable": again(head, first.replace(f";{amount};", ";1,5;"), *rest),
        "time_unreadable": again(head, first.replace("/2026 ", "/2026T"), *rest),
        "row_doubled": again(head, first, first, *rest),
        "total_wrong": again(head, first, *rest[:-1], f"{total[0]};{int(total[2]) + 1}"),
        "statement_encoding": raw.decode("utf-8-sig").encode("utf-16-be"),
        "statement_foreign": "|".join(
            _FOREIGN.get(name, "") for name in find("mb_rv").names
        ).encode(),
    }
