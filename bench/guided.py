"""The reader of payment codes under a fuzzer that watches which lines of it are reached.

``python -m bench.guided SECONDS`` needs the package atheris in this environment; nothing else does
(``pip install --target DIR atheris``, then ``PYTHONPATH=DIR``). It begins with the published codes
and the generated ones of ``codec``, seals half of what it makes, and does with each what ``codec``
does. Ends with an error at the first text that throws, is lost, or takes longer than 100 ms three
times in a row; libFuzzer prints how many texts were tried and how much of the reader was reached.
"""

import importlib
import json
import random
import sys
import tempfile
from pathlib import Path
from typing import Final

from bench import codec
from bench.payloads import sound
from cashless.vietqr.seal import sealed

_BYTES_MAX: Final = 2000
_SEAL: Final = 8


def main() -> None:
    """Fuzz for so many seconds."""
    atheris = importlib.import_module("atheris")
    atheris.instrument_all()
    with tempfile.TemporaryDirectory(prefix="codes-") as corpus:
        published = [one["payload"] for one in json.loads(codec.PUBLISHED.read_bytes())]
        for number, text in enumerate([*published, *sound(random.Random(1), 500)]):
            Path(corpus, f"{number}").write_bytes(b"\x00" + text.encode())
        limits = (f"-max_total_time={int(sys.argv[1])}", f"-max_len={_BYTES_MAX}")
        atheris.Setup([sys.argv[0], corpus, *limits, "-print_final_stats=1"], try_bytes)
        atheris.Fuzz()


def try_bytes(data: bytes) -> None:
    """Examine the text of some bytes; an odd first byte has it sealed."""
    text = data[1:].decode("utf-8", "surrogateescape")
    tally = codec.Tally()
    codec.timed(tally, "guided", sealed(text[:-_SEAL]) if data[:1] > b"\x7f" else text)
    if tally.slow:
        raise AssertionError(tally.slow)


if __name__ == "__main__":
    main()
