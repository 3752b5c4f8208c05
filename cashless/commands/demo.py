"""``cashless demo``: an invented market on an empty machine, with payments through the real door.

``--once`` plays one market morning, waits until everything is settled, compares every payment and
order with the plan, checks every invariant and leaves nothing behind. Without it the pages are open
and shoppers go on paying until Ctrl-C.
"""

import sys
import threading
import time
from typing import Any, Final

import click

from cashless import supervisor
from cashless.clock import business_date, day_bounds, now
from cashless.commands import demo_live, demo_report
from cashless.commands.demo_home import House, await_ready, running
from cashless.commands.demo_live import Live
from cashless.commands.demo_report import Morning
from cashless.commands.session import answer, json_option, progress_to_terminal, read_settings
from cashless.money import format_dong
from cashless.simulator.people import generator, market
from cashless.simulator.plan import Wish, morning_before, plan
from cashless.simulator.play import play
from cashless.simulator.sender import Pace
from cashless.simulator.stage import open_orders, prepare

PAYMENTS: Final = 480
"""Payments of a morning at scale 1."""
_PAYMENTS_FEWEST: Final = 60
_FAULTS: Final = 4.0  # one morning shows what the field sees in four


@click.command()
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed, another town.")
@click.option("--scale", type=click.FloatRange(0.1, 60), default=1.0, show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True)
@click.option("--once", is_flag=True, help="Play one morning, print what came of it, and end.")
@json_option
def demo(seed: int, scale: float, port: int, once: bool, as_json: bool) -> None:
    """Show an invented market with live payments; nothing real is touched.

    Starts a database and a server of its own in an empty home, lets the providers post genuinely
    signed deliveries to it, and prints the addresses of the pages. With --once it ends by itself:
    exit 0 when every invariant holds and everything came as planned, else 1.
    """
    started = time.monotonic()
    with running(read_settings(), port, once=once) as house:
        morning = _played(house, seed, scale)
        said = {"seed": seed, **demo_report.came_of(house, morning)}
        if not once:
            _go_on(house, morning, said, as_json=as_json)
            return
    said["seconds"] = round(time.monotonic() - started, 1)
    answer(said, as_json, demo_report.lines)
    if not said["ok"]:
        sys.exit(1)


def _played(house: House, seed: int, scale: float) -> Morning:
    """Register the market, open the orders and make every call of a morning."""
    start = now()
    wish = Wish(max(round(PAYMENTS * scale), _PAYMENTS_FEWEST), _FAULTS)
    invented = market(seed, scale)
    hours = morning_before(start, day_bounds(business_date(start))[0])
    planned = plan(invented, seed, wish, hours)
    stage = prepare(house.engine, house.key, invented, planned.start)
    open_orders(house.engine, stage, planned.orders)
    total = len(planned.told)
    await_ready(house.target)

    def told(count: int) -> None:
        progress_to_terminal(f"{count}/{total} lần gửi / deliveries ")

    journal = play(stage, planned, house.target, Pace(), told)
    return Morning(invented, stage, planned, journal)


def _go_on(house: House, morning: Morning, said: dict[str, Any], *, as_json: bool) -> None:
    """Print the addresses, and let shoppers pay until somebody stops it."""
    stop = threading.Event()
    supervisor.stop_on_signals(stop)
    live = Live(house, morning.market, morning.stage, generator(f"live {said['seed']}"))
    shown = {
        "home": str(house.settings.home),
        "pages": demo_live.addresses(live),
        "payments": said["payments"],
        "amount": said["amount"],
        "ok": said["ok"],
    }
    answer(shown, as_json, _addresses)
    for line in said["wrong"]:
        click.echo(f"  ! {line}", err=True)
    demo_live.go_on(live, stop, demo_live.told_as_json if as_json else demo_live.told)


def _addresses(shown: dict[str, Any]) -> str:
    pages = shown["pages"]
    amount = format_dong(shown["amount"])
    return "\n".join(
        [
            "",
            f"Chợ đã mở: {shown['payments']} khoản tiền, {amount} sáng nay. / The market is open.",
            f"  Trang chủ / home          {pages['home']}",
            f"  Người bán / a merchant    {pages['merchant']}",
            f"  Phiếu thu / an open order {pages['order']}  (được trả sau 30 giây / paid in 30 s)",
            f"  Thành phố / the city      {pages['city']}",
            "",
            f"Lệnh khác / other commands: CASHLESS_HOME={shown['home']} cashless payments list",
            "Ctrl-C để dừng. / Ctrl-C to stop.",
            "",
        ]
    )
