"""The lists of an invented morning: what was told and what was lost, readable by their layouts."""

from cashless.simulator.faults import BY_NAME
from cashless.simulator.lines import Line
from cashless.simulator.people import market
from cashless.simulator.statements import written
from tests.cashless.simulator.scenery import planned, stage_of
from webhooks.statements.layout import find
from webhooks.statements.read import read

TOWN = market(2)
PLAN = planned(TOWN, 2, 600, 5)
STAGE = stage_of(TOWN, PLAN)
LISTS = {Line("agribank", "sepay"): "sepay_list", Line("vietcombank", "casso_v2"): "casso_list"}


def test_a_list_has_every_payment_of_its_line_and_nothing_else() -> None:
    for line, layout in LISTS.items():
        reading = read(written(line, STAGE, PLAN), find(layout))
        assert reading.faults == ()
        there = [
            one
            for one in PLAN.payments
            if (one.account.provider, one.account.protocol) == (line.provider, line.protocol)
        ]
        assert sorted((one.amount, one.account, one.occurred_at) for one in reading.lines) == (
            sorted((one.amount, one.account.number, one.at) for one in there)
        )


def test_what_is_lost_is_told_by_nobody_and_stands_in_a_list() -> None:
    lost = [one for one in PLAN.calls if not BY_NAME[one.fault].is_told]
    assert lost
    assert not {one.txn for one in lost} & {one.txn for one in PLAN.told}
    assert {Line(one.account.provider, one.account.protocol) for one in lost} <= LISTS.keys()
