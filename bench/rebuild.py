"""How long the books of a market take to be built once more from the raw deliveries.

``python -m bench.rebuild [--payments N] [--seed N]``. A seeded market plays, then everything it has
kept is replayed into an empty database, as ``cashless audit rebuild`` does. Exit 1 unless every
hash is the same.
"""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

import orjson

from bench.book_market import BookMarket
from cashless import supervisor
from cashless.db.engine import connect, transaction
from cashless.settings import Settings, root_key, vault_key
from webhooks import settle
from webhooks.replay import Replayed, replay


def rebuilt(payments: int, seed: int) -> Replayed:
    """Play a market in one temporary database and replay it into another."""
    with (
        tempfile.TemporaryDirectory(prefix="cashless-bench-") as played,
        tempfile.TemporaryDirectory(prefix="cashless-bench-") as empty,
    ):
        ours, other = Settings(home=Path(played)), Settings(home=Path(empty))
        with supervisor.database(ours) as source_url, supervisor.database(other) as target_url:
            source, target = connect(source_url), connect(target_url, app_role=False)
            market = BookMarket(source, vault_key(ours), seed, batch=settle.BATCH)
            market.play(payments, root_key(ours))
            with transaction(source) as db, transaction(target) as made:
                found = replay(db, made, vault_key(ours))
            source.dispose()
            target.dispose()
            return found


def told(found: Replayed) -> dict[str, Any]:
    """Return the figures of a replay."""
    return {
        "same": found.is_same,
        "deliveries": found.deliveries,
        "payments": found.payments,
        "entries": found.books.entries,
        "by_people": found.books.by_people,
        "closes": found.books.closes,
        "different": found.books.different,
        "milliseconds": found.milliseconds,
        "seconds_per_million_entries": found.seconds_per_million,
    }


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench.rebuild", description=__doc__)
    parser.add_argument("--payments", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    found = rebuilt(given.payments, given.seed)
    sys.stdout.write(orjson.dumps(told(found), option=orjson.OPT_INDENT_2).decode() + "\n")
    sys.exit(not found.is_same)


if __name__ == "__main__":
    main()
