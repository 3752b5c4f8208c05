"""Only a database that is away is called unavailable; its answers pass through."""

import psycopg
import pytest
from psycopg import errors as answers
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from cashless.db.outage import answering, is_away
from cashless.errors import Unavailable


def said(error: psycopg.Error, kind: type[DBAPIError] = OperationalError) -> DBAPIError:
    """Wrap a driver's error as SQLAlchemy does."""
    return kind("INSERT", {}, error)


@pytest.mark.parametrize(
    "error",
    [
        said(psycopg.OperationalError("the connection is lost")),
        said(psycopg.InterfaceError("the connection is closed"), InterfaceError),
        said(answers.AdminShutdown("57P01")),
        said(answers.CrashShutdown("57P02")),
        said(answers.CannotConnectNow("57P03")),
        said(answers.TooManyConnections("53300")),
        said(answers.DiskFull("53100")),
        said(answers.ConnectionFailure("08006")),
        said(answers.IoError("58030")),
        said(answers.ReadOnlySqlTransaction("25006"), DBAPIError),
        PoolTimeoutError("no connection is free"),
    ],
    ids=lambda error: str(getattr(error, "orig", error)),
)
def test_a_database_that_is_away_is_unavailable(error: Exception) -> None:
    with pytest.raises(Unavailable) as refusal, answering():
        raise error
    assert refusal.value.code == "database_unavailable"
    assert refusal.value.__cause__ is error


@pytest.mark.parametrize(
    "error",
    [
        said(answers.DeadlockDetected("40P01")),
        said(answers.SerializationFailure("40001")),
        said(answers.LockNotAvailable("55P03")),
        said(answers.QueryCanceled("57014")),
        said(answers.UniqueViolation("23505"), IntegrityError),
        ZeroDivisionError(),
    ],
    ids=lambda error: str(getattr(error, "orig", type(error).__name__)),
)
def test_an_answer_of_the_database_passes_through(error: Exception) -> None:
    assert not is_away(error)
    with pytest.raises(type(error)) as raised, answering():
        raise error
    assert raised.value is error


def test_only_the_operator_hears_the_drivers_words() -> None:
    error = said(psycopg.OperationalError("no route to\n\thost db.example"))
    with pytest.raises(Unavailable) as plain, answering():
        raise error
    with pytest.raises(Unavailable) as explained, answering(explained=True):
        raise error
    assert "db.example" not in plain.value.message
    assert "(no route to host db.example)" in explained.value.message
    assert "(no route to host db.example)" in explained.value.message_vi
