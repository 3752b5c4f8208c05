"""SWIFT MT940: a day of an account as lines ``:61:`` and ``:86:`` between two balances.

Read by the package ``mt-940``, which has met many dialects. It does not say where something stood
and may pass over what it cannot read, so the lines ``:61:`` are counted and looked at here first:
each of them must have become a movement, or it is a fault with the number of its line. C is money
that came, D money that left, RC a credit taken back, RD a debit taken back (no sale). The closing
balance's date is the day that is told; an opening balance may bear the date of the day before.
What ``:86:`` says behind the closing balance is said of the day and of no movement; the package
would add it to the last one's memo.
"""

import io
import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Final

import mt940

from cashless.errors import Invalid
from merchants.sheet import Cell
from webhooks.statements.faults import fault
from webhooks.statements.layout import Layout
from webhooks.statements.line import Fault, Span
from webhooks.statements.source import Row, Source, lines

_MOVEMENT: Final = re.compile(
    r":61:[0-9]{6}(?:[0-9]{4})?(?:C|D|RC|RD|EC|ED)[A-Z]?[0-9]+,[0-9]{0,2}[NFS][A-Z0-9]{3}.*"
)
_NO_REFERENCE: Final = ("", "NONREF")
_OPENINGS: Final = ("final_opening_balance", "intermediate_opening_balance")
_MARKS: Final = {
    "final_opening_balance": ":60F:",
    "intermediate_opening_balance": ":60M:",
    "final_closing_balance": ":62F:",
    "intermediate_closing_balance": ":62M:",
}
_BALANCE_MOST: Final = 10**18
_CLOSINGS: Final = ("final_closing_balance", "intermediate_closing_balance")


def read(raw: bytes, layout: Layout) -> Source:
    """Read the movements of every block. Raises ``Invalid("statement_mt940")``."""
    texts = lines(raw)
    marks = [number for number, text in enumerate(texts, start=1) if text.startswith(":61:")]
    faults = [
        fault(number, ":61:", "entry_unread", texts[number - 1])
        for number in marks
        if not _MOVEMENT.fullmatch(texts[number - 1])
    ]
    if not any(text.startswith(":20:") for text in texts):
        raise _unsound("no :20:")
    if faults:
        return Source((), tuple(faults))
    begins = [number for number, text in enumerate(texts, start=1) if text.startswith(":20:")]
    return _source("\n".join(_of_movements(texts)) + "\n", (begins, marks), layout)


def _of_movements(texts: Iterable[str]) -> Iterator[str]:
    """Leave out what is said of a whole day: ``:86:`` and its lines behind ``:62F:``."""
    is_closed = is_dropped = False
    for text in texts:
        if text.startswith((":20:", ":62")):
            is_closed = text.startswith(":62")
        if text.startswith((":", "-", "{")):
            is_dropped = is_closed and text.startswith(":86:")
        if not is_dropped:
            yield text


def _source(text: str, places: tuple[list[int], list[int]], layout: Layout) -> Source:
    """Read the blocks; ``places`` are the lines where blocks and movements begin."""
    begins, marks = places
    rows: list[Row] = []
    spans: list[Span] = []
    faults: list[Fault] = []
    for begun, block in zip(begins, _blocks(text), strict=True):
        given = marks[len(rows) : len(rows) + len(block)]
        account = str(block.data.get("account_identification", "")).rpartition("/")[2]
        currency = _currency(block.data)
        rows.extend(
            _row(number, one.data, account, currency)
            for number, one in zip(given, block, strict=False)
        )
        amiss = list(_amiss(block.data, (given or [begun])[-1], layout))
        faults.extend(amiss)
        spans.extend([] if amiss else _spans(block.data, account, given or [begun]))
    return Source(tuple(rows), (*_lost(rows, marks), *faults), spans=tuple(spans))


def _amiss(data: dict[str, Any], number: int, layout: Layout) -> Iterator[Fault]:
    """Report balances that are no whole đồng: nothing could be proven by them."""
    for name in (*_OPENINGS, *_CLOSINGS):
        if name not in data:
            continue
        amount, currency = data[name].amount.amount, str(data[name].amount.currency)
        if currency not in layout.required["Ccy"]:
            yield fault(number, _MARKS[name], "currency_foreign", currency)
        elif not _is_whole(amount):
            yield fault(number, _MARKS[name], "amount_unreadable", amount)


def _blocks(text: str) -> Any:  # noqa: ANN401  the package types its blocks as mappings of anything
    try:
        return mt940.parser.parse_statements(io.StringIO(text))
    except Exception as error:  # a reader of others' dialects: whatever it throws, we say which
        raise _unsound(type(error).__name__) from error


def _unsound(why: str) -> Invalid:
    return Invalid(
        "statement_mt940",
        f"The file is no sound MT940 ({why}).",
        f"Tệp không phải MT940 hợp lệ ({why}).",
    )


def _lost(rows: list[Row], marks: list[int]) -> Iterator[Fault]:
    """Report the lines that did not become a movement."""
    for number in marks[len(rows) :]:
        yield fault(number, ":61:", "entry_unread")


def _row(number: int, said: dict[str, Any], account: str, currency: str) -> Row:
    named = (str(said.get(name) or "") for name in ("customer_reference", "bank_reference"))
    reference = next((text for text in named if text not in _NO_REFERENCE), "")
    amount = abs(said["amount"].amount)
    cells = {
        "Account": account,
        "Amt": format(amount, "f").removesuffix(".00"),
        "Ccy": currency,
        "Kind": str(said["status"]),
        "Date": str(said["date"]),
        "Reference": reference,
        "Memo": " ".join(str(said.get("transaction_details") or "").split()),
    }
    return Row(number, {name: Cell(text) for name, text in cells.items()})


def _currency(data: dict[str, Any]) -> str:
    return next((str(data[name].amount.currency) for name in _OPENINGS if name in data), "")


def _spans(data: dict[str, Any], account: str, given: list[int]) -> Iterator[Span]:
    begun = next((data[name] for name in _OPENINGS if name in data), None)
    ended = next((data[name] for name in _CLOSINGS if name in data), None)
    if begun is None or ended is None:
        return
    opening, closing = int(begun.amount.amount), int(ended.amount.amount)
    day = date(ended.date.year, ended.date.month, ended.date.day)
    yield Span(account, opening, closing, given[0], given[-1], (day, day))


def _is_whole(amount: Decimal) -> bool:
    return amount == int(amount) and abs(amount) < _BALANCE_MOST
