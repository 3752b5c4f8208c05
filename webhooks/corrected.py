"""A payment as a decided conflict says it was: its row stays, its matches carry what is right.

The row of a payment is what was told first and is never edited. Where a person decided that the
second telling is right, each later match holds that telling under ``corrected`` in its explanation,
and the payment is read through it. Pure.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from webhooks.match import Payment

FIELDS: Final = ("amount", "account", "memo", "occurred_at", "business_date")
"""What is kept of a second telling."""


def through(payment: Payment, told: Mapping[str, Any]) -> Payment:
    """Return the payment as a match's explanation tells it."""
    said = told.get("corrected")
    if not said:
        return payment
    return replace(payment, **read(said))


def read(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a second telling as a match keeps them, with their types."""
    times = {
        "occurred_at": datetime.fromisoformat(said["occurred_at"]),
        "business_date": date.fromisoformat(said["business_date"]),
    }
    return {**said, **times}


def carried(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a later match of the payment must carry on."""
    return {"corrected": told["corrected"]} if "corrected" in told else {}
