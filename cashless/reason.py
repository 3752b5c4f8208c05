"""Reasons: why a person did something, in one line that can be kept and read aloud."""

from typing import Final

from cashless.errors import Invalid

_LENGTH: Final = range(3, 201)


def require_why(why: str) -> str:
    """Return the reason in one line. Raises ``Invalid("why_missing")``."""
    reason = " ".join(why.split())
    if len(reason) in _LENGTH and reason.isprintable():
        return reason
    raise Invalid(
        "why_missing",
        "Say why, in 3 to 200 visible characters (--why).",
        "Hãy ghi lý do, từ 3 đến 200 ký tự nhìn thấy được (--why).",
    )
