"""Our reference in the memos of banks: how often it is found, and how often one is seen by mistake.

``python -m bench.memos [--count N] [--seed S]`` does three things:

    collected   in each transfer content that was collected in the field and carries some system's
                code, our reference stands in that code's place, damaged in the same way: the same
                gaps inside, the same case, the same neighbours. Found means: found, and alone.
    as they are the collected contents, untouched: nothing may be found.
    generated   references in generated frames, each with one to four manglings (case, spaces, dots,
                folds at 35 columns, glued neighbours, other systems' codes, accents); beside them
                as many memos without a reference of ours.

It ends with 1 if anything collected was missed or seen by mistake.
"""

import argparse
import itertools
import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cashless.simulator import memos
from cashless.vietqr.reference import LENGTH, find_references, new_reference

COLLECTED: Final = Path(__file__).parents[1] / "tests/vectors/transfer_contents.json"
_COLUMNS: Final = 35
_CATEGORIES: Final = ("seafood", "meals", "drinks", "gold")
_PROVIDERS: Final = ("sacombank", "kienlongbank", "agribank", "momo")

Mangling = Callable[[random.Random, str, str], str]


@dataclass(frozen=True, slots=True)
class Figures:
    """What was found where it stands, and what was seen where none stands."""

    placed: int
    found: int
    empty: int
    seen: int
    missed: tuple[str, ...] = ()


def main() -> None:
    """Print recall and false positives, of collected and of generated memos."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    field = collected()
    begun = time.perf_counter()
    made = generated(given.count, given.seed)
    seconds = time.perf_counter() - begun
    for name, told in (("collected", field), (f"generated in {seconds:.0f} s", made)):
        sys.stdout.write(
            f"{name}: found {told.found} of {told.placed}, by mistake {told.seen} of {told.empty}\n"
        )
        sys.stdout.writelines(f"  missed: {memo}\n" for memo in told.missed)
    sys.exit(int(field.found < field.placed or field.seen > 0))


def collected() -> Figures:
    """Put our reference where each collected content has a code, and read them as they are."""
    entries = json.loads(COLLECTED.read_text(encoding="utf-8"))["entries"]
    placed = [made for one in entries if (made := _placed(one)) is not None]
    missed = [memo for memo, reference in placed if find_references(memo) != (reference,)]
    seen = sum(bool(find_references(one["content"])) for one in entries)
    return Figures(len(placed), len(placed) - len(missed), len(entries), seen, tuple(missed[:10]))


def generated(count: int, seed: int) -> Figures:
    """Make that many memos, half of them with a reference of ours."""
    chance, half = random.Random(seed), count // 2
    missed, seen, wrong = 0, 0, list[str]()
    for _ in range(half):
        reference = new_reference()
        memo = _mangled(chance, memos.around_code(chance, chance.choice(_PROVIDERS)), reference)
        if find_references(memo) != (reference,):
            missed += 1
            wrong += [memo][: 10 - len(wrong)]
    for _ in range(count - half):
        seen += bool(find_references(_without(chance)))
    return Figures(half, half - missed, count - half, seen, tuple(wrong))


def damaged_like(content: str, code: str, reference: str) -> str | None:
    """Put a reference where a code stands in a content, with the same gaps and the same case."""
    places = _places(content, code)
    if places is None:
        return None
    inside = content[places[0] : places[-1] + 1]
    signs = reference.lower() if inside.islower() else reference
    gaps: dict[int, str] = {}
    for number, (here, there) in enumerate(itertools.pairwise(places), start=1):
        if there > here + 1:
            place = min(max(number * LENGTH // len(code), 1), LENGTH - 1)
            gaps[place] = gaps.get(place, "") + content[here + 1 : there]
    written = "".join(gaps.get(place, "") + sign for place, sign in enumerate(signs))
    return content[: places[0]] + written + content[places[-1] + 1 :]


def _placed(entry: dict[str, str]) -> tuple[str, str] | None:
    reference = new_reference()
    code = entry.get("expected_code")
    memo = damaged_like(entry["content"], code, reference) if code else None
    return None if memo is None else (memo, reference)


def _places(content: str, code: str) -> list[int] | None:
    """Find where the letters and digits of a code stand, whatever stands between them."""
    wanted = [sign for sign in code.upper() if sign.isalnum()]
    signs = [(at, sign.upper()) for at, sign in enumerate(content) if sign.isalnum()]
    for start in range(len(signs) - len(wanted) + 1):
        if [sign for _, sign in signs[start : start + len(wanted)]] == wanted:
            return [at for at, _ in signs[start : start + len(wanted)]]
    return None


def _mangled(chance: random.Random, frame: str, reference: str) -> str:
    code = reference
    for _ in range(chance.randint(1, 3)):
        code = chance.choice(_INSIDE)(chance, code)
    memo = frame.replace("{code}", code)
    return chance.choice(_AROUND)(chance, memo)


def _without(chance: random.Random) -> str:
    """Write a memo without a reference of ours, often with another system's code."""
    frame = memos.around_code(chance, chance.choice(_PROVIDERS))
    other = chance.choice(_OTHERS)(chance)
    plain = memos.written_by_shopper(chance, chance.choice(_CATEGORIES))
    return chance.choice(_AROUND)(chance, chance.choice((plain, frame.replace("{code}", other))))


def _at(chance: random.Random, text: str, put: str) -> str:
    place = chance.randrange(1, len(text))
    return text[:place] + put + text[place:]


def _random(chance: random.Random, signs: str, length: int) -> str:
    return "".join(chance.choices(signs, k=length))


def _folded(_chance: random.Random, memo: str) -> str:
    return "\n".join(_lines(memo))


def _lines(memo: str) -> Iterator[str]:
    yield from (memo[start : start + _COLUMNS] for start in range(0, len(memo), _COLUMNS))


_UPPER: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_INSIDE: Final = (
    lambda _chance, code: code,
    lambda _chance, code: code.lower(),
    lambda chance, code: _at(chance, code, " "),
    lambda chance, code: _at(chance, code, "."),
    lambda chance, code: _at(chance, code, "-"),
    lambda chance, code: _at(chance, code, "\n"),
    lambda _chance, code: " ".join(code),
)
_AROUND: Final = (
    lambda _chance, memo: memo,
    _folded,
    lambda _chance, memo: memo.upper(),
    lambda _chance, memo: f"QR{memo}chuyen tien",
    lambda _chance, memo: f"Trả tiền cá {memo} cảm ơn chị",
    lambda chance, memo: f"FT{_random(chance, '0123456789', 14)} {memo}",
    lambda chance, memo: f"{memo}- Ma GD ACSP/ {_random(chance, _UPPER.lower(), 8)}",
)
_OTHERS: Final = (
    lambda chance: f"VQR{_random(chance, '0123456789abcdef', 10)}",
    lambda chance: f"CS{_random(chance, _UPPER, 9)}",
    lambda chance: f"DH{_random(chance, '0123456789', 8)}",
    lambda chance: f"FT{_random(chance, '0123456789', 14)}",
    lambda chance: _random(chance, _UPPER, 12),
)


if __name__ == "__main__":
    main()
