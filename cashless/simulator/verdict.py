"""Verdict: compare what the database says after a morning with what was planned.

Nothing is taken on trust from the sender: every payment of the plan is looked up by its provider's
id, and every order by its code.
"""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Engine, text

from cashless.clock import now
from cashless.db.engine import transaction
from cashless.simulator.faults import BY_NAME, POSTED
from cashless.simulator.lines import Line, transaction_id
from cashless.simulator.plan import Plan
from cashless.simulator.shoppers import Sale
from cashless.simulator.stage import Stage
from merchants import orders
from webhooks.payments import listing

_WAITING = text("SELECT count(*) FROM arrival")
_LOOK_SECONDS: Final = 0.05
_PATIENCE_SECONDS: Final = 30.0
_SHOWN_MOST: Final = 20

_Rows = Mapping[tuple[str, str], list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a morning; ``amount`` in đồng posted, ``wrong`` says what is not as planned.

    ``found`` counts the payments that no call told and that are posted from a statement.
    """

    payments: int
    posted: int
    suspense: int
    conflicts: int
    amount: int
    found: int
    by_provider: Mapping[str, Mapping[str, int]]
    orders: Mapping[str, int]
    exceptions: Mapping[str, int]
    wrong: tuple[str, ...]


def wait_until_settled(engine: Engine, patience_seconds: float = _PATIENCE_SECONDS) -> bool:
    """Wait until no payment waits any more; False if one still does when patience ends."""
    until = time.monotonic() + patience_seconds
    while time.monotonic() < until:
        with transaction(engine) as db:
            if db.execute(_WAITING).scalar_one() == 0:
                return True
        time.sleep(_LOOK_SECONDS)
    return False


def judge(db: Connection, stage: Stage, plan: Plan) -> Verdict:
    """Compare the rows of a run with its plan."""
    rows = _rows(db, stage, plan)
    found = [row for told in rows.values() for row in told]
    states = Counter(row["state"] for row in found)
    posted = [row for row in found if row["state"] == POSTED]
    asked = [orders.find(db, code) for code in stage.orders.values()]
    at = now()
    return Verdict(
        payments=len(found) - states["conflict"],
        posted=len(posted),
        suspense=states["suspense"],
        conflicts=states["conflict"],
        amount=sum(row["amount"] for row in posted),
        found=sum(_is_found(stage, sale, rows) for sale in plan.calls),
        by_provider=_by_provider(posted),
        orders=Counter(sorted(one.status(at) for one in asked)),
        exceptions=Counter(sorted(one.exception for one in asked if one.exception != "none")),
        wrong=tuple(_wrong(stage, plan, rows, {one.code: one.exception for one in asked})),
    )


def _rows(db: Connection, stage: Stage, plan: Plan) -> _Rows:
    """Return the rows of this run by provider and id; other payments are passed over."""
    keys: dict[tuple[str, str], list[dict[str, Any]]] = {
        _key(stage, call): [] for call in plan.calls
    }
    for row in listing(db):
        keys.get((row["provider"], _end(row["provider_txn_id"])), []).append(row)
    return keys


def _key(stage: Stage, sale: Sale) -> tuple[str, str]:
    line = Line(sale.account.provider, sale.account.protocol)
    return line.provider, _end(transaction_id(line, stage.start, sale.txn))


def _is_found(stage: Stage, sale: Sale, rows: _Rows) -> bool:
    states = [row["state"] for row in rows[_key(stage, sale)]]
    return not BY_NAME[sale.fault].is_told and states == [POSTED]


def _end(txn: str) -> str:
    """Return the id without what a format puts before it to make it unique."""
    return txn.rpartition(":")[2]


def _by_provider(posted: Iterable[dict[str, Any]]) -> dict[str, dict[str, int]]:
    sums: dict[str, dict[str, int]] = {}
    for row in sorted(posted, key=lambda row: str(row["provider"])):
        here = sums.setdefault(row["provider"], {"payments": 0, "amount": 0})
        here["payments"] += 1
        here["amount"] += row["amount"]
    return sums


def _wrong(stage: Stage, plan: Plan, rows: _Rows, exceptions: Mapping[str, str]) -> Iterator[str]:
    """Say what differs, at most twenty times."""
    said = (
        f"{sale.fault or 'sale'} {sale.txn} ({sale.account.provider}): {difference}"
        for sale in plan.calls
        for difference in _differences(stage, sale, rows[_key(stage, sale)], exceptions)
    )
    for _number, line in zip(range(_SHOWN_MOST), said, strict=False):
        yield line


def _differences(
    stage: Stage, sale: Sale, told: list[dict[str, Any]], exceptions: Mapping[str, str]
) -> Iterator[str]:
    fault = BY_NAME[sale.fault]
    states = sorted(row["state"] for row in told if row["state"] != "conflict")
    if states != ([fault.state] if fault.state else []):
        yield f"expected {fault.state or 'no payment'}, found {states}"
    if fault.name == "conflict" and len(states) == len(told):
        yield "expected a conflict, found none"
    yield from _owner(stage, sale, told)
    code = stage.code_of(sale)
    if code and not fault.is_extra and exceptions[code] != fault.exception:
        yield f"expected an order with {fault.exception}, found {exceptions[code]}"


def _owner(stage: Stage, sale: Sale, told: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Say where a posted payment went to somebody else, or to another order."""
    wanted = (
        stage.merchants[sale.stallholder.number],
        None if sale.fault == "code_cut" else stage.code_of(sale),
    )
    for row in told:
        if row["state"] == POSTED and (row["merchant"], row["order"]) != wanted:
            yield f"expected {wanted}, found {(row['merchant'], row['order'])}"
