"""The sentences of faults: one row per code, Vietnamese and English.

``{}`` is filled with what was found or wanted. Codes are stable; docs/reference/errors.md lists
them. A cell's text is shortened before it is shown, because a broken file can hold anything.
"""

from collections.abc import Mapping
from typing import Final

from merchants.identifiers import without_numbers
from webhooks.statements.line import Fault

_SHOWN: Final = 40

_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "cell_missing": ("This cell is empty.", "Ô này để trống."),
    "cell_formula": (
        "This cell is a formula; a statement holds values.",
        "Ô này là công thức; sao kê phải là giá trị.",
    ),
    "cell_invalid": ("{} cannot stand here.", "{} không thể đứng ở đây."),
    "digits_lost": (
        "{} is a number cell: leading zeros are lost. Make the column text.",
        "{} là ô số nên mất số 0 ở đầu. Hãy để cột này dạng văn bản.",
    ),
    "amount_unreadable": (
        "{} is no amount in whole đồng as this layout writes it.",
        "{} không phải số tiền nguyên đồng theo mẫu này.",
    ),
    "time_unreadable": (
        "{} is no time as this layout writes it.",
        "{} không phải thời gian theo mẫu này.",
    ),
    "word_unread": (
        "{} is a word this layout does not know; it is never taken for success.",
        "{} là giá trị mẫu này không biết; không bao giờ coi là thành công.",
    ),
    "currency_foreign": ("The currency is {}, not VND.", "Loại tiền là {}, không phải VND."),
    "columns_differ": ("The row has {} columns.", "Dòng có {} cột."),
    "row_doubled": (
        "The same movement stands in line {} already.",
        "Giao dịch này đã có ở dòng {}.",
    ),
    "checksum_wrong": (
        "The record's checksum does not fit its fields.",
        "Mã kiểm tra của dòng không khớp các cột.",
    ),
    "count_wrong": ("The file says {} rows.", "Tệp ghi {} dòng."),
    "total_wrong": ("The file says {} đồng.", "Tệp ghi tổng {} đồng."),
    "trailer_missing": (
        "The closing row with the totals is missing: the file may be cut.",
        "Thiếu dòng tổng ở cuối: tệp có thể bị cắt.",
    ),
    "row_after_trailer": ("A row stands after the closing row.", "Có dòng nằm sau dòng tổng."),
    "balance_wrong": (
        "Opening balance plus movements is {}, not what the file says.",
        "Số dư đầu cộng phát sinh là {}, khác số dư trong tệp.",
    ),
    "entry_unread": (
        "This movement cannot be read: {}.",
        "Không đọc được giao dịch này: {}.",
    ),
}


def fault(line: int, column: str, code: str, shown: object = "") -> Fault:
    """Return the fault of that code in that place; ``shown`` fills its sentence."""
    message, message_vi = _WORDS[code]
    text = " ".join(str(shown).split())[:_SHOWN] or "∅"
    shown = without_numbers(text)
    return Fault(line, column, code, message.format(shown), message_vi.format(shown))
