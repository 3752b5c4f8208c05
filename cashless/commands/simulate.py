"""``cashless simulate``: the providers post signed deliveries of an invented market to a server.

The server must use the same settings (CASHLESS_HOME, CASHLESS_DATABASE_URL), because the market and
the connections are registered in the configured database first, as far as they are missing.
"""

import sys
import time
from collections import Counter
from typing import Any

import click

from cashless.clock import business_date, day_bounds, now
from cashless.commands.session import (
    answer,
    database,
    json_option,
    progress_to_terminal,
    read_settings,
)
from cashless.settings import vault_key
from cashless.simulator import statements
from cashless.simulator.faults import BY_NAME, KEPT
from cashless.simulator.people import market
from cashless.simulator.plan import Plan, Wish, morning_before, plan
from cashless.simulator.play import play
from cashless.simulator.sender import Journal, Pace, local, require_open
from cashless.simulator.stage import open_orders, prepare


@click.command()
@click.option(
    "--url", default="http://127.0.0.1:8080", show_default=True, help="This machine only."
)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--payments", type=click.IntRange(1, 400_000), default=500, show_default=True)
@click.option("--rate", type=click.FloatRange(0), default=0, help="Calls a second; 0: no limit.")
@click.option(
    "--faults",
    type=click.FloatRange(0, 100),
    default=1,
    show_default=True,
    help="Factor on how often things go wrong; 0: never.",
)
@json_option
def simulate(  # noqa: PLR0917  one argument per option
    url: str,
    seed: int,
    payments: int,
    rate: float,
    faults: float,
    as_json: bool,
) -> None:
    """Post the payments of an invented market to the server at URL, and count the answers.

    Registers the market where it is missing, in the database of this shell's settings. Exit 1 when
    an answer is not as planned.
    """
    target = local(url)
    require_open(target)
    started = time.monotonic()
    invented = market(seed)
    start = now()
    hours = morning_before(start, day_bounds(business_date(start))[0])
    planned = plan(invented, seed, Wish(payments, faults), hours)
    with database() as engine:
        stage = prepare(engine, vault_key(read_settings()), invented, planned.start)
        open_orders(engine, stage, planned.orders)

        def told(count: int) -> None:
            progress_to_terminal(f"{count}/{len(planned.told)} lần gửi / deliveries ")

        journal = play(stage, planned, target, Pace(rate), told)
        statements.hand_in(engine, stage, planned)
    said = _said(planned, journal)
    said |= {"seed": seed, "seconds": round(time.monotonic() - started, 1)}
    answer(said, as_json, _lines)
    if said["unexpected"]:
        sys.exit(1)


def _said(planned: Plan, journal: Journal) -> dict[str, Any]:
    taken = {name for name, one in BY_NAME.items() if one.answer == KEPT}
    return {
        "sent": len(journal.sent),
        "acknowledged": journal.good(taken),
        "refused": journal.good(BY_NAME.keys() - taken),
        "unexpected": len(journal.unexpected),
        "unexpected_answers": Counter(str(one.status or "-") for one in journal.unexpected),
        "payments": len(planned.payments),
        "amount": planned.amount,
        "by_provider": journal.by_provider(),
    }


def _lines(said: dict[str, Any]) -> str:
    providers = ", ".join(f"{name} {count}" for name, count in said["by_provider"].items())
    strange = ", ".join(f"{one}: {count}" for one, count in said["unexpected_answers"].items())
    return (
        f"Đã gửi / sent                   {said['sent']}\n"
        f"Được xác nhận / acknowledged    {said['acknowledged']}\n"
        f"Bị từ chối đúng / refused       {said['refused']}\n"
        f"Trả lời lạ / unexpected         {said['unexpected']} {strange}\n"
        f"Theo tổ chức / by provider      {providers}\n"
        f"Thời gian / seconds             {said['seconds']}"
    )
