"""Run every measurement and print figures and ratios: ``make bench``, or one by its name."""

import argparse
import sys

import orjson

from bench import ingest, mutants, speaking

_MEASUREMENTS = {"ingest": ingest, "speaking": speaking}
_CAMPAIGNS = {"mutants": mutants}  # run by name only
_ALL = _MEASUREMENTS | _CAMPAIGNS


def main() -> None:
    """Print one JSON document with the figures of each measurement asked for."""
    parser = argparse.ArgumentParser(prog="make bench ARGS=...", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"of: {', '.join(_ALL)}")
    parser.add_argument("--count", type=int, default=50_000, help="mutants: how many")
    parser.add_argument("--seed", type=int, default=1, help="mutants: of the chance")
    given = parser.parse_args()
    names = given.names or list(_MEASUREMENTS)
    for name in names:
        if name not in _ALL:
            parser.error(f"there is no measurement {name!r}")
    for name in names:
        sys.stdout.write(f"{name}: {_ALL[name].__doc__}\n")
        options = {"count": given.count, "seed": given.seed} if name in _CAMPAIGNS else {}
        figures = _ALL[name].measure(**options)
        sys.stdout.write(orjson.dumps(figures, option=orjson.OPT_INDENT_2).decode() + "\n")


if __name__ == "__main__":
    main()
