"""Adoption as rows, for programs: JSON objects, and CSV as spreadsheets here expect it.

The same numbers as the page; a hidden one is null in JSON and empty in CSV. CSV has a byte order
mark, semicolons and CRLF, which is what a Vietnamese spreadsheet opens without asking; a name that
a spreadsheet would take for a formula gets an apostrophe in front.
"""

import csv
import io
from typing import Final

from cashless.reports.adoption import Adoption, everything

_RUNGS: Final = ("equipped", "paid", "paid_today")
_BYTE_ORDER_MARK: Final = "\ufeff"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def adoption_rows(found: Adoption) -> list[dict[str, object]]:
    """Return one object per line, the total last; percentages in thousandths."""
    return [
        {
            "from": found.from_day.isoformat(),
            "to": found.to_day.isoformat(),
            "code": line.code,
            "kind": line.kind,
            "name": line.name,
            "registered": line.counts.registered,
            **{rung: getattr(line.counts, rung) for rung in _RUNGS},
            **{f"{rung}_permille": line.counts.permille(rung) for rung in _RUNGS},
            "payments": line.counts.payments,
        }
        for line in everything(found)
    ]


def adoption_csv(found: Adoption) -> str:
    """Return the rows as text for a spreadsheet."""
    rows = adoption_rows(found)
    sheet = io.StringIO()
    writer = csv.DictWriter(sheet, list(rows[0]), delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({**row, "name": _plain(str(row["name"]))} for row in rows)
    return _BYTE_ORDER_MARK + sheet.getvalue()


def _plain(name: str) -> str:
    return f"'{name}" if name.startswith(_FORMULA) else name
