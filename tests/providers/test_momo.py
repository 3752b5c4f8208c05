"""What is peculiar to MoMo: injected access key, numbers of 64 bits, a signed receipt."""

import json
from dataclasses import replace

import pytest

from providers._protocol import Outcome, Refused
from tests.providers.cases import CASES, Case, read


def case(name: str) -> Case:
    return next(one for one in CASES if one.id == name)


IPN, STATIC = case("momo-v2-001"), case("momo-staticqr-001")


@pytest.mark.parametrize("one", [IPN, STATIC], ids=str)
def test_a_message_for_another_merchant_is_refused_though_its_seal_is_good(one: Case) -> None:
    said = json.loads(one.plain) | {"partnerCode": "MOMOOTHER"}
    delivery = one.sealed(json.dumps(said).encode())
    with pytest.raises(Refused, match="partner_code"):
        one.read(delivery)


def test_what_is_handed_on_is_what_the_seal_covers() -> None:
    extra = case("momo-v2-extra")
    heard = [
        one.protocol.verify(one.delivery, one.secrets, None).fields for one in (IPN, extra, STATIC)
    ]
    assert "storeId" in json.loads(extra.plain)
    assert set(heard[0]) == set(heard[1]) == set(json.loads(IPN.plain)) - {"signature"}
    assert set(heard[2]) == set(json.loads(STATIC.plain)) - {"signature", "accessKey"}


def test_the_access_key_is_never_taken_from_the_message() -> None:
    said = json.loads(IPN.plain) | {"accessKey": "another"}
    assert IPN.read(IPN.sealed(json.dumps(said).encode())) == IPN.notifications


def test_the_access_key_of_a_static_code_must_be_ours() -> None:
    said = json.loads(STATIC.plain) | {"accessKey": "another"}
    with pytest.raises(Refused, match="access_key"):
        STATIC.read(STATIC.sealed(json.dumps(said).encode()))


def test_a_transaction_number_of_64_bits_keeps_all_its_digits() -> None:
    said = json.loads(IPN.plain) | {"transId": 9_223_372_036_854_775_807}
    (heard,) = IPN.read(IPN.sealed(json.dumps(said).encode()))
    assert heard.provider_txn_id == "9223372036854775807"


@pytest.mark.parametrize("field", json.loads(IPN.plain))
def test_a_message_without_one_of_the_signed_fields_is_refused(field: str) -> None:
    said = {name: value for name, value in json.loads(IPN.plain).items() if name != field}
    with pytest.raises(Refused, match=r"field_missing|signature"):
        IPN.read(replace(IPN.delivery, body=json.dumps(said).encode()))


def test_escapes_are_opened_before_the_seal_is_computed() -> None:
    assert b"\\u00e0nh" in STATIC.delivery.body
    raw = json.dumps(json.loads(STATIC.delivery.body), ensure_ascii=False).encode()
    assert STATIC.read(replace(STATIC.delivery, body=raw)) == STATIC.notifications


def test_a_call_of_one_dialect_is_no_call_of_the_other() -> None:
    for one, other in ((IPN, STATIC), (STATIC, IPN)):
        with pytest.raises(Refused):
            read(other.protocol, one.delivery, one.secrets)


def test_the_receipt_of_a_static_code_names_the_payment_it_is_for() -> None:
    said = json.loads(STATIC.plain) | {"amount": 25_000, "momoTransId": "7"}
    delivery = STATIC.sealed(json.dumps(said).encode())
    reply = STATIC.protocol.acknowledge(Outcome.STORED, delivery, STATIC.secrets)
    answer = json.loads(reply.body)
    assert (answer["amount"], answer["momoTransId"], answer["status"]) == (25_000, "7", 0)
    first = STATIC.protocol.acknowledge(Outcome.STORED, STATIC.delivery, STATIC.secrets)
    assert answer["signature"] != json.loads(first.body)["signature"]


def test_without_an_order_of_ours_one_is_made_up_when_speaking_as_momo() -> None:
    (heard,) = IPN.notifications
    delivery = IPN.protocol.sign(replace(heard, order_ref=None), IPN.secrets, heard.occurred_at)
    assert IPN.read(delivery)[0].order_ref == "SIM-4603150621"
