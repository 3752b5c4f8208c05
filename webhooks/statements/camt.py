"""ISO 20022 statements: camt.053 (a day) and camt.054 (movements), in any version of the schema.

Only element names are looked at, never the namespace. Entities, document types and anything that
would reach out are refused (``defusedxml``). Amounts are positive; the side and the reversal flag
say which way: a reversed credit is a reversal, a reversed debit is money that came back and is no
sale. An entry that collects several transfers becomes a row for each, when each tells its amount
and together they make the entry's; the entry's own reference is then none of theirs. A balance that
is no whole sum of the account's currency is a fault, because nothing could be proven by it. Rows
are counted in the order of the file, a report without entries as one. No bank of Vietnam publishes
its profile of camt.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from cashless.errors import Invalid
from merchants.sheet import Cell
from webhooks.statements.cells import noon
from webhooks.statements.faults import fault
from webhooks.statements.layout import Layout
from webhooks.statements.line import Fault, Span
from webhooks.statements.source import Row, Source, require_size

_REPORTS: Final = ("BkToCstmrStmt/Stmt", "BkToCstmrDbtCdtNtfctn/Ntfctn")
_CELLS: Final = {
    "Sts": ("Sts/Cd", "Sts"),
    "Date": ("BookgDt/DtTm", "BookgDt/Dt", "ValDt/Dt"),
    "Reference": ("AcctSvcrRef", "NtryRef"),
}
_DETAILS: Final = {
    "Reference": ("Refs/AcctSvcrRef",),
    "Memo": ("RmtInf/Ustrd", "AddtlTxInf"),
}
_AMOUNTS: Final = ("Amt", "AmtDtls/TxAmt/Amt")
_DAY: Final = len("2026-07-01")
_OPENINGS: Final = ("OPBD", "PRCD")
_CLOSINGS: Final = ("CLBD",)
_DECIMAL: Final = re.compile(r"[0-9]{1,18}(?:\.[0-9]{1,5})?")


def read(raw: bytes, layout: Layout) -> Source:
    """Read the entries. Raises ``Invalid("statement_xml")`` for what is no sound camt."""
    require_size(raw)
    rows: list[Row] = []
    faults: list[Fault] = []
    spans: list[Span] = []
    number = 1
    for report in _reports(raw):
        first, account = number, _text(report, "Acct/Id/Othr/Id", "Acct/Id/IBAN")
        for entry in _all(report, "Ntry"):
            rows.extend(_rows(entry, account, number, faults))
            number = rows[-1].number + 1
        number = max(number, first + 1)
        amiss = list(_amiss(report, number - 1, layout))
        faults.extend(amiss)
        spans.extend([] if amiss else _span(report, account, first, number - 1))
    return Source(tuple(rows), tuple(faults), spans=tuple(spans))


def _reports(raw: bytes) -> list[Element]:
    try:
        root: Element = fromstring(raw, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise _unsound(type(error).__name__) from error
    found = [report for path in _REPORTS for report in _all(root, path)]
    if not found:
        raise _unsound("no camt.053, camt.054")
    return found


def _unsound(why: str) -> Invalid:
    return Invalid(
        "statement_xml",
        f"The file is no sound camt.053 or camt.054 document ({why}).",
        f"Tệp không phải tài liệu camt.053 hay camt.054 hợp lệ ({why}).",
    )


def _rows(entry: Element, account: str, number: int, faults: list[Fault]) -> Iterator[Row]:
    """Give the rows of an entry; a batch that does not add up to it is a fault."""
    details = _all(entry, "NtryDtls/TxDtls")
    parts = [_node(one, *_AMOUNTS) for one in details]
    if len(details) > 1 and all(part is not None for part in parts):
        amounts = [part for part in parts if part is not None]
        if not _adds_up(amounts, _node(entry, "Amt")):
            faults.append(fault(number, "Amt", "total_wrong", _text(entry, "Amt")))
        for place, (detail, amount) in enumerate(zip(details, amounts, strict=True)):
            row = _row(entry, detail, amount, (account, number + place))
            own = _text(detail, *_DETAILS["Reference"])
            yield replace(row, cells={**row.cells, "Reference": Cell(own)})
    else:
        detail = details[0] if details else entry
        yield _row(entry, detail, _node(entry, "Amt"), (account, number))


def _adds_up(parts: Sequence[Element], whole: Element | None) -> bool:
    read = [_decimal(part) for part in parts]
    told = [one for one in read if one is not None]
    return len(told) == len(read) and sum(told) == _decimal(whole)


def _row(entry: Element, detail: Element, amount: Element | None, place: tuple[str, int]) -> Row:
    account, number = place
    side, flag = _text(entry, "CdtDbtInd"), _text(entry, "RvslInd")
    said = {
        "Account": account,
        "Amt": _written(amount),
        "Ccy": "" if amount is None else amount.get("Ccy", ""),
        "Kind": f"{side} reversed" if flag in {"true", "1"} else side,
        **{name: _text(entry, *paths) for name, paths in _CELLS.items()},
    }
    said |= {name: text for name, paths in _DETAILS.items() if (text := _text(detail, *paths))}
    return Row(number, {name: Cell(" ".join(text.split())) for name, text in said.items()})


def _amiss(report: Element, number: int, layout: Layout) -> Iterator[Fault]:
    """Report the balances a span is made of that are no whole đồng."""
    for one in _all(report, "Bal"):
        amount = _node(one, "Amt")
        currency = "" if amount is None else amount.get("Ccy", "")
        if _code(one) in _OPENINGS + _CLOSINGS and _signed(one) is None:
            yield fault(number, f"Bal {_code(one)}", "amount_unreadable", _written(amount))
        elif currency not in layout.required["Ccy"]:
            yield fault(number, f"Bal {_code(one)}", "currency_foreign", currency)


def _code(balance: Element) -> str:
    return _text(balance, "Tp/CdOrPrtry/Cd")


def _span(report: Element, account: str, first: int, last: int) -> Iterator[Span]:
    balances = {_code(one): _signed(one) for one in _all(report, "Bal") if _code(one)}
    opening = next((balances[code] for code in _OPENINGS if code in balances), None)
    closing = next((balances[code] for code in _CLOSINGS if code in balances), None)
    if opening is not None and closing is not None:
        yield Span(account, opening, closing, first, last, _days(report))


def _days(report: Element) -> tuple[date, date] | None:
    """Return the days the report says it tells, or the day of its closing balance."""
    period = [_text(report, f"FrToDt/{name}") for name in ("FrDtTm", "ToDtTm")]
    closings = [
        _text(one, "Dt/Dt", "Dt/DtTm") for one in _all(report, "Bal") if _code(one) in _CLOSINGS
    ]
    told = period if all(period) else [*closings, *closings]
    try:
        first, last = (noon(date.fromisoformat(text[:_DAY])).day for text in told[:2])
    except ValueError:
        return None
    return (first, last) if first <= last else None


def _signed(balance: Element) -> int | None:
    amount = _decimal(_node(balance, "Amt"))
    if amount is None or amount != int(amount):
        return None
    return -int(amount) if _text(balance, "CdtDbtInd") == "DBIT" else int(amount)


def _all(node: Element, path: str) -> Sequence[Element]:
    return node.findall("/".join(f"{{*}}{part}" for part in path.split("/")))


def _node(node: Element, *paths: str) -> Element | None:
    return next((found for path in paths for found in _all(node, path)), None)


def _text(node: Element, *paths: str) -> str:
    """Return the first text that stands under one of the paths; several parts are joined."""
    for path in paths:
        parts = [(found.text or "").strip() for found in _all(node, path)]
        if any(parts):
            return " ".join(part for part in parts if part)
    return ""


def _written(amount: Element | None) -> str:
    return "" if amount is None else (amount.text or "").strip()


def _decimal(amount: Element | None) -> Decimal | None:
    """Read a sum as the schema writes it: digits and perhaps a point, without sign or exponent."""
    written = _written(amount)
    return Decimal(written) if _DECIMAL.fullmatch(written) else None
