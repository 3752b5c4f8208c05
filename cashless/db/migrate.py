"""The history of the tables, and how a database is brought to its newest state.

Each change is one file in ``migrations/versions``. Starting programs may all
try at once: an advisory lock lets one of them work, and the others find it
done. All changes of one upgrade succeed together or not at all.
"""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.pool import NullPool

from cashless.db import address
from cashless.db.outage import answering
from cashless.errors import Unavailable

_FOLDER: Final = Path(__file__).parent / "migrations"
# Any number will do, as long as no other program locks the same one in this database.
_LOCK: Final = 7_202_611_220
# A migration may take long, but waits for nobody's table longer than a minute.
_LIMITS: Final = {"statement_timeout": "0", "lock_timeout": "60s"}


def upgrade(url: str) -> None:
    """Bring the database to the newest tables; does nothing when it has them.

    Raises Unavailable("database_newer") for a database that a later release
    has changed, Unavailable("database_unavailable") when it is away.
    """
    place = address.parse(url)
    engine = create_engine(
        place, connect_args=address.session(place, **_LIMITS), poolclass=NullPool
    )
    with answering(), engine.connect() as connection:
        if _current(connection) == head():
            return
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
        _require_known(_current(connection))
        connection.commit()
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def head() -> str:
    """Return the newest revision this program knows."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    if newest is None:
        raise AssertionError("migrations/versions is empty")
    return newest


def current(engine: Engine) -> str | None:
    """Return the database's revision, None for a database without our tables."""
    with answering(), engine.connect() as connection:
        return _current(connection)


def require_head(engine: Engine) -> None:
    """Refuse a database whose tables this program does not know.

    Raises Unavailable("database_not_migrated") or Unavailable("database_newer").
    """
    found = current(engine)
    if found == head():
        return
    _require_known(found)
    raise Unavailable(
        "database_not_migrated",
        f"The database is at revision {found or 'none'}, the program at {head()}: "
        "run cashless db upgrade.",
        f"Cơ sở dữ liệu ở phiên bản {found or 'trống'}, chương trình ở {head()}: "
        "hãy chạy cashless db upgrade.",
    )


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _require_known(found: str | None) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if found is not None and found not in known:
        raise Unavailable(
            "database_newer",
            f"The database is at revision {found}, which this program does not know: "
            "install the newer release of the program.",
            f"Cơ sở dữ liệu ở phiên bản {found} mà chương trình này không biết: "
            "hãy cài bản phát hành mới hơn.",
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    return config
