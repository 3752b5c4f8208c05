"""Ids: sorted by time, and a check character that finds the common mistakes."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cashless import ids

WORDS = st.text(ids.ALPHABET, min_size=1, max_size=40)


def test_an_id_is_a_uuid_of_version_7_that_knows_its_millisecond() -> None:
    before = time.time_ns() // 1_000_000
    one = ids.new_id()
    after = time.time_ns() // 1_000_000
    assert (one.version, one.variant) == (7, "specified in RFC 4122")
    assert before <= one.int >> 80 <= after


@given(st.lists(st.integers(0, 2**47 * 10**6), min_size=2, max_size=20, unique=True))
def test_ids_sort_by_the_time_they_were_made(instants: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        made = []
        for instant in sorted({instant // 1000 * 1000 for instant in instants}):
            patch.setattr(time, "time_ns", lambda instant=instant: instant)
            made.append(ids.new_id())
    assert all(first < second for first, second in pairwise(made))


def test_ids_of_one_instant_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: 1_767_225_600_000_999_999)
    assert len({ids.new_id() for _ in range(1000)}) == 1000


def test_tokens_are_long_url_safe_and_never_alike() -> None:
    tokens = {ids.new_token() for _ in range(200)}
    assert len(tokens) == 200
    assert {len(token) for token in tokens} == {32}
    assert all(token.replace("-", "").replace("_", "").isalnum() for token in tokens)


def test_a_token_is_kept_as_its_sha256() -> None:
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert ids.token_hash("abc").hex() == digest


def test_the_alphabet_has_a_prime_number_of_signs_and_no_look_alikes() -> None:
    assert len(set(ids.ALPHABET)) == len(ids.ALPHABET) == 31
    assert not set(ids.ALPHABET) & set("ILO01")


def test_random_text_uses_the_whole_alphabet_and_nothing_else() -> None:
    text = ids.random_text(5000)
    assert len(text) == 5000
    assert set(text) == set(ids.ALPHABET)


@given(WORDS, st.data())
def test_a_wrong_sign_is_always_found(text: str, data: st.DataObject) -> None:
    sealed = text + ids.check_character(text)
    place = data.draw(st.integers(0, len(sealed) - 1))
    sign = data.draw(st.sampled_from(sorted(set(ids.ALPHABET) - {sealed[place]})))
    wrong = sealed[:place] + sign + sealed[place + 1 :]
    assert ids.check_character(wrong[:-1]) != wrong[-1]


@given(WORDS, st.data())
def test_swapped_neighbours_are_always_found(text: str, data: st.DataObject) -> None:
    sealed = text + ids.check_character(text)
    place = data.draw(st.integers(0, len(sealed) - 2))
    wrong = sealed[:place] + sealed[place + 1] + sealed[place] + sealed[place + 2 :]
    assert (ids.check_character(wrong[:-1]) == wrong[-1]) == (wrong == sealed)


@pytest.mark.parametrize("text", ["A0", "I", "a", "Đ", " "])
def test_a_sign_outside_the_alphabet_has_no_check_character(text: str) -> None:
    with pytest.raises(ValueError, match="not one of the signs"):
        ids.check_character(text)
