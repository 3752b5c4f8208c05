"""Ten thousand codes drawn and read again by two readers that know nothing of each other.

``python -m bench.pictures [--codes N] [--seed S]`` draws sound payloads of every kind we write with
each of the two writers (``page``: library qrcode, correction M, as on a page or a phone; ``print``:
the writer inside zxing-cpp, correction Q, as on a stand), four pixels a module. Every picture is
read by zxing-cpp and by zbar (``apt-get install zbar-tools``); both must say the payload, sign by
sign, and nothing else. It ends with 1 if one is not read.
"""

import argparse
import io
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import zxingcpp
from PIL import Image

from bench.payloads import sound
from cashless.vietqr import image, matrix

_PIXELS: Final = 4
_AT_ONCE: Final = 200
_SHOWN: Final = 3
_QR: Final = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
_ZBAR: Final = ("--quiet", "--raw", "-Sdisable", "-Sqrcode.enable")


def main() -> None:
    """Draw, read and print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--codes", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    figures = measure(given.codes, given.seed)
    print(json.dumps(figures, indent=2))
    sys.exit(any(one["not_read"] for one in figures.values()))


def measure(codes: int, seed: int) -> dict[str, dict[str, Any]]:
    """Return for each writer how many of its pictures each reader read."""
    payloads = _printable(random.Random(seed), codes)
    return {name: _tried(draw, payloads) for name, draw in WRITERS.items()}


def by_zxing(pictures: Sequence[bytes]) -> list[str]:
    """Return what zxing-cpp reads in each picture, several codes joined."""
    opened = (Image.open(io.BytesIO(one)).convert("L") for one in pictures)
    return [" ".join(code.text for code in zxingcpp.read_barcodes(one, _QR)) for one in opened]


def by_zbar(pictures: Sequence[bytes]) -> list[str]:
    """Return what zbar reads in each picture, several codes joined. KeyError without zbar."""
    program = shutil.which("zbarimg")
    if program is None:
        raise KeyError("zbarimg")
    with tempfile.TemporaryDirectory(prefix="codes-") as folder:
        paths = [Path(folder, f"{number:03}.png") for number in range(len(pictures))]
        for path, picture in zip(paths, pictures, strict=True):
            path.write_bytes(picture)
        said = _zbar_lines(program, paths)
        if len(said) == len(paths):
            return said
        return [" ".join(_zbar_lines(program, [path])) for path in paths]


def _zbar_lines(program: str, paths: Sequence[Path]) -> list[str]:
    """Run zbar; it ends with 4 where a picture has no code, which is an answer, too."""
    done = subprocess.run([program, *_ZBAR, *paths], capture_output=True, check=False, timeout=120)
    return done.stdout.decode().splitlines()


def _page(payload: str) -> bytes:
    return image.png(payload, module_pixels=_PIXELS)


def _print(payload: str) -> bytes:
    symbol = matrix.bitmap(payload, "Q")
    side = symbol.width * _PIXELS
    buffer = io.BytesIO()
    symbol.resize((side, side), Image.Resampling.NEAREST).save(buffer, "PNG")
    return buffer.getvalue()


WRITERS: Final[dict[str, Callable[[str], bytes]]] = {"page": _page, "print": _print}


def _printable(chance: random.Random, count: int) -> list[str]:
    """Return different payloads of printable ASCII, which is all that is ever printed."""
    found: dict[str, None] = {}
    while len(found) < count:
        found |= dict.fromkeys(one for one in sound(chance, 100) if one.isascii())
    return [*found][:count]


def _tried(draw: Callable[[str], bytes], payloads: Sequence[str]) -> dict[str, Any]:
    read, missed, began = {"zxing-cpp": 0, "zbar": 0}, [], time.monotonic()
    for start in range(0, len(payloads), _AT_ONCE):
        some = payloads[start : start + _AT_ONCE]
        pictures = [draw(one) for one in some]
        for name, seen in (("zxing-cpp", by_zxing(pictures)), ("zbar", by_zbar(pictures))):
            wrong = [(one, text) for one, text in zip(some, seen, strict=True) if one != text]
            read[name] += len(some) - len(wrong)
            missed += [f"{name}: {text!r} for {one!r}" for one, text in wrong]
    return {
        "codes": len(payloads),
        "read_the_same_by": read,
        "not_read": len(missed),
        "first_of_them": missed[:_SHOWN],
        "seconds": round(time.monotonic() - began),
    }


if __name__ == "__main__":
    main()
