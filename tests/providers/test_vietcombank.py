"""What is peculiar to Casso: a body written anew, text forms of six languages, one weak list."""

import hmac
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from providers._protocol import Refused, Standing, Unreadable
from tests.providers.cases import CASES, Case, with_header

HEADER = "x-casso-signature"


def case(name: str) -> Case:
    return next(one for one in CASES if one.id == name)


CREDIT, SAMPLE, LIST = (
    case(name) for name in ("casso-v2-credit", "casso-v2-001", "casso-v1-several")
)

# Computed with the key "test-secret" over the probe, as the samples of three languages sign it.
PROBE_KEY, PROBE_STAMP = "test-secret", "1727948258788"
PROBES = {
    "javascript": "d3f42877115bca11de6206718acd5b040986533dcf65c4695e32d48a927f4f82"
    "fe3c2644d0ce6b033bc0aed802d3835c0535991ab6793af93489e7b22bb5df56",
    "signature_as_python": "b9c6becb5401739b4dbffa776147f1f3fad415e8ce8bb8a9b135de74ffae4a9c"
    "d45bc60d24f211c495a0bcc7fc459d58b867e1ba8bd591abceabbe4a656599ad",
    "signature_as_php": "cac6a19022a4b2b9f03afb95457a126c16c123f586518e74215aef269b64b656"
    "99f20778f167ffde94704d38d96416d6424566f4f77e49d9d55da64fda198c03",
}


@pytest.mark.parametrize("code", PROBES)
def test_only_the_believed_form_is_taken_and_the_other_one_is_named(code: str) -> None:
    probe = case("casso-v2-probe-nonascii")
    call = with_header(probe.delivery, HEADER, f"t={PROBE_STAMP},v1={PROBES[code]}")
    if code == "javascript":
        assert probe.protocol.verify(call, {"checksumKey": PROBE_KEY}, None).fields
        return
    with pytest.raises(Refused, match=f"^{code}: {HEADER}$"):
        probe.protocol.verify(call, {"checksumKey": PROBE_KEY}, None)


def test_spaces_order_and_escapes_on_the_wire_do_not_matter() -> None:
    said = json.loads(CREDIT.delivery.body)
    turned = dict(reversed(said.items())) | {"data": dict(reversed(said["data"].items()))}
    for body in (json.dumps(said, indent=2), json.dumps(turned)):
        assert CREDIT.read(replace(CREDIT.delivery, body=body.encode())) == CREDIT.notifications


@pytest.mark.parametrize("number", ["50000.0", "5e4", "50000.00", "-0", "0050000"])
def test_a_number_in_another_spelling_is_not_what_was_signed(number: str) -> None:
    body = CREDIT.delivery.body.replace(b":50000,", f":{number},".encode())
    assert body != CREDIT.delivery.body
    with pytest.raises(Refused):
        CREDIT.read(replace(CREDIT.delivery, body=body))


def test_composed_and_decomposed_letters_are_not_the_same_bytes() -> None:
    accented = case("casso-v2-accents")
    composed, decomposed = "to\u00e1n".encode(), "toa\u0301n".encode()
    assert composed in accented.delivery.body
    body = accented.delivery.body.replace(composed, decomposed)
    with pytest.raises(Refused, match="signature"):
        accented.read(replace(accented.delivery, body=body))
    (heard,) = accented.read(accented.sealed(body))
    assert "toa\u0301n" in heard.memo


@pytest.mark.parametrize("change", ["v0=", "v2=", "V1=", "", "sha512="])
def test_the_message_cannot_choose_the_algorithm(change: str) -> None:
    header = CREDIT.delivery.header(HEADER).replace("v1=", change)
    with pytest.raises(Refused, match="signature"):
        CREDIT.read(with_header(CREDIT.delivery, HEADER, header))


def test_hex_in_capitals_or_of_odd_length_and_a_second_seal_are_refused() -> None:
    stamp, seal = CREDIT.delivery.header(HEADER).split(",")
    for header in (
        f"{stamp},{seal.upper()}",
        f"{stamp},v1={seal[3:].upper()}",
        f"{stamp},{seal[:-1]}",
        f"{stamp},{seal},{seal}",
        f"{seal},{stamp}",
        f"{stamp}, {seal}",
        f"t=1727948258,{seal}",
    ):
        with pytest.raises(Refused, match="signature"):
            CREDIT.read(with_header(CREDIT.delivery, HEADER, header))


def test_a_seal_of_another_digest_is_refused() -> None:
    stamp = CREDIT.delivery.header(HEADER)[2:15]
    text = f"{stamp}.".encode() + CREDIT.delivery.body
    short = hmac.new(CREDIT.secrets["checksumKey"].encode(), text, "sha256").hexdigest()
    with pytest.raises(Refused, match="signature"):
        CREDIT.read(with_header(CREDIT.delivery, HEADER, f"t={stamp},v1={short}"))


def test_age_is_judged_only_where_the_connection_asks() -> None:
    late = replace(CREDIT.delivery, received_at=CREDIT.delivery.received_at + timedelta(days=90))
    assert CREDIT.read(late) == CREDIT.notifications
    with pytest.raises(Refused, match="stale"):
        CREDIT.protocol.verify(late, CREDIT.secrets, 300)


def test_a_sample_is_told_as_one_and_a_movement_as_paid() -> None:
    said = CREDIT.protocol.result
    assert said is not None
    stands = {
        one.id: said(one.protocol.verify(one.delivery, one.secrets, None)).standing
        for one in (CREDIT, SAMPLE, case("casso-v2-error"))
    }
    assert stands == {
        "casso-v2-credit": Standing.PAID,
        "casso-v2-001": Standing.TEST,
        "casso-v2-error": Standing.UNKNOWN,
    }


def test_an_id_of_64_bits_keeps_all_its_digits() -> None:
    body = CREDIT.delivery.body.replace(b'"id":218897', b'"id":9223372036854775807')
    (heard,) = CREDIT.read(CREDIT.sealed(body))
    assert heard.provider_txn_id == "9223372036854775807"


@pytest.mark.parametrize("one", [CREDIT, LIST], ids=str)
def test_an_amount_below_zero_is_money_that_left_and_never_a_credit(one: Case) -> None:
    body = one.plain.replace(b'"amount":', b'"amount":-', 1)
    (heard, *_) = one.read(one.sealed(body))
    assert (heard.kind, heard.amount) == ("debit", one.notifications[0].amount)


def test_version_1_is_weak_and_says_that_nothing_is_covered() -> None:
    assert LIST.protocol.weak
    assert not CREDIT.protocol.weak
    assert set(LIST.protocol.unsigned) == {"error", "data"}
    assert LIST.protocol.body_limit == 1_048_576


def test_a_list_of_a_thousand_movements_is_read_whole() -> None:
    one = json.loads(LIST.plain)["data"][0]
    listed = [one | {"id": number} for number in range(1, 1001)]
    body = json.dumps({"error": 0, "data": listed}).encode()
    assert len(body) < LIST.protocol.body_limit
    heard = LIST.read(LIST.sealed(body))
    assert [said.provider_txn_id for said in heard] == [str(n) for n in range(1, 1001)]


@pytest.mark.parametrize("listed", [[1], [None], ["x"], [[]], "[]", {}, None])
def test_a_list_of_something_else_is_unreadable(listed: object) -> None:
    body = json.dumps({"error": 0, "data": listed}).encode()
    with pytest.raises(Unreadable):
        LIST.read(LIST.sealed(body))


def test_the_token_is_compared_as_it_is() -> None:
    token = LIST.delivery.header("secure-token")
    for wrong in (token.upper(), f" {token}", f"{token} ", f"Bearer {token}", ""):
        with pytest.raises(Refused):
            LIST.read(with_header(LIST.delivery, "secure-token", wrong))
