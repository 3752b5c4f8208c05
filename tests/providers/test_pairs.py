"""A join can be cut in one way only."""

import re
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers._pairs import joined, picked, shaped
from providers._protocol import Refused

NAMES = ("amount", "memo", "order", "status")
VALUES = st.text(alphabet="a&=mo4rder", max_size=12) | st.sampled_from(["&order=", "x&status=0"])


def test_values_stand_as_they_came() -> None:
    said = {"a": 1, "b": "Thanh toán & gửi", "c": "", "d": Decimal("5.0"), "e": "x=y&z"}
    assert joined(said) == "a=1&b=Thanh toán & gửi&c=&d=5.0&e=x=y&z"


@pytest.mark.parametrize("value", [None, True, [], {}, [1], {"a": 1}])
def test_a_value_without_a_text_is_malformed(value: object) -> None:
    with pytest.raises(Refused, match="malformed"):
        joined({"a": value})


@pytest.mark.parametrize("name", ["", "a=b", "a&b", "1a", "tiền", "a b"])
def test_an_odd_name_is_malformed(name: str) -> None:
    with pytest.raises(Refused, match="malformed"):
        joined({name: "x"})


def test_a_value_that_holds_a_separator_is_ambiguous() -> None:
    with pytest.raises(Refused, match="ambiguous"):
        joined({"memo": "x&amount=1"})


@settings(derandomize=True)
@given(st.lists(VALUES, min_size=4, max_size=4))
def test_a_text_that_was_joined_can_be_cut_in_one_way(values: list[str]) -> None:
    said = dict(zip(NAMES, values, strict=True))
    if any(re.search("&[a-z][a-z0-9]*=", value) for value in values):
        with pytest.raises(Refused, match="ambiguous"):
            joined(said)
    else:
        _, *parts = re.split("(?:^|&)([a-z][a-z0-9]*)=", joined(said))
        assert dict(zip(parts[::2], parts[1::2], strict=True)) == said


def test_picking_keeps_the_order_asked_for_and_names_what_is_missing() -> None:
    assert list(picked({"b": 1, "a": 2, "c": 3}, ("a", "b"))) == ["a", "b"]
    with pytest.raises(Refused) as caught:
        picked({"a": 1}, ("a", "b"))
    assert (caught.value.code, caught.value.detail) == ("field_missing", "b")


FORMS = {"id": re.compile(r"[0-9]{1,3}"), "note": re.compile(r"[a-z]*")}


def test_values_with_their_forms_are_picked_in_the_order_of_the_forms() -> None:
    assert list(shaped({"note": "x", "other": 1, "id": "12"}, FORMS).items()) == [
        ("id", "12"),
        ("note", "x"),
    ]


@pytest.mark.parametrize("nothing", [{}, {"note": None}, {"note": ""}])
def test_nothing_is_an_empty_text_where_the_form_allows_one(nothing: dict[str, object]) -> None:
    assert shaped({"id": "1", **nothing}, FORMS) == {"id": "1", "note": ""}
    with pytest.raises(Refused, match="field_missing: id"):
        shaped(nothing, FORMS)


@pytest.mark.parametrize("value", ["1234", "1 ", "1\n", "\uff11", 12, True, ["1"], {"1": 1}, 1.0])
def test_a_value_of_another_form_or_type_is_malformed(value: object) -> None:
    with pytest.raises(Refused, match="malformed: id"):
        shaped({"id": value}, FORMS)
