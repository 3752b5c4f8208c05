"""A superuser edits one row at random, a thousand times: is every edit found, and is it located?

``python -m bench.tamper [--edits N] [--payments N] [--seed N]``. Each edit is made in a transaction
of its own with the triggers told to look away, the audit runs inside it, and it is rolled back. An
edit counts as found when an invariant is broken, and as located when the audit names the very row:
``book#seq`` for an entry, its transfers or its place; the payment's id or key; the delivery's id.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from bench.book_market import BookMarket
from bench.edits import Edit, Editor
from cashless import supervisor
from cashless.db.engine import connect
from cashless.ledger.root import public
from cashless.reports.invariants import Keys, check
from cashless.settings import Settings, root_key, vault_key


def campaign(engine: Engine, keys: Keys, edits: int, seed: int) -> dict[str, Any]:
    """Edit, audit and roll back that many times; ``engine`` is a superuser's."""
    with engine.connect() as db:
        editor = Editor(db, seed)
        honest = [number for number, one in check(db, keys).items() if not one.ok]
    made: Counter[str] = Counter()
    missed: list[str] = []
    unlocated: list[str] = []
    refused, began = 0, time.monotonic()
    while made.total() < edits:
        edit = editor.edit()
        broken = _audited(engine, keys, edit)
        if broken is None:
            refused += 1
            continue
        made[edit.kind] += 1
        if not broken:
            missed.append(edit.statements[0])
        elif not any(_names(place, said) for place in edit.places for said in broken):
            unlocated.append(f"{edit.statements[0]}: {broken}")
    return {
        "edits": edits,
        "broken_before": honest,
        "refused_by_the_tables": refused,
        "found": edits - len(missed),
        "located": edits - len(missed) - len(unlocated),
        "seconds": round(time.monotonic() - began),
        "kinds": dict(sorted(made.items())),
        "missed": missed[:10],
        "unlocated": unlocated[:10],
    }


def _audited(engine: Engine, keys: Keys, edit: Edit) -> list[str] | None:
    """Return the places the audit names after the edit; None if the tables refuse the edit."""
    with engine.connect() as db:
        try:
            db.execute(text("SET LOCAL session_replication_role = replica"))
            for statement in edit.statements:
                db.execute(text(statement.replace(":", "\\:")))
        except IntegrityError:
            return None
        found = {number: one for number, one in check(db, keys).items() if not one.ok}
        db.rollback()
    places = [place for one in found.values() for place in _named(one.figures)]
    return places or list(found)


def _named(figures: Mapping[str, Any]) -> list[str]:
    return [*figures.get("where", ()), *figures.get("broken", ())]


def _names(place: str, said: str) -> bool:
    """Tell whether a place the audit named is this one, and not one that begins alike."""
    return said == place or said.startswith((f"{place} ", f"{place}:"))


def main() -> None:
    """Make a market, run the campaign, print its figures; exit 1 if an edit was not located."""
    parser = argparse.ArgumentParser(prog="python -m bench.tamper", description=__doc__)
    parser.add_argument("--edits", type=int, default=1000)
    parser.add_argument("--payments", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cashless-bench-") as folder:
        settings = Settings(home=Path(folder))
        with supervisor.database(settings) as url:
            vault, seed = vault_key(settings), root_key(settings)
            BookMarket(connect(url), vault, given.seed).play(given.payments, root_seed=seed)
            keys = Keys(frozenset({public(seed)}), vault)
            figures = campaign(connect(url, app_role=False), keys, given.edits, given.seed)
    sys.stdout.write(orjson.dumps(figures, option=orjson.OPT_INDENT_2).decode() + "\n")
    sys.exit(figures["located"] != figures["edits"])


if __name__ == "__main__":
    main()
