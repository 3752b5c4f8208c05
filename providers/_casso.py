"""What both of Casso's protocols share: how a movement is read, and what Casso wants to hear.

Casso reads bank accounts and speaks for the bank; which banks it serves is configuration. One
``amount`` says both how much and which way: above zero money came, below zero it left. Amounts are
whole đồng. The counterparty's account is a hint for people and is masked.

What it wants to hear: any 2xx counts (believed, not documented); we say ``{"success":true}``, for a
repeat and for a sample too. The retry schedule is not published. Casso's own sample shop takes an
order for paid within 10,000 đồng; a ledger has no such tolerance.

The key is ``id``, the same for both protocols. The bank's reference is not unique: Vietcombank's
looks like "5017 - 48678" and comes again. Samples always have the id 0.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cashless.clock import business_date
from providers import _fields
from providers._protocol import Delivery, Notification, Outcome, Reply, Secrets
from providers._replies import json_reply

SAMPLE_ID = 0

_REPLIES = {
    Outcome.STORED: json_reply(200, {"success": True}),
    Outcome.DUPLICATE: json_reply(200, {"success": True}),
    Outcome.REFUSED: json_reply(401, {"success": False}),
    Outcome.UNAVAILABLE: json_reply(503, {"success": False}),
}


@dataclass(frozen=True, slots=True)
class Names:
    """What one of the protocols calls the fields of a movement."""

    time: str
    account: str
    virtual_account: str
    payer: str
    reference: str
    balance: str


def movement(fields: _fields.Fields, names: Names, time_format: str) -> Notification:
    """Translate one movement of the account; Unreadable for one that is not as declared."""
    signed = _fields.number(fields, "amount")
    at = _fields.moment(fields, names.time, time_format)
    return Notification(
        provider_txn_id=str(_fields.number(fields, "id")),
        kind="debit" if signed < 0 else "credit",
        amount=_fields.amount({"amount": abs(signed)}, "amount", "dong"),
        occurred_at=at,
        business_date=business_date(at),
        account=_fields.identifier(fields, names.account),
        virtual_account=_fields.optional_identifier(fields, names.virtual_account),
        order_ref=None,
        memo=_fields.optional_text(fields, "description") or "",
        payer=_fields.masked(_fields.optional_text(fields, names.payer)),
        reference=_fields.optional_text(fields, names.reference),
        balance=_balance(fields, names.balance),
    )


def said(
    notification: Notification, names: Names, write: Callable[[datetime], str]
) -> dict[str, object]:
    """Write a movement as Casso does, without the fields that only name banks."""
    sign = -1 if notification.kind == "debit" else 1
    return {
        "id": int(notification.provider_txn_id),
        names.reference: notification.reference or "",
        "description": notification.memo,
        "amount": sign * notification.amount,
        names.balance: notification.balance,
        names.time: write(notification.occurred_at),
        names.account: notification.account,
        "bankName": "Vietcombank",
        "bankAbbreviation": "VCB",
        names.virtual_account: notification.virtual_account or "",
        names.payer: notification.payer or "",
    }


def acknowledge(outcome: Outcome, _delivery: Delivery, _secrets: Secrets) -> Reply:
    """Say success for what is kept, anything else for what is not."""
    return _REPLIES[outcome]


def _balance(fields: _fields.Fields, name: str) -> int | None:
    return _fields.number(fields, name) if fields.get(name) is not None else None
