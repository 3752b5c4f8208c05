"""Whatever happens in whatever order: no money is lost, made, or moved elsewhere.

``python -m bench.any_order [--seed S] [--examples N] [--steps M]``. Hypothesis invents days of a
small town (``any_order_facts``) and lets them happen (``any_order_days``) through the real paths on
a real database (``any_order_town``): credits of five connections, told once, twice, by others too,
with another amount; what takes money back, also before its credit; statements with ids and without;
settling at any time; claims, marks, corrections, payouts, closes. A day that breaks is made as
small as it can be and printed.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import orjson
from hypothesis import HealthCheck, Phase, settings
from hypothesis import seed as seeded
from hypothesis.stateful import run_state_machine_as_test

from bench.any_order_days import AnyOrder, World
from cashless import supervisor
from cashless.db.engine import connect
from cashless.settings import Settings
from tests.market import Market


def run(world: World, seed: int | None, examples: int, steps: int) -> None:
    """Let Hypothesis invent days; without a seed always the same ones. Raises what breaks."""

    class Here(AnyOrder):
        """The days in this world."""

    Here.world = world
    wanted = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize=seed is None,
        print_blob=False,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    if seed is not None:
        seeded(seed)(Here)
    run_state_machine_as_test(Here, settings=wanted)


def main() -> None:
    """Play days in a temporary database and print the figures; a day that breaks ends with 1."""
    parser = argparse.ArgumentParser(prog="python -m bench.any_order", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--examples", type=int, default=2000)
    parser.add_argument("--steps", type=int, default=30)
    given = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="cashless-any-order-") as folder:
        here, there = Settings(home=Path(folder) / "here"), Settings(home=Path(folder) / "there")
        with supervisor.database(here) as url, supervisor.database(there) as twin:
            world = World(Market(connect(url)), url, connect(twin, app_role=False))
            run(world, given.seed, given.examples, given.steps)
            world.market.engine.dispose()
            world.twin.dispose()
    figures = {**dict(sorted(world.done.items())), "seconds": round(time.monotonic() - begun)}
    sys.stdout.write(orjson.dumps(figures, option=orjson.OPT_INDENT_2).decode() + "\n")


if __name__ == "__main__":
    main()
