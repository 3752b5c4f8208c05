"""What proving and reading one call costs, for each protocol: microseconds, and calls a second.

The calls are those of the vector files that are money, verified and parsed over and over on one
core. The figure is the median of rounds, because a shared machine has slow moments.
"""

import statistics
import time
from typing import Any

from tests.providers.cases import MONEY, Case

_ROUNDS = 7
_SECONDS = 0.05  # about the length of a round


def measure(rounds: int = _ROUNDS) -> dict[str, Any]:
    """Return for each protocol the cost of verify and of parse in µs, and calls per second."""
    first = {case.protocol.name: case for case in reversed(MONEY)}
    return {name: _costs(first[name], rounds) for name in sorted(first)}


def _costs(case: Case, rounds: int) -> dict[str, float]:
    took = [_round(case) for _ in range(rounds)]
    verify, parse = (statistics.median(column) for column in zip(*took, strict=True))
    both = verify + parse
    return {
        "verify_us": round(verify * 1e6, 1),
        "parse_us": round(parse * 1e6, 1),
        "per_second_per_core": round(1 / both),
    }


def _round(case: Case) -> tuple[float, float]:
    """Return seconds per call of verify and of parse."""
    said, window = case.protocol, case.protocol.window_seconds
    verified = said.verify(case.delivery, case.secrets, window)
    calls, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < _SECONDS:
        said.verify(case.delivery, case.secrets, window)
        calls += 1
    middle = time.perf_counter()
    for _ in range(calls):
        said.parse(verified)
    return (middle - begun) / calls, (time.perf_counter() - middle) / calls
