"""Stands: the check word, and what is refused before anything is drawn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cashless.errors import Invalid
from cashless.ids import ALPHABET
from cashless.vietqr.payload import Transfer, encode
from cashless.vietqr.stand import check_word, few, require_true
from tests.cashless.vietqr.stalls import KEY, stand, stands


def refusal(**changes: object) -> Invalid:
    with pytest.raises(Invalid) as caught:
        require_true([stand(1), stand(2, **changes)])
    return caught.value


def test_a_check_word_has_five_signs_of_the_alphabet_and_no_vowel() -> None:
    words = {check_word(one.payload, KEY) for one in stands(200)}
    assert len(words) == 200
    assert {len(word) for word in words} == {5}
    assert set("".join(words)) <= set(ALPHABET) - set("AEUY")


def test_a_check_word_depends_on_every_sign_of_the_payload_and_on_the_key() -> None:
    payload = stand().payload
    word = check_word(payload, KEY)
    assert check_word(payload, KEY) == word
    assert check_word(payload, KEY + b".") != word
    others = [payload[:at] + "#" + payload[at + 1 :] for at in range(len(payload))]
    assert word not in {check_word(other, KEY) for other in others}


@given(st.text(st.characters(), max_size=40))
def test_whatever_was_scanned_has_a_check_word(payload: str) -> None:
    assert len(check_word(payload, KEY)) == 5


def test_stands_that_fit_their_codes_are_let_through() -> None:
    require_true(stands(9))


def test_printing_nothing_is_refused() -> None:
    with pytest.raises(Invalid) as caught:
        require_true([])
    assert caught.value.code == "stands_missing"


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "https://example.vn",
        stand(2).payload[:-1] + "x",
        encode(Transfer("970436", "1234567890", amount=50_000)),
        "00020101021129370016A000000677010111011300668123456785802TH53037646304A1B2",
    ],
)
def test_a_payload_that_is_no_static_vietqr_is_refused(payload: str) -> None:
    assert refusal(payload=payload).code == "stand_payload_wrong"


@pytest.mark.parametrize("wrong", [{"bank_bin": "970405"}, {"last_digits": "0000"}])
def test_another_bank_or_other_digits_than_in_the_code_are_refused(wrong: dict[str, str]) -> None:
    problem = refusal(**wrong)
    assert problem.code == "stand_account_wrong"
    assert stand(2).stall in problem.message
    assert stand(2).merchant_name in problem.message_vi


def test_a_code_pasted_from_another_stall_is_refused() -> None:
    assert refusal(payload=stand(5).payload).code == "stand_account_wrong"


@pytest.mark.parametrize("wrong", [{"print_number": 2}, {"print_number": 0, "reason": "ướt"}])
def test_a_second_print_needs_its_reason(wrong: dict[str, object]) -> None:
    assert refusal(**wrong).code == "reprint_reason_missing"


def test_a_second_print_with_a_reason_and_a_first_with_one_are_fine() -> None:
    require_true([stand(print_number=2, reason="mưa làm mờ"), stand(reason="in lần đầu")])


def test_only_a_few_of_many_are_named() -> None:
    assert few(["A1", "A2"]) == "A1; A2"
    assert few([f"A{n}" for n in range(9)]) == "A0; A1; A2; A3; A4; … (+4)"
