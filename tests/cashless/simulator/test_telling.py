"""What providers are made to say: genuine where it should be, wrong in exactly the planned way."""

from dataclasses import replace

import pytest

from cashless.simulator import lines
from cashless.simulator.faults import BY_NAME
from cashless.simulator.keys import NAMES
from cashless.simulator.lines import Line
from cashless.simulator.people import market
from cashless.simulator.shoppers import Sale
from cashless.simulator.stage import Stage, Wire, spoken
from cashless.vietqr.reference import find_references
from providers._protocol import Delivery, Notification, Refused, Unreadable
from tests.cashless.simulator.scenery import END, planned, stage_of

TOWN = market(2)
PLAN = planned(TOWN, 2, 600, 5)
STAGE = stage_of(TOWN, PLAN)
GENUINE = [one for one in PLAN.calls if BY_NAME[one.fault].state]


def told(wire: Wire, delivery: Delivery) -> tuple[Notification, ...]:
    """Verify and read a delivery that comes at END."""
    protocol = wire.line.spoken
    came = replace(delivery, received_at=END)
    return protocol.parse(protocol.verify(came, wire.secrets, protocol.window_seconds))


def of(fault: str) -> list[Sale]:
    """Return the calls of the plan with that fault; there must be some."""
    found = [one for one in PLAN.calls if one.fault == fault]
    assert found
    return found


def test_every_line_is_spoken_in_the_plan() -> None:
    assert {Line(one.account.provider, one.account.protocol) for one in GENUINE} == set(
        lines.lines()
    )


def test_what_is_genuine_reads_as_it_was_meant() -> None:
    for sale in GENUINE:
        (said,) = told(*spoken(STAGE, sale, END))
        assert said.amount == sale.amount
        # A format without a time of the payment is as old as its call.
        assert said.occurred_at == sale.at or (said.occurred_at, said.stable_time) == (END, False)
        named = [one for one in (said.account, said.virtual_account) if one]
        assert any(one.endswith(sale.account.number) for one in named)


def test_an_order_is_found_in_what_is_told_unless_it_was_cut() -> None:
    for sale in GENUINE:
        (said,) = told(*spoken(STAGE, sale, END))
        code = None if sale.fault == "code_cut" else STAGE.code_of(sale)
        found = {*find_references(said.memo), said.order_ref} & set(STAGE.orders.values())
        assert found == ({code} if code else set())


def test_formats_carry_what_they_are_given() -> None:
    for sale in GENUINE:
        line = Line(sale.account.provider, sale.account.protocol)
        txn = lines.transaction_id(line, END, sale.txn)
        (said,) = told(*spoken(STAGE, sale, END))
        assert said.provider_txn_id.rpartition(":")[2] == txn.rpartition(":")[2]


def test_ids_of_two_runs_differ() -> None:
    line = lines.lines()[0]
    begun = [END, END.replace(microsecond=10_000), END.replace(microsecond=20_000)]
    assert len({lines.transaction_id(line, start, 1) for start in begun}) == 3


@pytest.mark.parametrize("fault", ["forged", "stale"])
def test_what_is_not_genuine_is_refused(fault: str) -> None:
    for sale in of(fault):
        with pytest.raises(Refused):
            told(*spoken(STAGE, sale, END))


def test_a_failed_payment_is_genuine_and_no_money() -> None:
    for sale in of("failed"):
        assert told(*spoken(STAGE, sale, END)) == ()


def test_an_unreadable_amount_is_genuine_and_not_understood() -> None:
    for sale in of("amount_unreadable"):
        with pytest.raises(Unreadable):
            told(*spoken(STAGE, sale, END))


def test_a_lost_address_is_nobodys() -> None:
    known = {wire.path for wire in STAGE.wires.values()}
    assert all(spoken(STAGE, sale, END)[0].path not in known for sale in of("no_address"))


def test_secrets_of_two_runs_differ_and_are_no_samples() -> None:
    other: Stage = stage_of(TOWN, PLAN)
    for place, wire in STAGE.wires.items():
        unlike = {
            name
            for name, value in other.wires[place].secrets.items()
            if value != wire.secrets[name]
        }
        assert unlike == wire.secrets.keys() - {wire.line.receiver_secret, *NAMES}
