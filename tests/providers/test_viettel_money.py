"""What is peculiar to Viettel's result: a text without separators, two codes, no time."""

import re
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from providers import find
from providers._protocol import Delivery, Outcome, Refused, Standing
from tests.providers.viettel import (
    FIELDS,
    RESULT,
    SECRETS,
    case,
    cuts,
    form,
    is_proven,
    said,
    spoken_of,
)


def standing(delivery: Delivery) -> Standing:
    tell = RESULT.protocol.result
    assert tell is not None
    heard = tell(RESULT.protocol.verify(delivery, SECRETS, None))
    assert heard.standing is RESULT.protocol.results.get(heard.code, Standing.UNKNOWN)
    return heard.standing


@pytest.mark.parametrize(
    ("error", "status", "expected"),
    [
        ("00", "1", Standing.PAID),
        ("02", "1", Standing.UNKNOWN),
        ("01", "1", Standing.UNKNOWN),
        ("99", "1", Standing.UNKNOWN),
        ("00", "0", Standing.PENDING),
        ("00", "3", Standing.PENDING),
        ("00", "2", Standing.FAILED),
        ("02", "2", Standing.FAILED),
        ("32", "2", Standing.FAILED),
        ("00", "-1", Standing.FAILED),
        ("00", "-0", Standing.UNKNOWN),
        ("00", "4", Standing.UNKNOWN),
        ("00", "-2", Standing.UNKNOWN),
    ],
)
def test_only_two_successes_are_money(error: str, status: str, expected: Standing) -> None:
    delivery = said(error_code=error, payment_status=status)
    assert standing(delivery) is expected
    assert bool(RESULT.read(delivery)) == (expected is Standing.PAID)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"order_id": "1", "payment_status": "0", "error_code": "100"},
        {"order_id": "000000000000", "cust_msisdn": "0840840840"},
        {"order_id": "84900000000", "error_code": "000", "trans_amount": "1000000000000"},
        {"order_id": "JX7QK4M9RTB5", "payment_status": "-1", "trans_amount": "0"},
        {"order_id": "HD84", "cust_msisdn": "0909090900", "error_code": "800"},
    ],
)
def test_a_signed_text_can_be_cut_in_one_way(changes: dict[str, str]) -> None:
    """Try every cut of it into eight values of any length in which the orders agree."""
    fields = FIELDS | changes
    values = list((fields | {"billcode": fields["order_id"]}).values())
    accepted = [cut for cut in cuts("".join(values)) if is_proven(cut)]
    assert accepted == [values]


def test_a_stranger_cannot_make_1_000_019_of_10_000() -> None:
    recut = {"trans_amount": "1000019", "vt_transaction_id": "120500000001"}
    assert "".join((FIELDS | recut).values()) == "".join(FIELDS.values())
    given = form(**recut) + b"&" + RESULT.delivery.body.rpartition(b"&")[2]
    with pytest.raises(Refused, match="malformed: vt_transaction_id"):
        RESULT.read(replace(RESULT.delivery, body=given))


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize(
    "value", ["", " ", "0 ", "+1", "x" * 13, "1" * 15, "đ", "１", "1\n", "1.0", "1-3", "a&b"]
)
def test_a_value_of_another_form_is_refused_under_a_genuine_seal(name: str, value: str) -> None:
    changes = {name: value} | ({"billcode": value} if name == "order_id" else {})
    with pytest.raises(Refused):
        RESULT.read(said(**changes))


@pytest.mark.parametrize("name", [*FIELDS, "check_sum"])
def test_a_value_that_is_missing_or_comes_twice_is_refused(name: str) -> None:
    pairs = RESULT.delivery.body.decode().split("&")
    without = [pair for pair in pairs if not pair.startswith(f"{name}=")]
    (own,) = set(pairs) - set(without)
    for body in ("&".join(without), "&".join([*pairs, own]), "&".join([f"{name}=1", *pairs])):
        with pytest.raises(Refused):
            RESULT.read(replace(RESULT.delivery, body=body.encode()))


@pytest.mark.parametrize("name", ["viettel-plus-as-space", "viettel-equals-encoded-twice"])
def test_another_spelling_of_the_same_seal_says_the_same(name: str) -> None:
    assert case(name).read() == case("viettel-with-plus").notifications


def test_no_other_spelling_of_a_seal_is_believed() -> None:
    plain, seal = RESULT.plain, "cGrrwttTF9vdyjhNZcP6o3DLIzA="
    for wrong in (
        seal[:-1],
        f"{seal}=",
        f"{seal}%253d",
        seal.swapcase(),
        f"%20{seal}",
        f"{seal}+",
        seal.replace("=", "%00"),
        seal.replace("A=", "B="),
        seal.replace("c", "%63c", 1),
        "",
        "=",
    ):
        with pytest.raises(Refused):
            RESULT.read(replace(RESULT.delivery, body=plain + f"&check_sum={wrong}".encode()))


def test_every_changed_sign_of_a_form_is_refused_or_says_the_same() -> None:
    body = RESULT.delivery.body.decode()
    for place, sign in enumerate(body):
        for other in ("0", "1", "&", "=", "%", "+", sign.swapcase()):
            changed = (body[:place] + other + body[place + 1 :]).encode()
            try:
                heard = RESULT.read(replace(RESULT.delivery, body=changed))
            except Refused:
                continue
            assert heard == RESULT.notifications


def test_neighbours_that_trade_signs_are_refused() -> None:
    """Move one sign over each border between two values; the signed text stays what it was."""
    seal = RESULT.delivery.body.rpartition(b"&")[2]
    for left, right in pairwise(FIELDS):
        one, other = FIELDS[left], FIELDS[right]
        for changes in (
            {left: one + other[0], right: other[1:]},
            {left: one[:-1], right: one[-1] + other},
        ):
            with pytest.raises(Refused):
                RESULT.read(replace(RESULT.delivery, body=form(**changes) + b"&" + seal))


def test_the_arrival_is_the_time_and_no_part_of_what_is_compared() -> None:
    later = replace(RESULT.delivery, received_at=RESULT.delivery.received_at + timedelta(days=9))
    (first,), (again,) = RESULT.read(), RESULT.read(later)
    assert first.occurred_at == RESULT.delivery.received_at != again.occurred_at
    assert first.digest == again.digest


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.UNAVAILABLE])
def test_what_is_not_kept_is_answered_without_signing_a_word_of_the_caller(
    outcome: Outcome,
) -> None:
    """With a chosen order_id our 01 would be the head of a result that we believe."""
    tail = "84900000000" + "00SVFPTT4" + "1" + "9000000" + "19120500000001"
    for order in ("HD0001", tail, "a" * 12):
        heard = RESULT.protocol.acknowledge(outcome, said(order_id=order), SECRETS)
        assert spoken_of(heard)["order_id"] == ""
    for operation in RESULT.protocol.talks:
        refused = RESULT.protocol.talks[operation].refuse(said(order_id=tail), SECRETS)
        assert spoken_of(refused)["order_id"] == ""


@pytest.mark.parametrize("body", [b"", b"order_id=%ff", b"order_id=a|b", b"x", b"\xff", b"a=1&a=2"])
@pytest.mark.parametrize("outcome", list(Outcome))
def test_anything_is_answered(outcome: Outcome, body: bytes) -> None:
    heard = RESULT.protocol.acknowledge(outcome, replace(RESULT.delivery, body=body), SECRETS)
    assert (heard.status, spoken_of(heard)["order_id"]) == (200, "")


def test_a_merchant_code_that_could_lie_in_digits_is_no_secret_of_a_connection() -> None:
    known = re.compile(RESULT.protocol.secret_forms["merchant_code"])
    assert known.fullmatch("SVFPTT4")
    assert not any(known.fullmatch(wrong) for wrong in ("1234", "4SV", "", "S V", "S&V"))


def test_the_bin_is_not_swapped_with_that_of_vnpt_money() -> None:
    assert find("viettel_money").bins == ("971005",)
    assert RESULT.protocol.operations == ("result",)
