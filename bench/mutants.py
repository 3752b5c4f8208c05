"""Mutants of genuine calls, over all protocols: none may change money, none may break a reader.

``python -m bench mutants --count 1000000 --seed 1``. Each mutant is a call that is money with one
to three wrongs done to it, or is shown to another connection, whose keys or whole protocol differ;
it goes through the pure core that both doors share.
Counted, and both must be 0:

    changed     accepted, and another payment than the genuine one (or none) was heard
    unhandled   an exception, or an answer that could not be given

Counted apart: refused, unreadable, same (accepted, and the same money was heard), and weak (the
change lies in fields that a weak protocol declares as unsigned).
"""

import random
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from typing import Any

from bench.mutations import mutated
from cashless.clock import now
from providers import everyone
from providers._protocol import Delivery, Notification, Outcome
from tests.providers.cases import MONEY, Case
from webhooks.connections import PRODUCTION, Connection, SecretSet
from webhooks.receive import Turned, receive

_BATCH = 5_000
_PROCESSES = 2
_SWAPPED = 0.05  # of the mutants: the genuine call, shown to another connection
_HOLDERS = {said.name: one for one in everyone().values() for said in one.protocols}
_OF = {name: [case for case in MONEY if case.protocol.name == name] for name in _HOLDERS}
_NAMES = sorted(_OF)
_FACTS = ("provider_txn_id", "kind", "amount", "account", "virtual_account", "order_ref")


def measure(count: int = 50_000, seed: int = 1) -> dict[str, Any]:
    """Return what became of that many mutants, with the same figures for each protocol."""
    begun, total = time.perf_counter(), Counter[str]()
    batches = [(seed, at, min(_BATCH, count - at)) for at in range(0, count, _BATCH)]
    with ProcessPoolExecutor(_PROCESSES) as processes:
        for done, tally in enumerate(processes.map(batch, batches), 1):
            total += tally
            if sys.stderr.isatty() or done % 20 == 0:
                sys.stderr.write(f"{done * _BATCH:>9} of {count}: {dict(_sums(total))}\n")
    return {"count": count, "seed": seed, "seconds": round(time.perf_counter() - begun, 1)} | {
        "all": {"changed": 0, "unhandled": 0} | _sums(total),
        "protocols": {
            said: {what: n for (name, what), n in _cut(total) if name == said}
            for said in sorted({name for (name, _), _ in _cut(total)})
        },
        "found": [key for key in total if key.startswith("!")][:20],
    }


def batch(work: tuple[int, int, int]) -> Counter[str]:
    """Judge the mutants of one batch; keys are ``protocol verdict``, and ``!...`` names a find."""
    seed, start, count = work
    chance, tally = random.Random(f"{seed}:{start}"), Counter[str]()
    for number in range(count):
        case = chance.choice(_OF[chance.choice(_NAMES)])
        verdict = _swapped(chance, case) if chance.random() < _SWAPPED else _wronged(chance, case)
        tally[f"{case.protocol.name} {verdict.partition(':')[0]}"] += 1
        if verdict.startswith(("changed", "unhandled")):
            tally[f"!{case.id} {verdict} at {seed}:{start}+{number}"] += 1
    return tally


def _wronged(chance: random.Random, case: Case) -> str:
    mutant = mutated(chance, case.delivery)
    return judged(case, mutant)


def judged(case: Case, mutant: Delivery) -> str:
    """Return the verdict on a mutant of that case, read with the case's own secrets."""
    try:
        heard = _heard(case, mutant)
    except Exception as error:  # noqa: BLE001  whatever it is, it is the find
        return f"unhandled: {error!r}"
    if isinstance(heard, str):
        return heard
    if _facts(heard) == _facts(case.notifications):
        return "same"
    return "weak" if case.declares(mutant) else "changed"


def _swapped(chance: random.Random, case: Case) -> str:
    """Show the genuine call to a connection of the same or another protocol, with other secrets."""
    other = chance.choice([one for one in MONEY if one.secrets != case.secrets])
    mixed = {name: other.secrets.get(name, value[::-1]) for name, value in case.secrets.items()}
    to = chance.choice((replace(case, secrets=mixed), other))
    verdict = judged(to, case.delivery)
    return "changed" if verdict in {"same", "weak"} else verdict


def _heard(case: Case, mutant: Delivery) -> tuple[Notification, ...] | str:
    for outcome in (Outcome.REFUSED, Outcome.UNAVAILABLE):
        case.protocol.acknowledge(outcome, mutant, case.secrets)
    try:
        received = receive(_connection(case, mutant), mutant, "bench")
    except Turned:
        return "refused"
    for outcome in Outcome:
        received.acknowledge(outcome)
    return "unreadable" if received.reason else received.notifications


def _connection(case: Case, mutant: Delivery) -> Connection:
    """A production connection with the secrets of the case, live when the mutant arrives."""
    live = SecretSet(case.secrets, min(now(), mutant.received_at), None)
    return Connection(1, _HOLDERS[case.protocol.name], case.protocol, PRODUCTION, (live,))


def _facts(said: tuple[Notification, ...]) -> list[tuple[Any, ...]]:
    return [tuple(getattr(one, name) for name in _FACTS) for one in said]


def _cut(total: Counter[str]) -> list[tuple[tuple[str, str], int]]:
    return [
        ((key.split(" ")[0], key.split(" ")[1]), n)
        for key, n in sorted(total.items())
        if not key.startswith("!")
    ]


def _sums(total: Counter[str]) -> dict[str, int]:
    sums = Counter[str]()
    for (_, what), number in _cut(total):
        sums[what] += number
    return dict(sums)
