"""What is peculiar to ZaloPay: an opaque text under the seal, a type outside it, two keys."""

import json
import unicodedata
from dataclasses import replace

import pytest

from providers._protocol import Delivery, Outcome, Refused, Unreadable
from providers._seals import hmac_hex
from tests.providers.cases import CASES, TURNED, VECTORS, Case


def case(name: str) -> Case:
    return next(one for one in CASES if one.id == name)


PAID, AGREEMENT = case("zalopay-cb-001"), case("zalopay-agreement")
OUTER = json.loads(PAID.delivery.body)


def sealed(text: str, **outer: object) -> Delivery:
    """Put a genuine seal on any text, JSON or not."""
    said = {"data": text, "mac": hmac_hex(PAID.secrets["key2"], text), "type": 1} | outer
    return replace(PAID.delivery, body=json.dumps(said, ensure_ascii=False).encode())


def said(**changes: object) -> Delivery:
    """Seal zalopay-cb-001 with other values."""
    return sealed(json.dumps(json.loads(PAID.plain) | changes, ensure_ascii=False))


def outside(**changes: object) -> Delivery:
    """Change the outer object of zalopay-cb-001 and leave its seal."""
    return replace(PAID.delivery, body=json.dumps(OUTER | changes, ensure_ascii=False).encode())


@pytest.mark.parametrize("kind", [0, 1, 2, 3, -1, "1", "2", None, True, [2], {"type": 2}])
def test_the_type_that_no_seal_covers_decides_nothing(kind: object) -> None:
    assert PAID.read(outside(type=kind)) == PAID.notifications
    body = json.loads(AGREEMENT.delivery.body) | {"type": kind}
    assert AGREEMENT.read(replace(AGREEMENT.delivery, body=json.dumps(body).encode())) == ()


def test_an_order_without_a_type_is_an_order_all_the_same() -> None:
    body = json.dumps({name: OUTER[name] for name in ("data", "mac")}).encode()
    assert PAID.read(replace(PAID.delivery, body=body)) == PAID.notifications


def test_what_is_handed_on_is_the_signed_text_alone() -> None:
    fields = PAID.protocol.verify(PAID.delivery, PAID.secrets, None).fields
    assert fields == json.loads(OUTER["data"])
    assert "type" not in fields
    assert not PAID.protocol.weak


@pytest.mark.parametrize(
    "write",
    [
        lambda text: json.dumps(json.loads(text)),
        lambda text: json.dumps(json.loads(text), separators=(",", ":"), sort_keys=True),
        lambda text: text + " ",
        lambda text: text.replace(':"demo"', ':"dem\\u006f"'),
        lambda text: text.replace("}", ',"amount2":1}', 1),
    ],
)
def test_the_same_meaning_in_another_text_is_not_what_was_signed(write) -> None:
    changed = write(OUTER["data"])
    assert changed != OUTER["data"]
    with pytest.raises(Refused, match="signature"):
        PAID.read(outside(data=changed))


def test_escapes_of_the_outer_object_are_opened_before_the_seal_is_computed() -> None:
    order = case("zalopay-cb-order")
    raw, escaped = (json.dumps(json.loads(order.delivery.body), ensure_ascii=e) for e in (0, 1))
    assert "cá lóc" in raw
    assert "c\\u00e1 l\\u00f3c" in escaped
    for text in (raw, escaped):
        assert order.read(replace(order.delivery, body=text.encode())) == order.notifications


def test_vietnamese_is_not_normalised_before_the_seal_is_checked() -> None:
    composed = json.dumps(json.loads(PAID.plain) | {"item": "cá"}, ensure_ascii=False)
    decomposed = unicodedata.normalize("NFD", composed)
    for text in (composed, decomposed):
        assert PAID.read(sealed(text)) == PAID.notifications
    with pytest.raises(Refused, match="signature"):
        PAID.read(sealed(composed, data=decomposed))


@pytest.mark.parametrize(
    "mac",
    [
        OUTER["mac"].upper(),
        OUTER["mac"][:-1],
        OUTER["mac"] + "0",
        f" {OUTER['mac']}",
        f"{OUTER['mac']}\n",
        f"0x{OUTER['mac']}",
        "",
        None,
        0,
        True,
        [OUTER["mac"]],
    ],
)
def test_another_spelling_of_the_seal_is_no_seal(mac: object) -> None:
    with pytest.raises(Refused, match="signature"):
        PAID.read(outside(mac=mac))


@pytest.mark.parametrize("data", [None, 7, True, json.loads(PAID.plain), [OUTER["data"]], ""])
def test_data_is_a_text(data: object) -> None:
    with pytest.raises(Refused, match=r"field_missing|signature"):
        PAID.read(outside(data=data))


@pytest.mark.parametrize(
    "data",
    [
        "",
        "null",
        "[]",
        "{",
        "2553",
        '{"app_id":2553,"app_id":2553}',
        '{"app_id":2553,"amount":1,"Amount":2}',
        '{"app_id":2553,"amount":NaN}',
        '{"app_id":2553,"amount":' + "9" * 5_000 + "}",
        '{"a":' * 100 + "1" + "}" * 100,
    ],
)
def test_a_text_nobody_should_read_is_never_money_even_under_a_genuine_seal(data: str) -> None:
    with pytest.raises(TURNED):
        PAID.read(sealed(data))


@pytest.mark.parametrize(
    "amount", [0, -1, 10**12 + 1, "10000", 10000.0, 1.5, True, None, [10000], {"vnd": 10000}]
)
def test_an_amount_that_is_no_whole_number_of_dong_is_unreadable(amount: object) -> None:
    with pytest.raises(Unreadable, match=r"amount_invalid|field_missing"):
        PAID.read(said(amount=amount))


def test_fee_and_discount_leave_the_amount_of_the_order() -> None:
    (heard,) = PAID.read(said(user_fee_amount=900, discount_amount=5_000))
    assert heard.amount == 10_000


def test_a_transaction_number_of_64_bits_keeps_all_its_digits() -> None:
    (heard,) = PAID.read(said(zp_trans_id=9_007_199_254_740_993))
    assert heard.provider_txn_id == "9007199254740993"


@pytest.mark.parametrize("number", [0, -200904000000389, "200904000000389", 1.5, True, [1]])
def test_a_transaction_number_of_another_form_is_no_key(number: object) -> None:
    with pytest.raises(Unreadable, match="field_invalid"):
        PAID.read(said(zp_trans_id=number))


@pytest.mark.parametrize("app", [2554, 25530, -2553, "2553", 2553.0, True, None, [2553]])
def test_a_message_for_another_app_is_refused_though_its_seal_is_good(app: object) -> None:
    with pytest.raises(Refused, match="app_id"):
        PAID.read(said(app_id=app))


def test_an_order_of_ours_is_named_without_its_date() -> None:
    orders = ("260108_JX7K2M9QW4ET", "JX7K2M9QW4ET", "260108_", "260108_2553_7")
    heard = [PAID.read(said(app_trans_id=order))[0].order_ref for order in orders]
    assert heard == ["JX7K2M9QW4ET", "JX7K2M9QW4ET", "260108_", "2553_7"]


def test_a_time_in_another_unit_is_no_time() -> None:
    with pytest.raises(Unreadable, match="time_invalid"):
        PAID.read(said(server_time=1599189413))


def test_a_resend_with_another_time_is_the_same_payment() -> None:
    (again,) = PAID.read(said(server_time=1599189999999))
    assert again.digest == PAID.notifications[0].digest


def test_an_agreement_with_money_in_it_is_read_as_money_or_not_at_all() -> None:
    agreement = json.loads(AGREEMENT.plain)
    for added in ({"amount": 1}, {"zp_trans_id": 1}, {"amount": None}, {"zp_trans_id": None}):
        with pytest.raises(Unreadable):
            PAID.read(sealed(json.dumps(agreement | added)))


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"\xff", b"{}", PAID.delivery.body])
def test_anything_is_answered_with_200_and_the_code_of_the_outcome(body: bytes) -> None:
    given = replace(PAID.delivery, body=body, headers=())
    replies = {one: PAID.protocol.acknowledge(one, given, PAID.secrets) for one in Outcome}
    assert {one: json.loads(reply.body)["return_code"] for one, reply in replies.items()} == {
        Outcome.STORED: 1,
        Outcome.DUPLICATE: 2,
        Outcome.REFUSED: -1,
        Outcome.UNAVAILABLE: 0,
    }
    assert {reply.status for reply in replies.values()} == {200}


def test_no_answer_of_ours_can_be_thrown_back_as_a_call() -> None:
    for outcome in Outcome:
        reply = PAID.protocol.acknowledge(outcome, PAID.delivery, PAID.secrets)
        with pytest.raises(Refused):
            PAID.read(replace(PAID.delivery, body=reply.body))


def test_without_an_order_of_ours_one_is_made_up_when_speaking_as_zalopay() -> None:
    (heard,) = PAID.notifications
    delivery = PAID.protocol.sign(replace(heard, order_ref=None), PAID.secrets, heard.occurred_at)
    assert PAID.read(delivery)[0].order_ref == "SIM200904000000389"


def test_every_delivery_of_the_vector_file_has_an_origin() -> None:
    document = json.loads((VECTORS / "zalopay.json").read_text(encoding="utf-8"))
    rows = [row for spoken in document["protocols"].values() for row in spoken["deliveries"]]
    assert {row["origin"] for row in rows} == {"published", "constructed"}
