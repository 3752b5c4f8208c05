"""Objects of a payment code: written and read to the last character."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cashless.vietqr import tlv

IDS = st.integers(0, 99).map("{:02d}".format)
VALUES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=99)
OBJECTS = st.dictionaries(IDS, VALUES, max_size=6)


@given(OBJECTS)
def test_what_is_written_is_read_back_in_order(objects: dict[str, str]) -> None:
    found, flaws = tlv.read(tlv.write(objects.items()))
    assert list(found.items()) == list(objects.items())
    assert flaws == ()


@given(OBJECTS.filter(bool), st.data())
def test_a_text_cut_short_is_never_whole(objects: dict[str, str], data: st.DataObject) -> None:
    text = tlv.write(objects.items())
    cut = text[: data.draw(st.integers(1, len(text) - 1))]
    found, flaws = tlv.read(cut)
    assert flaws or tlv.write(found.items()) == cut


@given(st.text("0123456789AB", max_size=60))
def test_any_text_is_read_or_has_a_flaw(text: str) -> None:
    found, flaws = tlv.read(text)
    assert flaws or tlv.write(found.items()) == text


@pytest.mark.parametrize(
    ("text", "path", "flaw"),
    [
        ("0002011", "", ("trailing_data", "root")),
        ("0002010", "38.01", ("trailing_data", "38.01")),
        ("0A0201", "", ("bad_id", "root:0A")),
        ("٠٠0201", "", ("bad_id", "root:٠٠")),
        ("000X01", "38", ("bad_length_digits", "38.00")),
        ("0000", "", ("zero_length", "00")),
        ("000301", "62", ("truncated", "62.00")),
        ("000201000202", "38", ("duplicate_id", "38.00")),
    ],
)
def test_a_flaw_says_where_it_is(text: str, path: str, flaw: tuple[str, str]) -> None:
    _, flaws = tlv.read(text, path)
    assert [(one.code, one.path) for one in flaws] == [flaw]
    where = "" if flaw[1] == "root" else flaw[1]
    assert where in flaws[0].message
    assert where in flaws[0].message_vi


def test_of_two_objects_with_one_id_the_first_is_kept() -> None:
    assert tlv.read("000201000202")[0] == {"00": "01"}


def test_lengths_count_characters() -> None:
    assert tlv.write([("08", "Phở")]) == "0803Phở"
    assert tlv.read("0803Phở") == ({"08": "Phở"}, ())


def test_objects_without_a_value_are_left_out() -> None:
    assert tlv.write([("00", None), ("01", "11")]) == "010211"


@pytest.mark.parametrize(
    ("name", "value"), [("0", "a"), ("0A", "a"), ("00", ""), ("00", "a" * 100)]
)
def test_what_cannot_be_an_object_is_not_written(name: str, value: str) -> None:
    with pytest.raises(ValueError, match="cannot hold"):
        tlv.write([(name, value)])


@pytest.mark.parametrize(("text", "seal"), [("123456789", "29B1"), ("", "FFFF")])
def test_the_check_sum_is_crc16_ccitt_false(text: str, seal: str) -> None:
    assert tlv.crc(text) == seal


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_the_check_sum_runs_over_the_bits_of_utf8(text: str) -> None:
    register = 0xFFFF
    for byte in text.encode():
        for bit in range(7, -1, -1):
            carry = (register >> 15) ^ (byte >> bit & 1)
            register = (register << 1 & 0xFFFF) ^ (0x1021 * carry)
    assert tlv.crc(text) == f"{register:04X}"
