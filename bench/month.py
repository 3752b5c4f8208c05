"""A seeded month of one market: every planted error is found and named, and nothing else.

``python -m bench.month [--payments N] [--seed S] [--boost B]`` invents a month (``month_plan``),
plays it through the real path (``month_play``), reconciles it, and compares what was planted with
what the platform names, one by one, by account, day and amount or by order code. It prints a table
and ends with 1 if anything was missed, or flagged without having been planted. A movement that
nobody tells (a gap between balances) breaks invariant I12, as it must, and no other.

A sticker pasted over a stall's own leads money to another account. Where the shopper has written
the stall's order it is seen: the account is not the order's merchant's, so it waits in suspense and
the order stays unpaid. Where nothing was written it is a payment like any other to whom it reached:
no data tells it, so it must not be flagged; what shows is that the stall hears nothing.

Not played, because nothing in the data tells them: screenshots without a credit, stalls that change
hands.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

import orjson
from sqlalchemy import Connection, Engine, TextClause, text

from bench.month_files import damaged, written
from bench.month_plan import Month, Transfer, plan
from bench.month_play import Stage
from cashless import supervisor
from cashless.db.engine import connect, transaction
from cashless.errors import Problem
from cashless.reports.invariants import check
from cashless.reports.reconcile import Asked, reconcile
from cashless.settings import Settings, vault_key
from merchants import orders
from webhooks.statements.choice import choose
from webhooks.statements.read import read

Fact = tuple[object, ...]

_DIFFERENCES: Final = (
    *("statement_only", "webhook_only", "amount_differs", "day_differs", "conflict"),
    *("balance_gap", "account_differs", "statement_gap", "not_posted", "book_differs"),
)
_EXCEPTIONS: Final = {"underpaid": "underpaid", "overpaid": "overpaid", "paid_twice": "duplicate"}
_REPEATED = text(
    "SELECT c.provider FROM delivery d JOIN connection c ON c.id = d.connection_id"
    " WHERE d.outcome = 'duplicate'"
)
_LATE = text(
    """
SELECT p.provider, p.account, p.business_date, p.amount
FROM payment p JOIN late_telling h ON h.payment_id = p.id
UNION ALL
SELECT p.provider, p.account, p.business_date, p.amount
FROM payment p JOIN witness w ON w.payment_id = p.id AND w.rule = 'statement'
"""
)
_WITNESSED = text(
    "SELECT p.provider, p.account, p.business_date, p.amount"
    " FROM payment p JOIN witness w ON w.payment_id = p.id AND w.rule = 'reference'"
)
_TAKEN_BACK = text(
    "SELECT provider, account, business_date, amount FROM payment WHERE kind <> 'credit'"
)
_REFUSED = text("SELECT coalesce(sum(count), 0) FROM refusal")
_SUSPENSE = text(
    """
SELECT m.explanation::json ->> 'reason' AS reason, p.provider, p.account, p.business_date, p.amount
FROM match m JOIN payment p ON p.id = m.payment_id WHERE m.rule = 'suspense'
"""
)
_NOT_SOLD = text(
    """
SELECT p.provider, p.account, p.business_date, p.amount FROM payment p
WHERE (SELECT sum(CASE 'Income:NotSales' WHEN t.credit THEN t.amount WHEN t.debit THEN -t.amount
                  ELSE 0 END) FROM entry e JOIN transfer t USING (book_id, seq)
       WHERE e.payment_id = p.id) > 0
"""
)
_CODES = text('SELECT code FROM "order" ORDER BY code')


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of error: what was planted and what was found, fact by fact."""

    kind: str
    planted: Counter[Fact]
    found: Counter[Fact]

    @property
    def missed(self) -> int:
        """How many planted ones were not found."""
        return (self.planted - self.found).total()

    @property
    def extra(self) -> int:
        """How many were flagged that nobody planted."""
        return (self.found - self.planted).total()

    def as_json(self) -> dict[str, object]:
        """Return the counts by name."""
        return {
            "kind": self.kind,
            "planted": self.planted.total(),
            "found": (self.planted & self.found).total(),
            "missed": self.missed,
            "extra": self.extra,
        }


def main() -> None:
    """Play a month and print its table."""
    parser = argparse.ArgumentParser(prog="python -m bench.month", description=__doc__)
    parser.add_argument("--payments", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--boost", type=int, default=1, help="multiplies the rates of errors")
    given = parser.parse_args()
    month = plan(given.seed, given.payments, given.boost)
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="cashless-month-") as folder:
        settings = Settings(home=Path(folder))
        with supervisor.database(settings) as url:
            rows, figures = play(connect(url), vault_key(settings), month)
    figures["seconds"] = round(time.perf_counter() - begun)
    show(rows, figures)
    is_wrong = figures["broken_unplanted"] or any(row.missed or row.extra for row in rows)
    sys.exit(1 if is_wrong else 0)


def show(rows: Iterable[Row], figures: Mapping[str, object]) -> None:
    """Print the table and the figures."""
    print(f"{'kind':<18}{'planted':>9}{'found':>9}{'missed':>9}{'extra':>9}")
    for row in rows:
        told = row.as_json()
        cells = "".join(f"{told[name]:>9}" for name in ("planted", "found", "missed", "extra"))
        print(f"{row.kind:<18}{cells}")
    print(orjson.dumps(dict(figures), option=orjson.OPT_INDENT_2).decode())


def play(engine: Engine, key: bytes, month: Month) -> tuple[list[Row], dict[str, object]]:
    """Play a month on an empty database; return the table and the figures."""
    stage = Stage(engine, key, month)
    stage.play()
    again = stage.hand_in_again()
    last = month.days[-1]
    with transaction(engine) as db:
        begun = time.perf_counter()
        told = reconcile(db, Asked(month.days[0], last, last + timedelta(10)))
        took = time.perf_counter() - begun
        rows = [
            *_rows(db, month, told, stage.copies),
            Row("left_out", _paid_late(month), Counter(stage.named)),
            _refused_files(month),
        ]
        broken = {number for number, one in check(db).items() if not one.ok}
    posted_again = [dict(kept.pairs).get("posted", 0) for kept in again[:1]]
    figures: dict[str, object] = {
        "payments": len(month.transfers),
        "stickers_that_nothing_tells": len(month.planted("sticker_silent")),
        "reconcile_seconds": round(took, 1),
        "sides": _sides(told["days"]),
        "continuity": told["continuity"],
        "whole_month_again_posted": posted_again[0] if not again[0].repeated else None,
        "same_file_again_known": again[1].repeated,
        "invariants_broken": sorted(broken),
        "broken_unplanted": sorted(broken ^ ({"I12"} if month.planted("untold") else set())),
    }
    return rows, figures


def _rows(
    db: Connection, month: Month, told: Mapping[str, object], copies: Counter[Fact]
) -> Iterator[Row]:
    differences = told["differences"]
    if not isinstance(differences, list):
        raise TypeError("differences")
    for reason in _DIFFERENCES:
        found = Counter(_fact(one) for one in differences if one["reason"] == reason)
        yield Row(reason, Counter(_expected(month, reason)), found)
    yield from _deliveries(db, month, copies)
    yield from _orders(db, month)


def _fact(one: Mapping[str, object]) -> Fact:
    return one["provider"], one["account"], one["business_date"], one["amount"]


def _as_fact(one: Transfer) -> Fact:
    return one.provider, one.account, one.day, one.amount


def _expected(month: Month, reason: str) -> Iterator[Fact]:
    """Give what must be named for a reason; a gap is named where the next telling is."""
    if reason != "balance_gap":
        yield from map(_as_fact, month.planted(reason))
        return
    for lost in month.planted("untold"):
        chain = [one for one in month.transfers if _as_fact(one)[:2] == _as_fact(lost)[:2]]
        after = chain[chain.index(lost) + 1]
        yield lost.provider, lost.account, after.day, lost.amount


def _deliveries(db: Connection, month: Month, copies: Counter[Fact]) -> Iterator[Row]:
    by_id = [one for one in month.planted("late") if one.provider != "kienlongbank"]
    later = Counter((one.provider,) for one in by_id)
    yield Row("repeated", copies + later, _asked(db, _REPEATED))
    yield Row("late", _facts(month, "late"), _asked(db, _LATE))
    yield Row(
        "witnessed", Counter(map(_as_fact, month.planted("witnessed"))), _asked(db, _WITNESSED)
    )
    yield Row(
        "taken_back", Counter(map(_as_fact, month.planted("taken_back"))), _asked(db, _TAKEN_BACK)
    )
    forged = Counter({("forged",): len(month.planted("forged"))})
    yield Row("forged", forged, Counter({("forged",): int(db.execute(_REFUSED).scalar_one())}))
    waiting = Counter[Fact](("merchant_closed", *_as_fact(one)) for one in month.planted("closed"))
    stuck = (("account_not_of_merchant", *_as_fact(one)) for one in month.planted("sticker"))
    waiting.update(stuck)
    yield Row("suspense", waiting, _asked(db, _SUSPENSE))
    yield Row("not_sale", _facts(month, "not_sale"), _asked(db, _NOT_SOLD))


def _paid_late(month: Month) -> Counter[Fact]:
    """Return what the wallet left out on its last settlement day or before."""
    last = max((day for day in month.days if day.weekday() == 0), default=month.days[0])
    return Counter(set(map(_as_fact, (t for t in month.planted("left_out") if t.day <= last))))


def _facts(month: Month, kind: str) -> Counter[Fact]:
    return Counter(map(_as_fact, month.planted(kind)))


def _asked(db: Connection, question: TextClause) -> Counter[Fact]:
    return Counter(tuple(row) for row in db.execute(question))


def _orders(db: Connection, month: Month) -> Iterator[Row]:
    found: dict[str, Counter[Fact]] = {}
    for code in db.execute(_CODES).scalars().all():
        order = orders.find(db, code)
        kind = order.exception if order.payments else "unpaid"
        found.setdefault(kind, Counter())[(code,)] += 1
    found.pop("none", None)
    planted = {name: kind for kind, name in _EXCEPTIONS.items()} | {"unpaid": "unnamed"}
    for name in sorted({*found, *planted}):
        kinds = month.planted(planted[name]) if name in planted else []
        kinds += month.planted("sticker") if name == "unpaid" else []
        yield Row(
            f"order_{name}", Counter((one.order,) for one in kinds), found.get(name, Counter())
        )


def _refused_files(month: Month) -> Row:
    """Tell for each damaged file the code it must be refused with, and the one it was."""
    raw = next(filter(None, (written(month, "sacombank", day) for day in month.days)))
    files = damaged(raw)
    found = ((code if code in _codes(file) else "other",) for code, file in files.items())
    return Row("files_refused", Counter((code,) for code in files), Counter(found))


def _codes(file: bytes) -> set[str]:
    """Return the codes that a file is refused with."""
    try:
        layout = choose(file, "file", "sacombank")
    except Problem as problem:
        return {problem.code}
    return {one.code for one in read(file, layout).faults}


def _sides(days: object) -> dict[str, dict[str, int]]:
    """Sum the days up for each side."""
    rows = days if isinstance(days, list) else []
    return {
        side: {what: sum(row[f"{side}_{what}"] for row in rows) for what in ("count", "amount")}
        for side in ("webhook", "statement", "book")
    }


if __name__ == "__main__":
    main()
