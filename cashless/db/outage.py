"""When the database is away, and what we say then.

A refused or lost connection, a server that shuts down, is full or stands in
recovery, and an exhausted pool all mean the same to the caller: nothing was
acknowledged, try again. A deadlock, a lock or statement that took too long and
a broken constraint are answers of a database that is there; they pass through.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from cashless.errors import Unavailable

# Classes and codes of SQLSTATE (PostgreSQL's appendix A): connection, resources, operator's
# intervention except a cancelled query, system error, and a server that only reads (a standby).
_AWAY: Final = ("08", "53", "57P", "58", "25006")


@contextmanager
def answering(*, explained: bool = False) -> Iterator[None]:
    """Turn a database that is away into Unavailable("database_unavailable").

    ``explained`` adds the driver's own words, which name the host and the user:
    for the operator who starts the program, not for those it serves.
    """
    try:
        yield
    except (DBAPIError, PoolTimeoutError) as error:
        if not is_away(error):
            raise
        why = f" ({_driver_words(error)})" if explained else ""
        raise Unavailable(
            "database_unavailable",
            f"The database does not answer now; nothing was acknowledged. Try again later.{why}",
            f"Cơ sở dữ liệu hiện không trả lời; chưa có gì được xác nhận. Hãy thử lại sau.{why}",
        ) from error


def is_away(error: Exception) -> bool:
    """Tell whether an error of SQLAlchemy means that the database is away."""
    if isinstance(error, PoolTimeoutError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    code: str | None = getattr(error.orig, "sqlstate", None)
    if code is None:
        return isinstance(error, OperationalError | InterfaceError)
    return code.startswith(_AWAY)


def _driver_words(error: DBAPIError | PoolTimeoutError) -> str:
    words = str(error.orig if isinstance(error, DBAPIError) else error)
    return " ".join(words.split())
