"""Text for a payment code: what is left of Vietnamese in printable ASCII."""

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cashless.vietqr.text import ascii_text

VECTORS = json.loads(
    (Path(__file__).parents[2] / "vectors/translit_vectors.json").read_text(encoding="utf-8")
)
LETTERS = (
    "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵ",
    "aaaaaaaaaaaaaaaaadeeeeeeeeeeeiiiiiooooooooooooooooouuuuuuuuuuuyyyyy",
)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["input"])
def test_published_pairs_are_folded_as_expected(vector: dict[str, str]) -> None:
    assert ascii_text(vector["input"]) == vector["expected"]


def test_all_134_letters_have_a_base_letter() -> None:
    letters, bases = LETTERS
    assert len(letters) == len(set(letters)) == 67
    assert ascii_text(letters) == bases
    assert ascii_text(letters.upper()) == bases.upper()


@given(st.text() | st.text(LETTERS[0] + " -–—“”'đÐ\t\u00a0"))
def test_the_result_is_printable_ascii_and_folding_it_again_changes_nothing(text: str) -> None:
    folded = ascii_text(text)
    assert all(" " <= sign <= "~" for sign in folded)
    assert ascii_text(folded) == folded == folded.strip()
    assert "  " not in folded


@given(st.text(LETTERS[0] + "abc 12", max_size=30))
def test_spellings_with_combining_marks_are_the_same_text(text: str) -> None:
    assert ascii_text(unicodedata.normalize("NFD", text)) == ascii_text(text)


def test_words_that_a_long_dash_parts_stay_apart() -> None:
    assert ascii_text("Bún cá—bánh canh…") == "Bun ca banh canh..."
