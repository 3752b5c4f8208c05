"""A rehearsal over a seeded past in which every kind of difference was planted and counted.

``python -m bench.rehearsal [--payments N] [--seed S]`` lets N payments be matched by set 1: most of
them plainly, some in each of the ways that another set would match otherwise, some assigned by a
person afterwards. Then it drafts that set and rehearses it. What was planted must be found, each
payment under its own name, and nothing else. Printed are the counts, payments a second, and the
memory of a second run. It ends with 1 if anything was missed or named wrongly.
"""

import argparse
import random
import sys
import tempfile
import time
import tracemalloc
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import orjson
from sqlalchemy import Engine, text

from cashless import supervisor
from cashless.clock import now
from cashless.db.batch import rows_json
from cashless.db.engine import connect, transaction
from cashless.settings import Settings
from merchants import orders, register
from merchants.register import Application
from webhooks import desk, settle, suspense
from webhooks.rules import body, kept, rehearsal
from webhooks.rules.differing import KINDS, PERSONS
from webhooks.rules.rehearsal import Listener, Rehearsed, Scope

SET: Final = (
    '{"ladder": [{"rung": "reference", "manglings": ["accents", "case"]},'
    ' {"rung": "account", "closed_days": 30}]}'
)
_TU, _NAM, _OLD, _CLOSED, _VIRTUAL = (f"99000000{n:02}" for n in range(5))
_EACH: Final = 100  # one payment in so many is of each kind
_KEEP = text(
    """
WITH kept AS (
  INSERT INTO payment (provider, provider_txn_id, kind, amount, account, virtual_account, order_ref,
    memo, occurred_at, business_date, digest, trust, connection_id, delivery_day, delivery_id,
    kept_at)
  SELECT 'agribank', r.number, 'credit', r.amount, r.account, r.virtual_account, r.order_ref,
    r.memo, now(), (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, sha256(r.number::bytea), 'signed',
    1, current_date, gen_random_uuid(), now()
  FROM json_to_recordset(:rows) AS r (number text, amount bigint, account text,
    virtual_account text, order_ref text, memo text) RETURNING id)
INSERT INTO arrival (payment_id) SELECT id FROM kept
"""
)
_NUMBERED = text("SELECT provider_txn_id, id FROM payment")


class Past:
    """A market whose payments were matched by set 1; ``planted`` is each payment's true kind."""

    def __init__(self, engine: Engine, seed: int = 1) -> None:
        """Register four merchants, one order, and an account that is closed for 40 days."""
        self.engine, self.draw = engine, random.Random(seed)
        self.planted: dict[str, str] = {}
        self.persons: Counter[str] = Counter()
        with transaction(engine) as db:
            self.tu, self.nam, self.old, self.closing = (
                register.add(db, Application(f"Sạp {number}", "other", f"970405:{number}", "AN"))
                for number in (_TU, _NAM, _OLD, _CLOSED)
            )
            row = {"id": self.tu.id, "number": _VIRTUAL, "old": _OLD}
            db.execute(
                text(
                    "INSERT INTO receiving_account (merchant_id, provider, bin, number, holder)"
                    " VALUES (:id, 'agribank', '970405', :number, 'AN')"
                ),
                row,
            )
            db.execute(
                text("UPDATE receiving_account SET closed_at = :at WHERE number = :old"),
                {**row, "at": now() - timedelta(days=40)},
            )
            self.code = orders.add(db, self.tu.code, 50_000).code

    def live(self, payments: int) -> None:
        """Let that many payments come and be matched; persons assign; a merchant closes."""
        glued = f"ck{self.code}nhe"
        ways: dict[str, dict[str, Any]] = {
            "to_merchant": {"account": _NAM, "memo": glued},
            "other_merchant": {"account": _NAM, "virtual_account": _VIRTUAL},
            "to_suspense": {"account": _OLD},
            "other_order": {"memo": glued},
            "other_rule": {"order_ref": self.code, "memo": f"ck {self.code} nhe"},
            "unrepeatable": {"account": _CLOSED},
        }
        rows = []
        for number in range(payments):
            kind = self.draw.choice([*ways, *[""] * (_EACH - len(ways))])
            self.planted[f"P{number}"] = kind
            plain = {"number": f"P{number}", "account": _TU, "memo": "thanh toan tien hang"}
            rows.append(
                {**plain, "amount": self.draw.randrange(1, 400) * 1000, **ways.get(kind, {})}
            )
        for start in range(0, payments, 5000):
            with transaction(self.engine) as db:
                db.execute(_KEEP, {"rows": rows_json(rows[start : start + 5000])})
        settle.drain(self.engine)
        self._assign()
        with transaction(self.engine) as db:
            register.set_status(db, self.closing.code, "closed")

    def _assign(self) -> None:
        """Let a person assign some of what lay in suspense, now to the one, now to the other."""
        with transaction(self.engine) as db:
            for row in suspense.listing(db)[::4]:
                right = self.draw.random() < 0.5  # noqa: PLR2004  as often as not
                merchant = self.nam if right else self.tu
                desk.assign(db, row["id"], merchant.code, "đã hỏi khách", "bench")
                self.persons["agrees" if right else "contradicts"] += 1


def rehearse(past: Past) -> dict[str, Any]:
    """Draft the other set, rehearse it, and compare what was found with what was planted."""
    with transaction(past.engine) as db:
        number = kept.draft(db, body.read(SET), "so sánh", "bench").number
        numbered: dict[int, str] = {row.id: row.provider_txn_id for row in db.execute(_NUMBERED)}
    unlike: list[str] = []
    found: set[str] = set()

    def hear(one: Any) -> None:  # noqa: ANN401  a difference
        name = numbered[one.payment]
        found.add(name)
        if past.planted[name] != one.kind and len(unlike) < _EACH:
            unlike.append(f"{name}: {past.planted[name] or 'none'} told as {one.kind}")

    begun = time.perf_counter()
    told = _run(past, number, Listener(hear))
    seconds = time.perf_counter() - begun
    tracemalloc.start()
    _run(past, number, Listener())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    planted = Counter(past.planted.values())
    missed = sorted(name for name, kind in past.planted.items() if kind and name not in found)
    return {
        "payments": told.payments,
        "planted": {name: planted[name] for name in KINDS},
        "found": told.figures["differences"],
        "persons_planted": {name: past.persons[name] for name in PERSONS},
        "persons_found": told.figures["persons"],
        "missed": missed[:_EACH],
        "wrongly_named": unlike,
        "payments_per_second": round(told.payments / seconds),
        "memory_kib_at_most": peak // 1024,
    }


def _run(past: Past, number: int, listener: Listener) -> Rehearsed:
    with transaction(past.engine) as db:
        return rehearsal.rehearse(db, number, Scope(), listener)


def main() -> None:
    """Print what was planted and found; end with 1 if the two differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--payments", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cashless-bench-") as folder:
        settings = Settings(home=Path(folder))
        with supervisor.database(settings) as url:
            past = Past(connect(url), given.seed)
            past.live(given.payments)
            figures = rehearse(past)
    sys.stdout.write(orjson.dumps(figures, option=orjson.OPT_INDENT_2).decode() + "\n")
    sys.exit(int(bool(figures["missed"] or figures["wrongly_named"])))


if __name__ == "__main__":
    main()
