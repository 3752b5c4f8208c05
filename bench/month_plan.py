"""A month of one market, invented: what was paid, how it was told, and what went wrong.

Every transfer is a fact; a planted error changes how it is told (no webhook, no line, another
amount, another day, twice, forged) or what was paid (too little, too much, twice, to somebody who
has closed). Rates are per credit, as facts/domain tells them for a market of the region; where it
tells none, they are ours. ``boost`` multiplies the rare ones, so that a small month has some of
each kind. A transfer has at most one planted error. Deterministic by its seed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final

from cashless.clock import VIETNAM
from cashless.vietqr.reference import new_reference

FIRST: Final = date(2026, 7, 1)
DAYS: Final = 30
MERCHANTS: Final = 60
"""Merchants with an account at each bank; MoMo's payments all go to one of its own."""

SHARES: Final[Mapping[str, int]] = {
    "agribank": 33,
    "vietcombank": 28,
    "kienlongbank": 24,
    "sacombank": 12,
    "momo": 3,
}
BINS: Final[Mapping[str, str]] = {
    "agribank": "970405",
    "vietcombank": "970436",
    "kienlongbank": "970452",
    "sacombank": "970403",
    "momo": "971025",
}
MOMO_ACCOUNT: Final = "MOMOMONTH"
_ORDERED_PERCENT: Final = 20
_PER_100_000: Final[Mapping[str, int]] = {
    "repeated": 1_500,
    "late": 20,
    "statement_only": 80,
    "webhook_only": 10,
    "amount_differs": 10,
    "day_differs": 10,
    "conflict": 10,
    "untold": 10,
    "reversal": 100,
    "forged": 20,
    "closed": 50,
    "witnessed": 300,
    "not_sale": 1_000,
    "left_out": 100,
    "sticker_silent": 20,
}
_OF_ORDERS: Final[Mapping[str, int]] = {
    "underpaid": 540,
    "overpaid": 330,
    "paid_twice": 150,
    "unnamed": 1_500,
    "sticker": 20,
}
_FREQUENT: Final = ("repeated", "unnamed", "not_sale")
"""Not multiplied: they are there in every month."""

_ONLY_AT: Final[Mapping[str, tuple[str, ...]]] = {
    "day_differs": ("vietcombank",),
    "untold": ("vietcombank",),
    "reversal": ("agribank", "vietcombank"),
    "witnessed": ("vietcombank",),
    "left_out": ("momo",),
    "sticker_silent": ("agribank", "vietcombank", "kienlongbank", "sacombank"),
    "amount_differs": ("agribank", "vietcombank", "sacombank"),
    "closed": ("agribank", "vietcombank", "kienlongbank", "sacombank"),
}
_TICKETS: Final = (15, 18, 20, 22, 25, 30, 30, 35, 37, 40, 50, 50, 60, 72, 85, 100, 143, 250, 500)


@dataclass(frozen=True, slots=True)
class Transfer:
    """What was paid, and how it is told; amounts in đồng, times as people in Vietnam read them.

    ``order`` is the code in the memo, ``asked`` that order's amount, ``planted`` what is wrong.
    ``meant`` is the account it should have reached, where a sticker led it to another stall's.
    """

    number: int
    provider: str
    account: str
    amount: int
    at: datetime
    planted: str = ""
    kind: str = "credit"
    order: str | None = None
    asked: int = 0
    meant: str = ""
    balance: int | None = None

    @property
    def day(self) -> date:
        """The business date."""
        return self.at.date()

    @property
    def reference(self) -> str:
        """The bank's reference."""
        return f"FT{self.at:%y%j}{self.number:09}"

    @property
    def is_told(self) -> bool:
        """Whether a webhook ever tells it."""
        return self.planted not in {"statement_only", "untold"}

    @property
    def is_lined(self) -> bool:
        """Whether the statement has it."""
        return self.planted not in {"webhook_only", "untold"}

    @property
    def line_amount(self) -> int:
        """The amount that the statement says."""
        return self.amount + 1_000 if self.planted == "amount_differs" else self.amount

    @property
    def line_at(self) -> datetime:
        """The time that the statement says: one of another day is booked after midnight."""
        if self.planted != "day_differs":
            return self.at
        return datetime.combine(self.day + timedelta(1), time(0, 0, 5), VIETNAM)

    @property
    def line_day(self) -> date:
        """The day in whose file it stands."""
        return self.line_at.date()


@dataclass(frozen=True, slots=True)
class Month:
    """The transfers of a month in the order of time, and the accounts of those who have closed."""

    seed: int
    transfers: tuple[Transfer, ...]
    closed: Mapping[str, str] = field(default_factory=dict)

    @property
    def days(self) -> list[date]:
        """The days on which something was paid or stands in a file."""
        return sorted({day for one in self.transfers for day in (one.day, one.line_day)})

    def planted(self, kind: str) -> list[Transfer]:
        """Return the transfers with that planted error."""
        return [one for one in self.transfers if one.planted == kind]


def accounts(provider: str) -> list[str]:
    """Return the account numbers of the market's merchants at a provider."""
    if provider == "momo":
        return [MOMO_ACCOUNT]
    return [f"77{BINS[provider]}{number:05}" for number in range(1, MERCHANTS + 1)]


def plan(seed: int, payments: int, boost: int = 1) -> Month:
    """Invent a month of about so many payments."""
    rng = Random(seed)
    closed = {name: f"77{BINS[name]}99999" for name in SHARES if name != "momo"}
    drawn = sorted(_drawn(rng, payments, boost), key=lambda one: one.at)
    told = [_closed(one, closed) for one in drawn]
    twice = [again for one in told for again in _again(rng, one, payments)]
    inside = _balanced(sorted([*told, *twice], key=lambda one: (one.at, one.number)))
    return Month(seed, tuple(_spaced(inside)), closed)


def _drawn(rng: Random, payments: int, boost: int) -> Iterator[Transfer]:
    names, shares = list(SHARES), list(SHARES.values())
    for number in range(1, payments + 1):
        provider = rng.choices(names, shares)[0]
        amount = rng.choice(_TICKETS) * 1_000
        at = _moment(rng)
        one = Transfer(number, provider, rng.choice(accounts(provider)), amount, at)
        is_ordered = provider != "momo" and rng.randrange(100) < _ORDERED_PERCENT
        yield _ordered(rng, one, boost) if is_ordered else _faulty(rng, one, boost)


def _moment(rng: Random) -> datetime:
    day = FIRST + timedelta(rng.randrange(DAYS))
    return datetime.combine(day, time(4), VIETNAM) + timedelta(seconds=rng.randrange(17 * 3600))


def _ordered(rng: Random, one: Transfer, boost: int) -> Transfer:
    """Let an order ask for it, and perhaps pay the order wrongly."""
    fault = _draw(rng, _OF_ORDERS, min(boost, 8) * 100 // _ORDERED_PERCENT)
    asked = replace(one, order=new_reference(), asked=one.amount, planted=fault)
    amounts = {
        "underpaid": rng.choice((one.amount // 1_000, one.amount - 1_000)),
        "overpaid": rng.choice((one.amount * 10, one.amount + 2_000)),
    }
    if fault == "sticker":
        return _misled(rng, asked)
    return replace(asked, amount=amounts.get(fault, one.amount))


def _misled(rng: Random, one: Transfer) -> Transfer:
    """Let a sticker over the stall's own lead the money to another stall of the market."""
    others = [number for number in accounts(one.provider) if number != one.account]
    return replace(one, account=rng.choice(others), meant=one.account)


def _faulty(rng: Random, one: Transfer, boost: int) -> Transfer:
    fault = _draw(rng, _PER_100_000, boost * 100 // (100 - _ORDERED_PERCENT))
    if one.provider not in _ONLY_AT.get(fault, (one.provider,)):
        fault = ""
    if fault == "sticker_silent":
        return replace(_misled(rng, one), planted=fault)
    if fault == "left_out":  # an amount by which the finder can know it
        return replace(one, planted=fault, amount=one.amount + one.number % 997 + 1)
    if fault == "day_differs":
        return replace(one, planted=fault, at=one.at.replace(hour=23, minute=59, second=58))
    return replace(one, planted=fault)


def _draw(rng: Random, rates: Mapping[str, int], boost: int) -> str:
    """Draw a fault, or none."""
    place = rng.randrange(100_000)
    for fault, rate in rates.items():
        place -= rate if fault in _FREQUENT else rate * boost
        if place < 0:
            return fault
    return ""


def _closed(one: Transfer, closed: Mapping[str, str]) -> Transfer:
    return replace(one, account=closed[one.provider]) if one.planted == "closed" else one


def _again(rng: Random, one: Transfer, payments: int) -> Iterator[Transfer]:
    """Give the second transfer of an order that is paid twice, and what the bank takes back."""
    later = one.at + timedelta(seconds=rng.randrange(30, 300))
    if one.planted == "paid_twice":
        yield replace(one, number=payments + one.number, at=later, planted="second")
    if one.planted == "reversal":
        number = payments + one.number
        yield replace(one, number=number, at=later, kind="debit", planted="taken_back")


def _balanced(transfers: Sequence[Transfer]) -> list[Transfer]:
    """Give each account its running balance."""
    balances: dict[tuple[str, str], int] = {}
    told = []
    for one in transfers:
        key = (one.provider, one.account)
        signed = one.amount if one.kind == "credit" else -one.amount
        balances[key] = balances.get(key, 5_000_000) + signed
        told.append(replace(one, balance=balances[key]))
    return told


def _spaced(transfers: Sequence[Transfer]) -> Iterator[Transfer]:
    """Keep only those untold transfers whose neighbours are whole, so that each gap is its own."""
    chains: dict[tuple[str, str], list[Transfer]] = {}
    for one in transfers:
        chains.setdefault((one.provider, one.account), []).append(one)
    lonely = {
        middle.number
        for chain in chains.values()
        for before, middle, after in zip(chain, chain[1:], chain[2:], strict=False)
        if {before.planted, after.planted} <= {"", "repeated"}
    }
    for one in transfers:
        is_crowded = one.planted == "untold" and one.number not in lonely
        yield replace(one, planted="") if is_crowded else one
