"""What is peculiar to ShopeePay: raw bytes under the seal, hundredths, types nobody publishes."""

import base64
import json
import unicodedata
from dataclasses import replace
from datetime import timedelta

import pytest

from providers._protocol import Delivery, Outcome, Refused, Standing, Unreadable
from tests.providers.cases import CASES, TURNED, Case, with_header


def case(name: str) -> Case:
    return next(one for one in CASES if one.id == name)


PAID = case("shopeepay-notify-001")
OURS = [one for one in CASES if one.protocol is PAID.protocol]
SEAL = PAID.delivery.header("x-airpay-req-h")


def said(**changes: object) -> Delivery:
    """Seal shopeepay-notify-001 with other values."""
    return PAID.sealed(json.dumps(json.loads(PAID.plain) | changes, ensure_ascii=False).encode())


def standing(delivery: Delivery) -> Standing:
    tell = PAID.protocol.result
    assert tell is not None
    told = tell(PAID.protocol.verify(delivery, PAID.secrets, None))
    assert (told.order_ref, told.provider_txn_id) == ("RG000002", "010000000000000001")
    return told.standing


@pytest.mark.parametrize(
    ("kind", "status", "expected"),
    [
        (13, 3, Standing.PAID),
        (13, 2, Standing.PENDING),
        (13, 4, Standing.FAILED),
        (13, 0, Standing.UNKNOWN),
        (13, 33, Standing.UNKNOWN),
        (13, -3, Standing.UNKNOWN),
        (0, 3, Standing.UNKNOWN),
        (15, 3, Standing.UNKNOWN),
        (133, 3, Standing.UNKNOWN),
        (3, 13, Standing.UNKNOWN),
    ],
)
def test_only_a_payment_that_succeeded_is_money(kind: int, status: int, expected: Standing) -> None:
    delivery = said(transaction_type=kind, transaction_status=status)
    assert standing(delivery) is expected
    assert bool(PAID.read(delivery)) == (expected is Standing.PAID)


@pytest.mark.parametrize("name", ["transaction_type", "transaction_status"])
@pytest.mark.parametrize("value", ["13", "3", 13.0, 3.0, True, None, [3], {}])
def test_a_code_of_another_form_is_unreadable(name: str, value: object) -> None:
    with pytest.raises(Unreadable, match="field_"):
        PAID.read(said(**{name: value}))


@pytest.mark.parametrize(
    "amount",
    [0, 1, 99, 5_000_001, -5_000_000, "5000000", 5e6, 50000.5, True, None, [100], 10**14 + 100],
)
def test_an_amount_that_is_no_whole_dong_is_unreadable(amount: object) -> None:
    with pytest.raises(Unreadable, match=r"amount_invalid|field_missing"):
        PAID.read(said(amount=amount))


def test_an_exponent_is_no_amount_however_whole_it_is() -> None:
    with pytest.raises(Unreadable, match="amount_invalid"):
        PAID.read(PAID.sealed(PAID.plain.replace(b"5000000", b"5e6")))


def test_the_amount_is_counted_in_hundredths_up_to_the_largest() -> None:
    heard = [PAID.read(said(amount=amount))[0].amount for amount in (100, 10**14)]
    assert heard == [1, 10**12]


@pytest.mark.parametrize(
    "seal",
    [
        SEAL.lower(),
        SEAL.rstrip("="),
        SEAL + "=",
        SEAL.replace("+", "-").replace("/", "_"),
        SEAL.replace("+", " "),
        SEAL.replace("+", "%2B").replace("/", "%2F"),
        f" {SEAL}",
        f"{SEAL}\n",
        f"{SEAL[:10]} {SEAL[10:]}",
        base64.b64decode(SEAL).hex(),
        f"sha256={SEAL}",
        "",
    ],
)
def test_another_spelling_of_the_seal_is_no_seal(seal: str) -> None:
    assert seal != SEAL
    with pytest.raises(Refused, match="signature"):
        PAID.read(with_header(PAID.delivery, "x-airpay-req-h", seal))


def test_the_same_json_in_other_bytes_is_not_what_was_signed() -> None:
    document = json.loads(PAID.plain)
    without_empty = {name: value for name, value in document.items() if value != ""}
    for text in (json.dumps(document), json.dumps(without_empty, separators=(",", ":"))):
        with pytest.raises(Refused, match="signature"):
            PAID.read(replace(PAID.delivery, body=text.encode()))


def test_vietnamese_is_not_normalised_before_the_seal_is_checked() -> None:
    composed = said(store_ext_id="sạp-12")
    decomposed = unicodedata.normalize("NFD", composed.body.decode()).encode()
    assert composed.body != decomposed
    with pytest.raises(Refused, match="signature"):
        PAID.read(replace(composed, body=decomposed))
    assert PAID.read(PAID.sealed(decomposed))[0].virtual_account == unicodedata.normalize(
        "NFD", "sạp-12"
    )


@pytest.mark.parametrize("client", ["", "11000002", " 11000001", "11000001 ", "0", "11000001,"])
def test_a_call_in_the_name_of_another_client_is_refused(client: str) -> None:
    with pytest.raises(Refused, match="client_id"):
        PAID.read(with_header(PAID.delivery, "x-airpay-clientid", client))


def test_the_store_is_signed_and_names_the_stall() -> None:
    moved = PAID.plain.replace(b"stall-12", b"stall-13")
    with pytest.raises(Refused, match="signature"):
        PAID.read(replace(PAID.delivery, body=moved))
    assert PAID.read(PAID.sealed(moved))[0].virtual_account == "stall-13"


@pytest.mark.parametrize(
    ("changes", "stall", "order"),
    [
        ({}, "stall-12", "RG000002"),
        ({"terminal_id": "T-7"}, "stall-12", "RG000002"),
        ({"store_ext_id": "", "terminal_id": "T-7"}, "T-7", "RG000002"),
        ({"store_ext_id": None, "terminal_id": None}, None, "RG000002"),
        ({"payment_reference_id": ""}, "stall-12", "RG000002"),
        ({"reference_id": "other"}, "stall-12", "RG000002"),
        ({"reference_id": "", "payment_reference_id": None}, "stall-12", None),
    ],
)
def test_what_is_empty_does_not_name(
    changes: dict[str, object], stall: str | None, order: str | None
) -> None:
    (heard,) = PAID.read(said(**changes))
    assert (heard.virtual_account, heard.order_ref) == (stall, order)


def test_a_payment_whose_merchant_is_not_named_is_kept_all_the_same() -> None:
    (heard,) = PAID.read(said(merchant_ext_id="", store_ext_id=""))
    assert (heard.account, heard.virtual_account, heard.amount) == (None, None, 50_000)


def test_a_key_keeps_its_leading_zero_and_is_text() -> None:
    assert PAID.notifications[0].provider_txn_id.startswith("0")
    for number in (10000000000000001, 1.5, None, "", " 1", "1 ", "1\n", ["1"]):
        with pytest.raises(Unreadable):
            PAID.read(said(transaction_sn=number))


def test_a_repeat_that_arrives_later_is_the_same_payment() -> None:
    later = replace(PAID.delivery, received_at=PAID.delivery.received_at + timedelta(days=3))
    (first,), (again,) = PAID.notifications, PAID.read(later)
    assert first.occurred_at != again.occurred_at
    assert first.digest == again.digest


def test_the_day_of_a_payment_is_the_day_in_vietnam() -> None:
    late = PAID.delivery.received_at.replace(hour=17, minute=0)
    (heard,) = PAID.read(replace(PAID.delivery, received_at=late))
    assert heard.business_date.isoformat() == "2026-01-09"


@pytest.mark.parametrize("body", [b"", b"null", b"\xff", b'{"errcode":0}', PAID.delivery.body])
def test_anything_is_answered_and_0_only_for_what_is_kept(body: bytes) -> None:
    given = replace(PAID.delivery, body=body, headers=())
    for outcome in Outcome:
        reply = PAID.protocol.acknowledge(outcome, given, PAID.secrets)
        kept = outcome in {Outcome.STORED, Outcome.DUPLICATE}
        assert (json.loads(reply.body)["errcode"] == 0) == kept
        assert (reply.status == 200) == kept


def test_no_answer_of_ours_can_be_thrown_back_as_a_call_even_under_a_genuine_seal() -> None:
    for outcome in Outcome:
        reply = PAID.protocol.acknowledge(outcome, PAID.delivery, PAID.secrets)
        with pytest.raises(TURNED):
            PAID.read(PAID.sealed(reply.body))


def test_no_vector_claims_to_be_published_because_none_is() -> None:
    assert {one.origin for one in OURS} == {"constructed"}
    assert PAID.protocol.evidence == "B"
    assert not PAID.protocol.published_secrets
