"""The live part of the demo: shoppers come and pay at a human pace until somebody stops it."""

import heapq
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Final

import click

from cashless.access.page_seal import seal
from cashless.clock import VIETNAM, now
from cashless.commands.demo_home import House
from cashless.commands.session import as_text
from cashless.db.engine import transaction
from cashless.money import format_dong
from cashless.simulator.people import Market
from cashless.simulator.play import posts
from cashless.simulator.sender import Journal, Pace, send
from cashless.simulator.shoppers import Sale, Stallholder, by_order, visit
from cashless.simulator.stage import Stage, open_orders
from merchants import register
from providers import find

_PAUSE_SECONDS: Final = (1.0, 3.0)
_THINKING_SECONDS: Final = (4.0, 9.0)
_SHOWN_ORDER_SECONDS: Final = 30.0
_LOOK_SECONDS: Final = 0.25
_NUMBERS_FROM: Final = 500_000
_SHOWN_PERCENT: Final = 30
_BUSY: Final = ("seafood", "vegetables", "meals", "drinks", "fruit")


@dataclass(slots=True)
class Live:
    """A stage on which shoppers come and go; ``waiting`` holds sales by the time they pay."""

    house: House
    market: Market
    stage: Stage
    rng: Random
    waiting: list[tuple[datetime, int, Sale]] = field(default_factory=list)
    _number: int = _NUMBERS_FROM

    @property
    def shown(self) -> Stallholder:
        """The merchant whose page is shown: somebody with many small payments, if there is one."""
        busy = (one for one in self.market.open_ones if one.category in _BUSY)
        return next(busy, self.market.open_ones[0])

    def come(self) -> None:
        """Let somebody come; whoever is asked by an order pays some seconds later."""
        often = self.rng.randrange(100) < _SHOWN_PERCENT
        sale = self._visit(self.shown if often else self.rng.choice(self.market.open_ones))
        thinking = self.rng.uniform(*_THINKING_SECONDS) if sale.order else 0
        self._expect(sale, thinking)

    def show_order(self) -> str:
        """Open an order that is paid in half a minute; return its code."""
        sale = by_order(self.rng, self._visit(self.shown))
        self._expect(sale, _SHOWN_ORDER_SECONDS)
        return self.stage.code_of(sale) or ""

    def pay(self, stop: threading.Event) -> Iterator[Sale]:
        """Tell of every payment that is due; give those that were acknowledged."""
        while self.waiting and self.waiting[0][0] <= now():
            due = heapq.heappop(self.waiting)[2]
            sale = replace(due, at=now().replace(microsecond=0))
            journal = Journal()
            send(self.house.target, posts(self.stage, [sale]), journal, Pace(stop=stop))
            if not journal.unexpected:
                yield sale

    def _visit(self, one: Stallholder) -> Sale:
        self._number += 1
        return visit(self.rng, one, self._number, now())

    def _expect(self, sale: Sale, seconds: float) -> None:
        if sale.order:
            open_orders(self.house.engine, self.stage, [sale.order])
        heapq.heappush(self.waiting, (now() + timedelta(seconds=seconds), sale.txn, sale))


def go_on(live: Live, stop: threading.Event, tell: Callable[[Sale], str]) -> None:
    """Let shoppers come and pay until ``stop`` is set; a line by ``tell`` for each payment."""
    due = time.monotonic()
    while not stop.wait(_LOOK_SECONDS):
        if time.monotonic() >= due:
            live.come()
            due = time.monotonic() + live.rng.uniform(*_PAUSE_SECONDS)
        for sale in live.pay(stop):
            click.echo(tell(sale))


def told_as_json(sale: Sale) -> str:
    """Return a payment as one line of JSON."""
    said = {
        "at": sale.at,
        "provider": sale.account.provider,
        "amount": sale.amount,
        "merchant": sale.stallholder.name,
    }
    return as_text(said, indent=False)


def told(sale: Sale) -> str:
    """Return the line that tells of a payment."""
    at = sale.at.astimezone(VIETNAM).strftime("%H:%M:%S")
    provider = find(sale.account.provider).title
    return f"{at}  {format_dong(sale.amount):>14}  {provider:<13} {sale.stallholder.name}"


def addresses(live: Live) -> dict[str, str]:
    """Return the addresses of the pages to look at."""
    base = live.house.settings.base_url
    code = live.stage.merchants[live.shown.number]
    with transaction(live.house.engine) as db:
        merchant = register.find(db, code)
    sealed = seal(live.house.key, merchant.code, merchant.page_version)
    return {
        "home": f"{base}/",
        "merchant": f"{base}/m/{merchant.code}/{sealed}",
        "order": f"{base}/p/{live.show_order()}",
        "city": f"{base}/city",
    }
