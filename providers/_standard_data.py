"""What a message of the platform's own dialect says: one movement of one account of one bank.

The body is ``{"type": ..., "data": {...}}``. The type is ``payment.credit``, ``payment.debit``,
``payment.refund`` (the merchant gave money back) or ``payment.reversal`` (the bank took it back);
``test.ping`` is answered and not booked, and a type that is none of these is unknown: kept,
answered, and the bank has to be asked. In ``data``:

* ``bank`` (the BIN, six digits) and ``account``: where the money is; ``virtual_account``: an
  account number of the bank that stands for a stall or an order, if it has such;
* ``id``: the bank's own transaction id, unique at that bank for ever, never used for two movements;
* ``amount``: whole đồng, a JSON number above zero in every type; ``currency``: VND, where it is
  told;
* ``occurred_at``: when the money moved, RFC 3339 with an offset;
* ``memo``: the words of the transfer as the bank has them; ``order``: our order, where the bank
  knows it; ``reference``: what stands on the payer's receipt;
* ``original``: the ``id`` of the credit that a refund or reversal takes back;
* ``payer``: the payer's account, of which four signs are kept; ``balance``: after this movement.

``bank``, ``account``, ``id``, ``amount`` and ``occurred_at`` have to be there. Other fields are
ignored. Two banks may use one number, so ids and account numbers leave here with the BIN before
them: ``970999:FT26008123456``.
"""

import re
from collections.abc import Mapping

from cashless.clock import VIETNAM, business_date
from providers import _fields
from providers._protocol import Notification, Result, Secrets, Standing, Unreadable, Verified
from providers._results import standing

AMOUNT_UNIT = "dong"
TIME_FORMAT = "rfc_3339"

KINDS: Mapping[str, str] = {
    "payment.credit": "credit",
    "payment.debit": "debit",
    "payment.refund": "refund",
    "payment.reversal": "reversal",
}
_TYPES = {kind: type_ for type_, kind in KINDS.items()}
RESULTS: Mapping[str, Standing] = {
    **dict.fromkeys(KINDS, Standing.PAID),
    "test.ping": Standing.TEST,
}

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,63}")
_NUMBER = re.compile(r"[A-Za-z0-9]{1,19}")
_CURRENCIES = {"VND": "VND"}


def parse(verified: Verified) -> tuple[Notification, ...]:
    """Translate a movement; () for a test and for an unknown type."""
    if result(verified).standing is not Standing.PAID:
        return ()
    data = _fields.inner(verified.fields, "data")
    at = _fields.moment(data, "occurred_at", TIME_FORMAT)
    if data.get("currency") is not None:
        _fields.choice(data, "currency", _CURRENCIES)
    notification = Notification(
        provider_txn_id=_prefixed(data, "id", _ID),
        kind=_fields.choice(verified.fields, "type", KINDS),
        amount=_fields.amount(data, "amount", AMOUNT_UNIT),
        occurred_at=at,
        business_date=business_date(at),
        account=_prefixed(data, "account", _NUMBER),
        virtual_account=_perhaps(data, "virtual_account", _NUMBER),
        order_ref=_fields.optional_identifier(data, "order"),
        memo=_fields.optional_text(data, "memo") or "",
        payer=_fields.masked(_fields.optional_text(data, "payer")),
        original=_perhaps(data, "original", _ID),
        reference=_fields.optional_identifier(data, "reference"),
        balance=_fields.number(data, "balance") if data.get("balance") is not None else None,
    )
    return (notification,)


def result(verified: Verified) -> Result:
    """Say by its type how the movement stands."""
    data = _fields.inner(verified.fields, "data")
    code = _fields.text(verified.fields, "type")
    order = _fields.optional_identifier(data, "order")
    return Result(code, standing(RESULTS, code), order, _perhaps(data, "id", _ID))


def said(notification: Notification, secrets: Secrets) -> dict[str, object]:
    """Write a movement as that bank would; what is not known is left out."""
    bank = secrets["bin"]
    at = notification.occurred_at.astimezone(VIETNAM)
    data = {
        "id": _bare(notification.provider_txn_id, bank),
        "bank": bank,
        "account": _bare(notification.account, bank),
        "virtual_account": _bare(notification.virtual_account, bank),
        "amount": notification.amount,
        "currency": "VND",
        "occurred_at": at.isoformat(timespec="milliseconds"),
        "memo": notification.memo or None,
        "order": notification.order_ref,
        "reference": notification.reference,
        "original": _bare(notification.original, bank),
        "payer": notification.payer,
        "balance": notification.balance,
    }
    told = {name: value for name, value in data.items() if value is not None}
    return {"type": _TYPES[notification.kind], "data": told}


def _prefixed(data: _fields.Fields, name: str, form: re.Pattern[str]) -> str:
    value = _fields.text(data, name)
    if not form.fullmatch(value):
        raise Unreadable("field_invalid", name)
    return f"{_fields.text(data, 'bank')}:{value}"


def _perhaps(data: _fields.Fields, name: str, form: re.Pattern[str]) -> str | None:
    told = _fields.optional_text(data, name) is not None
    return _prefixed(data, name, form) if told else None


def _bare(value: str | None, bank: str) -> str | None:
    return value.removeprefix(f"{bank}:") if value is not None else None
