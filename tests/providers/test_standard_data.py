"""What the dialect of our own says: four kinds, one bank, forms of fields, and the how-to of it."""

import json
import re
from dataclasses import replace

import pytest

from providers._protocol import Delivery, Outcome, Refused, Standing, Unreadable
from tests.house.sources import ROOT
from tests.providers.cases import CASES, Case, read


def case(name: str) -> Case:
    return next(one for one in CASES if one.id == name)


HMAC, PAIR = case("standard-v1-credit"), case("standard-v1a-credit")
OURS = [one for one in CASES if one.protocol.name.startswith("standard_")]
both = pytest.mark.parametrize("one", [HMAC, PAIR], ids=str)


def said(one: Case, type_: str = "payment.credit", **changes: object) -> Delivery:
    """Seal the credit with another type or other data; ... takes a field away."""
    data = {**json.loads(one.plain)["data"], **changes}
    told = {name: value for name, value in data.items() if value is not ...}
    return one.sealed(json.dumps({"type": type_, "data": told}, ensure_ascii=False).encode())


@both
@pytest.mark.parametrize("bank", ["970998", "97099", "9709990", " 970999", "", 970999, None, ...])
def test_a_bank_speaks_only_as_itself(one: Case, bank: object) -> None:
    with pytest.raises(Refused, match="bank"):
        one.read(said(one, bank=bank))


@both
def test_a_body_of_another_shape_is_refused_under_a_genuine_seal(one: Case) -> None:
    for body in (b'{"type":"payment.credit","data":"970999"}', b'{"bank":"970999"}', b"[]"):
        with pytest.raises(Refused):
            one.read(one.sealed(body))


@pytest.mark.parametrize(
    ("type_", "kind", "expected"),
    [
        ("payment.credit", "credit", Standing.PAID),
        ("payment.debit", "debit", Standing.PAID),
        ("payment.refund", "refund", Standing.PAID),
        ("payment.reversal", "reversal", Standing.PAID),
        ("test.ping", None, Standing.TEST),
        ("payment.Credit", None, Standing.UNKNOWN),
        ("payment.credit ", None, Standing.UNKNOWN),
        ("credit", None, Standing.UNKNOWN),
        ("", None, Standing.UNKNOWN),
    ],
)
def test_the_type_says_the_kind(type_: str, kind: str | None, expected: Standing) -> None:
    delivery = said(HMAC, type_)
    tell = HMAC.protocol.result
    assert tell is not None
    result = tell(HMAC.protocol.verify(delivery, HMAC.secrets, None))
    assert (result.code, result.standing) == (type_, expected)
    assert result.provider_txn_id == "970999:FT26008123456"
    assert [one.kind for one in HMAC.read(delivery)] == ([kind] if kind else [])


@pytest.mark.parametrize("type_", [None, 1, True, ["payment.credit"], {}])
def test_a_type_is_a_text(type_: object) -> None:
    body = json.loads(HMAC.plain) | {"type": type_}
    with pytest.raises(Unreadable):
        HMAC.read(HMAC.sealed(json.dumps(body).encode()))


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("amount", 0, "amount_invalid"),
        ("amount", -50_000, "amount_invalid"),
        ("amount", 50_000.0, "amount_invalid"),
        ("amount", "50000", "amount_invalid"),
        ("amount", True, "amount_invalid"),
        ("amount", 10**12 + 1, "amount_invalid"),
        ("amount", ..., "field_missing"),
        ("currency", "USD", "word_unknown"),
        ("currency", "vnd", "word_unknown"),
        ("currency", 704, "field_invalid"),
        ("id", ..., "field_missing"),
        ("id", "", "field_invalid"),
        ("id", 123456, "field_invalid"),
        ("id", "970998:FT1", "field_invalid"),
        ("id", " FT1", "field_invalid"),
        ("id", "F" * 65, "field_invalid"),
        ("account", ..., "field_missing"),
        ("account", "0099 0012", "field_invalid"),
        ("account", 99, "field_invalid"),
        ("account", "9" * 20, "field_invalid"),
        ("virtual_account", "970998:1", "field_invalid"),
        ("original", "a b", "field_invalid"),
        ("balance", "1250000", "field_invalid"),
        ("balance", 1.5, "field_invalid"),
        ("occurred_at", ..., "field_missing"),
        ("occurred_at", "2026-01-08 10:55:58+07:00", "time_invalid"),
        ("occurred_at", "2026-01-08T10:55:58", "time_invalid"),
        ("occurred_at", "2026-01-08T10:55+07:00", "time_invalid"),
        ("occurred_at", "2026-01-08T10:55:58+0700", "time_invalid"),
        ("occurred_at", "2026-01-08T10:55:58,5+07:00", "time_invalid"),
        ("occurred_at", "2026-01-08T24:00:00+07:00", "time_invalid"),
        ("occurred_at", "2026-01-08T10:55:60Z", "time_invalid"),
        ("occurred_at", "2026-02-30T10:55:58Z", "time_invalid"),
        ("occurred_at", "2026-01-08T10:55:58+25:00", "time_invalid"),
        ("occurred_at", "1999-12-31T23:59:59Z", "time_invalid"),
        ("occurred_at", 1767844558, "time_invalid"),
    ],
)
def test_what_is_not_as_written_down_is_unreadable(name: str, value: object, code: str) -> None:
    with pytest.raises(Unreadable, match=f"^{code}: {name}$"):
        HMAC.read(said(HMAC, **{name: value}))


def test_two_banks_may_use_one_number_and_stay_apart() -> None:
    other = HMAC.secrets | {"bin": "970998"}
    text = HMAC.plain.replace(b"970999", b"970998")
    sealed = HMAC.protocol.seal(text, other, HMAC.delivery.received_at)
    (theirs,), (ours,) = read(HMAC.protocol, sealed, other), HMAC.notifications
    assert theirs.provider_txn_id == "970998:FT26008123456"
    assert theirs.account == "970998:00990012345"
    assert (theirs.provider_txn_id, theirs.account) != (ours.provider_txn_id, ours.account)
    assert theirs.digest != ours.digest


def test_a_reversal_names_the_credit_by_the_key_under_which_it_is_kept() -> None:
    (reversal,), (credit,) = case("standard-v1-reversal").notifications, HMAC.notifications
    assert reversal.original == credit.provider_txn_id
    assert reversal.provider_txn_id != credit.provider_txn_id


@pytest.mark.parametrize("body", [b"", b"null", b"\xff", b'{"outcome":"stored"}'])
def test_anything_is_answered_and_2xx_only_for_what_is_kept(body: bytes) -> None:
    bare = replace(HMAC.delivery, body=body, headers=())
    for outcome in Outcome:
        reply = HMAC.protocol.acknowledge(outcome, bare, HMAC.secrets)
        kept = outcome in {Outcome.STORED, Outcome.DUPLICATE}
        assert json.loads(reply.body) == {"outcome": outcome}
        assert (200 <= reply.status < 300) == kept


def test_the_how_to_names_every_type_and_every_field() -> None:
    page = (ROOT / "docs/how-to/connect-a-bank-without-a-protocol.md").read_text(encoding="utf-8")
    cells = set(re.findall(r"^\| `([\w.]+)` \|", page, re.MULTILINE))
    data = json.loads(HMAC.plain)["data"]
    assert {*data, *HMAC.protocol.results, "virtual_account", "order", "original"} <= cells


def test_every_vector_is_either_published_or_made_here() -> None:
    origins = {
        one.id: one.origin for one in CASES if one.protocol in (HMAC.protocol, PAIR.protocol)
    }
    assert [name for name, origin in origins.items() if origin == "published"] == [
        "standard-published"
    ]
    assert {kind for one in OURS for said_one in one.notifications for kind in [said_one.kind]} == {
        "credit",
        "debit",
        "refund",
        "reversal",
    }
