"""The plain values: headers are read once, digests follow the business."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from providers._protocol import Delivery, Notification, Refused

AT = datetime(2026, 1, 8, 3, 56, tzinfo=UTC)
CALL = Delivery("POST", "", "", (("a", "1"), ("b", "2"), ("b", "2")), b"", AT)
SAID = Notification(
    provider_txn_id="1",
    kind="credit",
    amount=50_000,
    occurred_at=AT,
    business_date=date(2026, 1, 8),
    account="0123",
    virtual_account=None,
    order_ref="CM",
    memo="ca phe",
    payer="****6789",
)


def test_a_header_that_came_once_is_read() -> None:
    assert CALL.header("a") == "1"


@pytest.mark.parametrize(("name", "code"), [("b", "header_doubled"), ("c", "header_missing")])
def test_a_missing_or_doubled_header_refuses_and_is_named(name: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        CALL.header(name)
    assert (caught.value.code, caught.value.detail) == (code, name)
    assert str(caught.value) == f"{code}: {name}"


@pytest.mark.parametrize(
    "other",
    [
        {"kind": "debit"},
        {"amount": 50_001},
        {"account": "0124"},
        {"account": None},
        {"virtual_account": "CM"},
        {"order_ref": None},
        {"order_ref": None, "virtual_account": "CM"},
        {"occurred_at": AT + timedelta(seconds=1)},
    ],
)
def test_another_business_has_another_digest(other: dict[str, Any]) -> None:
    assert replace(SAID, **other).digest != SAID.digest


@pytest.mark.parametrize(
    "same",
    [
        {"memo": "CA PHE"},
        {"payer": None},
        {"provider_txn_id": "2"},
        {"occurred_at": AT.astimezone(timezone(timedelta(hours=7)))},
        {"occurred_at": AT + timedelta(milliseconds=900)},
    ],
)
def test_an_honest_resend_has_the_same_digest(same: dict[str, Any]) -> None:
    assert replace(SAID, **same).digest == SAID.digest


def test_the_time_of_a_message_is_no_business_field() -> None:
    said = replace(SAID, stable_time=False)
    assert replace(said, occurred_at=AT + timedelta(hours=1)).digest == said.digest
