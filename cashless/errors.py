"""The six ways a request can fail, named by what the caller should do next.

Every problem carries a stable ``code`` for logs, JSON and documentation, and
one sentence in English and one in Vietnamese for the person who reads it. The
family decides the HTTP status and the exit code of the command line: 2 means
"what was asked cannot be done", 1 means "the fault is ours".

Not problems but facts with rows of their own: a duplicate, a payment without
a match, an overpayment, money outside opening hours.
"""

from typing import ClassVar


class Problem(Exception):
    """Parent of all problems shown to people; raise one of its families."""

    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1

    def __init__(self, code: str, message: str, message_vi: str) -> None:
        """Keep the stable code and the sentence in both languages."""
        super().__init__(code, message, message_vi)
        self.code = code
        self.message = message
        self.message_vi = message_vi

    def __str__(self) -> str:
        """Read as ``code: sentence`` in logs and tracebacks."""
        return f"{self.code}: {self.message}"

    def as_json(self) -> dict[str, dict[str, str]]:
        """Return the one error shape of the command line and the API."""
        return {
            "error": {
                "code": self.code,
                "message": self.message,
                "message_vi": self.message_vi,
            }
        }


class Invalid(Problem):
    """What was sent is wrong: correct it and send it again."""

    status = 400
    exit_code = 2


class NotFound(Problem):
    """What was named does not exist: look it up."""

    status = 404
    exit_code = 2


class Conflict(Problem):
    """It contradicts what is already kept: look at that first."""

    status = 409
    exit_code = 2


class Forbidden(Problem):
    """The caller is not allowed to do this: ask somebody who is."""

    status = 403
    exit_code = 2


class Unavailable(Problem):
    """Something we need is not there now: try again later."""

    status = 503
    exit_code = 1


class Broken(Problem):
    """One of our own promises does not hold: call the operator."""

    status = 500
    exit_code = 1
