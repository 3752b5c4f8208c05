"""A source: the rows of a file as named cells, before anybody asks what they mean.

Every form of file (separated and fixed text, sheets, lists in JSON, ISO 20022, MT940) ends here, so
one engine reads all of them. ``number`` is the line as people count it in the file.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from cashless.errors import Invalid
from merchants.sheet import Cell, Limits
from webhooks.statements.line import Claim, Fault, Span

BYTES_MOST: Final = 50_000_000
ROWS_MOST: Final = 200_000
SHEET: Final = Limits(BYTES_MOST, ROWS_MOST, ("Import it day by day.", "Hãy nhập theo từng ngày."))
# NUL, what other programs put for a letter they could not read, and controls no person types.
_LOST: Final = re.compile("[\x00\ufffd\x80-\x84\x86-\x9f]")
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its cells by the file's own names, and its fields as they stand in the file."""

    number: int
    cells: Mapping[str, Cell]
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """What a file holds: rows of movements, what it claims of itself, balances, broken rows."""

    rows: tuple[Row, ...]
    faults: tuple[Fault, ...] = ()
    claims: tuple[Claim, ...] = ()
    spans: tuple[Span, ...] = field(default=())


def require_size(raw: bytes) -> None:
    """Refuse a file that is larger than any day. Raises ``Invalid("statement_too_large")``."""
    if len(raw) > BYTES_MOST:
        raise Invalid(
            "statement_too_large",
            f"The file is larger than {BYTES_MOST // 1_000_000} MB. {SHEET.split[0]}",
            f"Tệp lớn hơn {BYTES_MOST // 1_000_000} MB. {SHEET.split[1]}",
        )


def lines(raw: bytes) -> list[str]:
    """Decode a text file and return its lines; numbers of lines begin at 1.

    Raises ``Invalid("statement_encoding" | "statement_too_large")``.
    """
    require_size(raw)
    return re.split(r"\r\n|\n|\r", unicodedata.normalize("NFC", _decoded(raw)).rstrip("\r\n"))


def _decoded(raw: bytes) -> str:
    encoding = "utf-16" if raw[:2] in _UTF_16 else "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise _encoding(raw.count(b"\n", 0, error.start) + 1) from error
    lost = _LOST.search(text)
    if lost is not None:
        raise _encoding(text.count("\n", 0, lost.start()) + 1)
    return text


def _encoding(line: int) -> Invalid:
    return Invalid(
        "statement_encoding",
        f"Line {line} is not UTF-8, or letters were lost before. Export the file as UTF-8 again.",
        f"Dòng {line} không phải UTF-8, hoặc đã mất chữ. Hãy xuất lại tệp theo UTF-8.",
    )
