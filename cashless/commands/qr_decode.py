"""``cashless qr decode``: what a payment code says, and whether it may be paid.

The verdict is the answer, so a bad code ends with 0 like a good one; 2 is for a
file that cannot be read or a picture without exactly one code. A payload from
the command line or a picture is taken out of its wrapping first (white space,
link, per cent signs: ``links.payload_in``); a line of ``--file`` is judged sign
by sign as it stands, but for its line end. A line may be a JSON string, which
is how a payload with a line break in it fits on one. Empty lines are skipped.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import IO, Final

import click

from cashless.commands.session import answer, as_text, json_option
from cashless.vietqr import explain
from cashless.vietqr.flaws import flaw
from cashless.vietqr.links import payload_in
from cashless.vietqr.payload import Decoded, decode
from cashless.vietqr.photo import only_code
from cashless.vietqr.picture import BYTES_MAX

# The longest payload, each character escaped in a JSON string, is shorter than this.
_LINE_BYTES: Final = 8192


@click.command("decode")
@click.argument("payload", required=False)
@click.option("--image", type=click.File("rb"), help="A PNG or JPEG with one code; - for stdin.")
@click.option(
    "--file",
    "lines",
    type=click.File("rb"),
    help="A payload a line, plain or as a JSON string; - for stdin. Answers with a line of JSON.",
)
@json_option
def decode_(
    payload: str | None, image: IO[bytes] | None, lines: IO[bytes] | None, as_json: bool
) -> None:
    """Read PAYLOAD strictly: who gets the money, how much, and what is wrong.

    Ends with 0 also when the code is bad: that is the answer.
    """
    if sum(given is not None for given in (payload, image, lines)) != 1:
        raise click.UsageError("Give one of PAYLOAD, --image or --file.")
    if lines is not None:
        for number, found in _judged(lines):
            click.echo(as_text({"line": number} | found.as_json(), indent=False))
        return
    found = decode(payload_in(payload or "")) if image is None else _seen(image)
    answer(found.as_json(), as_json, lambda _: _said(found))


def _seen(image: IO[bytes]) -> Decoded:
    """Read the code of a picture; that it is light on dark is one more thing wrong with it."""
    code = only_code(image.read(BYTES_MAX + 1))
    found = decode(payload_in(code.text))
    if not code.is_inverted:
        return found
    return replace(found, errors=(flaw("inverted", "image"), *found.errors), code=None)


def _said(found: Decoded) -> str:
    return "\n".join(f"{line.vi}\n  {line.en}" for line in explain.lines(found))


def _judged(file: IO[bytes]) -> Iterator[tuple[int, Decoded]]:
    """Give the number and the reading of every line that is not empty."""
    for number, line in enumerate(_lines(file), start=1):
        if line:
            yield number, decode(_text(line))


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """Give the lines without their ends; of one that is far too long only its beginning."""
    while line := file.readline(_LINE_BYTES):
        piece = line
        while piece and not piece.endswith(b"\n"):
            piece = file.readline(_LINE_BYTES)
        yield line.removesuffix(b"\n").removesuffix(b"\r")


def _text(line: bytes) -> str:
    """Return the payload of a line; what is not UTF-8 goes on half-read, and is refused."""
    text = line.decode("utf-8", "surrogateescape")
    if not text.startswith('"'):
        return text
    try:
        given = json.loads(text)
    except ValueError:
        return text
    return given if isinstance(given, str) else text
