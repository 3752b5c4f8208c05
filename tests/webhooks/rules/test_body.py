"""A rule set is read strictly: it says what it may say, and nothing that would be unsafe."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cashless.errors import Invalid
from cashless.vietqr.reference import MANGLINGS, find_references, new_reference
from webhooks.rules import body
from webhooks.rules.body import FIRST

ACCOUNT = {"rung": "account"}
BROKEN: dict[str, tuple[object, str]] = {
    "no object": ([], "rules_unreadable"),
    "no ladder": ({}, "rules_unreadable"),
    "a ladder that is no list": ({"ladder": "account"}, "rules_unreadable"),
    "a rung that is no object": ({"ladder": ["account"]}, "rules_unreadable"),
    "another word beside the ladder": ({"ladder": [ACCOUNT], "x": 1}, "rules_unreadable"),
    "a parameter of another rung": (
        {"ladder": [{"rung": "account", "weak": True}]},
        "rules_unreadable",
    ),
    "an unknown rung": ({"ladder": [{"rung": "amount"}]}, "rules_rung_unknown"),
    "a rung without a name": ({"ladder": [{}]}, "rules_rung_unknown"),
    "no rung": ({"ladder": []}, "rules_rung_misplaced"),
    "no account": ({"ladder": [{"rung": "reference"}]}, "rules_rung_misplaced"),
    "a rung twice": ({"ladder": [ACCOUNT, ACCOUNT]}, "rules_rung_misplaced"),
    "the account first": ({"ladder": [ACCOUNT, {"rung": "reference"}]}, "rules_rung_misplaced"),
    "an account that need not be bound": (
        {"ladder": [{"rung": "account", "binding": False}]},
        "rules_invariant",
    ),
    "an amount that decides": ({"ladder": [ACCOUNT], "amount": True}, "rules_invariant"),
    "days below none": (
        {"ladder": [{"rung": "account", "closed_days": -1}]},
        "rules_value_invalid",
    ),
    "days as truth": (
        {"ladder": [{"rung": "account", "closed_days": True}]},
        "rules_value_invalid",
    ),
    "days too many": (
        {"ladder": [{"rung": "account", "closed_days": 3651}]},
        "rules_value_invalid",
    ),
    "truth as a number": (
        {"ladder": [{"rung": "order_field", "weak": 1}, ACCOUNT]},
        "rules_value_invalid",
    ),
    "an unknown mangling": (
        {"ladder": [{"rung": "reference", "manglings": ["typos"]}, ACCOUNT]},
        "rules_value_invalid",
    ),
    "gaps that glue": (
        {"ladder": [{"rung": "reference", "manglings": ["gaps"]}, ACCOUNT]},
        "rules_value_invalid",
    ),
}


@pytest.mark.parametrize(("said", "code"), BROKEN.values(), ids=BROKEN)
def test_what_is_no_safe_rule_set_is_refused(said: object, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        body.read(orjson.dumps(said))
    assert refused.value.code == code


@pytest.mark.parametrize("text", ["", "{", '{"ladder":[],"ladder":[]}', '{"ladder":[1.5]}'])
def test_what_is_no_strict_json_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        body.read(text)
    assert refused.value.code == "rules_unreadable"


def test_the_written_form_is_read_as_it_was() -> None:
    assert body.read(FIRST.body, 1) == FIRST
    assert body.read('{"ladder": [{"rung": "account"}]}').body == (
        '{"ladder":[{"closed_days":null,"revoked_stand_days":null,"rung":"account"}]}'
    )


def test_what_differs_is_named() -> None:
    said: dict[str, Any] = orjson.loads(FIRST.body)
    said["ladder"][1]["manglings"] = ["case"]
    del said["ladder"][2]
    assert body.differences(FIRST, body.read(orjson.dumps(said))) == [
        (
            "ladder",
            "order_field > reference > virtual_account > account",
            "order_field > reference > account",
        ),
        ("reference.manglings", '["accents","case","gaps","glued"]', '["case"]'),
        ("virtual_account.closed_days", "null", "-"),
    ]


def test_a_set_is_made_from_another_by_what_changes() -> None:
    made = body.changed(FIRST, ["account.closed_days=90"], "reference,account")
    assert body.differences(FIRST, made)[0][2] == "reference > account"
    assert made.ladder[-1].closed_days == 90
    for wrong in ("account.closed_days", "order_field.weak=false", "account.x=1", "account=1"):
        with pytest.raises(Invalid):
            body.changed(FIRST, [wrong], "reference,account")


CODE = next(code for code in iter(new_reference, "") if "A" in code)
DAMAGED = {
    "as it is": (f"tra {CODE} nhe", ()),
    "case": (f"tra {CODE.lower()} nhe", ("case",)),
    "glued": (f"tra{CODE}nhe", ("glued",)),
    "gaps": (f"tra {CODE[:4]} {CODE[4:]}.", ("gaps", "glued")),
    "accents": (f"trả {CODE.replace('A', 'Á')} nhé", ("accents",)),
}


@pytest.mark.parametrize(("memo", "needed"), DAMAGED.values(), ids=DAMAGED)
def test_each_mangling_is_forgiven_by_its_name_alone(memo: str, needed: tuple[str, ...]) -> None:
    assert find_references(memo, needed) == (CODE,)
    for name in needed:
        without = [one for one in MANGLINGS if one != name and (name, one) != ("glued", "gaps")]
        assert find_references(memo, without) == ()


@given(
    st.lists(st.sampled_from([CODE, CODE.lower(), CODE[:5], CODE[5:], " ", ".", "ả", "x"])),
    st.sets(st.sampled_from(MANGLINGS)),
)
def test_who_forgives_less_finds_nothing_more(parts: list[str], forgiven: set[str]) -> None:
    memo = "".join(parts)
    if "gaps" in forgiven:
        forgiven |= {"glued"}
    assert set(find_references(memo, forgiven)) <= set(find_references(memo))
