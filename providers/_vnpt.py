"""VNPT Money (VNPT Pay): the confirm call about an order, as JSON or in a form.

Two integrations differ in the envelope alone: since 1.0.6 the body is the JSON, before that the
JSON stood in the form field ``data``. Which of them a connection speaks is its configuration; one
is never tried after the other.

What is signed: ACTION, RESPONSE_CODE, MERCHANT_SERVICE_ID, MERCHANT_ORDER_ID, AMOUNT,
CURRENCY_CODE, VNPTPAY_TRANSACTION_ID, PAYMENT_METHOD, PAY_DATE, ADDITIONAL_INFO and the secret,
joined by ``|``; SHA-256, hex in either case, in the field ``SECURE_CODE``. That is every field of
the call. ADDITIONAL_INFO may be absent and is empty then. A value that holds the separator could be
moved into its neighbour, so such a call is refused, and MERCHANT_SERVICE_ID must be ours.

The protocol is weak: a plain hash of a text with the secret at its end is no keyed seal, it is the
same for ever, and no address of the caller is published. What makes up for it: the binding of
MERCHANT_SERVICE_ID to a merchant, the amount of the order, and a confirmation from the statement
before "paid" is final.

What it says: ``AMOUNT`` as digits in whole đồng, ``PAY_DATE`` in Vietnam time, the order,
VNPTPAY_TRANSACTION_ID (the key). The literal value of ACTION in such a call is not confirmed, so it
is proven and not read. Money has come if RESPONSE_CODE is 00.

What it wants to hear: HTTP 200 and JSON: RESPONSE_CODE, DESCRIPTION, MERCHANT_SERVICE_ID,
MERCHANT_ORDER_ID, CREATE_DATE and a SECURE_CODE over these and the secret. 00 kept (a failure and a
repeat too), 97 not genuine, 99 try again; 01 (no such order) is not said, because the money has
moved. The same call must hear the same bytes whenever it comes, so CREATE_DATE is the PAY_DATE of
the call and no clock. An answer that keeps nothing signs no word of the caller: order and date are
empty in it. Retries, addresses and files are not published.

Written at: two independent public integrations that agree on the order of the fields, one of them
of 1.0.6. Uncertain: both secrets are private, so no call that VNPT sealed is public; that PAY_DATE
is Vietnam time; codes other than 00, which are all unknown and must be asked about.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from cashless.clock import business_date
from providers import _fields
from providers._codecs import read_form, read_object, write_compact, write_form, write_json
from providers._pairs import BAR, barred
from providers._protocol import (
    Axes,
    Delivery,
    Notification,
    Outcome,
    Protocol,
    Refused,
    Reply,
    Result,
    Secrets,
    Standing,
    Verified,
)
from providers._replies import json_reply, told_text
from providers._results import standing
from providers._seals import hash_hex, require_equal, require_hex, secret

_SIGNED = (
    "ACTION",
    "RESPONSE_CODE",
    "MERCHANT_SERVICE_ID",
    "MERCHANT_ORDER_ID",
    "AMOUNT",
    "CURRENCY_CODE",
    "VNPTPAY_TRANSACTION_ID",
    "PAYMENT_METHOD",
    "PAY_DATE",
    "ADDITIONAL_INFO",
)
_OPTIONAL = frozenset({"ADDITIONAL_INFO"})
_CURRENCIES = {"VND": "VND"}

_RESULTS: Mapping[str, Standing] = {
    "00": Standing.PAID,
    # VNPT could not prove a call of ours: our secret is wrong, and nobody can pay.
    "97": Standing.FAILED,
}
_WORDS: Mapping[Outcome, tuple[str, str]] = {
    Outcome.STORED: ("00", "Success"),
    Outcome.DUPLICATE: ("00", "Success"),
    Outcome.REFUSED: ("97", "Invalid secure code"),
    Outcome.UNAVAILABLE: ("99", "Try again later"),
}
_KEPT = frozenset({Outcome.STORED, Outcome.DUPLICATE})


@dataclass(frozen=True, slots=True)
class _Envelope:
    """What the JSON of a call is wrapped in."""

    media: str
    read: Callable[[bytes], Mapping[str, object]]
    write: Callable[[bytes], bytes]


def parse(verified: Verified) -> tuple[Notification, ...]:
    """Translate a paid order; () for every other code."""
    fields = verified.fields
    if result(verified).standing is not Standing.PAID:
        return ()
    _fields.choice(fields, "CURRENCY_CODE", _CURRENCIES)
    at = _fields.moment(fields, "PAY_DATE", PROTOCOL.time_format)
    notification = Notification(
        provider_txn_id=_fields.identifier(fields, "VNPTPAY_TRANSACTION_ID"),
        kind="credit",
        amount=_fields.amount_digits(fields, "AMOUNT", PROTOCOL.amount_unit),
        occurred_at=at,
        business_date=business_date(at),
        account=_fields.identifier(fields, "MERCHANT_SERVICE_ID"),
        virtual_account=None,
        order_ref=_fields.identifier(fields, "MERCHANT_ORDER_ID"),
        memo="",
        payer=None,
    )
    return (notification,)


def result(verified: Verified) -> Result:
    """Tell by RESPONSE_CODE how the payment of an order stands."""
    fields = verified.fields
    code = _fields.text(fields, "RESPONSE_CODE")
    order = _fields.optional_identifier(fields, "MERCHANT_ORDER_ID")
    txn = _fields.optional_identifier(fields, "VNPTPAY_TRANSACTION_ID")
    return Result(code, standing(_RESULTS, code), order, txn)


def _verify(
    envelope: _Envelope, delivery: Delivery, secrets: Secrets, _window: int | None
) -> Verified:
    """Prove the ten fields and hand on nothing else."""
    body = envelope.read(delivery.body)
    fields = barred(body, _SIGNED, _OPTIONAL)
    service = secret(secrets, "MERCHANT_SERVICE_ID")
    require_equal(fields["MERCHANT_SERVICE_ID"], service, "merchant_service")
    require_hex(body.get("SECURE_CODE"), _digest(fields, secrets))
    return Verified(fields, delivery)


def _acknowledge(
    envelope: _Envelope, outcome: Outcome, delivery: Delivery, secrets: Secrets
) -> Reply:
    """Answer with HTTP 200 and a seal; order and date are said back where the call was proven."""
    code, description = _WORDS[outcome]
    told = _told(envelope, delivery.body) if outcome in _KEPT else {}
    said = {
        "RESPONSE_CODE": code,
        "DESCRIPTION": description,
        "MERCHANT_SERVICE_ID": secret(secrets, "MERCHANT_SERVICE_ID"),
        "MERCHANT_ORDER_ID": told_text(told, "MERCHANT_ORDER_ID"),
        "CREATE_DATE": told_text(told, "PAY_DATE"),
    }
    return json_reply(200, {**said, "SECURE_CODE": _digest(said, secrets)})


def _sign(
    envelope: _Envelope, notification: Notification, secrets: Secrets, at: datetime
) -> Delivery:
    """Speak as VNPT about an order."""
    said = {
        "ACTION": "CONFIRM",
        "RESPONSE_CODE": "00",
        "MERCHANT_SERVICE_ID": secrets["MERCHANT_SERVICE_ID"],
        "MERCHANT_ORDER_ID": notification.order_ref or "SIM",
        "AMOUNT": str(notification.amount),
        "CURRENCY_CODE": "VND",
        "VNPTPAY_TRANSACTION_ID": notification.provider_txn_id,
        "PAYMENT_METHOD": "VNPTPAY",
        "PAY_DATE": write_compact(notification.occurred_at),
        "ADDITIONAL_INFO": "",
    }
    return _seal(envelope, write_json(said), secrets, at)


def _seal(envelope: _Envelope, plain: bytes, secrets: Secrets, at: datetime) -> Delivery:
    """Put the secure code into a JSON that has the signed fields, and that into its envelope."""
    body = read_object(plain)
    raw = write_json({**body, "SECURE_CODE": _digest(barred(body, _SIGNED, _OPTIONAL), secrets)})
    return Delivery("POST", "", "", (("content-type", envelope.media),), envelope.write(raw), at)


def _read_data(raw: bytes) -> Mapping[str, object]:
    form = read_form(raw)
    if "data" not in form:
        raise Refused("field_missing", "data")
    return read_object(form["data"].encode())


def _write_data(raw: bytes) -> bytes:
    return write_form({"data": raw.decode()}).encode()


def _told(envelope: _Envelope, raw: bytes) -> Mapping[str, object]:
    """Return the fields of a proven call; nothing of a call that could not be one."""
    with suppress(Refused):
        return barred(envelope.read(raw), _SIGNED, _OPTIONAL)
    return {}


def _digest(fields: Mapping[str, str], secrets: Secrets) -> str:
    return hash_hex(BAR.join([*fields.values(), secret(secrets, "secret_key")]), "sha256")


_JSON = _Envelope("application/json", read_object, bytes)
_FORM = _Envelope("application/x-www-form-urlencoded", _read_data, _write_data)

PROTOCOL = Protocol(
    name="confirm_json",
    verify=partial(_verify, _JSON),
    parse=parse,
    acknowledge=partial(_acknowledge, _JSON),
    sign=partial(_sign, _JSON),
    seal=partial(_seal, _JSON),
    secrets={
        "MERCHANT_SERVICE_ID": "The service of the merchant at VNPT; every message must name it.",
        "secret_key": "The secret of the secure code, in both directions.",
    },
    proof="SHA-256 over ten values and the secret joined by |, field SECURE_CODE; signed answer",
    success_rule="RESPONSE_CODE is 00",
    evidence="B",
    source="Two independent public integrations of VNPT Pay, one of version 1.0.6",
    axes=Axes(
        family="S12",
        canonical="ten values and the secret joined by |; what is absent is empty",
        digest="SHA-256, the secret at the end, hex in either case",
        seal_place="body field",
        codec="JSON",
        replay="none; the key of the payment alone",
        dedup="VNPTPAY_TRANSACTION_ID; then order and amount",
        direction="credits only",
        receiver="MERCHANT_SERVICE_ID",
        order="MERCHANT_ORDER_ID",
        coverage="every result",
        answer_meaning="00 kept, 97 not genuine, 99 try again; signed",
        reversal="none by webhook",
        poll="query (1.0.6) or query_transaction (1.0.5) by order",
        refund="not published",
        file="not published",
        unsigned_use="unknown fields are ignored",
    ),
    results=_RESULTS,
    result=result,
    carries={"provider_txn_id": r"[A-Za-z0-9]{1,40}", "order_ref": r"[A-Za-z0-9_-]{1,40}"},
    content_types=(_JSON.media,),
    amount_unit="dong",
    amount_form="digits",
    time_format="compact",
    weak=True,
)

FORM_PROTOCOL = replace(
    PROTOCOL,
    name="confirm_form",
    verify=partial(_verify, _FORM),
    acknowledge=partial(_acknowledge, _FORM),
    sign=partial(_sign, _FORM),
    seal=partial(_seal, _FORM),
    axes=replace(PROTOCOL.axes, codec="form, its field data is JSON"),
    content_types=(_FORM.media,),
)
