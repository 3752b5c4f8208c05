"""Plan: every call of a morning, made from a seed, with what must come of each.

``payments`` counts the payments that will exist afterwards, whatever goes wrong; calls that add
none (told again, forged, failed) come on top. The plan names merchants and orders by number:
``stage`` gives them their codes.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Final

from cashless.simulator.faults import BY_NAME, FAULTS, POSTED, Fault
from cashless.simulator.lines import Line
from cashless.simulator.people import Market
from cashless.simulator.shoppers import Account, Asked, Morning, Sale, by_order, visit, visits

_OVER: Final = 10_000
_NEVER_PAID: Final = (False, False, True)
"""Orders that nobody pays: two still open, one expired."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What happens in a morning in the order it is told, and the orders to open before."""

    start: datetime
    calls: tuple[Sale, ...]
    orders: tuple[Asked, ...]

    @property
    def told(self) -> tuple[Sale, ...]:
        """The calls that are made; what is lost on the way has none."""
        return tuple(one for one in self.calls if BY_NAME[one.fault].is_told)

    @property
    def payments(self) -> tuple[Sale, ...]:
        """One call for each payment that must exist afterwards."""
        return tuple(one for one in self.calls if not BY_NAME[one.fault].is_extra)

    @property
    def amount(self) -> int:
        """What must be posted to merchants, in đồng."""
        return sum(one.amount for one in self.payments if BY_NAME[one.fault].state == POSTED)


@dataclass(frozen=True, slots=True)
class Wish:
    """How large a plan shall be: payments, and a factor on the rates of what goes wrong."""

    payments: int
    faults: float = 1.0


def plan(market: Market, seed: int, wish: Wish, morning: Morning) -> Plan:
    """Plan a morning that ends at ``morning.end``; the same arguments give the same plan."""
    rng = Random(f"plan {seed} {wish.payments} {wish.faults}")
    sales = visits(rng, market.open_ones, wish.payments, morning)
    sales = _spoiled(rng, market, sales, wish)
    extra = _extra(rng, market, sales, wish)
    calls = sorted([*sales, *extra], key=lambda one: (one.wave, one.at, one.txn))
    return Plan(morning.end, tuple(calls), _orders(rng, market, calls))


def morning_before(end: datetime, start_of_day: datetime) -> Morning:
    """Squeeze the morning into the last 40 minutes, or less just after midnight."""
    return Morning(end, min(timedelta(minutes=40), end - start_of_day))


def times(fault: Fault, wish: Wish) -> int:
    """Return how often a fault happens in a plan: by its rate, and at least once."""
    expected = fault.per_10_000 * wish.payments * wish.faults / _OVER
    return max(round(expected), 1) if wish.faults else 0


def _spoiled(rng: Random, market: Market, sales: list[Sale], wish: Wish) -> list[Sale]:
    """Let things go wrong with some of the sales, each with one thing; half stay as they were."""
    free = rng.sample(range(len(sales)), k=len(sales) // 2)
    changed: dict[int, Sale] = {}
    for fault in (one for one in FAULTS if not one.is_extra):
        for place in [free.pop() for _ in range(min(times(fault, wish), len(free)))]:
            changed[place] = _one_spoiled(rng, market, sales[place], fault)
    _pay_again(rng, sales, changed, free)
    return [changed.get(place, sale) for place, sale in enumerate(sales)]


def _one_spoiled(rng: Random, market: Market, sale: Sale, fault: Fault) -> Sale:
    if fault.name == "merchant_closed":
        sale = replace(sale, stallholder=market.closed_one, account=market.closed_one.accounts[0])
    spoiled = fault.change(rng, _moved(rng, market, sale, fault))
    return replace(spoiled, fault=fault.name, wave=fault.wave)


def _pay_again(
    rng: Random, sales: Sequence[Sale], changed: dict[int, Sale], free: list[int]
) -> None:
    """Let a later payment pay the same order once more; without room for it, pay it once."""
    for sale in [one for one in changed.values() if one.fault == "paid_twice"]:
        if free:
            again = sales[free.pop()]
            changed[again.txn - 1] = replace(sale, txn=again.txn, wave=1)
        else:
            changed[sale.txn - 1] = by_order(rng, replace(sale, fault="", wave=0))


def _extra(rng: Random, market: Market, sales: Sequence[Sale], wish: Wish) -> list[Sale]:
    """Add the calls of which no payment comes, numbered after the payments where they are new."""
    plain = [sale for sale in sales if not sale.fault]
    rng.shuffle(plain)
    wanted = [fault for fault in FAULTS if fault.is_extra for _ in range(times(fault, wish))]
    chosen = zip(itertools.count(len(sales) + 1), itertools.cycle(plain), wanted, strict=False)
    return [_beside(rng, market, sale, fault, number) for number, sale, fault in chosen]


def _beside(rng: Random, market: Market, sale: Sale, fault: Fault, number: int) -> Sale:
    if fault.state:
        return replace(fault.change(rng, sale), fault=fault.name, wave=fault.wave)
    moved = _moved(rng, market, sale, fault)
    return replace(moved, txn=number, order=None, memo="ck", fault=fault.name)


def _moved(rng: Random, market: Market, sale: Sale, fault: Fault) -> Sale:
    """Move a sale to a merchant over whose line the fault can happen."""
    if _can(sale.account, fault):
        return sale
    owners = [one for one in market.open_ones if any(_can(a, fault) for a in one.accounts)]
    one = rng.choice(owners)
    account = next(account for account in one.accounts if _can(account, fault))
    return replace(visit(rng, one, sale.txn, sale.at), account=account)


def _can(account: Account, fault: Fault) -> bool:
    return fault.fits(Line(account.provider, account.protocol))


def _orders(rng: Random, market: Market, calls: Iterable[Sale]) -> tuple[Asked, ...]:
    asked = {call.order.number: call.order for call in calls if call.order}
    return (*asked.values(), *_unpaid(rng, market, max(asked, default=0)))


def _unpaid(rng: Random, market: Market, last: int) -> Iterator[Asked]:
    for number, expired in enumerate(_NEVER_PAID, start=last + 1):
        yield Asked(number, rng.choice(market.open_ones), 50_000, expired)
