"""What is wrong in a call, field by field: where, a code, and a sentence in both languages.

Places in the body are JSON pointers (RFC 6901), others the names of parameters; a name that no
field could have is told as ``?``, so a pointer has nothing to escape. All that the reader
of arguments found is told at once. A problem of another room that is about one field says so as
well, by ``POINTERS``; rooms themselves know nothing of pointers.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

_SAID: Final = (
    ("Missing data for required field", "field_missing", "Thiếu trường bắt buộc."),
    ("Unknown field", "field_unknown", "Không có trường này."),
    ("Field may not be null", "field_null", "Trường này không được để trống (null)."),
    ("Not a valid integer", "field_type", "Phải là số nguyên."),
    ("Not a valid string", "field_type", "Phải là chuỗi ký tự."),
    ("Not a valid boolean", "field_type", "Phải là true hoặc false."),
    ("Not a valid date", "field_type", "Ngày viết dạng năm-tháng-ngày, ví dụ 2026-07-01."),
    ("Invalid input type", "field_type", "Phải là một đối tượng JSON."),
    ("Invalid type", "field_type", "Phải là một đối tượng JSON."),
    ("Must be one of", "field_choice", "Không nằm trong các giá trị cho phép."),
    ("Must be ", "field_range", "Ngoài khoảng cho phép."),
    ("Given more than once", "field_twice", "Chỉ được ghi một lần."),
    ("Longer than", "field_range", "Quá dài."),
    ("String does not match", "field_form", "Không đúng dạng: xem mô tả của trường."),
)
_OTHER: Final = ("field_invalid", "Không đúng.")
_BODY: Final = "json"
POINTERS: Final[Mapping[str, str]] = {
    "account_invalid": "/account",
    "account_taken": "/number",
    "amount_invalid": "/amount",
    "bank_unknown": "/bin",
    "category_unknown": "/category",
    "expiry_invalid": "/minutes",
    "holder_invalid": "/holder",
    "merchant_kind_unknown": "/kind",
    "merchant_name_invalid": "/name",
    "note_invalid": "/note",
    "stall_elsewhere": "/stall",
    "stall_taken": "/stall",
    "why_missing": "/why",
}
"""Code of a problem → the field of a body that it is about."""
_NESTED: Final = {"/bin", "/number", "/holder"}


def listed(messages: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return what the reader of arguments found, by place and in the order of places."""
    return [
        fault
        for place, said in messages.items()
        for fault in (_in_body(said, "") if place == _BODY else _in_parameters(said))
    ]


def of_problem(code: str, sent: object, message: str, message_vi: str) -> list[dict[str, str]]:
    """Return where a problem of another room stands in the body that was sent, if it does."""
    pointer = POINTERS.get(code)
    if pointer is None or not isinstance(sent, dict):
        return []
    if pointer in _NESTED and isinstance(sent.get("account"), dict):
        pointer = f"/account{pointer}"
    if pointer.strip("/").partition("/")[0] not in sent:
        return []
    return [{"pointer": pointer, "code": code, "detail": message, "detail_vi": message_vi}]


def _in_body(said: object, pointer: str) -> Iterator[dict[str, str]]:
    if isinstance(said, Mapping):
        for name, inner in said.items():
            step = "" if name == "_schema" else f"/{name}"
            yield from _in_body(inner, pointer + step)
        return
    yield from ({"pointer": pointer, **_told(one)} for one in _sentences(said))


def _in_parameters(said: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for name, inner in said.items():
        yield from ({"parameter": str(name), **_told(one)} for one in _sentences(inner))


def _sentences(said: object) -> list[str]:
    return [str(one) for one in said] if isinstance(said, list) else [str(said)]


def _told(sentence: str) -> dict[str, str]:
    known = next((rest for start, *rest in _SAID if sentence.startswith(start)), _OTHER)
    code, sentence_vi = known
    if code == "field_choice":
        sentence_vi = f"{sentence_vi.rstrip('.')}: {sentence.partition(': ')[2]}"
    return {"code": code, "detail": sentence, "detail_vi": sentence_vi}
