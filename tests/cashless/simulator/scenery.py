"""What the simulator's tests share: an instant, a morning, and a stage without a database."""

from datetime import UTC, datetime, timedelta

from cashless.simulator import lines
from cashless.simulator.lines import Line
from cashless.simulator.people import Market
from cashless.simulator.plan import Plan, Wish, plan
from cashless.simulator.shoppers import Morning
from cashless.simulator.stage import Stage, Wire
from cashless.vietqr.reference import new_reference

END = datetime(2026, 11, 22, 3, 30, tzinfo=UTC)
MORNING = Morning(END, timedelta(minutes=40))


def planned(market: Market, seed: int = 1, payments: int = 200, faults: float = 1.0) -> Plan:
    """Plan a morning that ends at END."""
    return plan(market, seed, Wish(payments, faults), MORNING)


def stage_of(market: Market, made: Plan) -> Stage:
    """Return a stage with codes and connections that no database has seen."""
    stage = Stage(END)
    stage.orders |= {one.number: new_reference() for one in made.orders}
    for one in market.stallholders:
        stage.merchants[one.number] = f"M{one.number:07d}"
        for account in one.accounts:
            line = Line(account.provider, account.protocol)
            receiver = account.number if line.receiver_secret else ""
            wire = Wire(line, f"/webhooks/{line.protocol}", lines.new_secrets(line, receiver))
            stage.wires.setdefault((line, receiver), wire)
    return stage
