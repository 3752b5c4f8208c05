"""Lists in JSON, as an aggregator's own list of movements answers.

The rows stand in a list, bare or under one of a few names, one level deep or two. A row's number is
its place in that list, because a document on one line has no lines. Read by ``strict_json``: a key
said twice, NaN and the like are refused before anything is understood.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from cashless.errors import Invalid
from cashless.strict_json import StrictJsonError, loads
from merchants.sheet import Cell
from webhooks.statements.faults import fault
from webhooks.statements.layout import Layout
from webhooks.statements.line import Fault
from webhooks.statements.source import Row, Source, require_size

_UNDER: Final = ("transactions", "records", "data")


def read(raw: bytes, _layout: Layout) -> Source:
    """Read the rows of a list. Raises ``Invalid("statement_json" | "statement_rowless")``."""
    require_size(raw)
    try:
        document = loads(raw.removeprefix(b"\xef\xbb\xbf"))
    except StrictJsonError as error:
        raise Invalid(
            "statement_json",
            f"The file is not sound JSON ({error.code}).",
            f"Tệp không phải JSON hợp lệ ({error.code}).",
        ) from error
    rows: list[Row] = []
    faults: list[Fault] = []
    for number, one in enumerate(_found(document), start=1):
        if isinstance(one, Mapping):
            rows.append(Row(number, dict(_cells(one))))
        else:
            faults.append(fault(number, "", "entry_unread", type(one).__name__))
    return Source(tuple(rows), tuple(faults))


def _found(document: object) -> list[object]:
    """Find the list: the document itself, or what lies under the known names."""
    for _level in range(3):
        if isinstance(document, list):
            return document
        if isinstance(document, Mapping):
            known = (document[name] for name in _UNDER if name in document)
            document = next(known, None)
    raise Invalid(
        "statement_rowless",
        f"The JSON file has no list under {', '.join(_UNDER)}.",
        f"Tệp JSON không có danh sách ở {', '.join(_UNDER)}.",
    )


def _cells(row: Mapping[str, object]) -> Iterator[tuple[str, Cell]]:
    for name, value in row.items():
        match value:
            case bool() | Mapping() | list():
                yield name, Cell(str(value)[:80], "error")
            case int() | Decimal():
                yield name, Cell(str(value), "number")
            case None:
                yield name, Cell()
            case _:
                yield name, Cell(" ".join(str(value).split()))
