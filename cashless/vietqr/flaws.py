"""What can be wrong or odd about a payment code, in words.

A flaw has a stable code, the path of the object (``38.01.00`` is object 00 in
object 01 in object 38; ``root`` is the payload itself), and a sentence in
English and Vietnamese. The same shape serves errors, which make a code
unusable, and warnings, which do not.
"""

from dataclasses import asdict, dataclass
from typing import Final

from cashless.vietqr.places import told

_SENTENCES: Final = {
    "63_not_last": ("has other objects behind it", "còn trường khác đứng sau"),
    "00_not_first": ("does not stand at the beginning", "không đứng đầu mã"),
    "amount_over_limit": (
        "is more than a fast transfer allows (under 500 million)",
        "vượt mức chuyển nhanh (dưới 500 triệu)",
    ),
    "bad_amount": ("is not an amount", "không phải là số tiền"),
    "bad_crc": ("does not fit the content: the code was altered or misread",
                "không khớp nội dung: mã đã bị sửa hoặc đọc sai"),
    "bad_format": ("has a wrong form", "sai định dạng"),
    "bad_id": ("has an object whose id is not two digits",
               "có trường với mã không phải hai chữ số"),
    "bad_length_digits": ("has a length that is not two digits",
                          "có độ dài không phải hai chữ số"),
    "bad_payload_format": ("is not the known payload format 01", "không phải định dạng 01"),
    "bad_point_of_initiation": ("is neither 11 (many payments) nor 12 (one payment)",
                                "không phải 11 (mã tĩnh) hoặc 12 (mã động)"),
    "bad_tip_indicator": ("is none of 01, 02, 03", "không phải 01, 02, 03"),
    "control_character": ("holds a control character", "chứa ký tự điều khiển"),
    "country_not_VN": ("is not VN", "không phải VN"),
    "crc_lowercase": ("is written in lower case", "viết bằng chữ thường"),
    "crc_missing_or_not_last": ("is missing or not at the end: the code is incomplete",
                                "bị thiếu hoặc không ở cuối: mã không trọn vẹn"),
    "currency_not_704": ("is not 704 (đồng)", "không phải 704 (đồng)"),
    "duplicate_id": ("occurs twice", "xuất hiện hai lần"),
    "dynamic_without_amount": ("says one payment, but no amount is given",
                               "là mã động nhưng không có số tiền"),
    "emvco_mandatory_absent": ("is expected in a merchant code and absent",
                               "bị thiếu trong mã thanh toán của đơn vị"),
    "inverted": ("is light on dark, which many bank apps cannot read",
                 "có mã sáng trên nền tối, nhiều ứng dụng ngân hàng không đọc được"),
    "lengths_in_bytes": ("is whole if lengths counted bytes; the standard counts characters",
                         "chỉ đọc được nếu độ dài tính theo byte, trong khi chuẩn tính theo ký tự"),
    "missing": ("is missing", "bị thiếu"),
    "napas_not_in_38": ("names NAPAS outside object 38", "khai báo NAPAS ngoài trường 38"),
    "no_service_code": ("is absent, which means a merchant payment",
                        "không có, được hiểu là thanh toán cho đơn vị"),
    "non_ascii": ("holds signs that some bank apps cannot read",
                  "chứa ký tự mà một số ứng dụng ngân hàng không đọc được"),
    "not_dynamic": ("must be 12 (one payment)", "phải là 12 (mã động)"),
    "not_utf8": ("is not text (UTF-8)", "không phải là văn bản (UTF-8)"),
    "other_account": ("names a second way to pay, of another scheme",
                      "chứa thêm một cách nhận tiền khác"),
    "overlong": ("is longer than allowed", "dài hơn quy định"),
    "static_with_amount": ("says many payments, but an amount is given",
                           "là mã tĩnh nhưng có số tiền"),
    "too_long": ("is longer than 512 characters", "dài hơn 512 ký tự"),
    "trailing_data": ("has signs left over behind its last object",
                      "còn thừa ký tự sau trường cuối"),
    "truncated": ("declares more characters than there are", "khai báo dài hơn nội dung có thật"),
    "unexpected": ("stands without the indicator 55 that calls for it",
                   "không đi cùng chỉ báo 55 tương ứng"),
    "unexpected_subfield": ("does not belong there", "không được có ở vị trí này"),
    "unknown_bin": ("is not a bank of our list", "không có trong danh sách ngân hàng"),
    "unknown_id": ("is an object we do not know", "là trường chưa biết"),
    "unknown_service": ("is a service we do not know", "là dịch vụ chưa biết"),
    "unreserved_not_tlv": ("is not made of objects", "không có cấu trúc trường"),
    "vnd_has_decimals": ("has decimals, which đồng do not have",
                         "có phần lẻ trong khi đồng không có phần lẻ"),
    "zero_length": ("declares the length zero", "khai báo độ dài bằng không"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing wrong or odd: stable code, path of the object, two sentences."""

    code: str
    path: str
    message: str
    message_vi: str

    def as_json(self) -> dict[str, str]:
        """Return the four parts by name."""
        return asdict(self)


def flaw(code: str, path: str) -> Flaw:
    """Return the flaw of that code at that path; KeyError for an unknown code."""
    english, vietnamese = _SENTENCES[code]
    place, place_vi = told(path)
    return Flaw(code, path, f"{place} {english}.", f"{place_vi} {vietnamese}.")


def every_code() -> tuple[str, ...]:
    """Return all codes, in alphabetical order."""
    return tuple(sorted(_SENTENCES))
