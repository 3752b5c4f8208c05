"""The way to the database: one engine, one kind of transaction.

A transaction is READ COMMITTED and durable when it is left: the row that a
payment organisation is told about is on disk. The program works as the role
``cashless_app``, which may add facts and may not change them; the owner's
rights are used for migrations only. Where the role does not exist, or the
login may not take it, the login itself works and the tables' triggers remain.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from cashless.db import address, durability, embedded, migrate
from cashless.db.outage import answering
from cashless.settings import Settings

_POOL_SECONDS: Final = 10
_PLAYABLE: Final = """
SELECT count(*) FROM pg_roles WHERE rolname = %s AND pg_has_role(rolname, 'MEMBER')
"""


def connect(url: str, *, app_role: bool = True, pool_size: int = 5) -> Engine:
    """Return an engine of at most ``pool_size`` connections, checked and ready.

    A connection that is not free within 10 seconds, a statement over 60 and a
    lock over 10 fail. Raises Unavailable("database_unavailable") if nobody
    answers, Unavailable("database_unsafe") if a setting may lose payments,
    Invalid("setting_invalid") if the address is none.
    """
    place = address.parse(url)
    with answering(explained=True):
        role = {"role": address.APP_ROLE} if _probe(place) and app_role else {}
    engine = create_engine(
        place,
        connect_args=address.session(place, **role),
        hide_parameters=True,
        isolation_level="READ COMMITTED",
        max_overflow=0,
        pool_pre_ping=True,
        pool_size=pool_size,
        pool_timeout=_POOL_SECONDS,
    )
    event.listen(engine, "connect", _require_durable)
    return engine


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """Yield a connection in one transaction: all of it is durable on leaving, or none.

    Raises Unavailable("database_unavailable") when the database is away; other
    errors of the statements pass through. Either way everything is rolled back.
    """
    with answering(), engine.begin() as connection:
        yield connection


@contextmanager
def opened(settings: Settings, *, app_role: bool = True) -> Iterator[Engine]:
    """Yield an engine for the configured database, or for the embedded one.

    The embedded database is brought to the newest tables. One that somebody
    else looks after must be there already: Unavailable("database_not_migrated").
    """
    with _address(settings) as url:
        engine = connect(url, app_role=app_role)
        try:
            with answering():
                migrate.require_head(engine)
            yield engine
        finally:
            engine.dispose()


@contextmanager
def _address(settings: Settings) -> Iterator[str]:
    if settings.database_url is not None:
        yield settings.database_url
        return
    with embedded.running(settings) as url:
        migrate.upgrade(url)
        yield url


def _probe(place: URL) -> bool:
    """Check the server by one plain connection; tell whether we may take the program's role."""
    probe = create_engine(place, connect_args=address.session(place), poolclass=NullPool)
    event.listen(probe, "connect", _require_durable)
    with probe.connect() as connection:
        checksums = connection.exec_driver_sql("SHOW data_checksums").scalar_one()
        durability.warn_of_missing_checksums(checksums)
        playable = connection.exec_driver_sql(_PLAYABLE, (address.APP_ROLE,)).scalar_one()
    return bool(playable)


def _require_durable(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    try:
        durability.require(cursor)
    finally:
        cursor.close()
        connection.rollback()
