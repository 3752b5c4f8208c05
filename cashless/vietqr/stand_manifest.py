"""What was printed where: a line for each stand, in the order of the sheets.

As a table for a spreadsheet: UTF-8 with a byte order mark, semicolons (what
Vietnamese Excel expects), headings Vietnamese first. A cell that a spreadsheet
would take for a formula gets an apostrophe in front.
"""

import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from cashless.vietqr.stand import Stand
from cashless.vietqr.stand_font import plain

_HEADINGS: Final = (
    *("STT · No.", "Trang · Page", "Vị trí · Place on page", "Chợ, phố · Market, street"),
    *("Sạp · Stall", "Người bán · Merchant", "Chủ tài khoản · Holder", "Ngân hàng · Bank", "BIN"),
    *("Số cuối · Last digits", "Mã kiểm tra · Check word", "Bảng số · Stand"),
    *("Ngày cấp · Issued", "Lần in · Print", "Lý do · Reason", "SHA-256 · Payload"),
)
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class Manifest:
    """A file that was printed: its layout, stands in order, stands a page, pages and bytes."""

    layout: str
    stands: tuple[Stand, ...]
    stands_per_page: int
    pages: int
    size_bytes: int

    def csv(self) -> bytes:
        """Return the table."""
        text = io.StringIO()
        writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
        writer.writerow(_HEADINGS)
        writer.writerows(self._rows())
        return text.getvalue().encode("utf-8-sig")

    def _rows(self) -> Iterator[list[str]]:
        for number, stand in enumerate(self.stands):
            page, place = divmod(number, self.stands_per_page)
            cells = [str(number + 1), str(page + 1), str(place + 1), *_cells(stand)]
            yield [_safe(plain(cell)) for cell in cells]


def _cells(stand: Stand) -> tuple[str, ...]:
    return (
        stand.place_name,
        stand.stall,
        stand.merchant_name,
        stand.holder_name,
        stand.bank_name,
        stand.bank_bin,
        f"****{stand.last_digits}",
        stand.check_word,
        stand.public_token,
        f"{stand.issued_on:%d/%m/%Y}",
        str(stand.print_number),
        stand.reason,
        hashlib.sha256(stand.payload.encode()).hexdigest(),
    )


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell
