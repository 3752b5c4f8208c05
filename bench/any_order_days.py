"""The days of ``bench.any_order``: a state machine that lets events happen and looks at the end.

What Hypothesis draws becomes events; what the platform refuses has not happened. While the days
pass every invariant must hold. At the end the books must hold what arrived, a rebuild from the raw
deliveries must give the same hashes, and the same events in another order the same balances.

Two balances are compared as one: sales and refunds (of an order that is paid twice and paid back,
which of the two is lowered is a question of who came first; the revenue is not), and what Agribank
told itself and through an aggregator.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    multiple,
    precondition,
    rule,
)
from sqlalchemy import Engine, text

from bench.any_order_facts import (
    HOLDERS,
    TAKERS,
    Assign,
    Close,
    Correct,
    Event,
    HandIn,
    Join,
    Mark,
    PayOut,
    Separate,
    Settle,
    Tell,
    Told,
    Transfer,
    Withdraw,
    shuffled,
)
from bench.any_order_town import Balances, Town
from cashless.db.engine import transaction
from cashless.errors import Problem
from cashless.reports.invariants import Keys, check
from tests.market import KEY, Market
from webhooks.replay import replay

_ONCE: Final = text(
    """
SELECT p.id FROM payment p LEFT JOIN match m ON m.payment_id = p.id
LEFT JOIN witness w ON w.payment_id = p.id
GROUP BY p.id HAVING (count(m.seq) > 0) = (count(w.payment_id) > 0)
"""
)

_DECISIONS: Final = ("assign", "mark", "unmark", "separate", "join")
_TWO: Final = st.integers(0, 1)
_PAID: Final = st.fixed_dictionaries(
    {
        "bank": st.sampled_from(("agribank", "agribank", "agribank", "kienlongbank", "momo")),
        "holder": st.integers(0, 2),
        "amount": st.sampled_from((20_000, 30_000, 60_000)),
        "day": st.integers(0, 2),
        "order": st.integers(0, 2),
        "out": st.integers(0, 5),
    }
)


@dataclass
class World:
    """Where the towns stand: a market's database, and another for rebuilding, by its owner."""

    market: Market
    url: str
    twin: Engine
    done: Counter[str] = field(default_factory=Counter)


class AnyOrder(RuleBasedStateMachine):
    """The days of the town; ``world`` is set by whoever runs it."""

    world: World
    transfers = Bundle("transfers")

    def __init__(self) -> None:
        """Begin an empty town."""
        super().__init__()
        self.town = Town(self.world.market, self.world.url)
        self.events: list[Event] = []
        self.count = 0
        self.chance = Random(0)

    @initialize(
        target=transfers,
        seed=st.integers(0, 2**32),
        paid=st.lists(_PAID, min_size=4, max_size=8),
    )
    def begin(self, seed: int, paid: list[dict[str, Any]]) -> Any:  # noqa: ANN401  as Hypothesis
        """Some people pay, merchants take money out; and how to shuffle is chosen."""
        self.chance = Random(seed)
        return multiple(*(self._paid(**said) for said in paid))

    @rule(target=transfers, said=_PAID, line=st.integers(0, 2))
    def pay(self, said: dict[str, Any], line: int) -> Transfer:
        """One more pays, and it is told at once."""
        one = self._paid(**said)
        self.tell(one, line, 1)
        return one

    @rule(
        target=transfers,
        of=transfers,
        kind=st.sampled_from(TAKERS),
        share=st.sampled_from((25, 50, 100, 100, 120)),
    )
    def take_back(self, of: Transfer, kind: str, share: int) -> Transfer:
        """A credit is taken back in part, whole, or by more than it was; not told yet."""
        if of.bank != "agribank" or of.kind != "credit":
            return of
        self.count += 1
        amount = of.amount * share // 100
        return Transfer(self.count, of.bank, of.holder, amount, of.day, kind=kind, of=of)

    @rule(one=transfers, line=st.integers(0, 2), times=st.integers(1, 2))
    def tell(self, one: Transfer, line: int, times: int) -> None:
        """A connection tells a transfer, once or twice."""
        for _ in range(times):
            self._do(Tell((one,), one.lines[line % len(one.lines)]))

    @rule(one=transfers, line=st.integers(0, 2), wrong=st.sampled_from((-1_000, 5_000)))
    def contradict(self, one: Transfer, line: int, wrong: int) -> None:
        """A connection that has told a transfer tells it again with another amount."""
        name = one.lines[line % len(one.lines)]
        if any(isinstance(x, Tell) and (x.about, x.line) == ((one,), name) for x in self.events):
            self._do(Tell((one,), name, wrong))

    @rule(told=st.lists(transfers, min_size=1, max_size=8, unique=True))
    def hand_in(self, told: list[Transfer]) -> None:
        """A file of one day comes, of one account where it has no ids; perhaps again."""
        lined = [one for one in told if one.bank != "momo" and one.kind not in TAKERS]
        of_day = [
            one
            for one in lined
            if (one.bank, one.day) == (lined[0].bank, lined[0].day)
            and (one.bank == "agribank" or one.holder == lined[0].holder)
        ]
        if of_day:
            self._do(HandIn(tuple(of_day)))

    @rule(chance=st.integers(0, 2))
    def settle(self, chance: int) -> None:
        """The settler runs now and then, and all must be well afterwards."""
        if chance == 0:
            self._do(Settle())
            self._require_kept(self.town)

    @rule(what=st.sampled_from(_DECISIONS), place=st.integers(0, 9), holder=_TWO)
    def decide(self, what: str, place: int, holder: int) -> None:
        """Somebody says whose a payment is, whether it was a sale, or that it is two, or one."""
        often = Counter(one for event in self.events if not event.is_act for one in event.about)
        told = [one for one, _times in often.most_common() if _is_asked(what, one)]
        if told:
            one = told[place % len(told)]
            acts: dict[str, Event] = {
                "assign": Assign((one,), holder),
                "mark": Mark((one,)),
                "unmark": Mark((one,), is_sale=True),
                "separate": Separate((one,)),
            }
            self._do(acts.get(what, Join((one,))))

    @rule(
        told=st.lists(transfers, max_size=6, unique=True),
        what=st.sampled_from(("pay out", "pay out", "correct", "close")),
        place=st.integers(0, len(HOLDERS) - 1),
        day=st.integers(0, 2),
    )
    def account(self, told: list[Transfer], what: str, place: int, day: int) -> None:
        """The wallet pays out, somebody corrects a fee, or a day is closed."""
        owed = tuple(one for one in told if one.bank == "momo")
        if what == "pay out" and owed:
            self._do(PayOut(owed, 1_000))
        elif what == "correct":
            self._do(Correct((), place % 2, 700))
        elif what == "close":
            self._do(Close((), place, day))

    @precondition(lambda self: self.events)
    @rule(place=st.integers(0, 40))
    def again(self, place: int) -> None:
        """What was told or handed in comes once more."""
        event = self.events[place % len(self.events)]
        if isinstance(event, Tell | HandIn):
            self._do(event)

    @rule(place=st.integers(0, 5))
    def withdraw(self, place: int) -> None:
        """A file was imported in the wrong place."""
        files = [event for event in self.events if isinstance(event, HandIn)]
        if files:
            self._do(Withdraw(files[place % len(files)].about))

    def teardown(self) -> None:
        """Look at the end: what arrived, the rebuild, and another order."""
        self.world.market.settle()
        self._require_kept(self.town)
        held = self.town.held()
        arrived = Told(self.events).arrived()
        in_books = sum(_assets(book) for book in held.values())
        _require(in_books == arrived, f"{arrived} arrived, {in_books} in the books")
        self._require_rebuilt()
        mixed = shuffled(self.events, self.chance)
        other = self._happened(mixed).held()
        _require(held == other, f"{_unlike(held, other)} after {mixed}")
        self.world.done["days"] += 1
        self.world.done["events"] += len(self.events)

    def _paid(self, bank: str, amount: int, **how: int) -> Transfer:
        self.count += 1
        kind = "debit" if how["out"] == 0 and bank == "agribank" else "credit"
        if bank == "kienlongbank":
            amount += self.count  # its files have no ids: equal ones are told apart by nobody
        who = 0 if bank == "momo" else how["holder"]
        ordered = how["order"] == 0 and kind == "credit"
        return Transfer(self.count, bank, who, amount, how["day"], ordered, kind)

    def _do(self, event: Event) -> None:
        """Let an event happen; what the platform refuses has not happened."""
        try:
            self.town.do(event)
        except Problem as refused:
            self.world.done[f"refused {refused.code}"] += 1
            return
        self.events.append(event)
        self.world.done[type(event).__name__] += 1

    def _happened(self, events: Sequence[Event]) -> Town:
        """Let the events happen in this order; an act waits until what it is about is there."""
        town = Town(self.world.market, self.world.url)
        waiting: list[Event] = []
        for event in events:
            if not event.is_act:
                town.do(event)
            waiting = town.acted([*waiting, *([event] if event.is_act else [])])
        self.world.market.settle()
        left = [one for one in town.acted(waiting) if not isinstance(one, Close | Mark)]
        _require(not left, f"never possible in another order: {left}")
        self.world.market.settle()
        self._require_kept(town)
        return town

    def _require_kept(self, town: Town) -> None:
        """Require every invariant, and that each payment was posted or bears witness, once."""
        with transaction(town.market.engine) as db:
            found = check(db)
            waits = db.execute(text("SELECT count(*) FROM arrival")).scalar_one()
            twice = [] if waits else list(db.execute(_ONCE).scalars())
        broken = {name: dict(one.figures) for name, one in found.items() if not one.ok}
        _require(not broken, str(broken))
        _require(not twice, f"payments {twice} are posted and bear witness, or neither")

    def _require_rebuilt(self) -> None:
        """Require that the raw deliveries tell the same, and give the same hashes once more."""
        with transaction(self.world.market.engine) as db:
            unlike = check(db, Keys(frozenset(), KEY))["I7"]
            _require(unlike.ok, str(unlike.figures))
        with self.world.market.engine.begin() as source, self.world.twin.connect() as target:
            made = replay(source, target, KEY)
            target.rollback()
        _require(made.is_same, f"{made.turned} {made.books.where}")
        self.world.done["rebuilt entries"] += made.books.entries


def _is_asked(what: str, one: Transfer) -> bool:
    """Tell whether a decision may be about it; of an order it would matter who came first."""
    if what == "assign":
        return one.bank == "agribank" and not (one.is_held and one.kind == "credit")
    return not one.ordered and (one.kind == "credit" or what in {"separate", "join"})


def _require(holds: object, told: str) -> None:
    if not holds:
        raise AssertionError(told)


def _assets(book: Mapping[str, int]) -> int:
    return sum(amount for account, amount in book.items() if account.startswith("Assets:"))


def _unlike(one: Balances, other: Balances) -> dict[str, tuple[Any, Any]]:
    names = sorted({*one, *other})
    return {n: (one.get(n), other.get(n)) for n in names if one.get(n) != other.get(n)}
