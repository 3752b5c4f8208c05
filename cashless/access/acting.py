"""Acting for a person: from here on the database lets through what that person may, and no more.

The transaction names the device and takes the role ``cashless_person``; row-level security does
the rest (migrations 0009 and 0010). Both end with the transaction, so a connection that goes back
to the pool carries nothing along. What the policies refuse to be written is one problem for all
tables.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from cashless.errors import Forbidden, Unavailable
from cashless.ids import token_hash

_NOT_ALLOWED: Final = "42501"  # insufficient_privilege, also what a policy answers
_DEVICE = text("SELECT set_config('cashless.device', :hash, true)")
_ROLE = text("SET LOCAL ROLE cashless_person")
_ROLE_NOW = text("SELECT current_setting('role')")
_PROGRAM = text("RESET ROLE")
_BACK = text("SELECT set_config('role', :role, true)")
_CODE = text("SELECT acting_code()")
_MAY = text("SELECT acts_everywhere(:permission)")


@contextmanager
def acting(db: Connection, token: str) -> Iterator[None]:
    """Do what follows in this transaction as the person who is signed in on that device.

    Raises ``Unavailable("person_role_missing")`` where the database has no such role, and
    ``Forbidden("not_yours")`` for what the person may not read or write.
    """
    db.execute(_DEVICE, {"hash": token_hash(token).hex()})
    try:
        db.execute(_ROLE)
    except DBAPIError as error:
        raise Unavailable(
            "person_role_missing",
            "Nobody can sign in: the database has no role cashless_person that this login may"
            " take. Run cashless db upgrade with a login that may create roles.",
            "Chưa ai đăng nhập được: cơ sở dữ liệu không có vai cashless_person cho tài khoản này."
            " Hãy chạy cashless db upgrade bằng tài khoản được tạo vai.",
        ) from error
    try:
        yield
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", "") != _NOT_ALLOWED:
            raise
        raise _not_yours() from error


@contextmanager
def as_program(db: Connection) -> Iterator[None]:
    """Do what follows as the program again, then go on as the person.

    For what follows from a row that the person was let write just before, and no person may do by
    hand: posting, and reading what is nobody's yet.
    """
    role = db.execute(_ROLE_NOW).scalar_one()
    db.execute(_PROGRAM)
    try:
        yield
    except DBAPIError:
        raise  # the transaction is over, and the role with it
    except BaseException:
        db.execute(_BACK, {"role": role})
        raise
    db.execute(_BACK, {"role": role})


def code(db: Connection) -> str:
    """Return the code of the person who acts."""
    return str(db.execute(_CODE).scalar_one())


def require(db: Connection, permission: str) -> None:
    """Let the database say that who acts has a permission everywhere.

    Raises ``Forbidden("not_yours")``.
    """
    if not db.execute(_MAY, {"permission": permission}).scalar_one():
        raise _not_yours()


def _not_yours() -> Forbidden:
    return Forbidden(
        "not_yours", "Your role does not reach this.", "Vai trò của bạn không được làm việc này."
    )
