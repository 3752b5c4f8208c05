"""What every test may ask for: settings, a real PostgreSQL, a database of its own.

One server is started for each pytest process, by the program's own embedded
server. The tables are made once, in a template; each test that wants a
database gets a copy of it. ``--postgres-bin DIR`` runs the same tests on other
PostgreSQL programs than those of the package. Databases lie in memory where
there is room; fsync stays on, the disk only does not have to be waited for.

Tests reach no network but the machine itself. Hypothesis is derandomized, and
the seed of everything else that is random stands in the header.
"""

import ipaddress
import itertools
import os
import random
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine, make_url

from cashless.db import embedded, engine, migrate
from cashless.settings import Settings

TEMPLATE = "market_template"
HOMES_BYTES = 4 * 1024**3
_numbers = itertools.count(1)

hypothesis.settings.register_profile("house", derandomize=True, deadline=None)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the choice of PostgreSQL, the seed, and where pictures of walks go."""
    parser.addoption("--postgres-bin", type=Path, help="folder of the PostgreSQL programs to use")
    parser.addoption("--seed", type=int, default=1, help="seed of what is random in tests")
    parser.addoption("--pictures", type=Path, help="folder for pictures of the walks on the way")


def pytest_configure() -> None:
    """Load the Hypothesis profile; settings of this shell are none of the tests' business."""
    hypothesis.settings.load_profile("house")
    for name in [name for name in os.environ if name.startswith(("CASHLESS_", "PG"))]:
        del os.environ[name]


def pytest_report_header(config: pytest.Config) -> str:
    """Say what a failed run must be repeated with."""
    programs = config.getoption("--postgres-bin") or "of the package"
    return f"seed: {config.getoption('--seed')}, PostgreSQL: {programs}"


_WHOLE = (
    "tests/campaigns",
    "tests/cashless/test_demo",
    "tests/bench",
    "tests/cashless/api/test_schemathesis",
    "tests/cashless/test_supervisor",
    "tests/cashless/web",
    "tests/stories",
    "tests/webhooks/doors",
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the tests that need PostgreSQL, and leave out what another user of the machine runs.

    A test of root's path means nothing for an ordinary user and the other way round; each has its
    twin, so leaving it out is no check that was skipped.
    """
    for item in items:
        if "postgres_bin" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.database)
        if any(folder in item.path.as_posix() for folder in _WHOLE):
            item.add_marker(pytest.mark.whole)
    others = "user_only" if os.geteuid() == 0 else "root_only"
    left_out = [item for item in items if item.get_closest_marker(others)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture(autouse=True, scope="session")
def _loopback_only() -> Iterator[None]:
    """Refuse connections that would leave the machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _guarded(socket.socket.connect))
        patch.setattr(socket.socket, "connect_ex", _guarded(socket.socket.connect_ex))
        yield


@pytest.fixture(autouse=True)
def _seeded(request: pytest.FixtureRequest) -> None:
    random.seed(request.config.getoption("--seed"))


@pytest.fixture(scope="session")
def postgres_bin(request: pytest.FixtureRequest) -> Path | None:
    """Folder of the PostgreSQL programs to test with; None means the package's."""
    return request.config.getoption("--postgres-bin")


@pytest.fixture(scope="session")
def homes() -> Iterator[Path]:
    """Folder for the homes of this run."""
    memory = Path("/dev/shm")  # noqa: S108 - only as the place for a folder of our own
    roomy = memory.is_dir() and shutil.disk_usage(memory).free >= HOMES_BYTES
    with tempfile.TemporaryDirectory(prefix="cashless-test-", dir=memory if roomy else None) as at:
        yield Path(at)


@pytest.fixture
def place(homes: Path) -> Iterator[Path]:
    """Folder of this test's own for homes."""
    folder = homes / str(next(_numbers))
    folder.mkdir()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def server_url(postgres_bin: Path | None, homes: Path) -> Iterator[str]:
    """Address of the one server of this run, whose template has all tables."""
    with embedded.running(Settings(home=homes / "server", postgres_bin=postgres_bin)) as url:
        with _owner(url) as owner:
            # Memory is not the place for gigabytes of write-ahead log.
            owner.execute("ALTER SYSTEM SET max_wal_size = '256MB'")
            owner.execute("SELECT pg_reload_conf()")
            owner.execute(f"CREATE DATABASE {TEMPLATE}")
        migrate.upgrade(_of_database(url, TEMPLATE))
        yield url


@pytest.fixture
def empty_database_url(server_url: str) -> Iterator[str]:
    """Address of a database of this test's own, without tables."""
    yield from _database(server_url, "template1")


@pytest.fixture
def database_url(server_url: str) -> Iterator[str]:
    """Address of a database of this test's own, with all tables and no rows."""
    yield from _database(server_url, TEMPLATE)


@pytest.fixture(name="engine")
def app_engine(database_url: str) -> Iterator[Engine]:
    """Engine on ``database_url`` as the program uses it, in the role cashless_app."""
    made = engine.connect(database_url)
    yield made
    made.dispose()


@pytest.fixture
def owner_engine(database_url: str) -> Iterator[Engine]:
    """Engine on ``database_url`` with the rights of the tables' owner."""
    made = engine.connect(database_url, app_role=False)
    yield made
    made.dispose()


@pytest.fixture
def settings(place: Path, postgres_bin: Path | None) -> Settings:
    """Settings with a home of this test's own and no database yet."""
    return Settings(home=place / "home", postgres_bin=postgres_bin)


@pytest.fixture
def database_settings(place: Path, database_url: str) -> Settings:
    """Settings with a home of this test's own, and ``database_url`` as the database."""
    return Settings(home=place / "home", database_url=database_url)


def _database(server_url: str, template: str) -> Iterator[str]:
    """Copy a template, give the address of the copy, remove it."""
    name = sql.Identifier(f"test_{next(_numbers)}")
    with _owner(server_url) as owner:
        owner.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                name, sql.Identifier(template)
            )
        )
        yield _of_database(server_url, name.as_string().strip('"'))
        owner.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def _owner(url: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(url, autocommit=True)


def _of_database(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _guarded(connect: Callable[..., object]) -> Callable[..., object]:
    def guarded(self: socket.socket, address: object) -> object:
        if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_here(address):
            raise AssertionError(f"a test wants to leave the machine: {address}")
        return connect(self, address)

    return guarded


def _is_here(address: object) -> bool:
    host = str(address[0]) if isinstance(address, tuple) else ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
