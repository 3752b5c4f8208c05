"""What a process writes of itself: one line each, and of an exception no word of its message."""

import logging
import subprocess
import sys

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from cashless import log
from cashless.errors import Invalid

PHONE = "0912345678"


def written(message: str, *values: object, error: BaseException | None = None) -> str:
    """Write one record as a process does."""
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, message, values, info)
    record.exc_text = PHONE
    return log.Plain("serve").format(record)


def caught(raising: BaseException, cause: BaseException | None = None) -> BaseException:
    with pytest.raises(type(raising)) as told:
        raise raising from cause
    return told.value


def test_an_exception_is_its_kind_its_code_and_its_places() -> None:
    cause = caught(KeyError(PHONE))
    told = written("it failed", error=caught(Invalid("phone_invalid", PHONE, PHONE), cause))
    assert "cashless.errors.Invalid phone_invalid" in told
    assert "because of builtins.KeyError" in told
    assert "test_log.py" in told
    assert PHONE not in told


def test_a_refused_row_is_named_by_its_constraint(engine: Engine) -> None:
    keep = text("INSERT INTO place (code, kind, name) VALUES (:code, 'market', 'x')")
    twice = [{"code": PHONE}, {"code": PHONE}]
    with pytest.raises(DBAPIError) as told, engine.begin() as db:
        db.execute(keep, twice)
    said = log.outline(told.value)
    assert "23505 place_pkey" in said
    assert PHONE not in said + str(told.value).partition("[SQL")[2]


def test_what_a_stranger_typed_is_no_line_of_ours() -> None:
    told = written("called %s", "a\r\n2026 serve ERROR\x1b[2J\u2028b")
    assert told.endswith("called a\\x0d\\x0a2026 serve ERROR\\x1b[2J\\x2028b")


def test_an_endless_chain_is_cut() -> None:
    one: BaseException = ValueError(PHONE)
    one.__context__ = two = TypeError(PHONE)
    two.__context__ = one
    assert log.outline(one).count("because of") == 7


@pytest.mark.parametrize("where", ["run()", "threading.Thread(target=run).start()"])
def test_what_nobody_catches_is_told_without_values(where: str) -> None:
    program = (
        "import threading; from cashless import log; log.install('serve')\n"
        f"def run():\n  int('{PHONE}x')\n{where}"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60
    )
    assert "serve CRITICAL ended by what nobody caught" in done.stderr
    assert "ValueError" in done.stderr
    assert PHONE not in done.stderr


def test_the_database_s_own_words_are_not_repeated() -> None:
    assert log.outline(psycopg.errors.UniqueViolation(PHONE)) == (
        "psycopg.errors.UniqueViolation 23505"
    )
