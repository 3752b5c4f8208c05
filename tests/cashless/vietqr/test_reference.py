"""Our reference in a bank's memo: found after everything banks do to it, and never elsewhere."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cashless.ids import ALPHABET, check_character
from cashless.vietqr.reference import (
    LENGTH,
    PREFIX,
    find_references,
    is_reference,
    new_reference,
)

MEMOS: list[str] = [
    entry["content"]
    for entry in json.loads(
        (Path(__file__).parents[2] / "vectors/transfer_contents.json").read_text(encoding="utf-8")
    )["entries"]
]
# What the memos of banks are made of: none of it may be, or begin with, our prefix.
VOCABULARY = (
    *("FT", "CT", "CK", "GD", "ND", "SD", "TK", "QR", "VQR", "CS", "CAS", "TKP", "SEVQR", "MB"),
    *("VCB", "IB", "ACSP", "MOMO", "OQC", "ZP", "ICB", "CKN", "Q", "MBVCB", "IBFT", "NAPAS"),
)
SIGNS = ALPHABET.replace(PREFIX[0], "")
BODIES = st.text(SIGNS, min_size=LENGTH - 3, max_size=LENGTH - 3).filter(
    lambda body: not body.isdigit()
)
REFERENCES = BODIES.map(lambda body: PREFIX + body + check_character(PREFIX + body)).filter(
    lambda reference: not reference.endswith(PREFIX[0])
)
BETWEEN = st.sampled_from(["", "", "", " ", "  ", ".", "-", "_", "/", "\n", "\u00a0"])
AROUND = st.sampled_from([*MEMOS, *VOCABULARY, "", "Tiền cá chị Út", "chuyen tien", "NGUYEN VAN A"])


@st.composite
def mangled(draw: st.DrawFn) -> tuple[str, str]:
    """A reference, and a memo in which a bank has done its worst to it."""
    reference = draw(REFERENCES)
    pieces = [sign + draw(BETWEEN) for sign in reference]
    cased = "".join(sign.lower() if draw(st.booleans()) else sign for sign in pieces)
    return reference, f"{draw(AROUND)}{draw(BETWEEN)}{cased}{draw(BETWEEN)}{draw(AROUND)}"


@given(mangled())
def test_a_reference_is_found_whatever_banks_do_to_it(case: tuple[str, str]) -> None:
    reference, memo = case
    assert find_references(memo) == (reference,)


@given(REFERENCES, AROUND, AROUND)
def test_a_reference_wrapped_at_35_columns_is_found(
    reference: str, before: str, after: str
) -> None:
    memo = f"{before} {reference} {after}"
    wrapped = "\n".join(memo[start : start + 35] for start in range(0, len(memo), 35))
    assert find_references(wrapped) == (reference,)


@given(REFERENCES, AROUND, AROUND)
def test_glued_neighbours_do_not_hide_a_reference(reference: str, before: str, after: str) -> None:
    assert find_references(before + reference + after) == (reference,)
    assert find_references(PREFIX + reference + PREFIX) == (reference,)


@pytest.mark.parametrize("memo", MEMOS)
def test_no_real_memo_holds_a_reference_of_ours(memo: str) -> None:
    assert find_references(memo) == ()
    assert PREFIX not in "".join(sign for sign in memo.upper() if sign.isalnum())


def test_all_memos_on_end_hold_no_reference_either() -> None:
    assert find_references("".join(MEMOS)) == ()
    assert find_references("".join(reversed(MEMOS))) == ()


def test_the_prefix_is_in_no_banks_vocabulary() -> None:
    assert len(PREFIX) == 2
    assert set(PREFIX) <= set(ALPHABET)
    assert PREFIX not in VOCABULARY


@given(REFERENCES, st.data())
def test_a_wrong_sign_makes_it_no_reference(reference: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, LENGTH - 1))
    sign = data.draw(st.sampled_from(sorted(set(ALPHABET) - {reference[place]})))
    wrong = reference[:place] + sign + reference[place + 1 :]
    assert not is_reference(wrong)
    assert find_references(wrong) == ()


@given(REFERENCES, st.integers(0, LENGTH - 2))
def test_swapped_neighbours_make_it_no_reference(reference: str, place: int) -> None:
    first, second = reference[place], reference[place + 1]
    wrong = reference[:place] + second + first + reference[place + 2 :]
    assert is_reference(wrong) == (first == second)


def test_new_references_are_good_and_never_alike() -> None:
    made = [new_reference() for _ in range(500)]
    assert len(set(made)) == 500
    assert all(is_reference(one) for one in made)
    assert all(len(one) == LENGTH == 12 and one.startswith(PREFIX) for one in made)
    assert all(find_references(one) == (one,) for one in made)


@given(st.text())
def test_only_the_written_form_is_a_reference(text: str) -> None:
    assert is_reference(text) == (find_references(text) == (text,))


def test_case_and_spaces_are_for_the_search_not_for_the_form() -> None:
    reference = new_reference()
    assert not is_reference(reference.lower())
    assert not is_reference(f" {reference}")
    assert not is_reference(f"{reference}\n")
    assert not is_reference("")


def test_digits_alone_are_no_reference() -> None:
    stem = f"{PREFIX}234567892"
    assert not is_reference(stem + check_character(stem))


def test_two_references_are_both_found_in_their_order() -> None:
    first, second = new_reference(), new_reference()
    assert find_references(f"{first} {second} {first.lower()}") == (first, second)


def test_accents_and_wide_letters_are_folded() -> None:
    reference = new_reference()
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in reference)
    assert find_references(f"Đã trả {wide} cảm ơn") == (reference,)
