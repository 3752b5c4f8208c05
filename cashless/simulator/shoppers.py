"""Shoppers: who pays how much, when, and with which words.

Ticket sizes follow a log-normal law around the median of the category and are rounded to the prices
people ask; hours follow the category's morning. Everything is drawn from the generator handed in,
and the morning ends at a given instant, so nothing depends on the clock. The numbers are
invented but shaped like a market of the region.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Final

from cashless.simulator import memos


@dataclass(frozen=True, slots=True)
class Account:
    """A receiving account or terminal, and the line over which its provider reports.

    A terminal has no ``bin``: money comes to it, but nobody can transfer to it.
    """

    provider: str
    protocol: str
    bin: str
    number: str

    @property
    def written(self) -> str:
        """The account as a person writes it: ``BIN:NUMBER``."""
        return f"{self.bin}:{self.number}"


@dataclass(frozen=True, slots=True)
class Stallholder:
    """An invented merchant: names, place, what is sold, where the money goes."""

    number: int
    name: str
    holder: str
    category: str
    kind: str
    place: str
    stall: str
    walking_order: int
    accounts: tuple[Account, ...]

    def with_accounts(self, accounts: tuple[Account, ...]) -> "Stallholder":
        """Return the same merchant with other accounts."""
        return replace(self, accounts=accounts)


@dataclass(frozen=True, slots=True)
class Asked:
    """An order to be opened: its number in the plan, the amount, whether it has long expired."""

    number: int
    stallholder: Stallholder
    amount: int
    expired: bool = False


@dataclass(frozen=True, slots=True)
class Sale:
    """A payment to be told: ``txn`` is its number, ``memo`` has ``{code}`` where the order stands.

    ``fault`` names what goes wrong with it (``faults.FAULTS``), empty for nothing; calls of a later
    ``wave`` are made when the earlier wave has been answered.
    """

    txn: int
    stallholder: Stallholder
    account: Account
    amount: int
    at: datetime
    memo: str
    order: Asked | None = None
    fault: str = ""
    wave: int = 0


@dataclass(frozen=True, slots=True)
class Morning:
    """The market's hours, squeezed into ``length`` before ``end``."""

    end: datetime
    length: timedelta

    def at(self, part: float) -> datetime:
        """Return the instant at a part (0 to 1) of the morning, in whole seconds."""
        return (self.end - self.length + self.length * part).replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class _Prices:
    """Median ticket in đồng, spread of its logarithm, the step prices are asked in."""

    median: int
    spread: float
    step: int


_PRICES: Final[Mapping[str, _Prices]] = {
    "seafood": _Prices(90_000, 0.75, 5_000),
    "meat": _Prices(80_000, 0.65, 5_000),
    "vegetables": _Prices(18_000, 0.7, 1_000),
    "fruit": _Prices(50_000, 0.7, 5_000),
    "dried": _Prices(150_000, 0.9, 5_000),
    "grocery": _Prices(40_000, 0.9, 1_000),
    "rice": _Prices(80_000, 0.8, 1_000),
    "meals": _Prices(30_000, 0.5, 5_000),
    "drinks": _Prices(22_000, 0.6, 1_000),
    "clothes": _Prices(160_000, 0.8, 10_000),
    "household": _Prices(80_000, 0.9, 5_000),
    "services": _Prices(90_000, 0.8, 10_000),
    "gold": _Prices(2_000_000, 1.1, 10_000),
    "flowers": _Prices(35_000, 0.8, 5_000),
    "phones": _Prices(100_000, 1.1, 5_000),
}
_PRICES_ELSE: Final = _Prices(60_000, 0.8, 5_000)
_TICKET_MOST: Final = 20_000_000

_BUSY: Final[Mapping[str, int]] = {
    "vegetables": 9,
    "seafood": 8,
    "meat": 8,
    "meals": 10,
    "drinks": 10,
    "grocery": 7,
    "fruit": 6,
    "clothes": 3,
    "gold": 1,
}
_BUSY_ELSE: Final = 4

_FRESH: Final = (3, 10, 17, 18, 14, 10, 7)
_HOURS: Final[Mapping[str, tuple[int, ...]]] = {
    "clothes": (0, 0, 2, 6, 11, 14, 13),
    "household": (0, 0, 2, 6, 11, 14, 13),
    "drinks": (0, 4, 10, 14, 11, 8, 5),
    "meals": (1, 6, 13, 14, 9, 5, 5),
}
"""Sales from four to eleven in the morning, hour by hour; fresh food where nothing is said."""

_ORDER_PERCENT: Final = 35


def visits(
    rng: Random, open_ones: Sequence[Stallholder], count: int, morning: Morning
) -> list[Sale]:
    """Invent ``count`` sales of one morning, earliest first, numbered from 1."""
    weights = [_BUSY.get(one.category, _BUSY_ELSE) for one in open_ones]
    chosen = rng.choices(open_ones, weights, k=count)
    parts = sorted(_part(rng, one.category) for one in chosen)
    return [
        visit(rng, one, txn, morning.at(part))
        for txn, (one, part) in enumerate(zip(chosen, parts, strict=True), start=1)
    ]


def visit(rng: Random, one: Stallholder, txn: int, at: datetime) -> Sale:
    """Invent one sale at a merchant's: over a printed code, or asked for by an order."""
    account = rng.choice(one.accounts)
    amount = ticket(rng, one.category)
    sale = Sale(txn, one, account, amount, at, "")
    if rng.randrange(100) < _ORDER_PERCENT or account.protocol in memos.ORDERS_ONLY:
        return by_order(rng, sale)
    return replace(sale, memo=memos.written_by_shopper(rng, one.category))


def by_order(rng: Random, sale: Sale, *, expired: bool = False) -> Sale:
    """Turn a sale into one that an order has asked for; the order has the sale's number."""
    asked = Asked(sale.txn, sale.stallholder, sale.amount, expired)
    return replace(sale, order=asked, memo=memos.around_code(rng, sale.account.provider))


def ticket(rng: Random, category: str) -> int:
    """Draw what one shopper pays, in đồng, rounded to the step of the category's prices."""
    prices = _PRICES.get(category, _PRICES_ELSE)
    drawn = prices.median * math.exp(rng.gauss(0, prices.spread))
    steps = max(round(drawn / prices.step), 1)
    return min(steps * prices.step, _TICKET_MOST)


def _part(rng: Random, category: str) -> float:
    """Draw when in the morning somebody comes, from 0 to 1."""
    weights = _HOURS.get(category, _FRESH)
    hour = rng.choices(range(len(weights)), weights)[0]
    return (hour + rng.random()) / len(weights)
