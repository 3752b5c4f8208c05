"""What is peculiar to VietQR.VN and to MB in its format: a token, and nothing else, is proven."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from providers import everyone
from providers._protocol import (
    Delivery,
    Notification,
    Outcome,
    Refused,
    Result,
    Standing,
    Unreadable,
)
from providers._seals import hash_hex
from providers._tokens import bearer
from tests.providers.cases import CASES, TALKS, Case, read


def case(name: str) -> Case:
    return next(one for one in CASES if one.id == name)


AGGREGATOR, BANK = case("vietqr-sync-credit"), case("mb-sync-credit")
both = pytest.mark.parametrize("one", [AGGREGATOR, BANK], ids=str)


def said(one: Case, **changes: object) -> Delivery:
    """Let it tell of another movement; a field that is None is left out."""
    body = json.loads(one.plain) | changes
    kept = {name: value for name, value in body.items() if value is not None}
    return one.sealed(json.dumps(kept, ensure_ascii=False).encode())


def heard(one: Case, **changes: object) -> Notification:
    (notification,) = one.read(said(one, **changes))
    return notification


def stands(one: Case, delivery: Delivery) -> Result:
    assert one.protocol.result
    return one.protocol.result(one.protocol.verify(delivery, one.secrets, None))


@both
def test_the_token_that_is_given_opens_and_only_for_five_minutes(one: Case) -> None:
    (talk,) = [it for it in TALKS if it.secrets == one.secrets and it.id.endswith("api-token")]
    assert talk.reply
    token = json.loads(talk.reply.body)["access_token"]
    headers = (one.delivery.headers[0], ("authorization", f"Bearer {token}"))
    call = replace(one.delivery, headers=headers, received_at=talk.delivery.received_at)
    assert one.read(call) == one.notifications
    late = replace(call, received_at=call.received_at + timedelta(seconds=301))
    with pytest.raises(Refused, match="stale"):
        one.read(late)


def test_a_token_of_one_connection_opens_no_other() -> None:
    for one, other in ((AGGREGATOR, BANK), (BANK, AGGREGATOR)):
        with pytest.raises(Refused, match="token_invalid"):
            read(other.protocol, one.delivery, other.secrets)


@both
@pytest.mark.parametrize("told", [None, "", "X", "c", "CR", "credit"])
def test_a_direction_that_is_not_told_is_unknown_and_never_a_credit(
    one: Case, told: str | None
) -> None:
    delivery = said(one, transType=told)
    assert one.read(delivery) == ()
    assert stands(one, delivery).standing is Standing.UNKNOWN


@both
@pytest.mark.parametrize("told", [1, True, ["C"], {"C": 1}])
def test_a_direction_that_is_no_text_is_unreadable(one: Case, told: object) -> None:
    with pytest.raises(Unreadable, match="transType"):
        one.read(said(one, transType=told))


def test_the_logged_call_is_no_credit_though_its_token_is_good() -> None:
    logged = case("vietqr-sync-001")
    assert logged.read() == ()
    result = stands(logged, logged.delivery)
    assert (result.code, result.standing, result.order_ref) == ("", Standing.UNKNOWN, None)


@both
def test_the_logged_time_is_the_local_one_in_milliseconds(one: Case) -> None:
    assert heard(one).occurred_at.isoformat() == "2026-01-08T03:56:00+00:00"
    for wrong in (1767844560, 1767844560000000, "1767844560000", 1.5, -1, True):
        with pytest.raises(Unreadable, match="time_invalid"):
            one.read(said(one, transactiontime=wrong))


@both
def test_saturday_night_is_a_day_of_vietnam(one: Case) -> None:
    late = heard(one, transactiontime=1767978000000)
    assert late.occurred_at.isoformat() == "2026-01-09T17:00:00+00:00"
    assert late.business_date.isoformat() == "2026-01-10"


@both
@pytest.mark.parametrize("amount", ["25000", "25000.0", "25000.00", "2.5e4"])
def test_an_amount_may_be_written_as_a_decimal(one: Case, amount: str) -> None:
    body = one.plain.replace(b'"amount":25000.0', b'"amount":' + amount.encode())
    (told,) = one.read(one.sealed(body))
    assert repr(told.amount) == "25000"


@both
@pytest.mark.parametrize("amount", [25000.5, 0, -25000, "25000", True, [25000], 1e13])
def test_another_amount_is_unreadable(one: Case, amount: object) -> None:
    with pytest.raises(Unreadable, match="amount_invalid"):
        one.read(said(one, amount=amount))


def test_camel_case_is_another_format() -> None:
    with pytest.raises(Unreadable, match="field_missing"):
        AGGREGATOR.read(said(AGGREGATOR, bankaccount=None, bankAccount="0000000001"))


def test_the_echo_called_sign_is_no_signature() -> None:
    for echo in ("", "x", "0" * 64, None, 7):
        assert AGGREGATOR.read(said(AGGREGATOR, sign=echo)) == AGGREGATOR.notifications


@both
def test_nothing_is_covered_and_everything_is_declared(one: Case) -> None:
    assert one.protocol.weak
    assert one.protocol.axes.family == "S2"
    assert set(json.loads(one.plain)) <= set(one.protocol.unsigned)


def test_one_bank_reference_names_a_credit_and_its_reversal() -> None:
    credit, debit = heard(BANK), heard(BANK, transType="D")
    assert credit.reference == debit.reference
    assert {credit.provider_txn_id, debit.provider_txn_id} == {
        "C:FT26008507756020",
        "D:FT26008507756020",
    }


def test_a_suffix_of_the_bank_reference_makes_no_second_payment() -> None:
    plain, marked = heard(BANK), heard(BANK, referencenumber="FT26008507756020\\BNK")
    assert plain.provider_txn_id == marked.provider_txn_id
    assert plain.digest == marked.digest
    assert marked.reference == "FT26008507756020\\BNK"
    assert stands(BANK, said(BANK)).provider_txn_id == plain.provider_txn_id


def test_a_movement_without_a_bank_reference_has_no_key_at_mb() -> None:
    for nothing in ("", None):
        with pytest.raises(Unreadable, match="referencenumber"):
            BANK.read(said(BANK, referencenumber=nothing))
    assert heard(AGGREGATOR, referencenumber="").reference is None


def test_mb_tells_a_virtual_account_and_a_payer_of_whom_four_digits_stay() -> None:
    told = heard(BANK, va="VA0001", reciprocalAccount="0123456789")
    assert (told.virtual_account, told.payer) == ("VA0001", "****6789")


@both
@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'{"transactionid":7}', b"\xff", b"{}"])
@pytest.mark.parametrize("outcome", list(Outcome))
def test_anything_is_answered_and_only_what_is_kept_ends_the_calls(
    one: Case, outcome: Outcome, body: bytes
) -> None:
    reply = one.protocol.acknowledge(outcome, replace(one.delivery, body=body), one.secrets)
    known = outcome in {Outcome.STORED, Outcome.DUPLICATE}
    assert (reply.status in {200, 400}) == known
    assert json.loads(reply.body)["error"] == (reply.status != 200)


def test_the_answer_names_the_movement_so_a_repeat_reads_the_same() -> None:
    answers = {
        AGGREGATOR.protocol.acknowledge(outcome, AGGREGATOR.delivery, AGGREGATOR.secrets)
        for outcome in (Outcome.STORED, Outcome.DUPLICATE)
    }
    (reply,) = answers
    body = json.loads(reply.body)
    assert body["object"]["reftransactionid"] == AGGREGATOR.notifications[0].provider_txn_id
    assert list(body) == ["error", "errorReason", "toastMessage", "object"]


@both
def test_calls_go_where_the_caller_s_fixed_paths_lead(one: Case) -> None:
    assert one.protocol.operations[0] == "bank/api/transaction-sync"
    assert said(one).operation == one.delivery.operation
    for operation, talk in one.protocol.talks.items():
        assert talk.speak("", 0, one.secrets, one.delivery.received_at).operation == operation


def test_an_aggregator_may_serve_any_bank_by_configuration() -> None:
    names = {
        name: [said.name for said in provider.protocols] for name, provider in everyone().items()
    }
    assert names["vietcombank"] == ["casso_v2", "casso_v1", "vietqr_vn"]
    assert names["mb"] == ["mb_mms", "mb_sync"]


@pytest.mark.parametrize(
    ("text", "digest"),
    [
        ("test-secretFT242450000000011500000000000001", "d342ee78fabf716de768e5f0c813666a"),
        ("0000000001customer-test-user", "68b45ff070a227fe882741ce744b52e9"),
    ],
)
def test_the_digests_of_the_side_calls_prove_nothing_here(text: str, digest: str) -> None:
    """A refund and a check of an order have digests of their own, which open no door."""
    assert hash_hex(text, "md5") == digest
    for header in (digest, f"Bearer {digest}", f"Basic {digest}"):
        call = replace(AGGREGATOR.delivery, headers=(("authorization", header),))
        with pytest.raises(Refused, match="token_invalid"):
            AGGREGATOR.read(call)


def test_a_rotation_ends_the_tokens_of_the_old_password() -> None:
    fresh = AGGREGATOR.secrets | {"password": "another"}
    with pytest.raises(Refused, match="token_invalid"):
        read(AGGREGATOR.protocol, AGGREGATOR.delivery, fresh)
    renewed = (AGGREGATOR.delivery.headers[0], bearer(fresh, AGGREGATOR.delivery.received_at))
    assert read(AGGREGATOR.protocol, replace(AGGREGATOR.delivery, headers=renewed), fresh)
