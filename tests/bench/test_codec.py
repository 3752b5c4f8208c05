"""The campaign over the reader of payment codes: a small one is clean, and faults are found."""

import json
import time
from collections.abc import Callable

import pytest

from bench import codec, hostile
from cashless.vietqr.payload import Decoded, Transfer, decode, encode

VECTORS = json.loads(codec.PUBLISHED.read_bytes())
PUBLISHED = [one["payload"] for one in VECTORS]
STALL = encode(Transfer(bin="970452", account="1234567890"))


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[str], Decoded]], None]:
    """Let the campaign try another reader than ours."""
    return lambda reader: monkeypatch.setattr(codec, "decode", reader)


def test_a_thousand_texts_are_answered_and_what_is_sound_is_kept() -> None:
    tally = codec.campaign(1000, 7, PUBLISHED)
    assert tally.thrown == []
    assert set(tally.kinds) == {"value", *hostile.KINDS}
    assert tally.kinds.total() == 1000
    assert {"value", "edited", "shuffled"} <= set(tally.accepted)
    assert len(tally.errors) > 15


def test_every_published_code_passes_the_examination() -> None:
    assert [codec.examine(one["payload"]).valid for one in VECTORS] == [
        one["valid"] for one in VECTORS
    ]


def test_the_same_seed_tries_the_same_texts() -> None:
    first, again = (codec.campaign(200, 3).as_json() for _ in range(2))
    other = codec.campaign(200, 4).as_json()
    assert first["by_kind"] == again["by_kind"] != other["by_kind"]


def test_a_reader_that_throws_is_found(reading: Callable[..., None]) -> None:
    def throwing(text: str) -> Decoded:
        if not text.isascii():
            raise IndexError(text)
        return decode(text)

    reading(throwing)
    tally = codec.campaign(300, 1)
    assert not tally.is_clean
    assert any("IndexError" in line for line in tally.thrown)


def test_a_reader_that_loses_something_is_found(reading: Callable[..., None]) -> None:
    reading(lambda text: decode(STALL) if decode(text).valid else decode(text))
    assert any("read back the same" in line for line in codec.campaign(300, 1).thrown)


def test_a_slow_reader_is_found_and_tried_again(
    reading: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def slow(text: str) -> Decoded:
        tried.append(text)
        time.sleep(0.002)
        return decode(text)

    reading(slow)
    monkeypatch.setattr(codec, "SLOW_MS", 1.0)
    tally = codec.campaign(4, 1)
    assert not tally.is_clean
    assert tally.slowest[0] > 1.0
    assert max(tried.count(text) for text in tried) >= 4
