"""Run every measurement and print figures and ratios: ``make bench``, or one by its name."""

import argparse
import sys

import orjson

from bench import ingest

_MEASUREMENTS = {"ingest": ingest.measure}


def main() -> None:
    """Print one JSON document with the figures of each measurement asked for."""
    parser = argparse.ArgumentParser(prog="make bench ARGS=...", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"of: {', '.join(_MEASUREMENTS)}; all if absent")
    names = parser.parse_args().names or list(_MEASUREMENTS)
    for name in names:
        if name not in _MEASUREMENTS:
            parser.error(f"there is no measurement {name!r}")
    for name in names:
        sys.stdout.write(f"{name}: {ingest.__doc__}\n")
        figures = _MEASUREMENTS[name]()
        sys.stdout.write(orjson.dumps(figures, option=orjson.OPT_INDENT_2).decode() + "\n")


if __name__ == "__main__":
    main()
