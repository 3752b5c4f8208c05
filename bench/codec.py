"""A million texts that nobody would print: is each answered, at once, and what is sound kept whole?

``python -m bench.codec [--examples N] [--seed S] [--published FILE]`` begins with generated
payloads, and with those of a file of vectors, and changes them in every way of ``hostile``. For
each text:

    it is decoded, told in words and written as JSON, and nothing is ever thrown;
    what a person might have pasted is taken out of its wrapping, and that is decoded as well;
    what is accepted is written again as a value, and read again it is the same value;
    none of this takes longer than 100 ms (a slow one is tried again: the machine may be busy).

Every tenth example is a value instead, sound or not: it is refused, or written and read back the
same. It ends with 1 if anything was thrown, lost or slow.
"""

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench import hostile
from bench.payloads import sound
from cashless.errors import Invalid
from cashless.vietqr import explain
from cashless.vietqr.code import Code
from cashless.vietqr.links import payload_in
from cashless.vietqr.payload import Decoded, decode, encode

SLOW_MS: Final = 100.0
PUBLISHED: Final = Path(__file__).parents[1] / "tests/vectors/vietqr_vectors.json"

_VALUE: Final = "value"
_VALUES_EVERY: Final = 10
_BEGUN_WITH: Final = 500
_TRIES: Final = 3
_SHOWN: Final = 5

Example = tuple[str, str | Code]


@dataclass
class Tally:
    """What came of the examples; ``lost`` and ``thrown`` hold the first few of their kind."""

    kinds: Counter[str] = field(default_factory=Counter)
    accepted: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    thrown: list[str] = field(default_factory=list)
    slow: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing was thrown, lost or slow."""
        return not (self.thrown or self.slow)

    def as_json(self) -> dict[str, object]:
        """Return the figures by name."""
        return {
            "examples": self.kinds.total(),
            "by_kind": dict(self.kinds),
            "accepted_and_read_back_the_same": dict(self.accepted),
            "kinds_of_error_seen": len(self.errors),
            "thrown_or_lost": len(self.thrown),
            "first_of_them": self.thrown[:_SHOWN],
            "over_100_ms": len(self.slow),
            "slowest_ms": round(self.slowest[0], 2),
            "slowest": self.slowest[1],
        }


def main() -> None:
    """Run the campaign and print its figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--examples", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--published", type=Path, default=PUBLISHED, help="a file of vectors")
    given = parser.parse_args()
    published = [one["payload"] for one in json.loads(given.published.read_bytes())]
    began = time.monotonic()
    tally = campaign(given.examples, given.seed, published)
    seconds = time.monotonic() - began
    figures = {"seed": given.seed, "begun_with": len(published) + _BEGUN_WITH, **tally.as_json()}
    figures |= {"seconds": round(seconds), "per_second": round(given.examples / seconds)}
    print(json.dumps(figures, indent=2))
    sys.exit(not tally.is_clean)


def campaign(examples: int, seed: int, published: Sequence[str] = ()) -> Tally:
    """Try that many examples; the same seed tries the same ones."""
    tally = Tally()
    for kind, example in _examples(examples, seed, published):
        tally.kinds[kind] += 1
        try:
            found = timed(tally, kind, example)
        except Exception as error:  # noqa: BLE001 - whatever is thrown is what we look for
            tally.thrown.append(f"{kind}: {error!r} from {example!a}")
            continue
        if found is not None and found.valid:
            tally.accepted[kind] += 1
        tally.errors.update(one.code for one in (found.errors if found else ()))
    return tally


def examine(text: str) -> Decoded:
    """Do all that is done with a text from outside. Raises AssertionError for what is lost."""
    found = decode(text)
    told = [*explain.lines(found), *explain.lines(decode(payload_in(text)))]
    _require("told in both languages", all(line.vi and line.en for line in told))
    json.dumps(found.as_json())
    _require("a value or an error", (found.code is None) == bool(found.errors))
    if found.code is not None:
        again = encode(found.code, as_read=True)
        _require("read back the same", decode(again).code == found.code)
    return found


def weigh(code: Code) -> Decoded | None:
    """Write a value, or see it refused with None. Raises AssertionError for what is lost."""
    try:
        payload = encode(code)
    except Invalid:
        return None
    found = decode(payload)
    _require("read back the same", found.valid and found.code == code)
    return found


def _require(what: str, holds: object) -> None:
    if not holds:
        raise AssertionError(what)


def _examples(count: int, seed: int, published: Sequence[str]) -> Iterator[Example]:
    chance = random.Random(seed)
    begun = [*published, *sound(chance, _BEGUN_WITH)]
    kinds = [*hostile.KINDS.items()]
    for number in range(count):
        if number % _VALUES_EVERY == 0:
            yield _VALUE, hostile.wild_code(chance)
        else:
            kind, made = chance.choice(kinds)
            yield kind, made(chance, begun)


def timed(tally: Tally, kind: str, example: str | Code) -> Decoded | None:
    """Try an example; a slow one again, and its best time counts."""
    found, took = _once(example)
    for _ in range(_TRIES if took > SLOW_MS else 0):
        took = min(took, _once(example)[1])
    size = len(example) if isinstance(example, str) else 0
    tally.slowest = max(tally.slowest, (took, f"{kind}, {size} characters"))
    if took > SLOW_MS:
        tally.slow.append(f"{kind}: {took:.0f} ms, {example!a:.200}")
    return found


def _once(example: str | Code) -> tuple[Decoded | None, float]:
    began = time.perf_counter()
    found = examine(example) if isinstance(example, str) else weigh(example)
    return found, (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
