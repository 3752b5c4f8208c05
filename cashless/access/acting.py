"""Acting for a person: from here on the database lets through what that person may, and no more.

The transaction names the device and takes the role ``cashless_person``; row-level security does the
rest (migration 0009). Both end with the transaction, so a connection that goes back to the pool
carries nothing along. What the policies refuse to be written is one problem for all tables.

Some words of a person have consequences that no policy could describe row by row: an officer
confirms a registration, and a merchant, a book, a stand and an owner come of it. The word itself is
written as the person; what follows from it is ``carried_out`` as the program, in the same
transaction, so that without the word there is nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from cashless.errors import Forbidden, Unavailable
from cashless.ids import token_hash

_NOT_ALLOWED: Final = "42501"  # insufficient_privilege, also what a policy answers
_DEVICE = text("SELECT set_config('cashless.device', :hash, true)")
_ROLE = text("SET LOCAL ROLE cashless_person")
_PROGRAM = text("SET LOCAL ROLE cashless_app")


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
        raise not_yours() from error


@contextmanager
def carried_out(db: Connection, word: Callable[[Connection], None] | None = None) -> Iterator[None]:
    """Write a person's word as the person, then do as the program what follows from it.

    Without a word the program looks up what a person may be told and not read. What fails inside is
    undone as a whole, the word too, and the role is the person's again either way.
    """
    with db.begin_nested():
        if word is not None:
            word(db)
        db.execute(_PROGRAM)
        yield
        db.execute(_ROLE)


def not_yours() -> Forbidden:
    """Say that the database shows a row to a person and lets nothing be written there."""
    return Forbidden(
        "not_yours",
        "Your role does not reach this.",
        "Vai trò của bạn không được làm việc này.",
    )
