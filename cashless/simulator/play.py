"""Play: make the calls of a plan at a running door, wave by wave, and know the good answers.

The door's answer is a pure function of the call and its outcome, so each answer is compared byte
for byte with what the protocol says.
"""

import itertools
from collections.abc import Callable, Sequence
from functools import partial

from cashless.clock import now
from cashless.simulator import stage as room
from cashless.simulator.faults import BY_NAME, KEPT, NOT_FOUND
from cashless.simulator.plan import Plan
from cashless.simulator.sender import Journal, Pace, Post, Saying, Target, send
from cashless.simulator.shoppers import Sale
from cashless.simulator.stage import Stage
from providers._protocol import Outcome, Reply
from webhooks.receive import problem_reply


def play(
    stage: Stage, plan: Plan, target: Target, pace: Pace, told: Callable[[int], None]
) -> Journal:
    """Make every call of the plan and return the journal of answers; ``told`` hears the count."""
    journal = Journal()
    for _wave, calls in itertools.groupby(plan.told, key=lambda one: one.wave):
        send(target, posts(stage, tuple(calls)), journal, pace, told)
    return journal


def posts(stage: Stage, sales: Sequence[Sale]) -> list[Post]:
    """Return the calls that tell of these sales, each to be signed when it is made."""
    return [Post(sale.account.provider, sale.fault, partial(_say, stage, sale)) for sale in sales]


def _say(stage: Stage, sale: Sale) -> Saying:
    wire, delivery = room.spoken(stage, sale, now())
    answer = BY_NAME[sale.fault].answer
    acknowledge = wire.line.spoken.acknowledge
    if answer == NOT_FOUND:
        return Saying(wire.path, delivery, (problem_reply("not_found"),))
    outcomes = (Outcome.STORED, Outcome.DUPLICATE) if answer == KEPT else (Outcome.REFUSED,)
    good: tuple[Reply, ...] = tuple(
        acknowledge(outcome, delivery, wire.secrets) for outcome in outcomes
    )
    return Saying(wire.path, delivery, good)
