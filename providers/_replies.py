"""Answers to a provider: JSON, empty, or our own error where the protocol has no word for it."""

from collections.abc import Mapping
from contextlib import suppress

from cashless.errors import Invalid, Problem, Unavailable
from providers._codecs import read_object, write_json
from providers._protocol import Refused, Reply

JSON = ("content-type", "application/json")


def json_reply(status: int, body: object) -> Reply:
    """Answer with compact JSON."""
    return Reply(status, (JSON,), write_json(body))


def told(body: bytes) -> Mapping[str, object]:
    """Return what the JSON object in a call says; nothing if it is none: anything is answered."""
    with suppress(Refused):
        return read_object(body)
    return {}


def told_text(fields: Mapping[str, object], name: str) -> str:
    """Return a text to be said back; an empty one where the call has none of that name."""
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _problem(problem: Problem) -> Reply:
    return json_reply(problem.status, problem.as_json())


# Says nothing about the reason: a stranger must not learn which check failed.
NOT_GENUINE = _problem(
    Invalid(
        "delivery_refused",
        "The call could not be proven genuine.",
        "Không xác minh được thông báo này.",
    )
)

TRY_AGAIN = _problem(
    Unavailable(
        "delivery_unavailable",
        "The call could not be stored. Please send it again later.",
        "Chưa lưu được thông báo. Vui lòng gửi lại sau.",
    )
)
