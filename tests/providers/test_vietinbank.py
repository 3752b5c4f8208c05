"""What is peculiar to VietinBank: a signed text without separators, and an answer we sign."""

import json
import re
import unicodedata
from contextlib import suppress
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from cashless.vietqr.reference import new_reference
from providers import _vietinbank
from providers._keys import rsa_require, rsa_sign
from providers._protocol import Delivery, Notification, Outcome, Refused, Standing, Unreadable
from tests.providers.cases import CASES, Case

JOINED = ("transId", "transTime", "custCode", "amount", "bankTransId", "remark")
SIGNED_TEXT = (
    "501690869202402011406342NDVNDV24012358711875800164T24200GKAJ7BYCT DEN:164T24200GKAJ7BY CK"
)


def case(name: str) -> Case:
    return next(one for one in CASES if one.id == name)


SAMPLE = case("vietinbank-notify-001-sealed")
PLAIN = json.loads(SAMPLE.plain)
RECUTS = [one for one in CASES if one.id.startswith("vietinbank-recut-")]


def said(**changes: object) -> Delivery:
    """Let the bank say the sample with other values."""
    kept = {name: value for name, value in (PLAIN | changes).items() if value is not None}
    return SAMPLE.sealed(json.dumps(kept, ensure_ascii=False).encode())


def unsealed(**changes: object) -> Delivery:
    """Change a genuine call on its way."""
    body = json.loads(SAMPLE.delivery.body) | changes
    return replace(SAMPLE.delivery, body=json.dumps(body, ensure_ascii=False).encode())


def heard(delivery: Delivery) -> Notification:
    (notification,) = SAMPLE.read(delivery)
    return notification


def test_the_signed_text_is_the_one_of_the_bank_s_own_test() -> None:
    assert "".join(PLAIN[name] for name in JOINED) == SIGNED_TEXT
    made = rsa_sign(SAMPLE.speaking["bankPrivateKey"], SIGNED_TEXT.encode())
    assert made == json.loads(SAMPLE.delivery.body)["signature"]


@pytest.mark.parametrize("one", RECUTS, ids=str)
def test_another_cut_of_the_same_text_has_the_same_seal_and_is_refused(one: Case) -> None:
    body = json.loads(one.delivery.body)
    assert "".join(body[name] or "" for name in JOINED) == SIGNED_TEXT
    rsa_require(one.secrets["bankPublicKey"], SIGNED_TEXT.encode(), body["signature"])
    with pytest.raises(Refused, match=r"malformed|field_missing"):
        one.read()


def cuts(text: str, forms: list[re.Pattern[str]]) -> int:
    """Count the ways to cut a text into parts that have these forms."""
    if not forms:
        return not text
    ends = [end for end in range(len(text) + 1) if forms[0].fullmatch(text[:end])]
    return sum(cuts(text[end:], forms[1:]) for end in ends)


FORMS = _vietinbank._forms(SAMPLE.secrets["custCodeForm"])


def test_the_sample_has_one_cut_and_would_have_many_with_looser_forms() -> None:
    assert cuts(SIGNED_TEXT, list(FORMS.values())) == 1
    loose = [
        re.compile(r"[0-9A-Z]{1,18}") if name == "custCode" else form
        for name, form in FORMS.items()
    ]
    assert cuts(SIGNED_TEXT, loose) > 1


@settings(max_examples=60, derandomize=True, deadline=None)
@given(data=st.data())
def test_every_text_has_one_cut(data: st.DataObject) -> None:
    digits = st.sampled_from(["20240201", "2024020114063420", "164", "2", "99", "1"])
    drawn = {name: data.draw(st.from_regex(form, fullmatch=True)) for name, form in FORMS.items()}
    drawn["transId"] += data.draw(digits)
    drawn["remark"] = data.draw(digits) + "T24200GKAJ7BYCT" + drawn["remark"][:20]
    if not FORMS["transId"].fullmatch(drawn["transId"]):
        drawn["transId"] = drawn["transId"][-20:]
    assert cuts("".join(drawn.values()), list(FORMS.values())) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("transId", "50169086X"),
        ("transId", ""),
        ("transId", "9" * 51),
        ("transId", 501690869),
        ("transTime", "2024020114063"),
        ("transTime", "19991231235959"),
        ("custCode", "2NDVNDV2401235871"),
        ("custCode", "2NDVNDV240123587111"),
        ("custCode", "3NDVNDV24012358711"),
        ("custCode", "2ndvndv24012358711"),
        ("custCode", None),
        ("amount", 875800),
        ("amount", 875800.0),
        ("amount", "0875800"),
        ("amount", "875800.00"),
        ("amount", "+875800"),
        ("amount", "8758e2"),
        ("amount", "\uff18\uff17"),
        ("bankTransId", "164T24200GKAJ7B"),
        ("bankTransId", ""),
        ("bankTransId", None),
        ("remark", ""),
        ("remark", "x" * 201),
        ("remark", ["x"]),
    ],
)
def test_a_joined_value_of_another_form_is_refused_before_the_seal(
    name: str, value: object
) -> None:
    with pytest.raises(Refused, match=rf"(malformed|field_missing): {name}"):
        SAMPLE.read(unsealed(**{name: value}))
    with pytest.raises(Refused):
        said(**{name: value})


def test_amounts_are_whole_dong_and_end_where_ours_end() -> None:
    assert heard(said(amount="1")).amount == 1
    assert heard(said(amount="1000000000000")).amount == 10**12
    with pytest.raises(Unreadable, match="amount_invalid"):
        SAMPLE.read(said(amount="1000000000001"))


@pytest.mark.parametrize("wrong", ["20241301000000", "20240230000000", "20240201240000"])
def test_a_time_that_no_clock_shows_is_unreadable(wrong: str) -> None:
    with pytest.raises(Unreadable, match="time_invalid"):
        SAMPLE.read(said(transTime=wrong))


def test_a_time_is_that_of_vietnam() -> None:
    late = heard(said(transTime="20240201003000"))
    assert late.occurred_at.isoformat() == "2024-01-31T17:30:00+00:00"
    assert late.business_date.isoformat() == "2024-02-01"


@pytest.mark.parametrize(
    ("told", "kind"),
    [("C", "credit"), ("COLLECTION", "credit"), ("3", "credit"), ("D", "debit")]
    + [(told, None) for told in ("O", "1", "2", "c", "CREDIT", "", "00")],
)
def test_only_a_known_direction_is_money(told: str, kind: str | None) -> None:
    delivery = said(transType=told)
    assert [one.kind for one in SAMPLE.read(delivery)] == ([kind] if kind else [])
    tell = SAMPLE.protocol.result
    assert tell is not None
    result = tell(SAMPLE.protocol.verify(delivery, SAMPLE.secrets, None))
    assert result.standing is (Standing.PAID if kind else Standing.UNKNOWN)
    assert (result.code, result.provider_txn_id) == (told, "501690869")


@pytest.mark.parametrize("name", ["transType", "currencyCode", "recvAcctId"])
def test_what_is_needed_outside_the_seal_has_no_default(name: str) -> None:
    with pytest.raises(Unreadable, match=f"field_missing: {name}"):
        SAMPLE.read(said(**{name: None}))


@pytest.mark.parametrize("name", SAMPLE.protocol.unsigned)
@pytest.mark.parametrize("value", ["D", "VND", "0", "x", None, 7, ["x"]])
def test_what_is_outside_the_seal_decides_nothing_that_is_inside(name: str, value: object) -> None:
    assert SAMPLE.protocol.weak
    with suppress(Unreadable):
        for changed in SAMPLE.read(unsealed(**{name: value})):
            assert (changed.provider_txn_id, changed.amount) == ("501690869", 875_800)
            assert (changed.virtual_account, changed.payer) == ("2NDVNDV24012358711", None)


def test_a_call_with_another_receiver_is_a_conflict_and_no_second_payment() -> None:
    changed = heard(unsealed(recvAcctId="999999999999"))
    assert changed.provider_txn_id == SAMPLE.notifications[0].provider_txn_id
    assert changed.digest != SAMPLE.notifications[0].digest


def test_a_virtual_account_may_end_in_a_reference_of_ours() -> None:
    reference = new_reference()
    secrets = SAMPLE.secrets | SAMPLE.speaking | {"custCodeForm": f"VTB{'#' * 12}"}
    plain = json.dumps(PLAIN | {"custCode": f"VTB{reference}", "recvVirtualAcctId": ""}).encode()
    sealed = SAMPLE.protocol.seal(plain, secrets, SAMPLE.delivery.received_at)
    (named,) = SAMPLE.protocol.parse(SAMPLE.protocol.verify(sealed, secrets, None))
    assert named.order_ref == reference
    spoken = SAMPLE.protocol.sign(named, secrets, SAMPLE.delivery.received_at)
    assert SAMPLE.protocol.parse(SAMPLE.protocol.verify(spoken, secrets, None)) == (named,)


@pytest.mark.parametrize("form", ["", "2NDVNDV", "###########", "123####", "2NDV-###", "2ndv###"])
def test_virtual_accounts_without_a_letter_or_an_end_prove_nothing(form: str) -> None:
    secrets = SAMPLE.secrets | {"custCodeForm": form}
    with pytest.raises(Refused, match=r"secret_(missing|invalid)"):
        SAMPLE.protocol.verify(SAMPLE.delivery, secrets, None)
    assert not re.fullmatch(SAMPLE.protocol.secret_forms["custCodeForm"], form)


def test_composed_and_decomposed_letters_are_not_the_same_bytes() -> None:
    accented = case("vietinbank-accents")
    remark = unicodedata.normalize("NFD", accented.notifications[0].memo)
    body = json.loads(accented.delivery.body) | {"remark": remark}
    with pytest.raises(Refused, match="signature"):
        accented.read(replace(accented.delivery, body=json.dumps(body).encode()))
    escaped = json.dumps(json.loads(accented.delivery.body)).encode()
    assert b"\\u" in escaped
    assert accented.read(replace(accented.delivery, body=escaped)) == accented.notifications


def test_our_answer_is_sealed_over_three_values_with_our_own_key() -> None:
    public = load_pem_private_key(SAMPLE.secrets["partnerPrivateKey"].encode(), None).public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    for outcome in Outcome:
        reply = SAMPLE.protocol.acknowledge(outcome, SAMPLE.delivery, SAMPLE.secrets)
        body = json.loads(reply.body)
        text = f"{body['transId']}{body['errorCode']}{body['errorDesc']}"
        rsa_require(pem, text.encode(), body["signature"])
        with pytest.raises(Refused):
            rsa_require(SAMPLE.secrets["bankPublicKey"], text.encode(), body["signature"])
    stored = SAMPLE.protocol.acknowledge(Outcome.STORED, SAMPLE.delivery, SAMPLE.secrets)
    assert "".join(list(json.loads(stored.body).values())[:3]) == "50169086900Success"


def test_a_stranger_gets_nothing_of_his_own_signed() -> None:
    for outcome in Outcome:
        for wish in ("50169086900Success", "x", "1" * 51, "", None, 7, ["1"]):
            call = replace(SAMPLE.delivery, body=json.dumps({"transId": wish}).encode())
            body = json.loads(SAMPLE.protocol.acknowledge(outcome, call, SAMPLE.secrets).body)
            assert body["transId"] == ""
    refusal = SAMPLE.protocol.acknowledge(Outcome.REFUSED, SAMPLE.delivery, SAMPLE.secrets)
    assert json.loads(refusal.body)["transId"] == ""


def test_an_answer_without_a_readable_key_is_given_unsealed() -> None:
    for key in ("", "x", SAMPLE.secrets["bankPublicKey"]):
        secrets = SAMPLE.secrets | {"partnerPrivateKey": key}
        reply = SAMPLE.protocol.acknowledge(Outcome.STORED, SAMPLE.delivery, secrets)
        assert json.loads(reply.body)["signature"] == ""


def test_the_bank_s_own_key_is_not_among_the_secrets_of_a_connection() -> None:
    assert set(SAMPLE.protocol.speaking_secrets) == {"bankPrivateKey"}
    assert SAMPLE.protocol.answering_secrets == {"partnerPrivateKey"}
    with pytest.raises(Refused, match="secret_missing: bankPrivateKey"):
        SAMPLE.protocol.seal(SAMPLE.plain, SAMPLE.secrets, SAMPLE.delivery.received_at)
