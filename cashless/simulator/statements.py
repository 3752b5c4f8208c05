"""Statements: what the lists of the aggregators say in the evening of an invented morning.

Two aggregators that read merchants' bank accounts give a list of every movement. It tells what
their calls told, and what they lost on the way: a payment that nobody was told of is found there
and nowhere else. Whatever has no list is reconciled by its calls alone.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import orjson
from sqlalchemy import Engine

from cashless.clock import VIETNAM
from cashless.db.engine import transaction
from cashless.simulator import lines
from cashless.simulator.lines import Line
from cashless.simulator.plan import Plan
from cashless.simulator.shoppers import Sale
from cashless.simulator.stage import Stage
from providers._protocol import Notification
from webhooks.statements.keep import File, keep
from webhooks.statements.layout import find
from webhooks.statements.read import read

_Row = dict[str, object]
_WORDLESS: Final = "CHUYEN TIEN"
"""What a bank writes where the payer wrote nothing."""


def hand_in(engine: Engine, stage: Stage, plan: Plan) -> dict[str, int]:
    """Import the list of each aggregator; return how many lines each provider's list had."""
    told: dict[str, int] = {}
    for line in (one for one in _LISTS if _moved(one, plan.payments)):
        raw = written(line, stage, plan)
        layout = find(_LISTS[line][0])
        reading = read(raw, layout)
        with transaction(engine) as db:
            keep(db, File(raw, f"{layout.name}.json", line.provider, layout, "simulator"), reading)
        told[line.provider] = len(reading.lines)
    return told


def written(line: Line, stage: Stage, plan: Plan) -> bytes:
    """Write the list that the aggregator of a line gives for the morning."""
    _layout, under, row = _LISTS[line]
    rows = [row(_said(sale, stage)) for sale in _moved(line, plan.payments)]
    return orjson.dumps({under: rows})


def _moved(line: Line, sales: Iterable[Sale]) -> list[Sale]:
    here = (line.provider, line.protocol)
    return [one for one in sales if (one.account.provider, one.account.protocol) == here]


def _said(sale: Sale, stage: Stage) -> Notification:
    return lines.notification(sale, stage.start, stage.code_of(sale))


def _sepay(said: Notification) -> _Row:
    return {
        "id": said.provider_txn_id,
        "transaction_date": _local(said),
        "account_number": said.account,
        "amount_in": f"{said.amount}.00",
        "amount_out": "0.00",
        "transaction_content": said.memo,
    }


def _casso(said: Notification) -> _Row:
    return {
        "id": int(said.provider_txn_id),
        "when": _local(said),
        "bankSubAccId": said.account,
        "amount": said.amount,
        "description": said.memo or _WORDLESS,
    }


def _local(said: Notification) -> str:
    return f"{said.occurred_at.astimezone(VIETNAM):%Y-%m-%d %H:%M:%S}"


_LISTS: Final[Mapping[Line, tuple[str, str, Callable[[Notification], _Row]]]] = {
    Line("agribank", "sepay"): ("sepay_list", "transactions", _sepay),
    Line("vietcombank", "casso_v2"): ("casso_list", "records", _casso),
}
"""Line → the layout of its list, the name the rows stand under, and how a row is written."""
