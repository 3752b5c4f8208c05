"""``cashless audit rebuild``: the books once more, from the raw deliveries."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Engine

from cashless import supervisor
from cashless.commands.session import answer, json_option, ledger, read_settings
from cashless.db.engine import connect, transaction
from cashless.settings import Settings, vault_key
from webhooks.replay import Replayed, replay


@click.command()
@json_option
def rebuild(as_json: bool) -> None:
    """Replay the raw deliveries into an empty database and compare the hash of every entry.

    The empty database is made in a temporary folder and removed afterwards; the platform's own is
    only read. Exit 1 when a hash differs or a delivery is not genuine any more. It is told also
    which matches the rules of today would make otherwise; that is no fault.
    """
    settings = read_settings()
    with ledger() as source, _empty(settings) as engine, transaction(engine) as target:
        found = replay(source, target, vault_key(settings))
    answer(_shape(found), as_json, _lines)
    if not found.is_same:
        sys.exit(1)


@contextmanager
def _empty(settings: Settings) -> Iterator[Engine]:
    """Make an empty, migrated database for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="cashless-rebuild-") as folder:
        own = Settings(home=Path(folder), postgres_bin=settings.postgres_bin)
        with supervisor.database(own) as url:
            engine = connect(url, app_role=False)
            yield engine
            engine.dispose()


def _shape(found: Replayed) -> dict[str, Any]:
    books = found.books
    return {
        "same": found.is_same,
        "deliveries": found.deliveries,
        "payments": found.payments,
        "entries": books.entries,
        "by_people": books.by_people,
        "closes": books.closes,
        "different": books.different,
        "where": books.where,
        "not_genuine": found.turned,
        "matched_otherwise_today": books.otherwise,
        "milliseconds": found.milliseconds,
        "seconds_per_million": found.seconds_per_million,
    }


def _lines(said: dict[str, Any]) -> str:
    places = [f"  khác / differs  {place}" for place in (*said["where"], *said["not_genuine"])]
    verdict = "Mọi mã băm trùng khớp. / Every hash is the same."
    return "\n".join(
        [
            f"{said['deliveries']} lần gửi / deliveries, {said['payments']} khoản tiền / payments",
            f"{said['entries']} bút toán / entries ({said['by_people']} do người / by people)",
            f"{said['closes']} chốt ngày / closes",
            f"  khác / different: {said['different']}",
            *places,
            f"{said['milliseconds']} ms; {said['seconds_per_million']} s / 1.000.000 bút toán",
            verdict if said["same"] else "CÓ CHỖ KHÁC. / THEY DIFFER.",
        ]
    )
