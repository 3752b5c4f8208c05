"""What is peculiar to VNPAY: a query as it came, two codes that must agree, two units of money."""

import json
from dataclasses import replace

import pytest

from providers._protocol import Delivery, Outcome, Refused, Standing, Unreadable
from tests.providers.cases import CASES, VECTORS, Case, read

WITHDRAWN = {"tmnCode": "COCOSIN", "hashSecret": "RAOEXHYVSDDIIENYWSLDIIZTANXUXZFJ"}


def case(name: str) -> Case:
    return next(one for one in CASES if one.id == name)


IPN, QR = case("vnpay-ipn-001"), case("vnpayqr-pay-001")
GATEWAY = [one for one in CASES if one.protocol is IPN.protocol]


def standing(one: Case, delivery: Delivery | None = None) -> Standing:
    tell = one.protocol.result
    assert tell is not None
    said = tell(one.protocol.verify(delivery or one.delivery, one.secrets, None))
    assert said.standing is one.protocol.results.get(said.code, Standing.UNKNOWN)
    return said.standing


def said(**changes: str) -> Delivery:
    """Seal vnpay-ipn-001 with other values."""
    pairs = dict(pair.split("=", 1) for pair in IPN.plain.decode().split("&")) | changes
    return IPN.sealed("&".join(f"{name}={value}" for name, value in pairs.items()).encode())


def scanned(**changes: object) -> Delivery:
    """Seal vnpayqr-pay-001 with other values."""
    return QR.sealed(json.dumps(json.loads(QR.plain) | changes, ensure_ascii=False).encode())


@pytest.mark.parametrize("one", [one for one in GATEWAY if one.seal], ids=str)
def test_we_seal_a_query_with_the_same_seal(one: Case) -> None:
    assert one.sealed(one.plain).query == f"{one.plain.decode()}&vnp_SecureHash={one.seal}"


@pytest.mark.parametrize(
    ("answered", "status", "expected"),
    [
        ("00", "00", Standing.PAID),
        ("00", "01", Standing.PENDING),
        ("00", "05", Standing.PENDING),
        ("00", "06", Standing.PENDING),
        ("07", "00", Standing.HOLD),
        ("00", "07", Standing.HOLD),
        ("00", "04", Standing.HOLD),
        ("24", "04", Standing.HOLD),
        ("24", "02", Standing.FAILED),
        ("97", "02", Standing.FAILED),
        ("99", "09", Standing.FAILED),
        ("99", "00", Standing.UNKNOWN),
        ("00", "02", Standing.UNKNOWN),
        ("00", "", Standing.UNKNOWN),
        ("", "00", Standing.UNKNOWN),
        ("", "", Standing.UNKNOWN),
        ("98", "02", Standing.UNKNOWN),
        ("00", "0", Standing.UNKNOWN),
        ("00", "%30%30+", Standing.UNKNOWN),
    ],
)
def test_only_two_successes_are_money(answered: str, status: str, expected: Standing) -> None:
    delivery = said(vnp_ResponseCode=answered, vnp_TransactionStatus=status)
    assert standing(IPN, delivery) is expected
    assert bool(IPN.read(delivery)) == (expected is Standing.PAID)


def test_a_signed_vector_of_somebody_else_tells_and_from_or() -> None:
    contradiction = case("vnpay-ipn-002")
    assert contradiction.read() == ()
    assert standing(contradiction) is Standing.UNKNOWN


def test_a_result_names_the_order_and_the_key_also_where_the_number_is_0() -> None:
    failed = case("vnpay-no-number")
    assert failed.protocol.result is not None
    told = failed.protocol.result(failed.protocol.verify(failed.delivery, failed.secrets, None))
    assert (told.order_ref, told.provider_txn_id) == ("1716257871703", "0:1716257871703")


@pytest.mark.parametrize("name", ["vnp_Amount", "vnp_ResponseCode", "vnp_SecureHash", "utm"])
def test_a_name_that_comes_twice_is_refused(name: str) -> None:
    query = f"{IPN.delivery.query}&utm=1"
    value = dict(pair.split("=", 1) for pair in query.split("&"))[name]
    for doubled in (f"{query}&{name}={value}", f"{name}={value}&{query}"):
        with pytest.raises(Refused, match="malformed"):
            IPN.read(replace(IPN.delivery, query=doubled))


@pytest.mark.parametrize(
    "query",
    [
        "",
        "&",
        "=",
        "vnp_Amount",
        "vnp_Amount=1;vnp_Amount=2",
        "vnp%5FAmount=1",
        "vnp_Amount[]=1",
        "vnp_Amount=%zz",
        "vnp_Amount=%ff",
        "vnp_Amount=%00",
        "vnp_Amount=đ",
        "vnp_Amount=\u00c3",
        "a=1&&b=2",
        "&".join(f"vnp_{n}={n}" for n in range(5_000)),
    ],
)
def test_a_query_nobody_should_read_is_never_money(query: str) -> None:
    with pytest.raises(Refused):
        IPN.read(replace(IPN.delivery, query=query))
    with pytest.raises((Refused, Unreadable)):
        IPN.read(IPN.sealed(query.encode()))


def test_every_changed_sign_of_a_query_is_refused_or_says_the_same() -> None:
    query = IPN.delivery.query
    for place, sign in enumerate(query):
        for other in ("0", "&", "=", "%", "+", sign.swapcase()):
            changed = replace(IPN.delivery, query=query[:place] + other + query[place + 1 :])
            try:
                assert IPN.read(changed) == IPN.notifications
            except Refused:
                continue


def test_the_same_text_in_another_encoding_is_not_what_was_signed() -> None:
    for one, other in (("+", "%20"), ("%3A", "%3a"), ("%3A", ":")):
        assert one in IPN.delivery.query
        with pytest.raises(Refused, match="signature"):
            IPN.read(replace(IPN.delivery, query=IPN.delivery.query.replace(one, other)))


def test_a_get_has_no_body() -> None:
    with pytest.raises(Refused, match="malformed"):
        IPN.read(replace(IPN.delivery, body=b"{}"))


@pytest.mark.parametrize("wish", ["MD5", "SHA256", "SHA512", "none", ""])
def test_the_message_cannot_choose_the_algorithm(wish: str) -> None:
    query = f"vnp_SecureHashType={wish}&{IPN.delivery.query}"
    assert IPN.read(replace(IPN.delivery, query=query)) == IPN.notifications


def test_a_genuine_seal_of_the_withdrawn_version_is_refused() -> None:
    old = case("vnpay-legacy-md5-001")
    with pytest.raises(Refused, match="signature"):
        read(old.protocol, old.delivery, WITHDRAWN)


@pytest.mark.parametrize(
    "amount",
    ["1000001", "1000010", "10000.00", "1e6", "-1000000", "01000000", "%2B100", "", "0", "1" * 18],
)
def test_an_amount_that_is_no_whole_dong_is_unreadable(amount: str) -> None:
    with pytest.raises(Unreadable, match=r"amount_invalid|field_missing"):
        IPN.read(said(vnp_Amount=amount))


def test_the_two_dialects_count_money_differently() -> None:
    assert IPN.read(said(vnp_Amount="2500000"))[0].amount == 25_000
    assert QR.read(scanned(amount="2500000"))[0].amount == 2_500_000


def test_a_payment_without_a_time_has_no_stable_one() -> None:
    untimed = case("vnpay-no-time")
    later = replace(untimed.delivery, received_at=untimed.delivery.received_at.replace(hour=23))
    (first,), (again,) = untimed.read(), untimed.read(later)
    assert first.occurred_at != again.occurred_at
    assert first.digest == again.digest


def test_no_field_outside_the_checksum_changes_anything() -> None:
    body = json.loads(QR.delivery.body)
    for name in QR.protocol.unsigned:
        for value in ("STALL-99", 7, None, ["x"], {"a": "b"}, "a|b"):
            changed = json.dumps(body | {name: value}).encode()
            assert QR.read(replace(QR.delivery, body=changed)) == QR.notifications


def test_what_is_handed_on_is_what_the_checksum_covers() -> None:
    fields = QR.protocol.verify(QR.delivery, QR.secrets, None).fields
    assert not set(fields) & {*QR.protocol.unsigned, "checksum"}
    assert QR.protocol.weak


@pytest.mark.parametrize("name", ["code", "txnId", "mobile", "amount", "merchantCode"])
def test_a_separator_in_a_value_is_refused_in_both_directions(name: str) -> None:
    with pytest.raises(Refused, match="ambiguous"):
        scanned(**{name: "a|b"})
    body = json.loads(QR.delivery.body) | {name: "a|b"}
    with pytest.raises(Refused, match="ambiguous"):
        QR.read(replace(QR.delivery, body=json.dumps(body).encode()))


@pytest.mark.parametrize("nothing", [None, ""])
def test_an_optional_field_has_two_spellings_of_nothing(nothing: str | None) -> None:
    assert QR.read(scanned(accountNo=nothing)) == QR.notifications


def test_the_trace_is_unique_only_with_merchant_and_day() -> None:
    keys = {
        QR.read(scanned(**change))[0].provider_txn_id
        for change in (
            {},
            {"merchantCode": "0317530616B"},
            {"payDate": "20260228103000"},
            {"qrTrace": "98469"},
        )
    }
    assert len(keys) == 4


@pytest.mark.parametrize("media", ["text/plain", "application/json"])
def test_json_is_read_by_what_it_is(media: str) -> None:
    assert media in QR.protocol.content_types
    labelled = replace(QR.delivery, headers=(("content-type", media),))
    assert QR.read(labelled) == QR.notifications


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'{"txnId":7}', b"\xff", b"{}"])
@pytest.mark.parametrize("outcome", list(Outcome))
def test_anything_is_answered(outcome: Outcome, body: bytes) -> None:
    reply = QR.protocol.acknowledge(outcome, replace(QR.delivery, body=body), QR.secrets)
    assert reply.status == 200
    assert (json.loads(reply.body)["code"] == "00") == (outcome is Outcome.STORED)


def test_a_call_of_one_dialect_is_no_call_of_the_other() -> None:
    for one, other in ((IPN, QR), (QR, IPN)):
        with pytest.raises(Refused):
            read(other.protocol, one.delivery, {**IPN.secrets, **QR.secrets})


def test_every_delivery_of_the_vector_file_has_an_origin() -> None:
    document = json.loads((VECTORS / "vnpay.json").read_text(encoding="utf-8"))
    rows = [row for spoken in document["protocols"].values() for row in spoken["deliveries"]]
    assert {row["origin"] for row in rows} == {"published", "constructed", "unproven"}
