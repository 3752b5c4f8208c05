"""What happens in the town of ``bench.any_order``: transfers, and events that tell or touch them.

Pure values. A ``Transfer`` is a fact of a bank or wallet, whoever tells it and how often. An event
is one thing that happens at the platform. ``shuffled`` puts the events of a day into another order
in which the same must come out: events of a transfer whose meaning is a question of who came first
(one id told with two amounts, more taken back than there is) keep their order, and so do the acts
of people on one payment, because each is a decision about what was there.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

LINES: Final = {
    "agribank": ("sepay1", "sepay2", "standard"),
    "kienlongbank": ("bank",),
    "momo": ("wallet",),
}
"""Which connections tell of the transfers of a bank or wallet."""

HOLDERS: Final = (("agribank", 0), ("agribank", 1), ("kienlongbank", 0), ("momo", 0))
"""Bank and number of each merchant; other numbers are accounts that nobody has registered."""

TAKERS: Final = ("refund", "reversal")


@dataclass(frozen=True, slots=True)
class Transfer:
    """Money that moved: amount in đồng, ``day`` counted from the first, ``order`` if it names one.

    ``of`` is the credit that it takes back.
    """

    number: int
    bank: str
    holder: int
    amount: int
    day: int = 0
    ordered: bool = False
    kind: str = "credit"
    of: "Transfer | None" = None

    @property
    def lines(self) -> tuple[str, ...]:
        """The connections that may tell it: aggregators know nothing of what is taken back."""
        return ("standard",) if self.kind in TAKERS else LINES[self.bank]

    @property
    def signed(self) -> int:
        """What it does to the account: above zero money came."""
        return self.amount if self.kind == "credit" else -self.amount

    @property
    def is_held(self) -> bool:
        """Whether a merchant has registered the account."""
        return (self.bank, self.holder) in HOLDERS


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happens; ``about`` are the transfers that it tells or touches."""

    about: tuple[Transfer, ...] = ()
    is_act = False


@dataclass(frozen=True, slots=True)
class Tell(Event):
    """A webhook; ``wrong`` is added to the amount when the provider contradicts itself."""

    line: str = ""
    wrong: int = 0


@dataclass(frozen=True, slots=True)
class HandIn(Event):
    """A person imports a statement with a line for each transfer."""


@dataclass(frozen=True, slots=True)
class Settle(Event):
    """The settler runs."""


@dataclass(frozen=True, slots=True)
class Act(Event):
    """A person decides something about what is there."""

    is_act = True


@dataclass(frozen=True, slots=True)
class Assign(Act):
    """Somebody finds out whose it is."""

    holder: int = 0


@dataclass(frozen=True, slots=True)
class Mark(Act):
    """The merchant says whether it is a sale."""

    is_sale: bool = False


@dataclass(frozen=True, slots=True)
class Separate(Act):
    """Somebody says that two tellings are two payments."""


@dataclass(frozen=True, slots=True)
class Join(Act):
    """Somebody says that two payments which were separated are one transfer."""


@dataclass(frozen=True, slots=True)
class Withdraw(Act):
    """The statement with these lines was imported in the wrong place."""


@dataclass(frozen=True, slots=True)
class PayOut(Act):
    """The wallet pays out what it owes for these, and keeps a fee."""

    fee: int = 0


@dataclass(frozen=True, slots=True)
class Correct(Act):
    """Somebody corrects a fee by hand."""

    holder: int = 0
    amount: int = 0


@dataclass(frozen=True, slots=True)
class Close(Act):
    """A merchant's day is closed."""

    holder: int = 0
    day: int = 0


_DECISIONS: Final = (Separate, Join, Withdraw)
"""Acts that change what the tellings of a transfer are: what is told of it keeps its order."""


@dataclass
class Told:
    """What is known of a day, from its events."""

    events: Sequence[Event]
    fragile: frozenset[Transfer] = field(init=False)

    def __post_init__(self) -> None:
        """Find the transfers about which the order decides."""
        told = {one for event in self.events for one in event.about}
        taken = Counter[Transfer]()
        for one in told:
            if one.of is not None:
                taken[one.of] += one.amount
        wrong = {event.about[0] for event in self.events if isinstance(event, Tell) and event.wrong}
        over = {credit for credit, amount in taken.items() if amount > credit.amount}
        takers = {one for one in told if one.of in over}
        decided = (event for event in self.events if isinstance(event, _DECISIONS))
        self.fragile = frozenset(wrong | over | takers).union(*(one.about for one in decided))

    def known(self) -> set[Transfer]:
        """Give the transfers that the books must hold: of debits, a statement is no news."""
        lined = set[tuple[Transfer, ...]]()
        for event in self.events:
            if isinstance(event, HandIn):
                lined.add(event.about)
            if isinstance(event, Withdraw):
                lined.discard(event.about)
        heard = {one for event in self.events if isinstance(event, Tell) for one in event.about}
        return heard | {one for file in lined for one in file if one.kind == "credit"}

    def arrived(self) -> int:
        """Sum up what must stand in all books together, in đồng."""
        moved = sum(one.signed for one in self.known())
        moved += sum(one.about[0].signed for one in self.events if isinstance(one, Separate))
        moved -= sum(one.about[0].signed for one in self.events if isinstance(one, Join))
        kept = sum(event.fee for event in self.events if isinstance(event, PayOut))
        return moved - kept - sum(one.amount for one in self.events if isinstance(one, Correct))


def keys(event: Event, fragile: frozenset[Transfer]) -> Iterator[object]:
    """Give what an event must keep its place for, among the others that have the same."""
    for one in event.about:
        if event.is_act:
            yield "act", one
        if one in fragile:
            yield one
        if one.of in fragile:
            yield one.of


def shuffled(events: Sequence[Event], chance: Random) -> list[Event]:
    """Put the events into another order in which the same facts are told."""
    fragile = Told(events).fragile
    left = [(event, frozenset(keys(event, fragile))) for event in events]
    mixed: list[Event] = []
    while left:
        free = [
            place
            for place, (_event, mine) in enumerate(left)
            if not any(mine & others for _other, others in left[:place])
        ]
        mixed.append(left.pop(chance.choice(free))[0])
    return mixed
