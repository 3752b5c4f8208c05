"""``cashless init`` and ``cashless db``: prepare and inspect the database."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import click

from cashless.clock import business_date, now
from cashless.commands.session import answer, json_option, read_settings
from cashless.db import binaries, embedded, migrate
from cashless.db.engine import opened, transaction
from cashless.db.partitions import ensure_months
from cashless.settings import Settings, vault_key


@click.command()
@json_option
def init(as_json: bool) -> None:
    """Prepare the home: keys, database, tables. Running it again changes nothing."""
    settings = read_settings()
    vault_key(settings)
    if settings.database_url is not None:
        migrate.upgrade(settings.database_url)
    with opened(settings) as engine, transaction(engine) as db:
        ensure_months(db, business_date(now()))
        revision = migrate.current(engine)
    said = {"home": str(settings.home), "revision": revision}
    answer(said, as_json, lambda it: f"Đã sẵn sàng / ready: {it['home']} ({it['revision']})")


@click.group()
def db() -> None:
    """Inspect the database: its address, its tables, a shell."""


@db.command()
@json_option
def url(as_json: bool) -> None:
    """Print the address of the database. The embedded one answers while a program uses it."""
    settings = read_settings()
    with _address(settings) as place:
        answer({"url": place}, as_json, lambda it: str(it["url"]))


@db.command()
@json_option
def upgrade(as_json: bool) -> None:
    """Bring the tables to this program's revision."""
    settings = read_settings()
    if settings.database_url is not None:
        migrate.upgrade(settings.database_url)
    with opened(settings) as engine:
        revision = migrate.current(engine)
    answer({"revision": revision}, as_json, lambda it: f"Bảng dữ liệu / tables: {it['revision']}")


@db.command()
def shell() -> None:
    """Open psql on the database, as its owner. The ledger refuses changes even here."""
    settings = read_settings()
    psql = binaries.find(settings).program("psql")
    with _address(settings) as place:
        subprocess.run([psql, place], check=False)


@contextmanager
def _address(settings: Settings) -> Iterator[str]:
    if settings.database_url is not None:
        yield settings.database_url
        return
    with embedded.running(settings) as place:
        yield place
