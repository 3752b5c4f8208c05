"""What is answered when something goes wrong: a page for a person, JSON for a program.

A problem brings its own sentences; other failures have theirs in the table below. What broke inside
us is written to the log and not to the answer.
"""

import logging
import re
from typing import Any, Final

from flask import Flask, Response, jsonify, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from cashless.api import faults
from cashless.errors import Problem, Unavailable

_API: Final = "/api/"
_PROBLEM_TYPE: Final = "application/problem+json"
_PASSED_ON: Final = frozenset({"Allow", "Location", "Retry-After", "WWW-Authenticate"})
_JSON_PATHS: Final = ("/status", "/messages", "/today", "/readyz", "/healthz", ".json")
_RETRY_SECONDS: Final = 5
_SENTENCES: Final = {
    400: ("bad_request", "Yêu cầu này không đọc được.", "This request cannot be read."),
    401: (
        "key_missing",
        "Cần khóa API đang hiệu lực.",
        "A valid API key is needed: Authorization: Bearer.",
    ),
    404: (
        "not_found",
        "Không có trang này. Hãy kiểm tra lại địa chỉ hoặc quét lại mã.",
        "There is no such page. Check the address or scan the code again.",
    ),
    412: (
        "version_stale",
        "Đã có người thay đổi từ lúc bạn đọc: hãy đọc lại rồi sửa.",
        "It was changed since you read it: read it again, then change it.",
    ),
    428: (
        "version_missing",
        "Hãy gửi If-Match với ETag đã đọc.",
        "Send If-Match with the ETag that you read.",
    ),
    429: (
        "calls_too_many",
        "Khóa này gọi quá nhiều; hãy chờ số giây ghi trong Retry-After.",
        "This key calls too often: wait as many seconds as Retry-After says.",
    ),
    405: (
        "method_not_allowed",
        "Trang này không nhận cách gọi đó.",
        "This page does not take that method.",
    ),
    413: ("body_too_large", "Nội dung gửi quá lớn.", "What was sent is too large."),
    415: ("type_unknown", "Chỉ nhận application/json.", "Only application/json is taken."),
    422: (
        "fields_invalid",
        "Có trường không đúng; xem errors.",
        "Some fields are not right: see errors.",
    ),
    500: (
        "broken",
        "Lỗi của chúng tôi. Tiền và sổ không bị ảnh hưởng; hãy thử lại sau ít phút.",
        "Our fault. Money and books are not affected; try again in a few minutes.",
    ),
}
_FIELD: Final = re.compile(r"[a-z_]{1,40}|[A-Za-z]+-[A-Za-z]+|[0-9]{1,3}")
_log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    """Let the application answer its problems in one style."""
    app.register_error_handler(Problem, _problem)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _broken)


def _problem(problem: Problem) -> Response:
    if problem.exit_code == 1:
        _log.error("%s %s: %s", request.method, request.endpoint, problem.code)
    said = (problem.code, problem.message_vi, problem.message)
    response = _answer(problem.status, *said, _about(problem))
    if isinstance(problem, Unavailable):
        response.headers["Retry-After"] = str(_RETRY_SECONDS)
    return response


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    known = _SENTENCES.get(status) or _SENTENCES[400 if status < 500 else 500]  # noqa: PLR2004  the line between theirs and ours
    code = getattr(error, "code_name", known[0])
    response = _answer(status, code, *known[1:], _faults(error))
    response.headers.extend(
        (name, value) for name, value in error.get_headers() if name in _PASSED_ON
    )
    return response


def _faults(error: HTTPException) -> dict[str, Any]:
    """Return which fields of a call were wrong, and how, where the reader of arguments said it."""
    said = getattr(error, "data", {}).get("messages")
    return {"errors": faults.listed(_named(said))} if said else {}


def _about(problem: Problem) -> dict[str, Any]:
    """Return which field of a program's call a problem is about, if it is about one."""
    if problem.code not in faults.POINTERS or not request.path.startswith(_API):
        return {}
    sent = request.get_json(silent=True)
    found = faults.of_problem(problem.code, sent, problem.message, problem.message_vi)
    return {"errors": found} if found else {}


def _named(said: Any) -> Any:  # noqa: ANN401  what the reader of arguments made
    """Keep the names of fields in it; a name that is none may be anybody's data."""
    if not isinstance(said, dict):
        return said
    known = ((str(name), _named(one)) for name, one in said.items())
    return {name if _FIELD.fullmatch(name) else "?": one for name, one in known}


def _broken(error: Exception) -> Response:
    _log.error("%s %s failed", request.method, request.endpoint, exc_info=error)
    return _answer(500, *_SENTENCES[500])


def _answer(
    status: int, code: str, message_vi: str, message: str, more: dict[str, Any] | None = None
) -> Response:
    if request.path.startswith(_API):
        response = jsonify(_for_program(status, code, message_vi, message) | (more or {}))
        response.mimetype = _PROBLEM_TYPE
    elif _wants_json():
        said = {"code": code, "message": message, "message_vi": message_vi}
        response = jsonify({"error": said})
    else:
        page = render_template(
            "problem.html", status=status, code=code, message=message, message_vi=message_vi
        )
        response = make_response(page)
    response.status_code = status
    return response


def _for_program(status: int, code: str, message_vi: str, message: str) -> dict[str, Any]:
    """Say it as RFC 9457 wants it; the type is the code, which the documentation explains."""
    return {
        "type": f"urn:cashless:{code}",
        "title": code.replace("_", " "),
        "status": status,
        "code": code,
        "detail": message,
        "detail_vi": message_vi,
    }


def _wants_json() -> bool:
    accepted = request.accept_mimetypes
    if accepted.best_match(("text/html", "application/json"), "text/html") == "application/json":
        return True
    return request.path.endswith(_JSON_PATHS)
