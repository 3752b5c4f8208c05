"""A small run of the campaign of ``python -m bench.memos``."""

from bench.memos import collected, damaged_like, generated
from cashless.vietqr.reference import find_references


def test_every_collected_content_shows_our_reference_and_none_by_mistake() -> None:
    found = collected()
    assert (found.found, found.seen, found.missed) == (found.placed, 0, ())
    assert found.placed == 49


def test_generated_memos_hide_no_reference_and_show_none_that_is_not_there() -> None:
    found = generated(4_000, seed=3)
    assert (found.found, found.placed, found.seen) == (2_000, 2_000, 0)


def test_a_reference_is_damaged_as_the_code_was() -> None:
    memo = damaged_like("VQR303f2894 ceVRC", "VQR303f2894ce", "JXABCDEFGHJK")
    assert memo == "JXABCDEFGH JKVRC"
    assert damaged_like("no code", "VQR1", "JXABCDEFGHJK") is None
    assert find_references("no code") == ()
